//! The consumer loop, the same for turns, outboxes and jobs: a blocking read in a consumer group, kept alive.
//!
//! A reader owns one consumer name, one connection and at most one batch in flight. From one [`Reader::next`] to the
//! following call the batch is its caller's: meanwhile a heart of its own renews the lease, so that only the
//! dead lose their entries. What a dead owner held is claimed by whoever looks next, one entry at a time, and runs *alone*.
//!
//! What if it crashes: before the read, nothing; after it, the entries stay pending under a name that no heart
//! renews, and are reclaimed after one lease. A crash of a process holding 64 entries proves nothing against any
//! of them; only crashes while alone count ([`CRASHES_MAX`]).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use redis::FromRedisValue;
use redis::aio::MultiplexedConnection;
use redis::streams::{StreamAutoClaimReply, StreamId, StreamReadReply};
use tokio::task::JoinHandle;

use crate::backoff::Backoff;
use crate::depth::plain;
use crate::error::{Result, StoreError};
use crate::keys::Tag;
use crate::{Store, counted, scripts};

/// How long one read blocks. Bounds how long a drain takes to be noticed; a longer one would save nothing.
pub(crate) const BLOCK: Duration = Duration::from_secs(1);
/// BLOCK may overrun by seconds under load (redis #12998). Beyond this the connection is dead, whatever it says.
const WATCHDOG: Duration = Duration::from_secs(BLOCK.as_secs() + 5);
/// How many crashes while alone condemn an entry. Two may be the host's fault.
pub(crate) const CRASHES_MAX: u32 = 3;
/// How long a batch is renewed at most. What takes longer hangs, and is better off with another owner.
const FLIGHT_MAX: Duration = Duration::from_mins(5);
/// How many steps one sweep of the pending entries takes (ten entries each); the cursor is kept for the next.
const CLAIM_STEPS: usize = 32;

/// What is read, and as which group.
pub(crate) struct Source {
    pub tag: Tag,
    pub stream: String,
    pub group: &'static str,
}

/// What a read brought.
pub(crate) enum Fetched {
    Nothing,
    Fresh(Vec<StreamId>),
    /// One entry of a dead owner, to run alone.
    Reclaimed(StreamId),
}

pub(crate) struct Reader {
    store: Store,
    source: Arc<Source>,
    consumer: String,
    line: Line,
    backoff: Backoff,
    claim_cursor: String,
    claim_at: Instant,
    flight: Arc<Flight>,
    heart: JoinHandle<()>,
    /// Whether something may be pending under its name that is in no batch.
    strays: bool,
}

impl Reader {
    /// Joins the group, made from the stream's beginning if it is not there: `$` would skip what already waits.
    pub(crate) async fn open(store: &Store, source: Source) -> Result<Self> {
        let consumer = consumer_name(&source.stream);
        let source = Arc::new(source);
        let flight = Arc::new(Flight::default());
        create_group(store, &source).await?;
        // Before the first read: a consumer without a heartbeat counts as dead.
        beat(store, &source, &consumer, &[]).await?;
        let heart = start_heart(store, &source, &consumer, &flight);
        let line = Line::new(store, &source.stream);
        // At once: who comes is as a rule the successor of someone who left.
        let claim_at = Instant::now();
        let backoff = Backoff::new();
        Ok(Self {
            store: store.clone(),
            source,
            consumer,
            line,
            backoff,
            claim_cursor: "0-0".to_owned(),
            claim_at,
            flight,
            heart,
            strays: false,
        })
    }

    pub(crate) fn consumer(&self) -> &str {
        &self.consumer
    }

    /// The next entries, at most `most`; nothing after [`BLOCK`] without any. The batch before counts as over: what
    /// of it was not settled is left to be reclaimed. Faults are handled in here, with a pause.
    pub(crate) async fn next(&mut self, most: usize) -> Fetched {
        self.flight.land();
        let fetched = match self.sheds_strays().await {
            Ok(()) => self.fetch(most).await,
            Err(error) => Err(error),
        };
        match fetched {
            Ok(fetched) => {
                self.backoff.reset();
                match &fetched {
                    Fetched::Nothing => {}
                    Fetched::Fresh(entries) => self.flight.take_off(entries),
                    Fetched::Reclaimed(entry) => self.flight.take_off(std::slice::from_ref(entry)),
                }
                fetched
            }
            Err(error) => {
                // The answer may have been lost on the way, and Redis counts its entries as delivered.
                self.strays = true;
                self.heal(&error).await;
                Fetched::Nothing
            }
        }
    }

