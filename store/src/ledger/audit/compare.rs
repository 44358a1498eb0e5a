//! What the keys hold against what the journal says they must, both of one moment.

use std::collections::{BTreeMap, BTreeSet};

use antrean_domain::{BillingCode, BookingId, HourQuota, Millis, Rupiah, State};

use super::probe::{Answers, Ask, Names};
use super::replay::{Applied, Replay};
use super::{Findings, Invariant};
use crate::Store;
use crate::error::Result;
use crate::keys::{OfficeShard, QuotaMonth};
use crate::ledger::quota::{Place, read_counts};
use crate::ledger::reading::{RefundCase, read_owner};
use crate::ledger::record::Record;

/// How many subjects one probe looks at: some 400 reads, well below a millisecond of Redis' time.
const CHUNK: usize = 64;
/// How late the crew may be.
const GRACE_MS: i64 = 60_000;
/// How far two clocks that follow one Redis may be apart.
const SKEW_MS: i64 = 2_000;

/// What the keys of one booking hold.
struct Seen {
    record: Vec<u8>,
    due: Option<Millis>,
    application: Vec<u8>,
    /// The code asked for (the one the journal knew when asked), whose it is, and its bill.
    code: Option<(String, String, String)>,
}

impl Store {
    /// Compares every booking anything speaks of; those that seem overdue.
    pub(super) async fn compare_bookings(&self, replay: &mut Replay, names: &Names, findings: &mut Findings) -> Result<Vec<BookingId>> {
        let shard = names.shard;
        let start = self.probe(shard, &[]).await?.seq;
        replay.advance(self, start).await?;
        let mut ids: BTreeSet<BookingId> = replay.bookings.keys().copied().collect();
        let due: Vec<String> = redis::cmd("ZRANGE").arg(shard.due()).arg(0).arg(-1).query_async(&mut self.commands()).await?;
        for name in names.of("booking").iter().chain(names.of("application")).chain(&due) {
            match name.parse() {
                Ok(id) => drop(ids.insert(id)),
                Err(_) => findings.add(Invariant::Orphan, name, "no booking id, and yet a booking's key or a member of the deadlines"),
            }
        }
        let mut overdue = Vec::new();
        for chunk in ids.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
            overdue.extend(self.compare_chunk(replay, chunk, findings).await?);
        }
        self.compare_codes(replay, names, findings).await?;
        Ok(overdue)
    }

    async fn compare_chunk(&self, replay: &mut Replay, ids: &[BookingId], findings: &mut Findings) -> Result<Vec<BookingId>> {
        let shard = replay.shard;
        let (mut asks, mut codes) = (Vec::new(), Vec::new());
        for id in ids {
            let code = replay.bookings.get(id).and_then(|record| record.view.code.clone());
            asks.extend([Ask::Text(shard.booking(*id)), Ask::Score(shard.due(), id.to_string()), Ask::Text(shard.application(*id))]);
            asks.extend(code.iter().flat_map(|code| [Ask::Text(shard.code(code)), Ask::Text(shard.bill(code))]));
            codes.push(code);
        }
        let mut answers = self.probe(shard, &asks).await?;
        let now = self.clock().now_ms();
        replay.advance(self, answers.seq).await?;
        let mut overdue = Vec::new();
        for (id, code) in ids.iter().zip(codes) {
            let seen = Seen::read(&mut answers, code.map(|code| code.as_str().to_owned()))?;
            compare_booking(*id, &seen, replay.bookings.get(id), now, findings);
            compare_payment(*id, replay, findings);
            overdue.extend(seen.due.filter(|due| *due < now - GRACE_MS).map(|_| *id));
        }
        Ok(overdue)
    }

    /// Looks again at what seemed overdue: somebody may have been about to do it.
    pub(super) async fn compare_overdue(&self, replay: &mut Replay, ids: &[BookingId], findings: &mut Findings) -> Result<()> {
        for chunk in ids.chunks(CHUNK) {
            for id in self.compare_chunk(replay, chunk, findings).await? {
                findings.add(
                    Invariant::Overdue,
                    id,
                    "its deadline passed more than a minute ago: is a worker with expire and release running?",
                );
            }
        }
        Ok(())
    }

    /// Every code and bill has its booking.
    async fn compare_codes(&self, replay: &mut Replay, names: &Names, findings: &mut Findings) -> Result<()> {
        let subjects: BTreeSet<_> = names.of("code").union(names.of("bill")).cloned().collect();
        for chunk in subjects.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
            let prefix = (names.shard.prefix("code"), names.shard.prefix("bill"));
            let asks: Vec<_> =
                chunk.iter().flat_map(|code| [&prefix.0, &prefix.1].map(|kind| Ask::Text(format!("{kind}{code}")))).collect();
            let mut answers = self.probe(names.shard, &asks).await?;
            replay.advance(self, answers.seq).await?;
            for code in chunk {
                let (owner, bill) = (answers.text()?, answers.text()?);
                if self.points_elsewhere(names.shard, code, &owner) && bill.is_empty() {
                    continue;
                }
                let issued = replay.codes.get(code);
                let owned_by = read_owner(&owner).map(|booking| booking.id);
                let true_owner = owned_by.as_ref() == issued && owned_by.is_some() != owner.is_empty();
                findings.check(true_owner, Invariant::Code, code, || format!("names {owner:?}, was issued to {issued:?}"));
                let billed = issued.and_then(|id| replay.bookings.get(id)).is_some_and(|record| record.view.state == State::Billed);
                findings.check(bill.is_empty() || billed, Invariant::Bill, code, || "is live, and no booking is billed by it".to_owned());
            }
        }
        self.compare_pointers(replay, findings).await
    }

    /// Whether a code's key is here only because the code's digits name this shard: its office is on another since the
    /// number of shards was changed, and the key there is compared with the booking.
    fn points_elsewhere(&self, shard: OfficeShard, code: &str, owner: &str) -> bool {
        let elsewhere = read_owner(owner).is_some_and(|booking| self.office_shard(&booking.office) != shard);
        elsewhere && code.parse().is_ok_and(|code| OfficeShard::of_code(&code, self.shards()) == shard)
    }

    /// Every code is found where it is looked for: on the shard its digits name.
    async fn compare_pointers(&self, replay: &Replay, findings: &mut Findings) -> Result<()> {
        let mut elsewhere: BTreeMap<OfficeShard, Vec<(BillingCode, BookingId)>> = BTreeMap::new();
        for (code, booking) in &replay.codes {
            let Ok(code) = code.parse() else { continue };
            let named = OfficeShard::of_code(&code, self.shards());
            if named != replay.shard {
                elsewhere.entry(named).or_default().push((code, *booking));
            }
        }
        for (named, codes) in elsewhere {
            for chunk in codes.chunks(CHUNK) {
                let mut ask = redis::pipe();
                for (code, _) in chunk {
                    ask.get(named.code(code));
                }
                let owners: Vec<Option<String>> = ask.query_async(&mut self.commands()).await?;
                for ((code, booking), owner) in chunk.iter().zip(owners) {
                    let found = owner.as_deref().and_then(read_owner).map(|owner| owner.id);
                    findings.check(found == Some(*booking), Invariant::Code, code, || {
                        format!("is looked for on shard {}, which says {owner:?} instead of {booking}", named.0)
                    });
                }
            }
        }
        Ok(())
    }

    /// Every slot's counts are the recount of its bookings.
    pub(super) async fn compare_quotas(&self, replay: &mut Replay, names: &Names, findings: &mut Findings) -> Result<()> {
        let mut months: BTreeSet<QuotaMonth> = replay.quotas.keys().cloned().collect();
        for name in names.of("quota") {
            match name.parse() {
                Ok(month) => drop(months.insert(month)),
                Err(_) => findings.add(Invariant::Orphan, name, "names no month of quotas"),
            }
        }
        for month in months {
            let mut answers = self.probe(names.shard, &[Ask::Text(names.shard.quota(&month))]).await?;
            replay.advance(self, answers.seq).await?;
            let counts: BTreeMap<Place, HourQuota> = read_counts(&answers.bytes()?).collect();
            let hours = replay.quotas.get(&month).cloned().unwrap_or_default();
            for (hour, must) in &hours {
                let seen = counts.get(hour).copied().unwrap_or_default();
                let (capacity, taken) = (i64::from(seen.capacity), i64::from(seen.taken));
                findings.check((capacity, taken) == (must.capacity, must.taken), Invariant::Counts, format!("{month} {hour}"), || {
                    format!("{taken} of {capacity} taken, recounted are {} of {}", must.taken, must.capacity)
                });
            }
            for hour in counts.keys().filter(|hour| !hours.contains_key(hour)) {
                findings.add(Invariant::Counts, format!("{month} {hour}"), "was never opened");
            }
        }
        Ok(())
    }

    /// Payments, refunds, and the sum of it all.
    pub(super) async fn compare_money(&self, replay: &mut Replay, names: &Names, findings: &mut Findings) -> Result<()> {
        let mut payments: BTreeSet<String> = replay.payments.keys().cloned().collect();
        payments.extend(names.of("payment").iter().cloned());
        for chunk in payments.into_iter().collect::<Vec<_>>().chunks(CHUNK) {
            let prefix = names.shard.prefix("payment");
            let asks: Vec<_> = chunk.iter().map(|payment| Ask::Hash(format!("{prefix}{payment}"))).collect();
            let mut answers = self.probe(names.shard, &asks).await?;
            replay.advance(self, answers.seq).await?;
            for payment in chunk {
                compare_recorded(payment, &answers.hash()?, replay, findings);
            }
        }
        let mut answers = self.probe(names.shard, &[Ask::Hash(names.shard.refunds())]).await?;
        replay.advance(self, answers.seq).await?;
        compare_refunds(&answers.hash()?, replay, findings);
        Ok(())
    }
}

