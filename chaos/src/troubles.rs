//! What goes wrong, when and where: drawn from the seed, one trouble after another, each with its end.

use std::fmt;

use crate::dice::Dice;
use crate::proxy::Line;

/// The product's processes, by the order in which they start.
pub(crate) const ROLES: [&str; 7] = ["bot", "bot", "worker", "worker", "worker", "worker", "web"];
/// How many of them talk with Telegram: the first ones.
pub(crate) const BOTS: usize = 2;
/// The engine's lease. A pause is past it.
pub(crate) const LEASE_MS: u64 = 2_000;

/// Between two faults, in milliseconds: close enough that recoveries overlap with the next fault.
const BETWEEN_FAULTS_MS: (u64, u64) = (500, 2_200);
/// Redis is let to live so long between two failures, or nothing would ever happen.
const REDIS_LIVES_MS: u64 = 9_000;

/// One thing the driver does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) at_ms: u64,
    pub(crate) deed: Deed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    /// `kill -9`.
    Kill {
        process: usize,
    },
    /// SIGTERM, and no time to drain is waited for.
    Terminate {
        process: usize,
    },
    Start {
        process: usize,
    },
    Pause {
        process: usize,
    },
    Resume {
        process: usize,
    },
    KillRedis,
    StopRedis,
    StartRedis,
    /// Redis hangs, as on a disk that does.
    PauseRedis,
    ResumeRedis,
    /// The line between a process and Redis, or Telegram.
    Line {
        process: usize,
        to: To,
        line: Line,
    },
    /// Calls of Telegram go wrong.
    Telegram {
        mood: Mood,
        method: Option<&'static str>,
        count: u64,
        after_effect: bool,
    },
    /// Telegram says of somebody that they blocked the bot.
    Forbid {
        count: u64,
    },
    /// Updates that came are sent again, in another order.
    RepeatUpdates {
        count: usize,
    },
    /// The bank says of payments again that they were made, in another order and at once.
    RepeatNotices {
        count: usize,
    },
    /// A host's clock is wrong by so many minutes from now on.
    HostClock {
        process: usize,
        minutes: i64,
    },
    /// The product's own time leaps: holds and bills run out.
    Leap {
        minutes: i64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    Redis,
    Telegram,
}

/// How Telegram answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Flood { retry_after_s: u64 },
    Status { code: u16 },
    Timeout { ms: u64 },
    Cut,
}

/// The kinds of trouble that are drawn from. Each comes at least once in a run that is long enough.
const TROUBLES: [Trouble; 14] = [
    Trouble::Killed,
    Trouble::Terminated,
    Trouble::Paused,
    Trouble::RedisKilled,
    Trouble::RedisStopped,
    Trouble::RedisPaused,
    Trouble::RedisLine,
    Trouble::TelegramLine,
    Trouble::Telegram,
    Trouble::Forbidden,
    Trouble::UpdatesAgain,
    Trouble::NoticesAgain,
    Trouble::HostClock,
    Trouble::Leap,
];

#[derive(Clone, Copy)]
enum Trouble {
    Killed,
    Terminated,
    Paused,
    RedisKilled,
    RedisStopped,
    RedisPaused,
    RedisLine,
    TelegramLine,
    Telegram,
    Forbidden,
    UpdatesAgain,
    NoticesAgain,
    HostClock,
    Leap,
}

/// Every step of a run that lasts so long, by their time.
pub(crate) fn all(seed: u64, lasts_ms: u64) -> Vec<Step> {
    Schedule::of(seed, lasts_ms).steps
}

/// The steps as they are drawn, and until when each part of the house is in trouble already.
struct Schedule {
    dice: Dice,
    steps: Vec<Step>,
    busy_ms: [u64; ROLES.len()],
    /// When Redis may fail again.
    redis_ms: u64,
    /// When time may leap again.
    leap_ms: u64,
}

impl Schedule {
    fn of(seed: u64, lasts_ms: u64) -> Self {
        let mut it = Self { dice: Dice::of(seed, 2), steps: Vec::new(), busy_ms: [0; ROLES.len()], redis_ms: 5_000, leap_ms: lasts_ms / 5 };
        let mut troubles = Vec::new();
        let mut now_ms = 2_000;
        // Nothing begins in the last seconds: they are for what has begun.
        while now_ms + 5_000 < lasts_ms {
            if troubles.is_empty() {
                troubles = TROUBLES.to_vec();
                // The usual ones twice as often.
                troubles.extend([
                    Trouble::Killed,
                    Trouble::Killed,
                    Trouble::Paused,
                    Trouble::RedisLine,
                    Trouble::Telegram,
                    Trouble::UpdatesAgain,
                ]);
                it.dice.shuffle(&mut troubles);
            }
            let trouble = troubles.pop().expect("filled just now");
            it.draw(trouble, now_ms);
            now_ms += it.dice.between(BETWEEN_FAULTS_MS.0, BETWEEN_FAULTS_MS.1);
        }
        it.steps.sort_by_key(|step| step.at_ms);
        it
    }

