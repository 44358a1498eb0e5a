//! `antrean jobs top`: the streams, live. In a terminal it redraws itself every second; `--once` prints one picture as
//! plain text, for scripts and for who listens to a screen reader; `--json` an object a second.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use antrean_domain::{Millis, zone};
use antrean_store::{Store, StreamDepth};
use anyhow::{Context, bail};
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyModifiers};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::age;
use crate::ops::print;
use crate::ops::table::Table;

mod draw;

/// How often it looks. Fast enough to see a queue drain, slow enough to cost Redis nothing.
const EVERY: Duration = Duration::from_secs(1);
/// Older than this, what waits is marked: a person has noticed by then.
const LATE_MS: Millis = 10_000;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Look for one second, print what was seen, and end
    #[arg(long)]
    once: bool,
    /// For machines: one object a second
    #[arg(long)]
    json: bool,
}

/// What one look at the streams showed.
struct Look {
    /// The product's time.
    at_ms: Millis,
    rows: Vec<Row>,
}

/// One stream, and how it moved since the look before.
struct Row {
    stream: StreamDepth,
    pace: Option<Pace>,
}

/// Entries a second.
#[derive(Clone, Copy)]
struct Pace {
    added: f64,
    done: f64,
}

impl Row {
    fn is_dead_letters(&self) -> bool {
        self.stream.name.starts_with("dead:")
    }

    /// Whether what waits in it has waited for too long. Dead letters wait for a person, delays on purpose.
    fn is_late(&self) -> bool {
        !self.is_dead_letters() && self.stream.oldest_ms.is_some_and(|oldest| oldest > LATE_MS)
    }

    /// Whether it is worked off by a consumer group: the others have a relay, a cursor or a person instead.
    fn has_readers(&self) -> bool {
        ["jobs:", "ready:", "outready:"].iter().any(|kind| self.stream.name.starts_with(kind))
    }

    /// What is to be seen about it, in a word: colours alone would not reach everybody.
    fn remark(&self) -> &'static str {
        if self.is_dead_letters() && self.stream.depth > 0 {
            "look"
        } else if self.is_late() {
            "late"
        } else if self.stream.depth > 0 && self.stream.readers == 0 && self.has_readers() {
            "unread"
        } else {
            ""
        }
    }

    /// As `HEAD` names them.
    fn cells(&self) -> [String; 8] {
        let StreamDepth { name, depth, pending, readers, oldest_ms, .. } = &self.stream;
        let pace = |of: fn(Pace) -> f64| self.pace.map_or_else(|| "-".to_owned(), |pace| format!("{:.0}", of(pace)));
        [
            name.clone(),
            depth.to_string(),
            pending.to_string(),
            oldest_ms.map_or_else(|| "-".to_owned(), age),
            pace(|pace| pace.added),
            pace(|pace| pace.done),
            readers.to_string(),
            self.remark().to_owned(),
        ]
    }
}

/// The columns; `>` stands to the right.
const HEAD: [&str; 8] = ["stream", ">depth", ">in hand", ">oldest", ">in/s", ">done/s", ">readers", "remark"];

impl Look {
    /// Looks, and compares with the look before.
    async fn take(store: &Store, before: Option<(&Look, Instant)>) -> anyhow::Result<Self> {
        let streams = store.depths().await?;
        let rows = streams.into_iter().map(|stream| {
            let pace = before.and_then(|(look, since)| {
                let before = look.rows.iter().find(|row| row.stream.name == stream.name)?;
                Some(pace(&before.stream, &stream, since.elapsed()))
            });
            Row { stream, pace }
        });
        Ok(Self { at_ms: store.clock().now_ms(), rows: rows.collect() })
    }

    /// One line that says how it stands.
    fn summary(&self) -> String {
        let waiting: u64 = self.rows.iter().filter(|row| !row.is_dead_letters()).map(|row| row.stream.depth).sum();
        let dead: u64 = self.rows.iter().filter(|row| row.is_dead_letters()).map(|row| row.stream.depth).sum();
        let late = self.rows.iter().filter(|row| row.is_late()).count();
        let time = zone::utc(self.at_ms).format("%H:%M:%S");
        format!("antrean jobs  {time} UTC  waiting {waiting}  late streams {late}  dead letters {dead}")
    }

    fn text(&self) -> String {
        let mut table = Table::new(HEAD);
        for row in &self.rows {
            table.row(row.cells());
        }
        format!("{}\n\n{table}", self.summary())
    }

    fn json(&self) -> serde_json::Result<String> {
        let stream = |row: &Row| -> serde_json::Result<Value> {
            let mut stream = serde_json::to_value(&row.stream)?;
            if let Some(Pace { added, done }) = row.pace {
                stream["added_per_s"] = added.into();
                stream["done_per_s"] = done.into();
            }
            Ok(stream)
        };
        let streams = self.rows.iter().map(stream).collect::<serde_json::Result<Vec<_>>>()?;
        serde_json::to_string(&json!({ "at_ms": self.at_ms, "streams": streams })).map(|line| line + "\n")
    }
}

