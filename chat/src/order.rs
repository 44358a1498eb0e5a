//! The order in which a person did things, where it is not the order in which they come.
//!
//! By webhook Telegram brings a chat's messages in one queue and a user's taps in another, so a tap may overtake the
//! text typed before it, and the other way round. A tap names the screen it was drawn on, and is refused on any other.
//! A text names nothing: one that a tap has overtaken would be read as the answer to a question its writer had not seen
//! yet. So the dialogue remembers which update drew its screen, and what is older than that is not an answer.

use antrean_domain::Millis;
use serde::{Deserialize, Serialize};

/// How far Telegram's clock and ours may be apart, and a message's date be rounded.
const SKEW_MS: Millis = 10_000;
/// Telegram gives up a tap that it could not bring in two and a half minutes.
const TAP_KEPT_MS: Millis = 150_000;

/// Which update an input came in, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub update: i64,
    /// When it was sent, by Telegram's clock, in whole seconds. A tap does not say.
    pub sent: Option<Millis>,
    /// When we took it in, by our clock.
    pub received: Millis,
}

/// The update that drew the screen a chat is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DrawnBy {
    update: i64,
    received: Millis,
}

impl From<Arrival> for DrawnBy {
    fn from(arrival: Arrival) -> Self {
        Self { update: arrival.update, received: arrival.received }
    }
}

impl DrawnBy {
    /// Whether `arrival` was sent before the update that drew the screen, and came after it.
    ///
    /// Ids count up, but begin anew after an idle week or on another Bot API server, so a lower one alone proves
    /// nothing: it must have been sent by then, too. Nobody is shut out by a remembered high number.
    pub(crate) fn overtook(self, arrival: Arrival) -> bool {
        let before = match arrival.sent {
            Some(sent) => sent < self.received + SKEW_MS,
            None => arrival.received < self.received + TAP_KEPT_MS,
        };
        arrival.update < self.update && before
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(update: i64, sent: Option<Millis>, received: Millis, overtaken: bool) {
        let drawn_by = DrawnBy { update: 100, received: 1_000_000 };
        assert_eq!(drawn_by.overtook(Arrival { update, sent, received }), overtaken);
    }

    #[test]
    fn what_was_sent_before_and_comes_after_was_overtaken() {
        check(99, Some(999_000), 1_000_100, true);
        // However long Telegram had to try.
        check(99, Some(999_000), 9_000_000, true);
        check(101, Some(999_000), 1_000_100, false);
        check(99, None, 1_000_100, true);
    }

    #[test]
    fn ids_that_begin_anew_shut_nobody_out() {
        check(1, Some(700_000_000), 700_000_500, false);
        check(1, None, 700_000_500, false);
    }
}
