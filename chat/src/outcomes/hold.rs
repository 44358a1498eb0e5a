//! What became of asking for a place.

use antrean_domain::{BookingRef, Millis, SlotId};

use crate::dates;
use crate::dialogue::At;
use crate::draft::{Ask, Draft, Held};
use crate::hold;
use crate::hours;
use crate::screen::How;
use crate::screens::notice;
use crate::step::Redraw;
use crate::steps::date_sheet;
use crate::talk::{Asked, Talk};
use crate::texts::Arg;

/// The place is kept. Anything but the place last asked for was replaced by it, or is wanted no more.
pub(super) fn held(talk: &mut Talk<'_>, booking: &BookingRef, slot: &SlotId, until: Millis) -> Redraw {
    let today = talk.today();
    let ours = talk.dialogue.draft.as_mut().filter(|draft| draft.booking.as_ref() == Some(booking));
    let Some(draft) = ours else {
        if !talk.dialogue.bookings.contains(booking) {
            hold::release(talk, booking.clone());
        }
        return Redraw::No;
    };
    let held = Held { slot: slot.clone(), until };
    match (&draft.wanted, &draft.held) {
        (Some(wanted), _) if wanted == slot => {
            (draft.wanted, draft.held, draft.date) = (None, Some(held), Some(slot.date));
            draft.resume(today);
            if draft.at == Ask::Review && talk.on(&At::Draft) {
                // The review itself says until when.
                return Redraw::New(How::Live);
            }
        }
        // Told twice.
        (None, Some(kept)) if kept.slot == *slot => {
            draft.held = Some(held);
            return Redraw::No;
        }
        // Another place was asked for since: the ledger takes it in this one's stead.
        (Some(_), _) | (None, Some(_)) => return Redraw::No,
        // Given back since, but the giving back may have come first.
        (None, None) => {
            hold::release(talk, booking.clone());
            return Redraw::No;
        }
    }
    let until = dates::moment(talk.words(), talk.zone(&slot.office), until, talk.facts.now);
    show(talk, "held", &[("until", until.into())])
}

/// The hour filled up in between.
pub(super) fn full(talk: &mut Talk<'_>, booking: &BookingRef, slot: &SlotId, kept: Option<&SlotId>) -> Asked<Redraw> {
    if !waits(talk, booking, slot) {
        return Ok(Redraw::No);
    }
    let draft = talk.draft_mut();
    draft.wanted = None;
    draft.held = draft.held.take().filter(|held| kept == Some(&held.slot));
    draft.date = Some(slot.date);
    draft.at = Ask::Hour;
    let nearest = match talk.draft().and_then(|draft| date_sheet(talk, draft)) {
        Some(sheet) => hours::nearest(talk, &sheet, slot)?,
        None => String::new(),
    };
    let window = dates::window(talk.words(), slot.hour);
    Ok(show(talk, "hold-full", &[("window", window.into()), ("nearest", Arg::Html(nearest))]))
}

/// The hold ran out, before or while the code was asked for. The answers stay.
pub(super) fn over(talk: &mut Talk<'_>, booking: &BookingRef) -> Redraw {
    talk.dialogue.unwanted.retain(|unwanted| unwanted != booking);
    let Some(draft) = drafted(talk, booking) else { return Redraw::No };
    draft.held = None;
    draft.billing = false;
    if draft.wanted.is_some() {
        // Another hour is being asked for already.
        return Redraw::No;
    }
    if draft.at >= Ask::Date {
        draft.at = if draft.date.is_some() { Ask::Hour } else { Ask::Date };
    }
    show(talk, "hold-over", &[])
}

/// The ledger refused to hold or to bill: the place is not ours, all else is.
pub(super) fn refused(talk: &mut Talk<'_>) -> Redraw {
    let draft = talk.draft_mut();
    (draft.wanted, draft.held, draft.booking, draft.billing) = (None, None, None, false);
    draft.at = if draft.date.is_some() { Ask::Hour } else { Ask::Date };
    show(talk, "hold-refused", &[])
}

fn drafted<'t>(talk: &'t mut Talk<'_>, booking: &BookingRef) -> Option<&'t mut Draft> {
    talk.dialogue.draft.as_mut().filter(|draft| draft.booking.as_ref() == Some(booking))
}

fn waits(talk: &mut Talk<'_>, booking: &BookingRef, slot: &SlotId) -> bool {
    drafted(talk, booking).is_some_and(|draft| draft.wanted.as_ref() == Some(slot))
}

/// Says it on the draft's screen if that is open, else in a message that stays.
fn show(talk: &mut Talk<'_>, id: &str, args: &[(&'static str, Arg<'_>)]) -> Redraw {
    if talk.on(&At::Draft) {
        talk.note(id, args);
        return Redraw::New(How::Live);
    }
    let screen = notice::plain(talk, id, args);
    talk.kept.push(screen);
    Redraw::No
}
