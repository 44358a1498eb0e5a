//! The real ledger, asked what a walk asks of the model, and seen as the model is seen.

use std::collections::{BTreeMap, BTreeSet};

use antrean_domain::job::{Reminder, Sealed};
use antrean_domain::{BillingCode, BookingId, BookingRef, BookingView, ChatId, Job, Millis, Outcome, Rupiah, SlotId, Zone};
use antrean_store::{
    Accepted, BatchHead, BillJob, CancelJob, HoldJob, OfficeShard, PaymentNotice, ReleaseJob, RescheduleJob, Result, SettleJob, Verdict,
    Work,
};

use crate::booking::{BILL, Booking, HOLD, Ledger, Minutes, Money, Notice, Payment, Recall, SLOTS, Slot, Told, Who};
use crate::bookings::{BOOKINGS, Delivery, Kind, Operation, Order, PAYMENTS, seqs};
use crate::drive::{MINUTE_MS, empty};
use crate::house::{House, JOBS, PRICE, head, office, pay_id};

/// No walk fills more than one tick.
const TICK_MAX: usize = 100;
const SHARD: OfficeShard = OfficeShard(0);

/// What can be seen of a ledger.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    bookings: BTreeMap<Who, Booking>,
    /// Capacity and taken.
    counts: Vec<(u32, u32)>,
    due: BTreeMap<Who, Minutes>,
    bills: BTreeSet<Who>,
    live_codes: BTreeSet<Who>,
    payments: BTreeMap<u8, Payment>,
    refunds: BTreeMap<u8, (Who, bool)>,
    recalls: BTreeMap<Recall, Minutes>,
}

impl Picture {
    pub(crate) fn of(ledger: &Ledger) -> Self {
        Self {
            bookings: ledger.bookings.clone(),
            counts: (0..SLOTS.len()).map(|slot| (ledger.capacity[slot], ledger.taken(slot))).collect(),
            due: ledger.due(),
            bills: ledger.bills(),
            live_codes: ledger.live_codes(),
            payments: ledger.payments.clone(),
            refunds: ledger.refunds.clone(),
            recalls: ledger.recalls.clone(),
        }
    }
}

/// The real ledger, from the midnight at which a walk begins.
pub(crate) struct Office<'a> {
    house: &'a House,
    midnight: Millis,
    slots: Vec<SlotId>,
    all: Vec<BookingRef>,
}

impl<'a> Office<'a> {
    pub(crate) async fn open(house: &'a House, ledger: &Ledger) -> Self {
        let mut raw = house.raw.clone();
        empty(&house.store, &mut raw).await;
        redis::cmd("XGROUP").arg("CREATE").arg(JOBS).arg("crew").arg(0).arg("MKSTREAM").exec_async(&mut raw).await.expect("made");
        let today = Zone::Wib.date(house.now()).succ_opt().expect("time goes on");
        let midnight = Zone::Wib.midnight(today);
        house.pass(midnight - house.now()).await;
        let slot = |(day, hour)| SlotId { date: today + chrono::Duration::days(day), hour, ..house.slot(1, 8) };
        let booking = |who: Who| BookingRef { office: office(), id: format!("{:032x}", who + 1).parse::<BookingId>().expect("an id") };
        let slots = SLOTS.map(slot).to_vec();
        for (slot, capacity) in slots.iter().zip(ledger.capacity) {
            house.store.open_quota(std::slice::from_ref(slot), capacity).await.expect("opened");
        }
        Self { house, midnight, slots, all: (0..BOOKINGS).map(booking).collect() }
    }

    /// Does what the model did, and answers its words.
    pub(crate) async fn apply(&self, operation: &Operation, before: &Ledger) -> Vec<String> {
        let store = &self.house.store;
        match operation {
            Operation::Open { slot, capacity } => {
                store.open_quota(std::slice::from_ref(&self.slots[*slot]), *capacity).await.expect("opened");
                vec![]
            }
            Operation::Command { kind, orders, delivery } => self.command(*kind, orders, *delivery, before).await,
            Operation::Accept(notice) => vec![self.accept(*notice, before).await],
            Operation::Settle { payments, delivery } => {
                let whose = |payment: &u8| before.payments.get(payment).map_or(0, |payment| payment.code);
                let job = |payment: &u8| SettleJob {
                    booking: self.all[whose(payment)].clone(),
                    payment: pay_id(&format!("p{payment}")),
                    zone: Zone::Wib,
                    eve_hour: 18,
                };
                self.submit(payments.iter().map(job).collect(), *delivery, async |head, work| store.settle(head, work).await).await
            }
            Operation::Pass(minutes) => {
                self.house.pass(minutes * MINUTE_MS).await;
                vec![]
            }
            Operation::Tick => {
                let released = store.release_overdue(SHARD, TICK_MAX).await.expect("a tick");
                vec![released.to_string(), store.expire_overdue(SHARD, TICK_MAX).await.expect("a tick").to_string()]
            }
        }
    }