impl Seen {
    fn read(answers: &mut Answers, code: Option<String>) -> Result<Self> {
        let (record, due, application) = (answers.bytes()?, answers.score()?, answers.bytes()?);
        let code = code.map(|code| Ok::<_, crate::StoreError>((code, answers.text()?, answers.text()?))).transpose()?;
        Ok(Self { record, due, application, code })
    }
}

fn compare_booking(id: BookingId, seen: &Seen, must: Option<&Record>, now: Millis, findings: &mut Findings) {
    let Some(must) = must else {
        let traces = !seen.record.is_empty() || !seen.application.is_empty() || seen.due.is_some();
        findings.check(!traces, Invariant::Orphan, id, || "has keys or entries, and the journal never heard of it".to_owned());
        return;
    };
    let view = &must.view;
    match Record::read(id, &seen.record) {
        Ok(record) if record == *must => {}
        Ok(record) => findings.add(
            Invariant::Record,
            id,
            format!("is {:?} in {}, its last event says {:?} in {}", record.view.state, record.view.slot, view.state, view.slot),
        ),
        Err(_) if seen.record.is_empty() => findings.add(Invariant::Record, id, "has no record"),
        Err(error) => findings.add(Invariant::Record, id, error.to_string()),
    }
    let deadline = view.due_ms.filter(|_| view.state.has_deadline());
    findings.check(seen.due == deadline && deadline.is_some() == view.state.has_deadline(), Invariant::Deadline, id, || {
        format!("{:?} with the deadline {:?}, entered is {:?}", view.state, view.due_ms, seen.due)
    });
    let was_billed = !matches!(view.state, State::Held | State::Released);
    findings.check(view.code.is_some() == was_billed && seen.application.is_empty() != was_billed, Invariant::Code, id, || {
        format!("{:?}, code: {}, answers: {}", view.state, view.code.is_some(), !seen.application.is_empty())
    });
    // A code issued since the question was put is looked at with all codes.
    let Some((code, owner, bill)) = seen.code.as_ref().filter(|(code, ..)| view.code.as_ref().is_some_and(|known| known.as_str() == code))
    else {
        return;
    };
    findings.check(read_owner(owner).as_ref() == Some(&view.booking), Invariant::Code, code, || format!("names {owner:?} instead of {id}"));
    if view.state == State::Billed {
        // Its key may have died on time, before the tick; and money that is in needs no live code.
        let ends = must.payment.is_some() || view.due_ms.is_none_or(|due| due <= now + SKEW_MS);
        findings.check(!bill.is_empty() || ends, Invariant::Bill, code, || format!("{id} is billed until later, and its code is dead"));
    } else {
        findings.check(bill.is_empty(), Invariant::Bill, code, || format!("is live, and {id} is {:?}", view.state));
    }
}

