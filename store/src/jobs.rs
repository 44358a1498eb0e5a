//! Streams of jobs: worked in parallel by the crew, a stream per office shard and class.

use std::time::Duration;

use antrean_domain::job::BadPayload;
use antrean_domain::{Job, JobClass};
use redis::streams::StreamId;

use crate::error::Result;
use crate::keys::{OfficeShard, Tag};
use crate::reader::{CRASHES_MAX, Fetched, Reader, Source};
use crate::turn::Committed;
use crate::work::BatchHead;
use crate::{Store, counted, scripts};

/// The consumer group of every stream of jobs. The ledger's scripts settle in its name.
pub(crate) const CREW_GROUP: &str = "crew";

/// Reads jobs. One batch in flight: finish it before asking for the next.
pub struct JobReader {
    store: Store,
    reader: Reader,
    head: BatchHead,
    /// The entry that runs alone now.
    alone: Option<String>,
    /// Whether nothing of the last batch is left.
    settled: bool,
}

/// Entries of one stream, in its order.
#[derive(Debug)]
pub struct Batch {
    pub head: BatchHead,
    pub entries: Vec<Entry>,
    /// Whether it is one entry of an owner that died.
    pub alone: bool,
}

/// One entry of a stream of jobs.
#[derive(Debug)]
pub struct Entry {
    pub id: String,
    /// How often it was tried before.
    pub attempt: u32,
    /// An unreadable one is to be buried, never dropped.
    pub job: std::result::Result<Job, BadPayload>,
    /// Its payload as it lies on the stream.
    pub raw: String,
}

impl JobReader {
    /// The next jobs, at most `most`; none after a second without any.
    pub async fn next(&mut self, most: usize) -> Result<Batch> {
        if let Some(entry) = self.alone.take() {
            // It came back from its run, so the process survived it. Crashes are counted in a row.
            self.forget_alone(&entry).await?;
        }
        if !self.settled {
            self.reader.leaves_some();
            self.settled = true;
        }
        match self.reader.next(most).await {
            Fetched::Nothing => Ok(self.batch(Vec::new(), false)),
            Fetched::Fresh(entries) => Ok(self.batch(entries.iter().map(Entry::read).collect(), false)),
            Fetched::Reclaimed(entry) => self.reclaimed(Entry::read(&entry)).await,
        }
    }

    async fn reclaimed(&mut self, entry: Entry) -> Result<Batch> {
        let field = alone_field(self.head.class, &entry.id);
        let batch = self.batch(vec![entry], true);
        let crashes = self.store.reclaimed(self.tag(), &field).await?;
        if crashes >= CRASHES_MAX {
            let reason = format!("its process died {crashes} times while it ran alone");
            self.store.bury(&batch.head, &batch.entries[0], &reason).await?;
            return Ok(self.batch(Vec::new(), false));
        }
        self.alone = batch.entries.first().map(|entry| entry.id.clone());
        Ok(batch)
    }

    /// Says that every entry of the last batch is off the stream. Of a batch of which nobody says so, what is left comes to
    /// somebody once its lease has run out, and this reader goes on under another name.
    pub fn all_settled(&mut self) {
        self.settled = true;
    }

    fn batch(&mut self, entries: Vec<Entry>, alone: bool) -> Batch {
        self.head.consumer.clear();
        self.head.consumer.push_str(self.reader.consumer());
        self.head.in_hand = entries.len();
        self.settled = entries.is_empty();
        Batch { head: self.head.clone(), entries, alone }
    }

    async fn forget_alone(&self, entry: &str) -> Result<()> {
        let mut forget = redis::cmd("HDEL");
        forget.arg(self.tag().alone()).arg(alone_field(self.head.class, entry));
        Ok(forget.query_async::<()>(&mut self.store.commands()).await?)
    }

    fn tag(&self) -> Tag {
        Tag::Office(OfficeShard(self.head.shard))
    }
}

impl Entry {
    fn read(entry: &StreamId) -> Self {
        let raw: String = entry.get("p").unwrap_or_default();
        Self { id: entry.id.clone(), attempt: entry.get("a").unwrap_or(0), job: Job::from_wire(&raw), raw }
    }
}

