//! Webhooks: setting one, and delivering to it.
//!
//! Telegram delivers the updates of one queue one after another and different queues side by side. A chat's messages
//! are one queue and a user's taps another, so the two may overtake each other; that trap is imitated on purpose.
//! Only a 2xx takes an update off its queue. The first retry is immediate, then pauses double; the receiver's
//! `Retry-After` is honoured.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use reqwest::header;
use serde_json::{Value, json};
use tokio::{task::JoinSet, time::Instant};

use super::{
    Call,
    error::{ApiError, ApiResult},
    updates::allow,
};
use crate::{
    shared::Shared,
    world::{Record, WebhookSettings},
};

const CONNECTIONS_DEFAULT: i64 = 40;
const CONNECTIONS_MAX: i64 = 100;
/// How long the real one waits for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);
const PAUSE_FIRST: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_mins(1);
const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);

impl Call<'_> {
    pub(super) fn set_webhook(&self) -> ApiResult<Value> {
        let Some(url) = self.params.text("url") else { return Ok(self.delete_webhook()) };
        // The real one wants HTTPS on a public address; this one is for machines that talk to themselves.
        if reqwest::Url::parse(url).is_err() {
            return Err(ApiError::bad("bad webhook: invalid webhook URL specified"));
        }
        let secret = self.params.text("secret_token").map(str::to_owned);
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if secret.as_ref().is_some_and(|secret| secret.len() > 256 || !secret.bytes().all(legal)) {
            return Err(ApiError::bad("secret token contains unallowed characters"));
        }
        let connections = self.params.int("max_connections")?.unwrap_or(CONNECTIONS_DEFAULT).clamp(1, CONNECTIONS_MAX);
        let connections_max = usize::try_from(connections).expect("clamped to 1..=100");
        let allowed = self.params.json("allowed_updates", "can't parse allowed_updates")?;
        allow(&mut self.shared.world(), allowed);
        self.point_to(Some(WebhookSettings { url: url.to_owned(), secret, connections_max }));
        Ok(true.into())
    }

    pub(super) fn delete_webhook(&self) -> Value {
        self.point_to(None);
        true.into()
    }

    pub(super) fn get_webhook_info(&self) -> Value {
        let world = self.shared.world();
        let hook = world.profile.webhook.as_ref();
        let mut info = json!({
            "url": hook.map_or("", |hook| &hook.url),
            "has_custom_certificate": false,
            "pending_update_count": world.updates.len(),
        });
        if let Some(hook) = hook {
            info["max_connections"] = hook.connections_max.into();
        }
        if !world.profile.allowed_updates.is_empty() {
            info["allowed_updates"] = json!(world.profile.allowed_updates);
        }
        info
    }

    fn point_to(&self, webhook: Option<WebhookSettings>) {
        if self.params.flag("drop_pending_updates") {
            let mut world = self.shared.world();
            let below = world.updates.next_id();
            world.record(Record::Confirmed { below });
        }
        self.change(|profile| profile.webhook = webhook);
        // Wakes the delivery, which looks at the settings again.
        self.shared.world().updates.arrived.send_modify(|_| {});
    }
}

/// One queue: what waits in it, and what its receiver made it wait for.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<(i64, u64)>,
    failures: u32,
    not_before: Option<Instant>,
}

/// What came of one delivery.
struct Delivery {
    queue: i64,
    update: (i64, u64),
    outcome: Result<(), Option<Duration>>,
}

