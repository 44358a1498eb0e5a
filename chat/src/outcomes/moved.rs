//! What became of a reschedule.

use antrean_domain::outcome::MoveRefusal;
use antrean_domain::{BookingRef, SlotId};

use super::{looking_at, refresh};
use crate::calendar::Sheet;
use crate::dates;
use crate::dialogue::{At, MoveStage};
use crate::hours;
use crate::screen::How;
use crate::screens::notice;
use crate::step::Redraw;
use crate::talk::{Asked, Talk};
use crate::texts::Arg;

/// Moved. The old proof is void, so a new one comes.
pub(super) fn moved(talk: &mut Talk<'_>, booking: &BookingRef, from: &SlotId, to: &SlotId) -> Redraw {
    talk.dialogue.remember(booking);
    let screen = notice::proof(talk, booking, to, "moved");
    talk.kept.push(screen);
    if looking_at(talk, booking) {
        let from = dates::slot(talk.words(), from, talk.zone(&from.office));
        talk.note("moved-from", &[("from", from.into())]);
    }
    refresh(talk, booking)
}

/// Not moved, and why. Full: the hours of that day once more, with the nearest free ones.
pub(super) fn not_moved(talk: &mut Talk<'_>, booking: &BookingRef, to: &SlotId, why: MoveRefusal) -> Asked<Redraw> {
    let waiting = MoveStage::Waiting { to: to.clone() };
    if why == MoveRefusal::Full && talk.on(&At::Moving { booking: booking.clone(), stage: waiting }) {
        let (Some(view), Some(office)) = (talk.booking(booking)?, talk.office(&to.office)) else { return Ok(Redraw::No) };
        let sheet = Sheet { office, class: to.class, month: None, not: Some(view.slot.date) };
        let nearest = hours::nearest(talk, &sheet, to)?;
        let window = dates::window(talk.words(), to.hour);
        talk.note("move-full", &[("window", window.into()), ("nearest", Arg::Html(nearest))]);
        talk.go(At::Moving { booking: booking.clone(), stage: MoveStage::Hour { date: to.date } });
        return Ok(Redraw::New(How::Live));
    }
    let id = match why {
        MoveRefusal::Full => "move-full-elsewhere",
        MoveRefusal::UsedUp => "move-used-up",
        MoveRefusal::TooLate => "move-too-late",
        MoveRefusal::SameDate => "day-same",
        MoveRefusal::NotPaid => "move-not-paid",
        MoveRefusal::Unfit => "move-unfit",
    };
    if looking_at(talk, booking) {
        talk.note(id, &[]);
        return Ok(refresh(talk, booking));
    }
    talk.dialogue.remember(booking);
    let screen = notice::about(talk, booking, id, &[]);
    talk.kept.push(screen);
    Ok(Redraw::No)
}