pub(crate) async fn run(args: Args, store: &Store) -> anyhow::Result<ExitCode> {
    if !args.once && !args.json && !std::io::IsTerminal::is_terminal(&std::io::stdout()) {
        bail!("standard output is no terminal: antrean jobs top --once, or --json");
    }
    let mut look = (Look::take(store, None).await?, Instant::now());
    if !args.once && !args.json {
        return live(store, look).await;
    }
    loop {
        tokio::time::sleep(EVERY).await;
        look = (Look::take(store, Some((&look.0, look.1))).await?, Instant::now());
        print(&if args.json { look.0.json()? } else { look.0.text() })?;
        if args.once {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// Draws until `q`. The terminal is given back as it was, whatever happens.
async fn live(store: &Store, mut look: (Look, Instant)) -> anyhow::Result<ExitCode> {
    let mut terminal = ratatui::try_init().context("cannot draw in this terminal; antrean jobs top --once needs none")?;
    let mut keys = keyboard();
    let mut ticks = tokio::time::interval(EVERY);
    let mut from = 0;
    let ended = loop {
        let drawn = terminal.draw(|frame| draw::screen(frame, &look.0, &mut from));
        if let Err(error) = drawn {
            break Err(error.into());
        }
        tokio::select! {
            _ = ticks.tick() => match Look::take(store, Some((&look.0, look.1))).await {
                Ok(next) => look = (next, Instant::now()),
                Err(error) => break Err(error),
            },
            key = keys.recv() => match key.map(wish) {
                None | Some(Wish::Leave) => break Ok(ExitCode::SUCCESS),
                Some(Wish::Down) => from += 1,
                Some(Wish::Up) => from = from.saturating_sub(1),
                Some(Wish::Nothing) => {}
            },
        }
    };
    ratatui::restore();
    ended
}

/// What a key asks for.
enum Wish {
    Leave,
    Up,
    Down,
    Nothing,
}

fn wish(key: KeyEvent) -> Wish {
    match key.code {
        KeyCode::Char('q') | KeyCode::Esc => Wish::Leave,
        // In raw mode Ctrl-C is a key like any other.
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Wish::Leave,
        KeyCode::Down | KeyCode::Char('j') => Wish::Down,
        KeyCode::Up | KeyCode::Char('k') => Wish::Up,
        _ => Wish::Nothing,
    }
}

/// The keys as they are pressed. Reading them blocks, so a thread of its own does; it ends with the process.
fn keyboard() -> mpsc::Receiver<KeyEvent> {
    let (sender, keys) = mpsc::channel(8);
    std::thread::spawn(move || {
        while let Ok(event) = event::read() {
            if let Event::Key(key) = event
                && sender.blocking_send(key).is_err()
            {
                return;
            }
        }
    });
    keys
}

/// How fast a stream filled and drained between two looks.
#[expect(clippy::cast_precision_loss, reason = "a pace for people; no stream sees 2^52 entries in a second")]
fn pace(before: &StreamDepth, now: &StreamDepth, took: Duration) -> Pace {
    let seconds = took.as_secs_f64().max(0.001);
    let added = now.added.saturating_sub(before.added);
    let done = (before.depth + added).saturating_sub(now.depth);
    Pace { added: added as f64 / seconds, done: done as f64 / seconds }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(name: &str, depth: u64, added: u64, oldest_ms: Option<Millis>) -> StreamDepth {
        StreamDepth { name: name.to_owned(), depth, oldest_ms, pending: 0, readers: 2, added }
    }

    #[test]
    fn a_pace_is_what_came_and_what_went_in_between() {
        let Pace { added, done } = pace(&stream("a", 10, 100, None), &stream("a", 4, 120, None), Duration::from_secs(2));
        assert!((added - 10.0).abs() < 1e-9 && (done - 13.0).abs() < 1e-9, "{added} in, {done} done");
    }

    #[test]
    fn what_needs_eyes_has_a_word() {
        let remark = |stream| Row { stream, pace: None }.remark();
        assert_eq!(remark(stream("jobs:o0:hi", 3, 3, Some(500))), "");
        assert_eq!(remark(stream("jobs:o0:hi", 3, 3, Some(60_000))), "late");
        assert_eq!(remark(stream("dead:o0", 1, 1, Some(60_000))), "look");
        assert_eq!(remark(stream("dead:o0", 0, 1, None)), "");
        assert_eq!(remark(StreamDepth { readers: 0, ..stream("ready:c0", 1, 1, Some(5)) }), "unread");
    }

    #[test]
    fn one_picture_reads_as_plain_text() {
        let row = Row { stream: stream("jobs:o0:hi", 7, 9, Some(2_000)), pace: Some(Pace { added: 12.4, done: 3.0 }) };
        let look = Look { at_ms: 0, rows: vec![row] };
        let expected = "antrean jobs  00:00:00 UTC  waiting 7  late streams 0  dead letters 0\n\n\
                        stream      depth  in hand  oldest  in/s  done/s  readers  remark\n\
                        jobs:o0:hi      7        0     2 s    12       3        2\n";
        assert_eq!(look.text(), expected);
    }
}