/// Delivers for as long as the server lives.
pub(crate) async fn deliver(shared: Arc<Shared>) {
    let mut queues: HashMap<i64, Queue> = HashMap::new();
    let mut busy: HashSet<i64> = HashSet::new();
    let mut running: JoinSet<Delivery> = JoinSet::new();
    let mut arrived = shared.world().updates.arrived.subscribe();
    let mut seen_seq = 0;
    loop {
        arrived.mark_unchanged();
        let settings = {
            let world = shared.world();
            let settings = world.profile.webhook.clone();
            if settings.is_some() {
                for pending in world.updates.since(seen_seq) {
                    queues.entry(pending.queue).or_default().waiting.push_back((pending.id, pending.seq));
                }
                seen_seq = *world.updates.arrived.borrow();
            } else {
                // The bot polls. Should it set a webhook, what is unconfirmed by then is queued from the start.
                queues.clear();
                seen_seq = 0;
            }
            settings
        };
        let next_due = settings.and_then(|hook| start_due(&shared, &hook, &mut queues, &mut busy, &mut running));
        tokio::select! {
            _ = arrived.changed() => {}
            Some(done) = running.join_next() => {
                let done = done.expect("a delivery neither panics nor is aborted");
                busy.remove(&done.queue);
                settle(&shared, &mut queues, &done);
            }
            () = wait_until(next_due) => {}
            () = shared.shutdown.cancelled() => return,
        }
    }
}

/// Starts a delivery from every idle queue that may, within the connections allowed; gives when the next one may.
fn start_due(
    shared: &Arc<Shared>,
    hook: &WebhookSettings,
    queues: &mut HashMap<i64, Queue>,
    busy: &mut HashSet<i64>,
    running: &mut JoinSet<Delivery>,
) -> Option<Instant> {
    let now = Instant::now();
    let mut next_due = None;
    queues.retain(|_, queue| !queue.waiting.is_empty());
    for (&id, queue) in queues.iter_mut().filter(|(id, _)| !busy.contains(id)).collect::<Vec<_>>() {
        if running.len() >= hook.connections_max {
            break;
        }
        if let Some(due) = queue.not_before.filter(|due| *due > now) {
            next_due = Some(next_due.map_or(due, |earlier: Instant| earlier.min(due)));
            continue;
        }
        let world = shared.world();
        // What expired or was confirmed by polling in the meantime is passed over.
        while let Some(&update) = queue.waiting.front() {
            if let Some(pending) = world.updates.get(update.0, update.1) {
                busy.insert(id);
                running.spawn(post(shared.http.clone(), hook.clone(), id, update, pending.body.clone()));
                break;
            }
            queue.waiting.pop_front();
        }
    }
    next_due
}

async fn post(http: reqwest::Client, hook: WebhookSettings, queue: i64, update: (i64, u64), body: String) -> Delivery {
    let mut request = http.post(&hook.url).header(header::CONTENT_TYPE, "application/json").timeout(ANSWER_TIMEOUT).body(body);
    if let Some(secret) = &hook.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let outcome = match request.send().await {
        Ok(answer) if answer.status().is_success() => Ok(()),
        Ok(answer) => {
            let seconds = answer.headers().get(header::RETRY_AFTER).and_then(|it| it.to_str().ok()?.parse().ok());
            Err(seconds.map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX)))
        }
        Err(_) => Err(None),
    };
    Delivery { queue, update, outcome }
}

fn settle(shared: &Shared, queues: &mut HashMap<i64, Queue>, done: &Delivery) {
    let mut world = shared.world();
    let queue = queues.entry(done.queue).or_default();
    match done.outcome {
        Ok(()) => {
            world.stats.webhook_deliveries += 1;
            let (id, seq) = done.update;
            world.record(Record::Delivered { id, seq });
            queue.waiting.retain(|update| *update != done.update);
            (queue.failures, queue.not_before) = (0, None);
        }
        Err(retry_after) => {
            world.stats.webhook_failures += 1;
            queue.failures += 1;
            let pause = match queue.failures {
                1 => Duration::ZERO,
                n => PAUSE_FIRST.saturating_mul(1 << (n - 2).min(6)).min(PAUSE_MAX),
            };
            queue.not_before = Some(Instant::now() + retry_after.unwrap_or(pause));
        }
    }
}

async fn wait_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
