//! The pace of messages to one chat: about one a second, with short bursts (Telegram's bots FAQ).
//!
//! A generic cell rate: one number, the moment at which everything sent so far will have been paid for, tells
//! all. It is kept with the chat's live message, so that every process that ever serves the chat keeps the pace.

use antrean_domain::Millis;

#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// What one message costs, in milliseconds.
    cost_ms: Millis,
    /// How far ahead of the clock a chat may be, in milliseconds.
    ahead_ms: Millis,
}

impl Pace {
    /// `per_second` messages a second for good, `burst` (at least 1) at once.
    pub(super) fn new(per_second: u32, burst: u32) -> Self {
        let cost_ms = 1_000 / Millis::from(per_second.max(1));
        Self { cost_ms, ahead_ms: cost_ms * Millis::from(burst.saturating_sub(1)) }
    }

    /// Lets one message go at `now_ms`, moving `paid_ms` (0 at first), or says from when on it may.
    pub(super) fn admit(self, paid_ms: &mut Millis, now_ms: Millis) -> Result<(), Millis> {
        // A clock set back must not silence a chat for longer than a full burst does.
        *paid_ms = (*paid_ms).clamp(now_ms, now_ms + self.ahead_ms + self.cost_ms);
        if *paid_ms > now_ms + self.ahead_ms {
            return Err(*paid_ms - self.ahead_ms);
        }
        *paid_ms += self.cost_ms;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_goes_at_once_and_then_one_a_second() {
        let pace = Pace::new(1, 5);
        let mut paid_ms = 0;
        let now = 1_000_000;
        assert!((0..5).all(|_| pace.admit(&mut paid_ms, now).is_ok()));
        assert_eq!(pace.admit(&mut paid_ms, now), Err(now + 1_000));
        assert_eq!(pace.admit(&mut paid_ms, now + 1_000), Ok(()));
        assert_eq!(pace.admit(&mut paid_ms, now + 1_500), Err(now + 2_000));
    }

    #[test]
    fn silence_earns_the_burst_again_and_no_more() {
        let pace = Pace::new(1, 2);
        let mut paid_ms = 0;
        assert_eq!((0..3).filter(|_| pace.admit(&mut paid_ms, 10_000).is_ok()).count(), 2);
        assert_eq!((0..9).filter(|_| pace.admit(&mut paid_ms, 99_000).is_ok()).count(), 2);
    }

    #[test]
    fn a_clock_set_back_does_not_silence_a_chat() {
        let pace = Pace::new(1, 1);
        let mut paid_ms = 9_000_000;
        assert_eq!(pace.admit(&mut paid_ms, 10_000), Err(11_000));
        assert_eq!(pace.admit(&mut paid_ms, 11_000), Ok(()));
    }
}
