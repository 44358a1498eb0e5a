//! The ways that are open everywhere: commands, the menu, and the buttons of messages that stay.

use antrean_domain::{Application, BookingId};

use crate::callback::Verb;
use crate::dialogue::At;
use crate::draft::{Draft, EarlierKind};
use crate::facts::Query;
use crate::fit;
use crate::hold;
use crate::lang::Lang;
use crate::offices::OfficeList;
use crate::talk::{Asked, Heard, Talk};
use crate::texts::Texts;

/// The commands people are shown, in their order.
const COMMANDS: [&str; 6] = ["start", "status", "langganan", "bahasa", "batal", "help"];

/// What `setMyCommands` is told for `lang`: commands without the slash, with their descriptions.
pub fn commands(texts: &Texts, lang: Lang) -> Vec<(String, String)> {
    let words = texts.words(lang);
    COMMANDS.into_iter().map(|command| (command.to_owned(), words.say(&format!("command-{command}")))).collect()
}

/// What people are told while nothing can be taken in: plain text, short enough for the answer to a tap.
pub fn apology(texts: &Texts, lang: Lang) -> String {
    texts.words(lang).say("apology")
}

/// Follows a typed command. What stands behind the first word (`/start payload`, `/help@bot`) is passed over.
pub(crate) fn command(talk: &mut Talk<'_>, text: &str) {
    let word = text.split_whitespace().next().unwrap_or_default();
    let word = word.trim_start_matches('/').split('@').next().unwrap_or_default().to_lowercase();
    match word.as_str() {
        "start" | "menu" => talk.go(At::Home),
        "help" | "bantuan" => talk.go(At::Help),
        "status" => talk.go(At::Bookings { page: 0 }),
        "langganan" | "subscribe" => talk.go(At::Subscriptions { list: OfficeList::default(), pending: None }),
        "bahasa" | "language" => talk.go(At::Language),
        "batal" | "cancel" => leave(talk),
        _ => talk.note("command-unknown", &[]),
    }
}

/// Follows a button that leads somewhere from everywhere.
pub(crate) fn lead(talk: &mut Talk<'_>, verb: &Verb) -> Asked<Heard> {
    match verb {
        Verb::Home => talk.go(At::Home),
        Verb::Bookings => talk.go(At::Bookings { page: 0 }),
        Verb::Subscriptions => talk.go(At::Subscriptions { list: OfficeList::default(), pending: None }),
        Verb::Languages => talk.go(At::Language),
        Verb::Help => talk.go(At::Help),
        Verb::Leave => leave(talk),
        Verb::Book => book(talk)?,
        Verb::Anew => anew(talk)?,
        Verb::Open(id) => open(talk, *id),
        Verb::Again(id) => again(talk, *id)?,
        _ => return Ok(Heard::No),
    }
    Ok(Heard::Yes)
}

/// Leaves what is being done: a draft with answers only after a question.
fn leave(talk: &mut Talk<'_>) {
    match &talk.dialogue.at {
        At::Moving { booking, .. } | At::Cancelling { booking } => {
            let booking = booking.clone();
            talk.go(At::Booking { booking, pending: false });
        }
        At::Draft if has_answers(talk) => talk.go(At::Leaving),
        // Said twice it is meant; and without any answer there is nothing to ask about.
        At::Leaving | At::Draft => give_up(talk),
        _ if talk.draft().is_some() => talk.go(At::Leaving),
        _ => {
            talk.go(At::Home);
            talk.note("nothing-to-leave", &[]);
        }
    }
}

/// Whether a draft is under way that would be missed.
fn has_answers(talk: &Talk<'_>) -> bool {
    talk.draft().is_some_and(|draft| draft.application != Application::default())
}

/// Throws the draft away, with the place kept for it.
pub(crate) fn give_up(talk: &mut Talk<'_>) {
    hold::drop_draft(talk);
    talk.go(At::Home);
    talk.note("draft-dropped", &[]);
}

/// Goes on with the draft, or begins one.
fn book(talk: &mut Talk<'_>) -> Asked<()> {
    if talk.draft().is_none() {
        return anew(talk);
    }
    talk.go(At::Draft);
    Ok(())
}

fn anew(talk: &mut Talk<'_>) -> Asked<()> {
    if talk.at_limit()? {
        talk.go(At::Bookings { page: 0 });
        talk.note("limit-reached", &[("max", talk.facts.terms.rules.active_per_chat_max.into())]);
        return Ok(());
    }
    if talk.draft().is_some_and(|draft| draft.billing) {
        talk.go(At::Draft);
        return Ok(());
    }
    hold::begin(talk, Draft::default());
    Ok(())
}

fn open(talk: &mut Talk<'_>, id: BookingId) {
    match talk.dialogue.find_booking(id).cloned() {
        Some(booking) => talk.go(At::Booking { booking, pending: false }),
        None => not_found(talk),
    }
}

fn not_found(talk: &mut Talk<'_>) {
    talk.go(At::Bookings { page: 0 });
    talk.note("booking-not-found", &[]);
}

/// Begins a draft with the answers of an earlier booking; never in place of one under way, for the button may be
/// of an old message.
fn again(talk: &mut Talk<'_>, id: BookingId) -> Asked<()> {
    let Some(booking) = talk.dialogue.find_booking(id).cloned() else {
        not_found(talk);
        return Ok(());
    };
    if has_answers(talk) {
        talk.go(At::Draft);
        talk.note("again-draft-first", &[]);
        return Ok(());
    }
    let application = match &talk.facts.answers.application {
        Some((of, application)) if *of == booking => application.clone(),
        _ => return Err(Query::Application(booking)),
    };
    anew(talk)?;
    let begun = talk.on(&At::Draft) && talk.draft().is_some_and(|draft| !draft.billing);
    match application {
        _ if !begun => {}
        None => talk.note("again-answers-gone", &[]),
        Some(mut application) => {
            application.office = application.office.filter(|code| talk.office(code).is_some());
            talk.note("again-answers-kept", &[]);
            let draft = talk.draft_mut();
            // Whatever disagreed was let through once.
            *draft = Draft { earlier: EarlierKind::of(&application), application, sure: true, ..Draft::default() };
            fit::refit(talk);
            let today = talk.today();
            talk.draft_mut().resume(today);
        }
    }
    Ok(())
}