impl Store {
    /// Joins the crew that reads jobs of `class` on `shard`.
    pub async fn jobs(&self, shard: u8, class: JobClass) -> Result<JobReader> {
        let office = OfficeShard(shard);
        let source = Source { tag: Tag::Office(office), stream: office.jobs(class), group: CREW_GROUP };
        let reader = Reader::open(self, source).await?;
        let head = BatchHead { shard, class, consumer: reader.consumer().to_owned(), in_hand: 0 };
        Ok(JobReader { store: self.clone(), reader, head, alone: None, settled: true })
    }

    /// Puts a job on its stream: for the operator's tools. Turns and scripts leave theirs on a hop.
    pub async fn enqueue(&self, job: &Job) -> Result<()> {
        let stream = OfficeShard(job.office().shard(self.shards())).jobs(job.class());
        let mut add = redis::cmd("XADD");
        add.arg(stream).arg("*").arg("p").arg(job.to_wire()).arg("a").arg(0);
        Ok(add.query_async::<()>(&mut self.commands()).await?)
    }

    /// Takes an entry off its stream, to come back after `delay` with one attempt more.
    pub async fn retry(&self, head: &BatchHead, entry: &Entry, delay: Duration) -> Result<Committed> {
        self.put_off(head, entry, entry.attempt + 1, delay).await
    }

    /// Likewise, but it does not count against the entry: the fault was not its own.
    pub async fn postpone(&self, head: &BatchHead, entry: &Entry, delay: Duration) -> Result<Committed> {
        self.put_off(head, entry, entry.attempt, delay).await
    }

    async fn put_off(&self, head: &BatchHead, entry: &Entry, attempt: u32, delay: Duration) -> Result<Committed> {
        let shard = OfficeShard(head.shard);
        let delay_ms = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX / 2);
        let member = format!("{}\n{attempt}\n{}", head.class.word(), entry.raw);
        let mut call = scripts::RETRY.call();
        call.key(shard.jobs(head.class)).key(shard.delay());
        call.arg(CREW_GROUP).arg(&head.consumer).arg(&entry.id).arg(self.clock().now_ms() + delay_ms).arg(member);
        Committed::from_word("job", call.run(self).await?)
    }

    /// Takes an entry off its stream for the dead letters.
    pub async fn bury(&self, head: &BatchHead, entry: &Entry, reason: &str) -> Result<Committed> {
        let shard = OfficeShard(head.shard);
        let tag = Tag::Office(shard);
        let mut call = scripts::BURY.call();
        call.key(shard.jobs(head.class)).key(tag.dead()).key(tag.alone());
        call.arg(CREW_GROUP).arg(&head.consumer).arg(&entry.id).arg(head.class.word()).arg(entry.attempt);
        call.arg(reason).arg(self.clock().now_ms()).arg(alone_field(head.class, &entry.id));
        let word = Committed::from_word("job", call.run(self).await?)?;
        if word == Committed::Done {
            counted::dead_letter("job");
            tracing::error!(%tag, job.id = entry.id, job.attempt = entry.attempt, reason, "a job was buried as a dead letter");
        }
        Ok(word)
    }

    /// Notes that `field` was taken from a dead owner; how often it crashed while it ran alone.
    pub(crate) async fn reclaimed(&self, tag: Tag, field: &str) -> Result<u32> {
        let mut call = scripts::RECLAIMED.call();
        call.key(tag.alone()).arg(field).run(self).await
    }

    /// Notes that what ran alone did not kill its process.
    pub(crate) async fn survived(&self, tag: Tag, field: &str) -> Result<()> {
        let mut call = scripts::SURVIVED.call();
        call.key(tag.alone()).arg(field).run::<String>(self).await.map(drop)
    }
}

/// An entry's field in the hash of what runs alone.
pub(crate) fn alone_field(class: JobClass, entry: &str) -> String {
    format!("crew:{}:{entry}", class.word())
}