    async fn command(&self, kind: Kind, orders: &[Order], delivery: Delivery, before: &Ledger) -> Vec<String> {
        let store = &self.house.store;
        let orders: Vec<_> = orders.iter().zip(seqs(orders, before)).collect();
        let of = |(order, seq): &(&Order, u64)| (self.all[order.who].clone(), *seq);
        let until_ms = |minutes| self.moment(before.now + minutes);
        match kind {
            Kind::Hold => {
                let job = |given: &(&Order, u64)| {
                    let (order, (booking, seq)) = (given.0, of(given));
                    let slot = self.slots[order.slot].clone();
                    let closes_ms = Zone::Wib.midnight(slot.date);
                    HoldJob { booking, seq, chat: ChatId(42), slot, places: order.places, until_ms: until_ms(HOLD), closes_ms }
                };
                self.submit(orders.iter().map(job).collect(), delivery, async |head, work| store.hold(head, work).await).await
            }
            Kind::Release => {
                let jobs = orders.iter().map(of).map(|(booking, seq)| ReleaseJob { booking, seq }).collect();
                self.submit(jobs, delivery, async |head, work| store.release(head, work).await).await
            }
            Kind::Bill => {
                let (until_ms, application) = (until_ms(BILL), Sealed("c2VhbGVk".to_owned()));
                let job = |(booking, seq)| BillJob {
                    booking,
                    seq,
                    amount: PRICE,
                    application: application.clone(),
                    until_ms,
                    remind_ms: until_ms - 60 * MINUTE_MS,
                };
                self.submit(orders.iter().map(of).map(job).collect(), delivery, async |head, work| store.bill(head, work).await).await
            }
            Kind::Cancel => {
                let jobs = orders.iter().map(of).map(|(booking, seq)| CancelJob { booking, seq }).collect();
                self.submit(jobs, delivery, async |head, work| store.cancel(head, work).await).await
            }
            Kind::Reschedule => {
                let job = |given: &(&Order, u64)| {
                    let ((booking, seq), to) = (of(given), self.slots[given.0.slot].clone());
                    RescheduleJob { booking, seq, to, zone: Zone::Wib, rules: &self.house.rules, now_ms: self.house.now() }
                };
                self.submit(orders.iter().map(job).collect(), delivery, async |head, work| store.reschedule(head, work).await).await
            }
        }
    }

    /// Hands `jobs` to the ledger as one batch; their words.
    async fn submit<T>(
        &self,
        jobs: Vec<T>,
        delivery: Delivery,
        judge: impl AsyncFn(&BatchHead, &[Work<T>]) -> Result<Vec<Verdict>>,
    ) -> Vec<String> {
        let (owner, work) = self.house.work(jobs).await;
        let stale = vec![Verdict::Stale; work.len()];
        if matches!(delivery, Delivery::StaleFirst) {
            assert_eq!(judge(&head("another"), &work).await.expect("judged"), stale, "who does not own the entries");
        }
        let verdicts = judge(&owner, &work).await.expect("judged");
        if matches!(delivery, Delivery::Twice) {
            assert_eq!(judge(&owner, &work).await.expect("judged"), stale, "who asks again");
        }
        verdicts.iter().map(|verdict| verdict.word().to_owned()).collect()
    }