/// What is paid, or due to be paid back, has its payment, of no less than its price.
fn compare_payment(id: BookingId, replay: &Replay, findings: &mut Findings) {
    let Some(Record { view, payment }) = replay.bookings.get(&id) else { return };
    let must = match view.state {
        State::Paid | State::Attended | State::NoShow => Applied::ToBooking,
        State::RefundDue => Applied::Refund { again: false },
        _ => return,
    };
    let money = payment.as_ref().and_then(|payment| replay.payments.get(payment.as_str()));
    let holds = money.is_some_and(|money| money.booking == id && money.applied == must && money.amount >= view.amount);
    findings.check(holds, Invariant::Payment, id, || format!("{:?}, and its payment {payment:?} is {money:?}", view.state));
}

fn compare_recorded(payment: &str, fields: &BTreeMap<String, String>, replay: &Replay, findings: &mut Findings) {
    let Some(money) = replay.payments.get(payment) else {
        findings.check(fields.is_empty(), Invariant::Orphan, payment, || "is recorded, and the journal never heard of it".to_owned());
        return;
    };
    let state = match money.applied {
        Applied::Unsettled => "unsettled",
        Applied::ToBooking => "applied",
        Applied::Refund { .. } => "refund",
    };
    let must = [
        ("booking", money.booking.to_string()),
        ("code", money.code.clone()),
        ("amount", money.amount.0.to_string()),
        ("state", state.to_owned()),
    ];
    for (field, must) in must {
        let seen = fields.get(field).map_or("", String::as_str);
        findings.check(seen == must, Invariant::Payment, payment, || format!("its {field} is {seen:?}, the journal says {must:?}"));
    }
}