    /// Says that not all of the last batch was settled.
    pub(crate) fn leaves_some(&mut self) {
        self.strays = true;
    }

    /// Goes on under a new name where something may be pending under the old one. So whatever is pending under a name is
    /// of one batch, and a script can tell by its number whether anything was taken away. The old name is a dead owner's now.
    async fn sheds_strays(&mut self) -> Result<()> {
        if self.strays {
            let consumer = consumer_name(&self.source.stream);
            beat(&self.store, &self.source, &consumer, &[]).await?;
            self.heart.abort();
            self.heart = start_heart(&self.store, &self.source, &consumer, &self.flight);
            self.consumer = consumer;
            self.strays = false;
        }
        Ok(())
    }

    async fn fetch(&mut self, most: usize) -> Result<Fetched> {
        if Instant::now() >= self.claim_at {
            if let Some(entry) = self.claim().await? {
                return Ok(Fetched::Reclaimed(entry));
            }
            // Spread over readers: one of them looks every few hundred milliseconds.
            self.claim_at = Instant::now() + jittered(self.store.lease() / 4);
        }
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP").arg(self.source.group).arg(&self.consumer).arg("COUNT").arg(most);
        read.arg("BLOCK").arg(BLOCK.as_millis()).arg("STREAMS").arg(&self.source.stream).arg(">");
        let reply: Option<StreamReadReply> = self.line.ask(&read).await?;
        let entries = reply.and_then(|reply| reply.keys.into_iter().next()).map(|stream| stream.ids).unwrap_or_default();
        Ok(if entries.is_empty() { Fetched::Nothing } else { Fetched::Fresh(entries) })
    }

    /// Claims one entry that nobody renewed for a whole lease. The cursor is kept: always starting over would
    /// never reach the end of a long list.
    async fn claim(&mut self) -> Result<Option<StreamId>> {
        for _ in 0..CLAIM_STEPS {
            let mut claim = redis::cmd("XAUTOCLAIM");
            claim.arg(&self.source.stream).arg(self.source.group).arg(&self.consumer);
            claim.arg(self.store.lease().as_millis()).arg(&self.claim_cursor).arg("COUNT").arg(1);
            let reply: StreamAutoClaimReply = claim.query_async(&mut self.store.commands()).await?;
            self.claim_cursor = reply.next_stream_id;
            if let Some(entry) = reply.claimed.into_iter().next() {
                counted::reclaimed(&self.source.stream);
                return Ok(Some(entry));
            }
            if self.claim_cursor == "0-0" {
                break;
            }
        }
        Ok(None)
    }

    async fn heal(&mut self, error: &StoreError) {
        let stream = &self.source.stream;
        if is_group_gone(error) {
            // Deleted or evicted, or a restore from before it was made. Entries, too, may be gone: sweep restores mailboxes.
            tracing::error!(stream, group = self.source.group, "the consumer group is gone and is made again");
            if let Err(error) = create_group(&self.store, &self.source).await {
                tracing::warn!(stream, %error, "the consumer group could not be made");
            }
        } else {
            tracing::warn!(stream, %error, "reading failed and is tried again");
        }
        self.backoff.wait().await;
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // The name is left to the reaper, which knows whether something is still pending.
        self.heart.abort();
    }
}

/// A connection of its own for blocking reads of one stream, rebuilt when it fails or hangs. A read is never cancelled:
/// when the watchdog barks, the connection goes with it, so that no answer can reach the wrong question.
pub(crate) struct Line {
    store: Store,
    stream: String,
    /// With the link's epoch when it was made.
    connection: Option<(u64, MultiplexedConnection)>,
}