    async fn accept(&self, notice: Notice, before: &Ledger) -> String {
        let views = self.views().await;
        let code = views.get(&notice.code).and_then(|view| view.code.clone());
        let code = code.unwrap_or_else(|| BillingCode::new(0, 1));
        let payment = pay_id(&format!("p{}", notice.payment));
        let body = [notice.payment, u8::try_from(notice.code).expect("few"), u8::from(notice.right_amount)];
        let mut fingerprint = [0; 32];
        fingerprint[..3].copy_from_slice(&body);
        let sent = PaymentNotice {
            payment: payment.clone(),
            external: format!("e{}", notice.external),
            fingerprint,
            code,
            amount: if notice.right_amount { PRICE } else { Rupiah(1) },
            received_at: self.moment(before.now),
        };
        let answer = self.house.store.accept_payment(&sent).await.expect("answered");
        if answer == Accepted::Recorded {
            let mut raw = self.house.raw.clone();
            let asked: redis::streams::StreamRangeReply =
                redis::cmd("XRANGE").arg(JOBS).arg("-").arg("+").query_async(&mut raw).await.expect("jobs");
            let wire: String = asked.ids[0].get("p").expect("a payload");
            let settle = Job::Settle { booking: self.all[notice.code].clone(), payment };
            assert_eq!((asked.ids.len(), Job::from_wire(&wire)), (1, Ok(settle)), "the crew is asked to settle");
            let _: i64 = redis::cmd("XDEL").arg(JOBS).arg(&asked.ids[0].id).query_async(&mut raw).await.expect("deleted");
        }
        match answer {
            Accepted::Recorded => "recorded",
            Accepted::Repeated => "repeated",
            Accepted::ExternalReused => "external-reused",
            Accepted::UnknownCode => "unknown-code",
            Accepted::WrongAmount { due } => {
                assert_eq!(due, PRICE);
                "wrong-amount"
            }
        }
        .to_owned()
    }

    /// Everything there is to see.
    pub(crate) async fn picture(&self) -> Picture {
        let (store, mut raw) = (&self.house.store, self.house.raw.clone());
        let views = self.views().await;
        let (mut bookings, mut live_codes, mut bills) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        for (who, view) in views {
            let mut money = false;
            if let Some(code) = &view.code {
                let bill = store.find_code(code).await.expect("read").expect("a code is known for good");
                assert_eq!(bill.view, view);
                money = bill.paid;
                live_codes.extend(bill.live.then_some(who));
                let key: bool = redis::cmd("EXISTS").arg(format!("bill:{{o0}}:{code}")).query_async(&mut raw).await.expect("asked");
                bills.extend(key.then_some(who));
            }
            bookings.insert(who, self.booking(&view, money));
        }
        let mut counts = Vec::new();
        for slot in &self.slots {
            let month = store.month(&slot.office, slot.class, slot.month()).await.expect("a month");
            let quota = month.hours.get(&(slot.date, slot.hour)).copied().unwrap_or_default();
            counts.push((quota.capacity, quota.taken));
        }
        let mut range = redis::cmd("ZRANGE");
        range.arg("due:{o0}").arg(0).arg(-1).arg("WITHSCORES");
        let due: Vec<(String, f64)> = range.query_async(&mut raw).await.expect("deadlines");
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are whole numbers below 2^53")]
        let due = due.into_iter().map(|(id, at)| (self.who(id.parse().expect("an id")), self.minute(at as i64))).collect();
        let refunds = store.refunds().await.expect("read").into_iter();
        let refunds = refunds.map(|case| (number(case.payment.as_str()), (self.who(case.booking.id), case.again))).collect();
        let recalls = self.house.delayed().await.into_iter().map(|(member, at)| (self.recall(&member), self.minute(at))).collect();
        Picture { bookings, counts, due, bills, live_codes, payments: self.payments().await, refunds, recalls }
    }

    async fn views(&self) -> BTreeMap<Who, BookingView> {
        let views = self.house.store.bookings(&self.all).await.expect("read");
        views.into_iter().enumerate().filter_map(|(who, view)| Some((who, view?))).collect()
    }

    async fn payments(&self) -> BTreeMap<u8, Payment> {
        let mut payments = BTreeMap::new();
        for payment in 0..PAYMENTS {
            let mut read = redis::cmd("HGETALL");
            read.arg(format!("payment:{{o0}}:p{payment}"));
            let fields: BTreeMap<String, String> = read.query_async(&mut self.house.raw.clone()).await.expect("read");
            let Some(booking) = fields.get("booking") else { continue };
            let became = match fields["state"].as_str() {
                "unsettled" => Money::Unsettled,
                "applied" => Money::Applied,
                "refund" => Money::Refund,
                other => panic!("a payment is {other}"),
            };
            let code = self.who(booking.parse().expect("an id"));
            payments.insert(payment, Payment { code, at: self.minute(fields["at"].parse().expect("a moment")), became });
        }
        payments
    }

