//! `antrean jobs`: how deep every stream is, live if wanted (`top`), and what became a dead letter, to look at, try
//! again or drop.

mod top;

use std::process::ExitCode;

use antrean_domain::{Millis, zone};
use antrean_store::{DeadLetter, DeadLetterId, Store, StreamDepth};
use anyhow::bail;
use serde_json::{Value, json};

use super::table::Table;
use super::{print, store};
use crate::config::Config;

/// Dead letters read of each shard. Whoever has more has one fault many times, and sees it in the first.
const LETTERS_MAX: usize = 500;
/// How much of a reason stands in the list; `show` has all of it.
const REASON_CHARS: usize = 60;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Depth and age of every stream, and the dead letters
    List {
        /// For machines: one object
        #[arg(long)]
        json: bool,
    },
    /// The streams live: depth, age and pace, every second
    Top(top::Args),
    /// One dead letter, whole
    Show {
        /// As `list` names it, like o0/1764000000000-0
        id: DeadLetterId,
        /// For machines: one object
        #[arg(long)]
        json: bool,
    },
    /// Bring dead letters back to where they died, to be tried afresh
    Retry(Chosen),
    /// Drop dead letters for good
    Drop(Chosen),
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Chosen {
    /// As `list` names them
    ids: Vec<DeadLetterId>,
    /// Every dead letter there is
    #[arg(long)]
    all: bool,
}

pub(crate) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let store = store(config).await?;
    match args.command {
        Command::List { json } => {
            let (depths, letters) = (store.depths().await?, store.dead_letters(LETTERS_MAX).await?);
            print(&if json { list_json(&depths, &letters)? } else { list_text(&depths, &letters) })?;
        }
        Command::Top(args) => return top::run(args, &store).await,
        Command::Show { id, json } => {
            let Some(letter) = store.dead_letter(&id).await? else { bail!("no dead letter {id}; list them: antrean jobs list") };
            print(&if json { serde_json::to_string(&whole(&letter))? + "\n" } else { show_text(&letter) })?;
        }
        Command::Retry(chosen) => return each(&store, chosen, Deed::Retry).await,
        Command::Drop(chosen) => return each(&store, chosen, Deed::Drop).await,
    }
    Ok(ExitCode::SUCCESS)
}

#[derive(Clone, Copy)]
enum Deed {
    Retry,
    Drop,
}

/// Does it to each of `chosen`, one line each; fails when one of them is gone.
async fn each(store: &Store, chosen: Chosen, deed: Deed) -> anyhow::Result<ExitCode> {
    let mut ids = chosen.ids;
    if chosen.all {
        ids = store.dead_letters(LETTERS_MAX).await?.into_iter().map(|letter| letter.id).collect();
    }
    if ids.is_empty() {
        print("no dead letters\n")?;
    }
    let mut code = ExitCode::SUCCESS;
    for id in &ids {
        let (done, word) = match deed {
            Deed::Retry => (store.retry_dead(id).await?, "tried again"),
            Deed::Drop => (store.drop_dead(id).await?, "dropped"),
        };
        if !done {
            code = ExitCode::FAILURE;
        }
        print(&format!("{id} {}\n", if done { word } else { "is not there (any more)" }))?;
    }
    Ok(code)
}

fn list_json(depths: &[StreamDepth], letters: &[DeadLetter]) -> serde_json::Result<String> {
    let dead: Vec<_> = letters.iter().map(head).collect();
    serde_json::to_string(&json!({ "streams": depths, "dead": dead })).map(|line| line + "\n")
}

fn list_text(depths: &[StreamDepth], letters: &[DeadLetter]) -> String {
    let mut streams = Table::new(["stream", ">depth", ">in hand", ">oldest"]);
    for StreamDepth { name, depth, pending, oldest_ms, .. } in depths {
        let oldest = oldest_ms.map_or_else(|| "-".to_owned(), age);
        streams.row([name.clone(), depth.to_string(), pending.to_string(), oldest]);
    }
    if letters.is_empty() {
        return format!("{streams}\nno dead letters\n");
    }
    let mut dead = Table::new(["dead letter", "kind", "of", ">tries", "died (UTC)", "reason"]);
    for letter in letters {
        let reason = match letter.reason.char_indices().nth(REASON_CHARS) {
            Some((end, _)) => format!("{}…", &letter.reason[..end]),
            None => letter.reason.clone(),
        };
        let tries = letter.attempt.to_string();
        dead.row([letter.id.to_string(), kind(letter).to_owned(), of(letter), tries, moment(letter.at_ms), reason]);
    }
    format!("{streams}\n{dead}\nlook at one: antrean jobs show ID; then antrean jobs retry ID, or antrean jobs drop ID\n")
}

