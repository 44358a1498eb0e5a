//! A ledger to try things on: a Redis of its own, killed with the test, and one call per transition.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use antrean_domain::job::{Reminder, Sealed};
use antrean_domain::service::Rules;
use antrean_domain::{
    BillingCode, BookingId, BookingRef, BookingView, ChatId, HourQuota, JobClass, Millis, OfficeCode, Outcome, PaymentId, Rupiah,
    ServiceClass, SlotId, State, Zone,
};
use antrean_store::{
    Accepted, BatchHead, BillJob, CancelJob, ClockMode, HoldJob, Options, PaymentNotice, ReleaseJob, RemindJob, RescheduleJob, Seal,
    SettleJob, Store, Verdict, Work,
};
use redis::aio::MultiplexedConnection;
use tempfile::TempDir;

pub(crate) const HOLD_MS: i64 = 10 * 60_000;
pub(crate) const BILL_MS: i64 = 120 * 60_000;
pub(crate) const PRICE: Rupiah = Rupiah(350_000);
pub(crate) const JOBS: &str = "jobs:{o0}:hi";

/// A private redis-server behind a socket in a directory of its own.
struct Server {
    child: Child,
    dir: TempDir,
}

impl Server {
    fn start() -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        Self { child: Self::spawn(dir.path()), dir }
    }

    fn spawn(dir: &Path) -> Child {
        Command::new("redis-server")
            .args(["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "yes", "--appendfsync", "no"])
            .current_dir(dir)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed")
    }

    /// Kills it and starts it again on what was copied earlier.
    fn start_on(&mut self, backup: &TempDir) {
        self.child.kill().expect("redis-server runs");
        self.child.wait().expect("a killed process ends");
        std::fs::remove_file(self.dir.path().join("redis.sock")).expect("a killed server leaves its socket");
        copy(&backup.path().join(AOF), &self.dir.path().join(AOF));
        self.child = Self::spawn(self.dir.path());
    }

    fn url(&self) -> String {
        format!("redis+unix://{}", self.dir.path().join("redis.sock").display())
    }

    fn options(&self, shards: u8) -> Options {
        Options { url: self.url().into(), shards, seal: Some(Seal::new([7; 32])), clock: ClockMode::Steered, lease_ms: 8_000 }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("redis-server runs until its test ends");
        self.child.wait().expect("a killed process ends");
    }
}

pub(crate) struct House {
    pub store: Store,
    pub raw: MultiplexedConnection,
    pub rules: Arc<Rules>,
    ids: AtomicU64,
    opened_ms: Millis,
    server: Server,
}

/// Where Redis keeps its append-only files.
const AOF: &str = "appendonlydir";

/// Makes `to` hold what `from` holds, and nothing else.
fn copy(from: &Path, to: &Path) {
    if to.exists() {
        std::fs::remove_dir_all(to).expect("a folder of our own");
    }
    std::fs::create_dir(to).expect("a folder of our own");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        std::fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
    }
}

impl House {
    pub(crate) async fn open() -> Self {
        let server = Server::start();
        let store = loop {
            match Store::connect(server.options(1)).await {
                Ok(store) => break store,
                Err(error) if error.is_transient() => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(error) => panic!("cannot connect: {error}"),
            }
        };
        let mut raw = connection(&server).await;
        let _: () =
            redis::cmd("XGROUP").arg("CREATE").arg(JOBS).arg("crew").arg(0).arg("MKSTREAM").query_async(&mut raw).await.expect("OK");
        let opened_ms = store.clock().now_ms();
        Self { store, raw, rules: Arc::new(rules()), ids: AtomicU64::new(1), opened_ms, server }
    }

    /// A copy of everything, as it is now.
    pub(crate) fn backup(&self) -> TempDir {
        let dir = tempfile::tempdir().expect("a temporary directory");
        copy(&self.server.dir.path().join(AOF), &dir.path().join(AOF));
        dir
    }

    /// Everything is as it was at the time of `backup`.
    pub(crate) async fn roll_back(&mut self, backup: &TempDir) {
        self.server.start_on(backup);
        while self.store.ping().await.is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.raw = connection(&self.server).await;
    }

    /// A house with `capacity` places at eight and nine of the next days.
    pub(crate) async fn with_places(capacity: u32) -> Self {
        let house = Self::open().await;
        let slots: Vec<_> = (1..=3).flat_map(|day| [house.slot(day, 8), house.slot(day, 9)]).collect();
        house.store.open_quota(&slots, capacity).await.expect("opened");
        house
    }

    /// How another process, configured with `shards`, reaches the same Redis.
    pub(crate) fn options(&self, shards: u8) -> Options {
        self.server.options(shards)
    }

    pub(crate) fn now(&self) -> Millis {
        self.store.clock().now_ms()
    }

    pub(crate) async fn pass(&self, ms: i64) {
        self.store.clock().advance(ms).await.expect("a steered clock");
    }