    /// What people heard since it was last asked.
    pub(crate) async fn told(&self) -> Vec<Told> {
        self.house.outcomes().await.into_iter().map(|outcome| self.heard(outcome)).collect()
    }

    fn heard(&self, outcome: Outcome) -> Told {
        let who = self.who(outcome.booking().expect("every outcome here is about a booking").id);
        let slot = |slot: &SlotId| self.slot(slot);
        match outcome {
            Outcome::Held { slot: at, until, .. } => Told::Held { who, slot: slot(&at), until: self.minute(until) },
            Outcome::Full { slot: at, kept, .. } => Told::Full { who, slot: slot(&at), kept: kept.as_ref().map(slot) },
            Outcome::HoldOver { .. } => Told::HoldOver { who },
            Outcome::Billed { slot: at, until, amount: PRICE, .. } => Told::Billed { who, slot: slot(&at), until: self.minute(until) },
            Outcome::Cancelled { slot: at, .. } => Told::Cancelled { who, slot: slot(&at) },
            Outcome::Expired { slot: at, .. } => Told::Expired { who, slot: slot(&at) },
            Outcome::Paid { slot: at, late, .. } => Told::Paid { who, slot: slot(&at), late },
            Outcome::RefundDue { amount: PRICE, again, .. } => Told::RefundDue { who, again },
            Outcome::Rescheduled { from, to, .. } => Told::Rescheduled { who, from: slot(&from), to: slot(&to) },
            Outcome::NotRescheduled { to, why, .. } => Told::NotRescheduled { who, to: slot(&to), why },
            Outcome::Refused { job, .. } => {
                let known = ["hold", "release", "bill", "cancel"].into_iter().find(|known| *known == job);
                Told::Refused { who, job: known.expect("a command") }
            }
            other => panic!("nobody should be told {other:?}"),
        }
    }

    fn booking(&self, view: &BookingView, money: bool) -> Booking {
        Booking {
            state: view.state,
            seq: view.seq,
            slot: self.slot(&view.slot),
            places: view.places,
            due: view.due_ms.map(|at| self.minute(at)),
            billed: view.code.is_some() && view.amount == PRICE,
            money,
            paid: view.paid_ms.map(|at| self.minute(at)),
            moves: view.moves,
            created: self.minute(view.created_ms),
            changed: self.minute(view.changed_ms),
        }
    }

    fn recall(&self, member: &str) -> Recall {
        let wire = member.strip_prefix("norm\n0\n").expect("a reminder is patient and was never tried");
        match Job::from_wire(wire) {
            Ok(Job::Remind { booking, of: Reminder::Bill { until } }) => {
                Recall::Bill { who: self.who(booking.id), until: self.minute(until) }
            }
            Ok(Job::Remind { booking, of: Reminder::Eve { slot } }) => Recall::Eve { who: self.who(booking.id), slot: self.slot(&slot) },
            other => panic!("only reminders wait here, not {other:?}"),
        }
    }

    fn who(&self, id: BookingId) -> Who {
        self.all.iter().position(|booking| booking.id == id).expect("one of ours")
    }

    fn slot(&self, slot: &SlotId) -> Slot {
        self.slots.iter().position(|known| known == slot).expect("one of ours")
    }

    fn moment(&self, minutes: Minutes) -> Millis {
        self.midnight + minutes * MINUTE_MS
    }

    /// The minute `at` is in: a walk takes less than one.
    fn minute(&self, at: Millis) -> Minutes {
        (at - self.midnight).div_euclid(MINUTE_MS)
    }

    /// Settles and ends whatever waits for it: then an audit finds nothing.
    pub(crate) async fn close(&self, ledger: &Ledger) {
        for (payment, Payment { code, .. }) in &ledger.payments {
            self.house.settle(&self.all[*code], &format!("p{payment}")).await;
        }
        self.apply(&Operation::Tick, ledger).await;
        assert_eq!(self.house.store.audit().await.expect("an audit"), []);
    }
}

fn number(payment: &str) -> u8 {
    payment.strip_prefix('p').and_then(|number| number.parse().ok()).expect("one of ours")
}
