//! Telegram's flood limits: about one message a second per chat with a short burst, about thirty a second in all.

use std::collections::HashMap;

use tokio::time::Instant;

/// Messages a chat may get at once before it is one a second; "short bursts tolerated", says the bots FAQ.
const CHAT_BURST: f64 = 5.0;
const CHAT_PER_S: f64 = 1.0;
const ALL_PER_S: f64 = 30.0;

/// Token buckets; an absent bucket is full.
#[derive(Default)]
pub(crate) struct Flood {
    chats: HashMap<i64, Bucket>,
    all: Option<Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Flood {
    /// Takes one message to `chat` out of the buckets, or says how many whole seconds to wait.
    pub(crate) fn take(&mut self, chat: i64, now: Instant) -> Result<(), u32> {
        let full = |tokens| Bucket { tokens, at: now };
        let own = self.chats.get(&chat).copied().unwrap_or_else(|| full(CHAT_BURST)).filled(now, CHAT_PER_S, CHAT_BURST);
        let all = self.all.unwrap_or_else(|| full(ALL_PER_S)).filled(now, ALL_PER_S, ALL_PER_S);
        let wait_s = own.wait_s(CHAT_PER_S).max(all.wait_s(ALL_PER_S));
        let paid = if wait_s == 0 { 1.0 } else { 0.0 };
        self.chats.insert(chat, Bucket { tokens: own.tokens - paid, ..own });
        self.all = Some(Bucket { tokens: all.tokens - paid, ..all });
        if wait_s == 0 { Ok(()) } else { Err(wait_s) }
    }
}

impl Bucket {
    fn filled(self, now: Instant, per_s: f64, max: f64) -> Self {
        let tokens = (now - self.at).as_secs_f64().mul_add(per_s, self.tokens).min(max);
        Self { tokens, at: now }
    }

    fn wait_s(self, per_s: f64) -> u32 {
        if self.tokens >= 1.0 {
            return 0;
        }
        let missing_s = ((1.0 - self.tokens) / per_s).ceil();
        // The bucket never owes more than one token, so this is a small whole number.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and 1/per_s, see above")]
        let missing_s = missing_s as u32;
        missing_s.max(1)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_chat_gets_a_burst_and_then_one_a_second() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        for _ in 0..5 {
            assert_eq!(flood.take(1, now), Ok(()));
        }
        assert_eq!(flood.take(1, now), Err(1));
        assert_eq!(flood.take(2, now), Ok(()), "another chat is not held back");
        let later = now + Duration::from_secs(1);
        assert_eq!(flood.take(1, later), Ok(()));
        assert_eq!(flood.take(1, later), Err(1));
    }

    #[test]
    fn all_chats_together_get_thirty_a_second() {
        let (mut flood, now) = (Flood::default(), Instant::now());
        let refused = (0..40).filter(|&chat| flood.take(chat, now).is_err()).count();
        assert_eq!(refused, 10);
    }
}
