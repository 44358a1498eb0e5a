//! The place kept for a draft: asked for, given back, and given up together with the draft.

use antrean_domain::{BookingRef, Job, SlotId};

use crate::dialogue::At;
use crate::draft::Draft;
use crate::fit;
use crate::talk::{Asked, Talk};

/// One: each application is one person's.
const PLACES: u32 = 1;

/// Asks the ledger to keep `slot`. What was kept before goes back in the same step there.
pub(crate) fn ask(talk: &mut Talk<'_>, slot: SlotId) -> Asked<()> {
    if talk.draft().and_then(|draft| draft.held.as_ref()).is_some_and(|held| held.slot == slot) {
        fit::advance(talk);
        return Ok(());
    }
    if talk.at_limit()? {
        talk.note("limit-reached", &[("max", talk.facts.terms.rules.active_per_chat_max.into())]);
        return Ok(());
    }
    let seq = talk.dialogue.next_seq(0);
    let fresh = BookingRef { office: slot.office.clone(), id: talk.facts.fresh };
    let draft = talk.draft_mut();
    let booking = draft.booking.take().filter(|booking| booking.office == slot.office).unwrap_or(fresh);
    draft.booking = Some(booking.clone());
    draft.wanted = Some(slot.clone());
    let chat = talk.facts.chat;
    talk.job(Job::Hold { booking, seq, chat, slot, places: PLACES });
    Ok(())
}

/// Gives back what is kept or asked for, if anything.
pub(crate) fn give_back(talk: &mut Talk<'_>) {
    let draft = talk.draft_mut();
    let kept = draft.held.take().is_some();
    let asked = draft.wanted.take().is_some();
    if let Some(booking) = draft.booking.clone().filter(|_| kept || asked) {
        release(talk, booking);
    }
}

/// Tells the ledger that nobody wants this booking's place.
pub(crate) fn release(talk: &mut Talk<'_>, booking: BookingRef) {
    let seq = talk.dialogue.next_seq(0);
    talk.job(Job::Release { booking, seq });
}

/// Throws the draft away. A billing code that is being issued for it is cancelled when it comes.
pub(crate) fn drop_draft(talk: &mut Talk<'_>) {
    let Some(draft) = talk.draft() else { return };
    if draft.billing {
        let booking = draft.booking.clone();
        talk.dialogue.unwanted.extend(booking);
    } else {
        give_back(talk);
    }
    talk.dialogue.draft = None;
}

/// Begins a draft in place of the present one and goes to its first open question.
pub(crate) fn begin(talk: &mut Talk<'_>, draft: Draft) {
    drop_draft(talk);
    talk.dialogue.draft = Some(draft);
    talk.go(At::Draft);
}