impl Line {
    pub(crate) fn new(store: &Store, stream: &str) -> Self {
        Self { store: store.clone(), stream: stream.to_owned(), connection: None }
    }

    pub(crate) async fn ask<T: FromRedisValue>(&mut self, command: &redis::Cmd) -> Result<T> {
        let epoch = self.store.link().epoch();
        let mut connection = match self.connection.take().filter(|(made_in, _)| *made_in == epoch) {
            Some((_, connection)) => connection,
            None => self.store.link().reader(&self.stream).await?,
        };
        let answer = tokio::time::timeout(WATCHDOG, command.query_async(&mut connection)).await;
        let Ok(answer) = answer else {
            return Err(StoreError::Hung { after: WATCHDOG });
        };
        // After any error the next read looks for the stream anew: its server may be a replica by now, or the stream
        // on another node. A group that is gone costs one connection more, and that is rare.
        let answer = answer?;
        self.connection = Some((epoch, connection));
        Ok(answer)
    }
}

/// The batch in hand.
#[derive(Default)]
struct Flight {
    batch: Mutex<Option<(Instant, Vec<String>)>>,
}

impl Flight {
    fn take_off(&self, entries: &[StreamId]) {
        let ids = entries.iter().map(|entry| entry.id.clone()).collect();
        *self.lock() = Some((Instant::now(), ids));
    }

    fn land(&self) {
        *self.lock() = None;
    }

    fn ids(&self) -> Vec<String> {
        let batch = self.lock();
        batch.as_ref().filter(|(since, _)| since.elapsed() < FLIGHT_MAX).map(|(_, ids)| ids.clone()).unwrap_or_default()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Instant, Vec<String>)>> {
        // Nothing panics while it is held; were it so, the ids would still be right.
        self.batch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn start_heart(store: &Store, source: &Arc<Source>, consumer: &str, flight: &Arc<Flight>) -> JoinHandle<()> {
    tokio::spawn(keep_beating(store.clone(), Arc::clone(source), consumer.to_owned(), Arc::clone(flight)))
}

async fn keep_beating(store: Store, source: Arc<Source>, consumer: String, flight: Arc<Flight>) {
    loop {
        tokio::time::sleep(store.lease() / 4).await;
        if let Err(error) = beat(&store, &source, &consumer, &flight.ids()).await {
            tracing::debug!(stream = source.stream, %error, "a heartbeat was missed");
        }
    }
}

async fn beat(store: &Store, source: &Source, consumer: &str, ids: &[String]) -> Result<()> {
    let mut call = scripts::RENEW.call();
    call.key(&source.stream).key(source.tag.alive());
    call.arg(source.group).arg(consumer).arg(store.clock().machine_ms()).arg(ids);
    call.run::<usize>(store).await.map(drop)
}

pub(crate) async fn create_group(store: &Store, source: &Source) -> Result<()> {
    let mut create = redis::cmd("XGROUP");
    create.arg("CREATE").arg(&source.stream).arg(source.group).arg("0").arg("MKSTREAM");
    match create.query_async::<()>(&mut store.commands()).await {
        // With its memory full Redis does not even say that the group is there. If it is not, the first read will.
        Err(error) if !matches!(error.code(), Some("BUSYGROUP" | "OOM")) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Redis says NOGROUP when the group is not there, UNBLOCKED to those who were waiting when the stream was deleted.
fn is_group_gone(error: &StoreError) -> bool {
    matches!(error, StoreError::Redis(error) if matches!(error.code(), Some("NOGROUP" | "UNBLOCKED")))
}

/// Unique per process start and reader: a shared name would hide the dead behind the living.
fn consumer_name(stream: &str) -> String {
    // In two halves: sixteen digits in a row may read as somebody's identity number, and the audit would say so.
    let [one, other] = rand::random::<[u32; 2]>();
    format!("{}-{}-{one:08x}-{other:08x}", plain(stream), std::process::id())
}

/// `around` plus or minus a quarter, so that many processes do not march in step.
pub(crate) fn jittered(around: Duration) -> Duration {
    around.mul_f64(rand::random_range(0.75..1.25))
}
