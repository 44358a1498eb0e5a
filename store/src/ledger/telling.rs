//! Jobs that change no booking: reminders, and the lists of subscribers.

use antrean_domain::job::Reminder;
use antrean_domain::{BookingId, BookingRef, ChatId, Millis, OfficeCode};

use super::record::Record;
use super::run::{Look, Transition};
use super::scripts;
use crate::error::Result;
use crate::keys::OfficeShard;
use crate::scripts::{Call, Script};
use crate::{BatchHead, Store, Verdict, Work};

/// Recall something, if it still holds.
#[derive(Clone, Debug)]
pub struct RemindJob {
    pub booking: BookingRef,
    pub of: Reminder,
    /// The moment from which recalling it is pointless: the crew may have slept through it.
    pub pointless_ms: Millis,
}

/// Enter or leave an office's list of subscribers.
#[derive(Clone, Debug)]
pub struct SubscribeJob {
    pub office: OfficeCode,
    pub chat: ChatId,
    pub on: bool,
}

impl Store {
    /// Words: `reminded`, `void`.
    pub async fn remind(&self, head: &BatchHead, work: &[Work<RemindJob>]) -> Result<Vec<Verdict>> {
        self.judge(head, work).await
    }

    /// Words: `subscribed`, `unsubscribed`.
    pub async fn subscribe(&self, head: &BatchHead, work: &[Work<SubscribeJob>]) -> Result<Vec<Verdict>> {
        self.judge(head, work).await
    }
}

impl Transition for RemindJob {
    const LOOK: Look = Look::Never;

    fn script() -> &'static Script {
        &scripts::REMIND
    }

    fn head(_: OfficeShard, _: &mut Call) {}

    fn booking(&self) -> Option<BookingId> {
        Some(self.booking.id)
    }

    fn push(&self, shard: OfficeShard, _: Option<&Record>, call: &mut Call) {
        call.key(shard.booking(self.booking.id)).arg(self.booking.id.to_string());
        match &self.of {
            Reminder::Bill { until } => call.arg("bill").arg(*until),
            Reminder::Eve { slot } => call.arg("eve").arg(slot.to_string()),
        };
        call.arg(self.pointless_ms);
    }
}

impl Transition for SubscribeJob {
    const LOOK: Look = Look::Never;

    fn script() -> &'static Script {
        &scripts::SUBSCRIBE
    }

    fn head(_: OfficeShard, _: &mut Call) {}

    fn booking(&self) -> Option<BookingId> {
        None
    }

    fn push(&self, shard: OfficeShard, _: Option<&Record>, call: &mut Call) {
        call.key(shard.subscribers(&self.office));
        call.arg(self.office.as_str()).arg(self.chat.0).arg(if self.on { "on" } else { "off" });
    }
}
