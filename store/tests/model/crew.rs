//! The real stream of jobs, asked what a walk asks of the model, and seen as the model is seen.

use std::collections::BTreeMap;
use std::time::Duration;

use antrean_domain::{ChatId, Job, Outcome};
use antrean_store::{Batch, Entry, JobReader, OfficeShard, Options, Store, SubscribeJob, Work};

use crate::booking::Minutes;
use crate::drive::{LEASE_MS, MINUTE_MS, empty};
use crate::jobs::{Model, Number, Operation, READERS, given};
use crate::queue_house::{CLASS, House, job};

const SHARD: OfficeShard = OfficeShard(0);
const STREAM: &str = "jobs:{o0}:norm";

/// What can be seen of a stream of jobs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    /// Entries on the stream, and in hand.
    depth: (usize, usize),
    /// When each comes back, for which attempt.
    delayed: BTreeMap<Number, (Minutes, u32)>,
    done: Vec<Number>,
    buried: Vec<Number>,
    crashes: Vec<u32>,
}

impl Picture {
    pub(crate) fn of(model: &Model) -> Self {
        Self {
            depth: (model.waiting.len() + model.pending.len(), model.pending.len()),
            delayed: model.delayed.iter().map(|((until, _), (job, attempt))| (*job, (*until, *attempt))).collect(),
            done: model.done.clone(),
            buried: model.buried.clone(),
            crashes: model.crashes(),
        }
    }
}

/// A crew, with every batch it ever had in hand.
pub(crate) struct Crew<'a> {
    house: &'a House,
    store: Store,
    began: i64,
    enqueued: Number,
    readers: Vec<JobReader>,
    batches: Vec<Batch>,
}

impl<'a> Crew<'a> {
    pub(crate) async fn open(house: &'a House) -> Self {
        empty(&house.store, &mut house.raw.clone()).await;
        let store = Store::connect(Options { lease_ms: LEASE_MS, ..house.server.options(1) }).await.expect("connected");
        let mut readers = Vec::new();
        for _ in 0..READERS {
            readers.push(store.jobs(0, CLASS).await.expect("joined"));
        }
        let began = store.clock().now_ms();
        Self { house, store, began, enqueued: 0, readers, batches: Vec::new() }
    }

    pub(crate) async fn apply(&mut self, operation: &Operation, before: &Model) -> String {
        match operation {
            Operation::Enqueue => {
                self.enqueued += 1;
                self.store.enqueue(&job(self.enqueued)).await.expect("enqueued");
                String::new()
            }
            Operation::Read { reader, most } => {
                if !before.leaves_some(*reader) {
                    self.readers[*reader].all_settled();
                }
                self.read(*reader, *most).await
            }
            Operation::Do { batch } => self.do_all(&self.batches[*batch]).await,
            Operation::Retry { batch, at, minutes } => {
                let Batch { head, entries, .. } = &self.batches[*batch];
                let delay = Duration::from_mins(u64::try_from(*minutes).expect("not negative"));
                let put_off = self.store.retry(head, &entries[*at], delay).await.expect("answered");
                // Of two put off in one millisecond nobody knows which was the first.
                self.store.clock().advance(1).await.expect("steered");
                format!("{put_off:?}")
            }
            Operation::Bury { batch, at } => {
                let Batch { head, entries, .. } = &self.batches[*batch];
                format!("{:?}", self.store.bury(head, &entries[*at], "tried").await.expect("answered"))
            }
            Operation::Restart { reader, takes } => self.restart(*reader, *takes).await,
            Operation::Pass(minutes) => {
                self.store.clock().advance(minutes * MINUTE_MS).await.expect("steered");
                String::new()
            }
            Operation::Promote => self.store.promote(SHARD).await.expect("promoted").to_string(),
        }
    }

    async fn read(&mut self, reader: usize, most: usize) -> String {
        let batch = self.readers[reader].next(most).await.expect("read");
        let answer = given(batch.alone, batch.entries.iter().map(|entry| (number(entry.job.as_ref().expect("readable")), entry.attempt)));
        if !batch.entries.is_empty() {
            self.batches.push(batch);
        }
        answer
    }