    fn draw(&mut self, trouble: Trouble, now_ms: u64) {
        match trouble {
            Trouble::Killed => self.ends_and_starts(now_ms, |process| Deed::Kill { process }),
            Trouble::Terminated => self.ends_and_starts(now_ms, |process| Deed::Terminate { process }),
            Trouble::Paused => {
                let for_ms = self.dice.between(LEASE_MS + 500, LEASE_MS * 3);
                if let Some(process) = self.somebody(ROLES.len(), now_ms, for_ms) {
                    self.step(now_ms, Deed::Pause { process });
                    self.step(now_ms + for_ms, Deed::Resume { process });
                }
            }
            Trouble::RedisKilled => self.redis(now_ms, Deed::KillRedis, Deed::StartRedis, 2_500),
            Trouble::RedisStopped => self.redis(now_ms, Deed::StopRedis, Deed::StartRedis, 2_500),
            Trouble::RedisPaused => self.redis(now_ms, Deed::PauseRedis, Deed::ResumeRedis, LEASE_MS * 2),
            Trouble::RedisLine => self.line(now_ms, ROLES.len(), To::Redis),
            Trouble::TelegramLine => self.line(now_ms, BOTS, To::Telegram),
            Trouble::Telegram => {
                let deed = self.telegram();
                self.step(now_ms, deed);
            }
            Trouble::Forbidden => {
                let count = self.dice.between(1, 3);
                self.step(now_ms, Deed::Forbid { count });
            }
            Trouble::UpdatesAgain => {
                let count = self.dice.index(20) + 5;
                self.step(now_ms, Deed::RepeatUpdates { count });
            }
            Trouble::NoticesAgain => {
                let count = self.dice.index(6) + 2;
                self.step(now_ms, Deed::RepeatNotices { count });
            }
            Trouble::HostClock => {
                let (process, minutes) = (self.dice.index(ROLES.len()), self.dice.pick(&[-10, 10, 10, -10, 0]));
                self.step(now_ms, Deed::HostClock { process, minutes });
            }
            Trouble::Leap => self.leap(now_ms),
        }
    }

    fn step(&mut self, at_ms: u64, deed: Deed) {
        self.steps.push(Step { at_ms, deed });
    }

    /// One of the first `of` processes that is not in trouble, for so long.
    fn somebody(&mut self, of: usize, now_ms: u64, for_ms: u64) -> Option<usize> {
        let free: Vec<_> = (0..of).filter(|process| self.busy_ms[*process] <= now_ms).collect();
        if free.is_empty() {
            return None;
        }
        let process = self.dice.pick(&free);
        self.busy_ms[process] = now_ms + for_ms;
        Some(process)
    }

    fn ends_and_starts(&mut self, now_ms: u64, end: impl FnOnce(usize) -> Deed) {
        let for_ms = self.dice.between(50, 3_000);
        if let Some(process) = self.somebody(ROLES.len(), now_ms, for_ms) {
            self.step(now_ms, end(process));
            self.step(now_ms + for_ms, Deed::Start { process });
        }
    }

    fn redis(&mut self, now_ms: u64, end: Deed, begin: Deed, most_ms: u64) {
        if now_ms < self.redis_ms {
            return;
        }
        let for_ms = self.dice.between(100, most_ms);
        self.redis_ms = now_ms + for_ms + REDIS_LIVES_MS;
        self.step(now_ms, end);
        self.step(now_ms + for_ms, begin);
    }

    fn line(&mut self, now_ms: u64, of: usize, to: To) {
        let lines = [Line::Cut, Line::Silent, Line::Slow { ms: self.dice.between(5, 60) }];
        let (line, for_ms) = (self.dice.pick(&lines), self.dice.between(200, 4_000));
        if let Some(process) = self.somebody(of, now_ms, for_ms) {
            self.step(now_ms, Deed::Line { process, to, line });
            self.step(now_ms + for_ms, Deed::Line { process, to, line: Line::Open });
        }
    }

