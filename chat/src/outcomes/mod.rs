//! What the crew tells, turned into what the person sees.
//!
//! Where the person waits for it, the screen moves on. Where they are elsewhere, the news comes as a message that
//! stays, and the screen they are on keeps its buttons. Nothing the ledger keeps for a chat is left without
//! somebody who wants it: a place that nobody waits for goes back, a code that nobody wants is cancelled.

mod bill;
mod hold;
mod money;
mod moved;

use antrean_domain::{BookingRef, OfficeCode, Outcome};

use crate::dialogue::At;
use crate::screen::How;
use crate::screens::notice;
use crate::step::Redraw;
use crate::talk::{Asked, Talk};

pub(crate) fn take(talk: &mut Talk<'_>, outcome: &Outcome) -> Asked<Redraw> {
    match outcome {
        Outcome::Held { booking, slot, until } => Ok(hold::held(talk, booking, slot, *until)),
        Outcome::Full { booking, slot, kept } => hold::full(talk, booking, slot, kept.as_ref()),
        Outcome::HoldOver { booking } => Ok(hold::over(talk, booking)),
        Outcome::Billed { booking, slot, code, amount, until } => {
            Ok(bill::billed(talk, &bill::Bill { booking, slot, code, amount: *amount, until: *until }))
        }
        Outcome::Expired { booking, slot } => Ok(bill::expired(talk, booking, slot)),
        Outcome::Cancelled { booking, slot } => Ok(bill::cancelled(talk, booking, slot)),
        Outcome::BillReminder { booking, code, until } => Ok(bill::reminder(talk, booking, code, *until)),
        Outcome::Paid { booking, slot, late } => Ok(money::paid(talk, booking, slot, *late)),
        Outcome::RefundDue { booking, amount, again } => Ok(money::refund_due(talk, booking, *amount, *again)),
        Outcome::EveReminder { booking, slot } => Ok(money::eve(talk, booking, slot)),
        Outcome::Rescheduled { booking, from, to } => Ok(moved::moved(talk, booking, from, to)),
        Outcome::NotRescheduled { booking, to, why } => moved::not_moved(talk, booking, to, *why),
        Outcome::Refused { booking, job } => Ok(refused(talk, booking, job)),
        Outcome::Subscribed { office, on } => Ok(subscribed(talk, office, *on)),
    }
}

/// Whether this booking's own screen is open, on any of its pages.
fn looking_at(talk: &Talk<'_>, booking: &BookingRef) -> bool {
    match &talk.dialogue.at {
        At::Booking { booking: open, .. } | At::Cancelling { booking: open } | At::Moving { booking: open, .. } => open == booking,
        _ => false,
    }
}

/// Draws the booking's screen anew if it is open, else leaves the person where they are.
fn refresh(talk: &mut Talk<'_>, booking: &BookingRef) -> Redraw {
    if !looking_at(talk, booking) {
        return Redraw::No;
    }
    talk.go(At::Booking { booking: booking.clone(), pending: false });
    Redraw::New(How::Live)
}

/// A command met a booking in a state that does not allow it. The booking's own screen tells which.
fn refused(talk: &mut Talk<'_>, booking: &BookingRef, job: &str) -> Redraw {
    let drafted = talk.draft().is_some_and(|draft| draft.booking.as_ref() == Some(booking));
    match job {
        // Nobody waits for a release: what was to go back is back, or has become a bill that is told of by itself.
        "release" => Redraw::No,
        "hold" | "bill" if drafted => hold::refused(talk),
        _ if looking_at(talk, booking) => {
            talk.note("refused", &[]);
            refresh(talk, booking)
        }
        "cancel" | "reschedule" => {
            talk.dialogue.remember(booking);
            let screen = notice::about(talk, booking, "refused", &[]);
            talk.kept.push(screen);
            Redraw::No
        }
        _ => Redraw::No,
    }
}

fn subscribed(talk: &mut Talk<'_>, office: &OfficeCode, on: bool) -> Redraw {
    if on {
        talk.dialogue.subscribed.insert(office.clone());
    } else {
        talk.dialogue.subscribed.remove(office);
    }
    let name = talk.office_name(office);
    let id = if on { "subscribed" } else { "unsubscribed" };
    let At::Subscriptions { pending, .. } = &mut talk.dialogue.at else {
        let screen = notice::plain(talk, id, &[("office", name.into())]);
        talk.kept.push(screen);
        return Redraw::No;
    };
    if pending.as_ref() == Some(office) {
        *pending = None;
    }
    talk.note(id, &[("office", name.into())]);
    Redraw::New(How::Live)
}