    async fn do_all(&self, Batch { head, entries, .. }: &Batch) -> String {
        let work = |entry: &Entry| match &entry.job {
            Ok(Job::Subscribe { office, chat, on }) => {
                let job = SubscribeJob { office: office.clone(), chat: *chat, on: *on };
                Work { entry: entry.id.clone(), attempt: entry.attempt, job }
            }
            other => panic!("not a job of these tests: {other:?}"),
        };
        let work: Vec<_> = entries.iter().map(work).collect();
        let verdicts = self.store.subscribe(head, &work).await.expect("judged");
        verdicts.iter().map(antrean_store::Verdict::word).collect::<Vec<_>>().join(" ")
    }

    /// Drops a reader, as a crash does, and opens another; the lease of what it takes over has run out.
    async fn restart(&mut self, reader: usize, takes: Option<(usize, usize)>) -> String {
        if let Some((batch, at)) = takes {
            let Batch { head, entries, .. } = &self.batches[batch];
            let lapse = format!("XCLAIM {STREAM} crew {} 0 {} IDLE {} JUSTID", head.consumer, entries[at].id, LEASE_MS + 1);
            assert_eq!(self.house.redis::<Vec<String>>(&lapse).await.len(), 1);
        }
        self.readers[reader] = self.store.jobs(0, CLASS).await.expect("joined");
        if takes.is_some() { self.read(reader, 3).await } else { given(false, []) }
    }

    pub(crate) async fn picture(&self) -> Picture {
        let house = self.house;
        let pending: redis::streams::StreamPendingCountReply = house.redis(&format!("XPENDING {STREAM} crew - + 1000")).await;
        let mut crashes = Vec::new();
        for entry in &pending.ids {
            crashes.extend(house.redis::<Option<u32>>(&format!("HGET alone:{{o0}} crew:norm:{}", entry.id)).await);
        }
        crashes.sort_unstable();
        let delayed: Vec<(String, i64)> = house.redis("ZRANGE delay:{o0} 0 -1 WITHSCORES").await;
        let delayed = delayed.iter().map(|(member, until)| {
            let mut lines = member.splitn(3, '\n');
            let (class, attempt, wire) = (lines.next(), lines.next(), lines.next());
            assert_eq!(class, Some("norm"));
            let job = Job::from_wire(wire.expect("a payload")).expect("readable");
            (
                number(&job),
                ((until - self.began).div_euclid(MINUTE_MS), attempt.and_then(|attempt| attempt.parse().ok()).expect("a number")),
            )
        });
        let letters = self.store.dead_letters(1_000).await.expect("read");
        let letter = |letter: &antrean_store::DeadLetter| {
            number(&Job::from_wire(std::str::from_utf8(&letter.payload).expect("JSON")).expect("as it was"))
        };
        Picture {
            depth: (house.redis(&format!("XLEN {STREAM}")).await, pending.ids.len()),
            delayed: delayed.collect(),
            done: self.done().await,
            buried: letters.iter().map(letter).collect(),
            crashes,
        }
    }

    /// Whose effect there is, in order: one that happened twice is there twice.
    async fn done(&self) -> Vec<Number> {
        let told: redis::streams::StreamRangeReply = self.house.redis("XRANGE hop:{o0} - +").await;
        let chat = |entry: &redis::streams::StreamId| {
            let outcome: String = entry.get("p").expect("an outcome");
            assert!(matches!(Outcome::from_wire(&outcome[1..]), Ok(Outcome::Subscribed { on: true, .. })));
            chat_of(entry)
        };
        told.ids.iter().map(chat).collect()
    }

    /// Every job is somewhere, and nothing is left behind of those that are gone.
    pub(crate) async fn close(&self, model: &Model) {
        let Picture { depth, delayed, done, buried, crashes } = self.picture().await;
        assert_eq!(depth.0 + delayed.len() + done.len() + buried.len(), usize::try_from(model.enqueued).expect("few"));
        self.store.tidy_alone(SHARD).await.expect("tidied");
        assert_eq!(self.house.redis::<usize>("HLEN alone:{o0}").await, crashes.len());
    }
}

/// Whom a hop is for: `c0:mail:42`.
pub(crate) fn chat_of(hop: &redis::streams::StreamId) -> Number {
    let to: String = hop.get("t").expect("a hop says where it goes");
    to.strip_prefix("c0:mail:").and_then(|chat| chat.parse().ok()).expect("a chat")
}

fn number(job: &Job) -> Number {
    match job {
        Job::Subscribe { chat: ChatId(number), .. } => *number,
        other => panic!("not a job of these tests: {other:?}"),
    }
}
