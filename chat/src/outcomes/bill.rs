//! What became of a bill: issued, soon over, expired, cancelled.

use antrean_domain::{BillingCode, BookingRef, Job, Millis, Rupiah, SlotId};

use super::{looking_at, refresh};
use crate::dates;
use crate::dialogue::At;
use crate::screen::How;
use crate::screens::notice;
use crate::step::Redraw;
use crate::talk::Talk;

/// A bill as it was issued.
pub(super) struct Bill<'a> {
    pub(super) booking: &'a BookingRef,
    pub(super) slot: &'a SlotId,
    pub(super) code: &'a BillingCode,
    pub(super) amount: Rupiah,
    pub(super) until: Millis,
}

/// The code is there. The draft has become a booking; its screen opens where the person waits for it.
pub(super) fn billed(talk: &mut Talk<'_>, bill: &Bill<'_>) -> Redraw {
    talk.dialogue.remember(bill.booking);
    if talk.dialogue.unwanted.contains(bill.booking) {
        let seq = talk.dialogue.next_seq(0);
        talk.job(Job::Cancel { booking: bill.booking.clone(), seq });
        return Redraw::No;
    }
    let drafted = talk.draft().is_some_and(|draft| draft.booking.as_ref() == Some(bill.booking));
    let waiting = drafted && matches!(talk.dialogue.at, At::Draft | At::Leaving);
    if drafted {
        talk.dialogue.draft = None;
    }
    if waiting {
        talk.go(At::Booking { booking: bill.booking.clone(), pending: false });
        talk.note("billed", &[]);
        return Redraw::New(How::Live);
    }
    let words = talk.words();
    let zone = talk.zone(&bill.slot.office);
    let args = [
        ("code", bill.code.as_str().into()),
        ("amount", bill.amount.to_string().into()),
        ("until", dates::moment(words, zone, bill.until, talk.facts.now).into()),
    ];
    let screen = notice::with_code(talk, bill.booking, bill.code.as_str(), "billed-elsewhere", &args);
    talk.kept.push(screen);
    refresh(talk, bill.booking)
}

/// Unpaid for too long. It rings, and one tap begins again with all answers.
pub(super) fn expired(talk: &mut Talk<'_>, booking: &BookingRef, slot: &SlotId) -> Redraw {
    talk.dialogue.remember(booking);
    let screen = notice::again(talk, booking, "expired", &args(talk, slot));
    talk.kept.push(screen);
    refresh(talk, booking)
}

pub(super) fn cancelled(talk: &mut Talk<'_>, booking: &BookingRef, slot: &SlotId) -> Redraw {
    talk.dialogue.remember(booking);
    talk.dialogue.unwanted.retain(|unwanted| unwanted != booking);
    if looking_at(talk, booking) {
        talk.note("cancelled", &args(talk, slot));
        return refresh(talk, booking);
    }
    let screen = notice::again(talk, booking, "cancelled", &args(talk, slot));
    talk.kept.push(screen);
    Redraw::No
}

pub(super) fn reminder(talk: &mut Talk<'_>, booking: &BookingRef, code: &BillingCode, until: Millis) -> Redraw {
    talk.dialogue.remember(booking);
    let until = dates::moment(talk.words(), talk.zone(&booking.office), until, talk.facts.now);
    let args = [("code", code.as_str().into()), ("until", until.into())];
    let screen = notice::with_code(talk, booking, code.as_str(), "bill-reminder", &args);
    talk.kept.push(screen);
    Redraw::No
}

fn args(talk: &Talk<'_>, slot: &SlotId) -> [(&'static str, crate::texts::Arg<'static>); 2] {
    let text = dates::slot(talk.words(), slot, talk.zone(&slot.office));
    [("office", talk.office_name(&slot.office).into()), ("slot", text.into())]
}