    fn telegram(&mut self) -> Deed {
        let moods = [
            Mood::Flood { retry_after_s: self.dice.between(1, 3) },
            Mood::Status { code: 500 },
            Mood::Status { code: 502 },
            Mood::Timeout { ms: self.dice.between(500, 5_000) },
            Mood::Cut,
        ];
        let methods = [None, None, Some("sendMessage"), Some("editMessageText"), Some("sendPhoto"), Some("getUpdates")];
        let (mood, method) = (self.dice.pick(&moods), self.dice.pick(&methods));
        // A refusal has no effect; only an answer that never came may have had one.
        let after_effect = matches!(mood, Mood::Timeout { .. } | Mood::Cut | Mood::Status { code: 502 }) && self.dice.chance(60);
        let count = if method == Some("getUpdates") { self.dice.between(1, 2) } else { self.dice.between(1, 12) };
        Deed::Telegram { mood, method, count, after_effect }
    }

    /// Not too close to one another: people must get somewhere between.
    fn leap(&mut self, now_ms: u64) {
        if now_ms < self.leap_ms {
            return;
        }
        self.leap_ms = now_ms + 15_000;
        let minutes = self.dice.pick(&[11, 61, 121, 121]);
        // The product's time is Redis': it cannot leap while that is away.
        let back_ms = self.redis_ms.saturating_sub(REDIS_LIVES_MS);
        self.step(now_ms.max(back_ms + 500), Deed::Leap { minutes });
    }
}

impl Deed {
    /// Its word in reports; what ends a trouble has none.
    pub(crate) fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Kill { .. } => "process killed",
            Self::Terminate { .. } => "process told to stop",
            Self::Pause { .. } => "process paused past its lease",
            Self::KillRedis => "redis killed",
            Self::StopRedis => "redis stopped",
            Self::PauseRedis => "redis paused",
            Self::Line { line: Line::Cut, to: To::Redis, .. } => "line to redis cut",
            Self::Line { line: Line::Silent, to: To::Redis, .. } => "line to redis silent",
            Self::Line { line: Line::Slow { .. }, to: To::Redis, .. } => "line to redis slow",
            Self::Line { line: Line::Cut, to: To::Telegram, .. } => "line to telegram cut",
            Self::Line { line: Line::Silent, to: To::Telegram, .. } => "line to telegram silent",
            Self::Line { line: Line::Slow { .. }, to: To::Telegram, .. } => "line to telegram slow",
            Self::Telegram { mood: Mood::Flood { .. }, .. } => "telegram answers 429",
            Self::Telegram { mood: Mood::Status { .. }, .. } => "telegram answers 5xx",
            Self::Telegram { mood: Mood::Timeout { .. }, .. } => "telegram answers never",
            Self::Telegram { mood: Mood::Cut, .. } => "telegram hangs up",
            Self::Forbid { .. } => "telegram answers 403",
            Self::RepeatUpdates { .. } => "updates repeated",
            Self::RepeatNotices { .. } => "payment notices repeated",
            Self::HostClock { .. } => "host clock moved",
            Self::Leap { .. } => "time leapt",
            Self::Start { .. } | Self::Resume { .. } | Self::StartRedis | Self::ResumeRedis | Self::Line { line: Line::Open, .. } => {
                return None;
            }
        })
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>7.3} s  {:?}", std::time::Duration::from_millis(self.at_ms).as_secs_f64(), self.deed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_goes_wrong_is_put_right_again() {
        for seed in 0..50 {
            let steps = all(seed, 120_000);
            let count = |is: fn(&Deed) -> bool| steps.iter().filter(|step| is(&step.deed)).count();
            assert_eq!(count(|deed| matches!(deed, Deed::Pause { .. })), count(|deed| matches!(deed, Deed::Resume { .. })));
            assert_eq!(count(|deed| *deed == Deed::PauseRedis), count(|deed| *deed == Deed::ResumeRedis));
            assert_eq!(count(|deed| matches!(deed, Deed::KillRedis | Deed::StopRedis)), count(|deed| matches!(deed, Deed::StartRedis)));
            let ended = count(|deed| matches!(deed, Deed::Kill { .. } | Deed::Terminate { .. }));
            assert_eq!(ended, count(|deed| matches!(deed, Deed::Start { .. })));
        }
    }

    #[test]
    fn two_minutes_are_enough_for_every_kind_of_trouble() {
        let steps = all(1, 120_000);
        let words: std::collections::BTreeSet<_> = steps.iter().filter_map(|step| step.deed.word()).collect();
        for word in
            ["process killed", "process paused past its lease", "redis killed", "updates repeated", "time leapt", "host clock moved"]
        {
            assert!(words.contains(word), "{word} is not in {words:?}");
        }
        assert!(steps.len() > 60, "{} steps", steps.len());
    }
}
