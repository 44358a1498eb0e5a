//! Does what the plan says, when it says so; and in the end puts everything right.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use antrean_rig::Process;
use serde_json::json;
use tokio::time::{Instant, sleep, sleep_until};

use crate::dice::Dice;
use crate::house::House;
use crate::outside::Outside;
use crate::plan::Plan;
use crate::proxy::Line;
use crate::telegram;
use crate::troubles::{BOTS, Deed, ROLES, To};

/// How long everything may take to come to rest once nothing is broken any more. A lease, a long poll and the longest
/// back-off fit in several times.
const REST_WITHIN: Duration = Duration::from_secs(90);
/// Between two looks at whether it has.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Longer than any bill lives.
const PAST_EVERY_BILL_MIN: i64 = 130;

pub(crate) struct Driver {
    pub(crate) house: House,
    outside: Arc<Outside>,
    dice: Dice,
    redis_runs: bool,
    /// How often each kind of trouble was made.
    pub(crate) done: BTreeMap<&'static str, usize>,
    /// Whom Telegram called unreachable: what was for them then is lost on purpose.
    pub(crate) forbidden: BTreeSet<i64>,
}

impl Driver {
    pub(crate) fn new(house: House, outside: Arc<Outside>, plan: &Plan) -> Self {
        let dice = Dice::of(plan.seed, 3);
        Self { house, outside, dice, redis_runs: true, done: BTreeMap::new(), forbidden: BTreeSet::new() }
    }

    /// The whole plan, step by step, and then the rest of its time.
    pub(crate) async fn drive(&mut self, plan: &Plan) {
        let began = Instant::now();
        for step in &plan.steps {
            sleep_until(began + Duration::from_millis(step.at_ms)).await;
            self.takes(step.deed).await;
        }
        sleep_until(began + Duration::from_millis(plan.lasts_ms)).await;
    }

    async fn takes(&mut self, deed: Deed) {
        if matches!(deed, Deed::HostClock { .. }) && !self.house.has_clocks() {
            return;
        }
        if let Some(word) = deed.word() {
            *self.done.entry(word).or_default() += 1;
        }
        match deed {
            Deed::Kill { process } => self.process(process).kill().await,
            Deed::Terminate { process } => self.process(process).tell_to_stop().await,
            Deed::Start { process } => self.process(process).spawn_again().await,
            Deed::Pause { process } => self.process(process).pause().await,
            Deed::Resume { process } => self.process(process).resume().await,
            Deed::KillRedis => {
                self.redis_runs = false;
                self.house.world.redis.kill().await;
            }
            Deed::StopRedis => {
                self.redis_runs = false;
                self.house.world.redis.stop().await;
            }
            Deed::StartRedis => self.start_redis().await,
            Deed::PauseRedis => self.house.world.redis.pause().await,
            Deed::ResumeRedis => self.house.world.redis.resume().await,
            Deed::Line { process, to, line } => self.house.set_line(process, to, line),
            Deed::Telegram { mood, method, count, after_effect } => {
                telegram::misbehave(&self.outside.door, mood, method, count, after_effect).await;
            }
            Deed::Forbid { count } => {
                if let Some(chat) = self.outside.somebody(&mut self.dice) {
                    self.forbidden.insert(chat);
                    telegram::forbid(&self.outside.door, chat, count).await;
                }
            }
            Deed::RepeatUpdates { count } => self.outside.updates.repeat(&self.outside.door, count, &mut self.dice).await,
            Deed::RepeatNotices { count } => {
                // The bank waits for its answers, the driver does not.
                let (outside, mut dice) = (Arc::clone(&self.outside), Dice::new(self.dice.next()));
                tokio::spawn(async move { outside.bank.repeats(count, &mut dice).await });
            }
            Deed::HostClock { process, minutes } => self.house.set_clock(process, minutes),
            Deed::Leap { minutes } => self.leap(minutes).await,
        }
    }

    /// Moves the product's time on. It is kept in Redis, which may have come back just now.
    async fn leap(&self, minutes: i64) {
        let deadline = Instant::now() + REST_WITHIN;
        while self.outside.door.try_post("/sim/clock/advance", &json!({ "minutes": minutes })).await.0 != 200 {
            assert!(Instant::now() < deadline, "time does not leap: Redis takes no connection");
            sleep(LOOK_EVERY).await;
        }
    }

    async fn start_redis(&mut self) {
        if !self.redis_runs {
            self.house.world.redis.start_again().await;
            self.redis_runs = true;
        }
    }

    fn process(&mut self, at: usize) -> &mut Process {
        &mut self.house.world.processes()[at]
    }

    /// No fault any more: all lines open, all processes running, all clocks right.
    pub(crate) async fn puts_right(&mut self) {
        self.start_redis().await;
        self.house.world.redis.resume().await;
        self.outside.door.clear_faults().await;
        for process in 0..ROLES.len() {
            self.house.set_line(process, To::Redis, Line::Open);
            if process < BOTS {
                self.house.set_line(process, To::Telegram, Line::Open);
            }
            self.house.set_clock(process, 0);
            self.process(process).resume().await;
            if !self.process(process).is_running() {
                self.process(process).spawn_again().await;
            }
        }
    }

    /// Leaps past every deadline.
    pub(crate) async fn leaps_past_every_bill(&self) {
        self.leap(PAST_EVERY_BILL_MIN).await;
    }

    /// Waits until nothing is left to do anywhere; how long that took, or what was left.
    pub(crate) async fn rests(&self) -> Result<Duration, String> {
        let began = Instant::now();
        let mut rested = 0;
        loop {
            let left = self.left().await;
            rested = if left.is_empty() { rested + 1 } else { 0 };
            // Twice: what is between two streams when one is looked at is in neither.
            if rested == 3 {
                return Ok(began.elapsed());
            }
            if began.elapsed() > REST_WITHIN {
                return Err(left.join(", "));
            }
            sleep(LOOK_EVERY).await;
        }
    }

    /// What waits somewhere.
    async fn left(&self) -> Vec<String> {
        let mut left = Vec::new();
        match self.house.world.store.depths().await {
            // Delays wait on purpose, dead letters for an operator.
            Ok(depths) => left.extend(
                depths
                    .iter()
                    .filter(|it| it.depth > 0 && !it.name.starts_with("delay") && !it.name.starts_with("dead"))
                    .map(|it| format!("{} has {}", it.name, it.depth)),
            ),
            Err(error) => left.push(error.to_string()),
        }
        let pending = self.outside.door.get("/sim/stats").await["pending_updates"].as_u64().unwrap_or_default();
        if pending > 0 {
            left.push(format!("telegram has {pending} updates"));
        }
        left
    }
}
