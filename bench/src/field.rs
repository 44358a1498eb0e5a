//! A Redis full of bookings: one is made by the product's own scripts, from the hold to the payment, and copied as often as
//! wanted under names of its own. The same keys, the same values.

use antrean_domain::job::Sealed;
use antrean_domain::{Application, BillingCode, BookingId, BookingRef, Job, JobClass, PaymentId, Rupiah, SlotId, State, Zone};
use antrean_rig::Durability;
use antrean_store::{BY_THE_CLOCK, BatchHead, BillJob, HoldJob, PaymentNotice, SettleJob, Work};
use futures_util::stream::{self, StreamExt as _};
use rand::RngExt as _;
use rand::distr::Alphanumeric;
use redis::aio::MultiplexedConnection;
use redis::{AsyncCommands as _, Script};
use serde_json::json;
use uuid::Uuid;

use crate::ground::{Ground, booking, hold, office, slots, used_memory};

/// Bookings sown by one call.
const CHUNK: usize = 500;
/// Calls in flight.
const DEPTH: usize = 4;
/// Of the bookings sown, far from those a bench holds.
const FIRST_SOWN: u128 = 1 << 100;
const PRICE: Rupiah = Rupiah(950_000);
const DELAY: &str = "delay:{o0}";

/// A ground and what was sown on it.
pub(crate) struct Field {
    pub(crate) ground: Ground,
    pub(crate) connection: MultiplexedConnection,
    /// What one booking takes of Redis, in bytes: everything but the journal.
    pub(crate) bytes_each: usize,
}

/// The booking all others are copies of.
struct Pattern {
    booking: BookingRef,
    code: BillingCode,
    payment: PaymentId,
    answers: Application,
}

impl Field {
    /// A field with so many bookings, paid and at rest.
    pub(crate) async fn sown(bookings: usize) -> Self {
        let ground = Ground::new(Durability::Off).await;
        let mut connection = ground.connection().await;
        let slots = slots(&ground.store, 1_000);
        ground.store.open_quota(&slots, 1_000_000).await.expect("Redis is there");
        let pattern = Pattern::grows(&ground, &mut connection, &slots[500]).await;
        let before = used_memory(&mut connection).await;
        pattern.copied(&mut connection, bookings).await;
        let bytes_each = (used_memory(&mut connection).await - before) / bookings;
        for at in [0, bookings / 2, bookings - 1] {
            is_a_booking(&ground, at, &pattern.answers).await;
        }
        Self { ground, connection, bytes_each }
    }

    /// What the keys of one booking take, by kind, in bytes, each with its name.
    pub(crate) async fn bytes_of(&mut self, kind: &str) -> usize {
        let name = match kind {
            "code" => sown_code(0).as_str().to_owned(),
            "payment" => sown_payment(0),
            _ => sown_id(0).to_string(),
        };
        self.memory_usage(&format!("{kind}:{{o0}}:{name}")).await
    }

    /// What the reminder of one booking's eve takes, in bytes.
    pub(crate) async fn bytes_of_reminder(&mut self) -> usize {
        let reminders: usize = self.connection.zcard(DELAY).await.expect("Redis answers");
        self.memory_usage(DELAY).await / reminders
    }

    async fn memory_usage(&mut self, key: &str) -> usize {
        let mut usage = redis::cmd("MEMORY");
        usage.arg("USAGE").arg(key);
        usage.query_async::<Option<usize>>(&mut self.connection).await.expect("Redis answers").expect("every booking has it")
    }
}

impl Pattern {
    /// Held, billed and paid by the scripts, as the crew calls them.
    async fn grows(ground: &Ground, connection: &mut MultiplexedConnection, slot: &SlotId) -> Self {
        let store = &ground.store;
        let now = store.clock().now_ms();
        let head = BatchHead { shard: 0, class: JobClass::Hi, consumer: String::new(), in_hand: 0 };
        let booking = booking(usize::MAX - 1);
        let Job::Hold { chat, places, .. } = hold(0, slot) else { panic!("a hold") };
        let until_ms = now + 600_000;
        let closes_ms = Zone::Wib.midnight(slot.date);
        let first = HoldJob { booking: booking.clone(), seq: 1, chat, slot: slot.clone(), places, until_ms, closes_ms };
        done(store.hold(&head, &[asked(first)]).await, "held");
        let answers = answers();
        let application: Sealed = store.seal_application(&answers).expect("the ground has a seal");
        let until_ms = now + 7_200_000;
        // The bill's reminder is over when a booking is at rest.
        let bill = BillJob { booking: booking.clone(), seq: 2, amount: PRICE, application, until_ms, remind_ms: 0 };
        done(store.bill(&head, &[asked(bill)]).await, "billed");
        let view = store.bookings(std::slice::from_ref(&booking)).await.expect("Redis answers").remove(0);
        let code = view.and_then(|view| view.code).expect("a billed booking has a code");
        let payment = PaymentId::try_from(format!("{:036}", 0)).expect("digits");
        let (external, fingerprint) = ("1".to_owned(), [0; 32]);
        let notice = PaymentNotice { payment: payment.clone(), external, fingerprint, code: code.clone(), amount: PRICE, received_at: now };
        store.accept_payment(&notice).await.expect("Redis answers");
        let settle = SettleJob { booking: booking.clone(), payment: payment.clone(), zone: Zone::Wib, eve_hour: 18 };
        done(store.settle(&head, &[asked(settle)]).await, "paid");
        // The job that asked for it was done by hand.
        connection.del::<_, ()>("jobs:{o0}:hi").await.expect("Redis answers");
        Self { booking, code, payment, answers }
    }

