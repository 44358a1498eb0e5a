//! One input, one step: who hears it, what changes, what is shown.

use crate::callback::{Callback, Of, Verb};
use crate::dialogue::{At, Dialogue};
use crate::facts::{Facts, Next, Step};
use crate::input::{Input, Tap};
use crate::navigate;
use crate::outcomes;
use crate::photos;
use crate::screen::{How, Screen, Show, Toast};
use crate::screens;
use crate::talk::{Asked, Heard, Talk};
use crate::texts::Arg;
use crate::typed;

/// Takes one input. Pure and total: the same input in the same dialogue with the same facts leads to the same
/// step. Where it needs to know something of the ledger, it asks, and is to be called again with the answer.
pub fn step(dialogue: &Dialogue, input: &Input, facts: &Facts<'_>) -> Next {
    let mut talk = Talk::new(dialogue, facts);
    let taken = take(&mut talk, input).and_then(|redraw| show(&mut talk, redraw));
    match taken {
        Ok(shows) => Next::Step(Box::new(Step { dialogue: talk.dialogue, shows, jobs: talk.jobs, toast: talk.toast })),
        Err(query) => Next::Need(query),
    }
}

/// Whether and how the screen is drawn after an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redraw {
    /// The screen stands as it is, its buttons remain good.
    No,
    /// The same screen once more, for one that looks at an old one. Its buttons remain good: otherwise two quick
    /// taps would chase one another.
    Same,
    /// A new screen: buttons of all earlier ones are stale.
    New(How),
}

fn take(talk: &mut Talk<'_>, input: &Input) -> Asked<Redraw> {
    match input {
        Input::Tap(tap) => return take_tap(talk, tap),
        Input::Outcome(outcome) => return outcomes::take(talk, outcome),
        _ if talk.overtaken() => talk.note("late-input", &[]),
        Input::Text(text) => take_text(talk, text)?,
        Input::Photo(photo) => photos::photo(talk, &photo.file),
        Input::Document { file, mime, .. } => photos::document(talk, file, mime.as_deref()),
        Input::Other(kind) => photos::other(talk, *kind),
    }
    Ok(Redraw::New(How::Below))
}

fn take_tap(talk: &mut Talk<'_>, tap: &Tap) -> Asked<Redraw> {
    if !tap.from_owner {
        let text = talk.words().say("toast-not-yours");
        talk.toast = Some(Toast { text, alert: true });
        return Ok(Redraw::No);
    }
    let Ok(Callback { of, verb }) = tap.data.parse() else {
        talk.toast("toast-unknown");
        return Ok(Redraw::Same);
    };
    let current = match of {
        Of::Kept => verb.only_leads(),
        Of::Screen { session, rev } => session == talk.dialogue.session && rev == talk.dialogue.rev,
    };
    if !current {
        talk.toast(if talk.overtaken() { "toast-overtaken" } else { "toast-stale" });
        return Ok(Redraw::Same);
    }
    match act(talk, &verb)? {
        Heard::Yes => Ok(Redraw::New(How::Live)),
        Heard::Toasted => Ok(Redraw::No),
        Heard::No => {
            talk.toast("toast-unknown");
            Ok(Redraw::Same)
        }
    }
}

fn act(talk: &mut Talk<'_>, verb: &Verb) -> Asked<Heard> {
    match navigate::lead(talk, verb)? {
        Heard::No => screens::tap(talk, verb),
        heard => Ok(heard),
    }
}

/// Takes what was typed: a command, an answer, or the label or number of a button.
fn take_text(talk: &mut Talk<'_>, text: &str) -> Asked<()> {
    if text.trim_start().starts_with('/') {
        navigate::command(talk, text);
        return Ok(());
    }
    if screens::text(talk, text)? != Heard::No {
        return Ok(());
    }
    let screen = screens::draw(talk)?;
    // In a draft numbers are answers, and are understood by the question itself or not at all.
    let by_number = || if talk.on(&At::Draft) { None } else { typed::number(&screen, text) };
    let heard = match typed::label(&screen, text).or_else(by_number) {
        Some(verb) => act(talk, &verb)?,
        None => Heard::No,
    };
    if let Some(toast) = talk.toast.take() {
        // There is no tap to answer.
        talk.notices.push(crate::texts::escape(&toast.text));
    } else if heard == Heard::No {
        let hint = screens::hint(talk);
        talk.note(&hint, &[]);
    }
    Ok(())
}

/// Draws what follows, and puts the messages that stay behind it.
fn show(talk: &mut Talk<'_>, redraw: Redraw) -> Asked<Vec<Show>> {
    let mut shows = Vec::new();
    if redraw != Redraw::No {
        if std::mem::take(&mut talk.dialogue.lost) {
            let line = talk.words().say("lost-dialogue");
            talk.notices.insert(0, line);
        }
        if let Redraw::New(_) = redraw {
            talk.dialogue.rev += 1;
            if let Some(arrival) = talk.facts.arrival.filter(|_| !talk.overtaken()) {
                talk.dialogue.drawn_by = Some(arrival.into());
            }
        }
        let how = if let Redraw::New(how) = redraw { how } else { How::Live };
        let screen = fitted(talk, screens::draw(talk)?);
        shows.push(Show { how, screen });
    }
    shows.extend(talk.kept.drain(..).map(|screen| Show { how: How::Keep, screen }));
    Ok(shows)
}

/// Telegram refuses more than 4096 characters. No screen of ours comes near, whatever was typed; should a
/// translation ever do, the person sees that rather than nothing.
fn fitted(talk: &Talk<'_>, screen: Screen) -> Screen {
    const TEXT_MAX: usize = 4096;
    if screen.text.chars().count() <= TEXT_MAX {
        return screen;
    }
    Screen { text: talk.words().html("screen-too-long", &[("max", Arg::Number(4096))]), ..screen }
}