fn compare_refunds(cases: &BTreeMap<String, Vec<u8>>, replay: &Replay, findings: &mut Findings) {
    let mut refunds = Rupiah(0);
    for (payment, bytes) in cases {
        let case = match RefundCase::read(payment, bytes) {
            Ok(case) => case,
            Err(error) => {
                findings.add(Invariant::Payment, payment, error.to_string());
                continue;
            }
        };
        refunds = refunds + case.amount;
        let money = replay.payments.get(payment);
        let holds = money.is_some_and(|money| {
            (money.booking, money.amount, money.applied) == (case.booking.id, case.amount, Applied::Refund { again: case.again })
        });
        findings
            .check(holds, Invariant::Payment, payment, || format!("is a refund case of {}, the journal says {money:?}", case.booking.id));
    }
    let missing =
        replay.payments.iter().filter(|(payment, money)| matches!(money.applied, Applied::Refund { .. }) && !cases.contains_key(*payment));
    for (payment, _) in missing {
        findings.add(Invariant::Payment, payment, "is to be paid back, and no refund case says so");
    }
    let (all, unsettled) = replay.sums();
    let paid = replay.paid();
    findings.check(all == paid + refunds + unsettled, Invariant::Money, replay.shard.prefix("payment"), || {
        format!("taken in {all}, paid {paid} + to be paid back {refunds} + unsettled {unsettled}")
    });
}