fn show_text(letter: &DeadLetter) -> String {
    format!(
        "dead letter  {}\nkind         {}\nof           {}\ntries        {}\ndied (UTC)   {}\nreason       {}\npayload      {}\n",
        letter.id,
        kind(letter),
        of(letter),
        letter.attempt,
        moment(letter.at_ms),
        letter.reason,
        payload(letter),
    )
}

fn whole(letter: &DeadLetter) -> Value {
    let mut whole = head(letter);
    whole["payload"] = payload(letter).into();
    whole
}

fn head(letter: &DeadLetter) -> Value {
    json!({
        "id": letter.id.to_string(),
        "kind": kind(letter),
        "of": of(letter),
        "attempt": letter.attempt,
        "died_at": zone::utc(letter.at_ms).to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "reason": letter.reason,
    })
}

/// A job's class, a hop's id, or a mailbox's chat, which is masked.
fn of(letter: &DeadLetter) -> String {
    letter.of.parse().map_or_else(|_| letter.of.clone(), super::mask::chat)
}

/// What it is, to people who have not read the code.
fn kind(letter: &DeadLetter) -> &'static str {
    use antrean_store::LetterKind;
    match letter.kind {
        LetterKind::Job => "job",
        LetterKind::Mail => "message to a dialogue",
        LetterKind::Show => "message to a person",
        LetterKind::Hop => "hop",
        LetterKind::Stray => "entry nobody can read",
        LetterKind::Unknown => "not known",
    }
}

/// What was stored. What is personal in it is sealed, and stays so.
fn payload(letter: &DeadLetter) -> String {
    match std::str::from_utf8(&letter.payload) {
        Ok(text) if text.starts_with(['{', '[', 'o']) => text.to_owned(),
        _ => format!("sealed, {} bytes", letter.payload.len()),
    }
}

/// `45 s`, `12 min`, `3 h`, `2 d`: one unit says enough.
fn age(ms: Millis) -> String {
    let seconds = ms / 1_000;
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

fn moment(at_ms: Millis) -> String {
    zone::utc(at_ms).format("%Y-%m-%d %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use antrean_store::LetterKind;

    use super::*;

    fn letter(kind: LetterKind, of: &str, payload: &[u8]) -> DeadLetter {
        let id = "o0/1764000000000-0".parse().expect("an id");
        DeadLetter { id, kind, of: of.to_owned(), attempt: 3, reason: "a reason".to_owned(), at_ms: 0, payload: payload.to_vec() }
    }

    #[test]
    fn the_list_shows_streams_and_dead_letters() {
        let depth = StreamDepth { name: "jobs:o0:hi".to_owned(), depth: 7, oldest_ms: Some(185_000), pending: 2, ..StreamDepth::default() };
        let text = list_text(std::slice::from_ref(&depth), &[]);
        assert_eq!(text, "stream      depth  in hand  oldest\njobs:o0:hi      7        2   3 min\n\nno dead letters\n");
        let text = list_text(&[depth], &[letter(LetterKind::Job, "hi", b"{}")]);
        assert!(text.contains("o0/1764000000000-0  job   hi      3  1970-01-01 00:00:00  a reason"), "{text}");
    }

    #[test]
    fn what_is_sealed_stays_sealed_and_chats_are_masked() {
        let mail = letter(LetterKind::Mail, "123456078", b"u\x00\xff");
        assert_eq!((payload(&mail).as_str(), of(&mail).as_str()), ("sealed, 3 bytes", "***078"));
        assert_eq!(payload(&letter(LetterKind::Job, "hi", b"{\"v\":1}")), "{\"v\":1}");
    }
}