    async fn copied(&self, connection: &mut MultiplexedConnection, copies: usize) {
        let (id, code, payment) = (self.booking.id.to_string(), self.code.as_str(), self.payment.as_str());
        let keys = [("booking", &*id), ("application", &id), ("code", code), ("payment", payment)]
            .map(|(kind, name)| format!("{kind}:{{o0}}:{name}"));
        let delayed: Vec<(String, f64)> = connection.zrange_withscores(DELAY, 0, -1).await.expect("Redis answers");
        let [(job, due_ms)] = &delayed[..] else { panic!("a booking at rest waits for its eve alone: {delayed:?}") };
        let script = Script::new(include_str!("grow.lua"));
        script.load_async(connection).await.expect("the script is sound");
        let all: Vec<usize> = (0..copies).collect();
        let calls = stream::iter(all.chunks(CHUNK)).map(|some| {
            let (mut call, mut connection) = (script.prepare_invoke(), connection.clone());
            call.key(&keys[..]).key(DELAY).arg(&id).arg(code).arg(payment).arg(job).arg(due_ms);
            for at in some {
                call.arg(sown_id(*at).to_string()).arg(sown_code(*at).as_str()).arg(sown_payment(*at));
            }
            async move { call.invoke_async::<usize>(&mut connection).await.expect("Redis answers") }
        });
        let sown: usize = calls.buffer_unordered(DEPTH).fold(0, |sum, more| std::future::ready(sum + more)).await;
        assert_eq!(sown, copies);
    }
}

/// What was sown reads as what the product made.
async fn is_a_booking(ground: &Ground, at: usize, answers: &Application) {
    let booking = BookingRef { office: office(), id: sown_id(at) };
    let view = ground.store.bookings(std::slice::from_ref(&booking)).await.expect("it is sound").remove(0).expect("it is there");
    assert_eq!((view.state, view.code), (State::Paid, Some(sown_code(at))));
    assert_eq!(ground.store.application(&booking).await.expect("its answers open").as_ref(), Some(answers));
    let bill = ground.store.find_code(&sown_code(at)).await.expect("it is sound").expect("the code is known");
    assert!(bill.paid && bill.view.booking == booking);
}

/// Answers of one applicant, with photos named as Telegram names them: base64 of 62 and of 12 bytes in which nothing repeats. Of
/// the last of 83 characters two bits stand for nothing, which `Q` leaves out, as Telegram's own mostly end.
fn answers() -> Application {
    let name = |length| rand::rng().sample_iter(Alphanumeric).take(length).map(char::from).collect::<String>();
    let photo = || json!({ "file_id": name(82) + "Q", "unique_id": name(16), "bytes": 123_456 });
    let answers = json!({
        "service": "regular", "age": "adult", "office": "JKTSEL", "passport": { "kind": "electronic", "years": 10 }, "purpose": "tourism",
        "earlier": { "kind": "expired", "number": "A1234567" }, "name": "Ratna Kusuma Dewi", "nik": "3174095208900001",
        "birth_date": "1990-08-12", "ektp": photo(), "kk": photo(), "old_passport": photo(),
    });
    serde_json::from_value(answers).expect("answers of this release")
}

fn asked<T>(job: T) -> Work<T> {
    Work { entry: BY_THE_CLOCK.to_owned(), attempt: 0, job }
}

fn done(verdicts: antrean_store::Result<Vec<antrean_store::Verdict>>, word: &str) {
    let verdicts = verdicts.expect("Redis answers");
    assert_eq!(verdicts[0].word(), word);
}

fn sown_id(at: usize) -> BookingId {
    BookingId::new(Uuid::from_u128(FIRST_SOWN + at as u128))
}

fn sown_code(at: usize) -> BillingCode {
    BillingCode::new(0, at as u64)
}

fn sown_payment(at: usize) -> String {
    format!("1{at:035}")
}