    /// `hour` of the day `40 + day` days after the house was opened, at an office in Jakarta: the same before and after midnight.
    pub(crate) fn slot(&self, day: i64, hour: u8) -> SlotId {
        let date = Zone::Wib.date(self.opened_ms + (40 + day) * 86_400_000);
        SlotId { office: office(), date, hour, class: ServiceClass::Regular }
    }

    pub(crate) fn booking(&self) -> BookingRef {
        let id = self.ids.fetch_add(1, Ordering::Relaxed);
        BookingRef { office: office(), id: format!("{id:032x}").parse::<BookingId>().expect("an id") }
    }

    /// The jobs as entries of their stream, read by consumer `one`.
    pub(crate) async fn work<T>(&self, jobs: Vec<T>) -> (BatchHead, Vec<Work<T>>) {
        let mut raw = self.raw.clone();
        for _ in &jobs {
            let _: String = redis::cmd("XADD").arg(JOBS).arg("*").arg("p").arg("").query_async(&mut raw).await.expect("an entry");
        }
        let mut read = redis::cmd("XREADGROUP");
        read.arg("GROUP").arg("crew").arg("one").arg("COUNT").arg(jobs.len()).arg("STREAMS").arg(JOBS).arg(">");
        let read: redis::streams::StreamReadReply = read.query_async(&mut raw).await.expect("entries");
        let entries = read.keys.into_iter().flat_map(|key| key.ids);
        let work: Vec<_> = entries.zip(jobs).map(|(entry, job)| Work { entry: entry.id, attempt: 0, job }).collect();
        (BatchHead { in_hand: work.len(), ..head("one") }, work)
    }

    pub(crate) fn hold_job(&self, booking: &BookingRef, seq: u64, slot: &SlotId) -> HoldJob {
        let closes_ms = Zone::Wib.midnight(slot.date);
        let (booking, slot) = (booking.clone(), slot.clone());
        HoldJob { booking, seq, chat: ChatId(42), slot, places: 1, until_ms: self.now() + HOLD_MS, closes_ms }
    }

    pub(crate) async fn hold(&self, booking: &BookingRef, seq: u64, slot: &SlotId) -> String {
        let (head, work) = self.work(vec![self.hold_job(booking, seq, slot)]).await;
        only(&self.store.hold(&head, &work).await.expect("judged"))
    }

    pub(crate) async fn release(&self, booking: &BookingRef, seq: u64) -> String {
        let (head, work) = self.work(vec![ReleaseJob { booking: booking.clone(), seq }]).await;
        only(&self.store.release(&head, &work).await.expect("judged"))
    }

    pub(crate) async fn bill(&self, booking: &BookingRef, seq: u64) -> String {
        self.bill_with(booking, seq, Sealed("c2VhbGVk".to_owned())).await
    }

    pub(crate) async fn bill_with(&self, booking: &BookingRef, seq: u64, application: Sealed) -> String {
        let until_ms = self.now() + BILL_MS;
        let job = BillJob { booking: booking.clone(), seq, amount: PRICE, application, until_ms, remind_ms: until_ms - 3_600_000 };
        let (head, work) = self.work(vec![job]).await;
        only(&self.store.bill(&head, &work).await.expect("judged"))
    }

    pub(crate) async fn cancel(&self, booking: &BookingRef, seq: u64) -> String {
        let (head, work) = self.work(vec![CancelJob { booking: booking.clone(), seq }]).await;
        only(&self.store.cancel(&head, &work).await.expect("judged"))
    }

    pub(crate) async fn reschedule(&self, booking: &BookingRef, seq: u64, to: &SlotId) -> String {
        let rules = Arc::clone(&self.rules);
        let (booking, to) = (booking.clone(), to.clone());
        let job = RescheduleJob { booking, seq, to, zone: Zone::Wib, rules: &rules, now_ms: self.now() };
        let (head, work) = self.work(vec![job]).await;
        only(&self.store.reschedule(&head, &work).await.expect("judged"))
    }

    pub(crate) async fn remind(&self, booking: &BookingRef, of: Reminder, pointless_ms: Millis) -> String {
        let (head, work) = self.work(vec![RemindJob { booking: booking.clone(), of, pointless_ms }]).await;
        only(&self.store.remind(&head, &work).await.expect("judged"))
    }

    pub(crate) fn notice(&self, code: &BillingCode, payment: &str) -> PaymentNotice {
        PaymentNotice {
            payment: pay_id(payment),
            external: format!("ext-{payment}"),
            fingerprint: [1; 32],
            code: code.clone(),
            amount: PRICE,
            received_at: self.now(),
        }
    }

    pub(crate) async fn accept(&self, code: &BillingCode, payment: &str) -> Accepted {
        self.store.accept_payment(&self.notice(code, payment)).await.expect("answered")
    }

    /// Settles the payment by a job of its own; the one its acceptance enqueued is taken off first.
    pub(crate) async fn settle(&self, booking: &BookingRef, payment: &str) -> String {
        let _: i64 = redis::cmd("XTRIM").arg(JOBS).arg("MAXLEN").arg(0).query_async(&mut self.raw.clone()).await.expect("trimmed");
        let job = SettleJob { booking: booking.clone(), payment: pay_id(payment), zone: Zone::Wib, eve_hour: 18 };
        let (head, work) = self.work(vec![job]).await;
        only(&self.store.settle(&head, &work).await.expect("judged"))
    }

    /// A billed booking at `slot`, and its code.
    pub(crate) async fn billed(&self, slot: &SlotId) -> (BookingRef, BillingCode) {
        let booking = self.booking();
        assert_eq!(self.hold(&booking, 1, slot).await, "held");
        assert_eq!(self.bill(&booking, 2).await, "billed");
        let code = self.view(&booking).await.code.expect("a billed booking has a code");
        (booking, code)
    }

    pub(crate) async fn paid(&self, slot: &SlotId, payment: &str) -> (BookingRef, BillingCode) {
        let (booking, code) = self.billed(slot).await;
        assert_eq!(self.accept(&code, payment).await, Accepted::Recorded);
        assert_eq!(self.settle(&booking, payment).await, "paid");
        (booking, code)
    }

    /// What waits for the chats, oldest first; taken off.
    pub(crate) async fn outcomes(&self) -> Vec<Outcome> {
        let mut raw = self.raw.clone();
        let all: redis::streams::StreamRangeReply =
            redis::cmd("XRANGE").arg("hop:{o0}").arg("-").arg("+").query_async(&mut raw).await.expect("hops");
        let _: i64 = redis::cmd("DEL").arg("hop:{o0}").query_async(&mut raw).await.expect("deleted");
        let read = |entry: &redis::streams::StreamId| {
            let field = |name| entry.get::<String>(name).expect("a hop has t, k, w, p");
            assert_eq!(field("t"), "c0:mail:42");
            Outcome::from_wire(field("p").strip_prefix('o').expect("an outcome")).expect("an outcome this release reads")
        };
        all.ids.iter().map(read).collect()
    }

    pub(crate) async fn outcome(&self) -> Outcome {
        let mut outcomes = self.outcomes().await;
        assert_eq!(outcomes.len(), 1, "{outcomes:?}");
        outcomes.remove(0)
    }

    pub(crate) async fn quota(&self, slot: &SlotId) -> HourQuota {
        let month = self.store.month(&slot.office, slot.class, slot.month()).await.expect("a month");
        month.hours[&(slot.date, slot.hour)]
    }

    pub(crate) async fn taken(&self, slot: &SlotId) -> u32 {
        self.quota(slot).await.taken
    }

    pub(crate) async fn view(&self, booking: &BookingRef) -> BookingView {
        let views = self.store.bookings(std::slice::from_ref(booking)).await.expect("read");
        views.into_iter().next().flatten().expect("the booking exists")
    }

    pub(crate) async fn state(&self, booking: &BookingRef) -> State {
        self.view(booking).await.state
    }

    /// How many jobs wait or are pending.
    pub(crate) async fn depth(&self) -> usize {
        redis::cmd("XLEN").arg(JOBS).query_async(&mut self.raw.clone()).await.expect("a length")
    }

    /// What waits for its time, with it.
    pub(crate) async fn delayed(&self) -> BTreeMap<String, i64> {
        let mut range = redis::cmd("ZRANGE");
        range.arg("delay:{o0}").arg(0).arg(-1).arg("WITHSCORES");
        let members: Vec<(String, f64)> = range.query_async(&mut self.raw.clone()).await.expect("members");
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole numbers below 2^53")]
        members.into_iter().map(|(member, score)| (member, score as i64)).collect()
    }
}

async fn connection(server: &Server) -> MultiplexedConnection {
    // By default it gives up after half a second, which a busy machine takes now and then.
    let patient = redis::AsyncConnectionConfig::new().set_response_timeout(None);
    let client = redis::Client::open(server.url()).expect("a url");
    client.get_multiplexed_async_connection_with_config(&patient).await.expect("a connection")
}

pub(crate) fn head(consumer: &str) -> BatchHead {
    BatchHead { shard: 0, class: JobClass::Hi, consumer: consumer.to_owned(), in_hand: 0 }
}

pub(crate) fn office() -> OfficeCode {
    "JKTSEL".parse().expect("an office code")
}

pub(crate) fn pay_id(text: &str) -> PaymentId {
    PaymentId::try_from(text.to_owned()).expect("a payment id")
}

pub(crate) fn only(verdicts: &[Verdict]) -> String {
    assert_eq!(verdicts.len(), 1);
    verdicts[0].word().to_owned()
}

fn rules() -> Rules {
    Rules {
        hold_minutes: 10,
        bill_minutes: 120,
        bill_reminder_minutes: 60,
        eve_reminder_hour: 18,
        reschedules_max: 1,
        months_ahead: 3,
        active_per_chat_max: 5,
        by_interview: true,
        photo_bytes_max: 20_000_000,
    }
}
