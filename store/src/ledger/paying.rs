//! Money: recorded at the bank's door, settled by the crew.
//!
//! The door only writes down, for good, that the money came, and asks for it to be settled: it answers the bank
//! when that is in Redis. What the money then means for the booking is the crew's to find out.

use antrean_domain::job::Reminder;
use antrean_domain::{BillingCode, BookingId, BookingRef, Job, JobClass, Millis, PaymentId, Rupiah, Transition as Rule, Zone};
use data_encoding::HEXLOWER;
use ring::digest;

use super::billing::{bill_seen, code_seen, delayed};
use super::holding::{quota_seen, slot_seen};
use super::record::Record;
use super::run::{Look, Transition};
use super::scripts;
use crate::error::{Result, StoreError};
use crate::keys::{self, OfficeShard};
use crate::scripts::{CLAIM, Call, Script};
use crate::{BatchHead, Store, Verdict, Work};

/// How far ahead a bill's deadline is put when its money is in. Settling takes milliseconds, and a restart of the whole
/// crew less than five minutes. What waits for longer keeps its place, and the audit calls it overdue.
const SETTLE_WITHIN_MS: i64 = 5 * 60_000;
/// How long an external id is remembered. It must be unique per day; two days cover every way to see a day.
const EXTERNAL_TTL_MS: i64 = 2 * 24 * 3_600_000;

/// A payment as the bank reports it.
#[derive(Clone, Debug)]
pub struct PaymentNotice {
    pub payment: PaymentId,
    /// The request's `X-EXTERNAL-ID`, unique per day.
    pub external: String,
    /// [`PaymentNotice::fingerprint`]: the same id with another one is another request.
    pub fingerprint: [u8; 32],
    pub code: BillingCode,
    pub amount: Rupiah,
    pub received_at: Millis,
}

impl PaymentNotice {
    /// What makes two notices the same: payment, account and amount. Not the whole body: a repeat after a lost answer says
    /// so in a field of its own (`flagAdvise`).
    pub fn fingerprint(payment: &PaymentId, account: &str, amount: Rupiah) -> [u8; 32] {
        let meaning = format!("{payment}\n{account}\n{}", amount.0);
        digest::digest(&digest::SHA256, meaning.as_bytes()).as_ref().try_into().expect("SHA-256 gives 32 bytes")
    }
}

/// What the bank is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// Written down for good, and on its way to its booking.
    Recorded,
    /// Known already; nothing was written. The bank gets the same answer as then.
    Repeated,
    /// The external id came with another request, or the payment id with another code or amount.
    ExternalReused,
    UnknownCode,
    WrongAmount {
        due: Rupiah,
    },
}

/// Apply a recorded payment to its booking.
#[derive(Clone, Debug)]
pub struct SettleJob {
    pub booking: BookingRef,
    pub payment: PaymentId,
    /// Of the booking's office.
    pub zone: Zone,
    /// The hour at which the appointment is recalled the evening before.
    pub eve_hour: u32,
}

impl Store {
    /// Records a payment on any code ever issued. Durable when it returns.
    pub async fn accept_payment(&self, notice: &PaymentNotice) -> Result<Accepted> {
        let Some((shard, booking)) = self.owner(&notice.code).await? else {
            return Ok(Accepted::UnknownCode);
        };
        if !self.claim_ids(notice).await? {
            return Ok(Accepted::ExternalReused);
        }
        let settle = Job::Settle { booking: booking.clone(), payment: notice.payment.clone() };
        let mut call = scripts::ACCEPT_PAYMENT.call();
        call.key(shard.jobs(JobClass::Hi)).key(shard.journal()).key(shard.due()).key(shard.booking(booking.id));
        call.key(shard.code(&notice.code)).key(shard.payment(&notice.payment));
        call.key(shard.external(notice.received_at, &notice.external));
        call.arg(self.clock().now_ms()).arg(notice.payment.as_str()).arg(HEXLOWER.encode(&notice.fingerprint));
        call.arg(notice.code.as_str()).arg(notice.amount.0).arg(notice.received_at).arg(settle.to_wire());
        call.arg(SETTLE_WITHIN_MS).arg(EXTERNAL_TTL_MS).arg(format!("{} {}", booking.office, booking.id)).arg(booking.id.to_string());
        let answer: Vec<String> = call.run(self).await?;
        read_accepted(&answer).ok_or_else(|| StoreError::Answer { script: "accept_payment", answer: answer.join(" ") })
    }

    /// Whether the ids of a payment and of its request stand for it, over all shards: its own shard's script cannot know
    /// what another shard has recorded. One that is refused after this keeps its ids, as the bank should.
    ///
    /// Killed between this and the record: the bank asks again, and the ids still stand for the same.
    async fn claim_ids(&self, notice: &PaymentNotice) -> Result<bool> {
        if self.shards() == 1 {
            // The only shard's script sees every payment by itself.
            return Ok(true);
        }
        let claims = [
            (keys::payment_claim(&notice.payment), notice.code.as_str().to_owned(), 0),
            (keys::external_claim(notice.received_at, &notice.external), HEXLOWER.encode(&notice.fingerprint), EXTERNAL_TTL_MS),
        ];
        for (key, meaning, ttl_ms) in claims {
            let word: String = CLAIM.call().key(key).arg(meaning).arg(ttl_ms).run(self).await?;
            match word.as_str() {
                "ours" => {}
                "taken" => return Ok(false),
                _ => return Err(StoreError::Answer { script: "claim", answer: word }),
            }
        }
        Ok(true)
    }

    /// Words: `paid`, `restored`, `refunded`, `again`, `repeated`, `unknown`.
    pub async fn settle(&self, head: &BatchHead, work: &[Work<SettleJob>]) -> Result<Vec<Verdict>> {
        self.judge(head, work).await
    }
}

fn read_accepted(answer: &[String]) -> Option<Accepted> {
    match answer.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["recorded"] => Some(Accepted::Recorded),
        ["repeated"] => Some(Accepted::Repeated),
        ["external-reused"] => Some(Accepted::ExternalReused),
        ["unknown-code"] => Some(Accepted::UnknownCode),
        ["wrong-amount", due] => due.parse().ok().map(|due| Accepted::WrongAmount { due: Rupiah(due) }),
        _ => None,
    }
}

impl Transition for SettleJob {
    const LOOK: Look = Look::First;

    fn script() -> &'static Script {
        &scripts::SETTLE
    }

    fn head(shard: OfficeShard, call: &mut Call) {
        call.key(shard.refunds()).arg(Rule::Pay.from_letters()).arg(Rule::Restore.from_letters());
    }

    fn booking(&self) -> Option<BookingId> {
        Some(self.booking.id)
    }

    fn push(&self, shard: OfficeShard, seen: Option<&Record>, call: &mut Call) {
        let id = self.booking.id;
        let booking = shard.booking(id);
        call.key(&booking).key(quota_seen(shard, seen, booking.clone())).key(bill_seen(shard, seen, booking));
        call.key(shard.payment(&self.payment));
        call.arg(id.to_string()).arg(self.payment.as_str()).arg(slot_seen(seen)).arg(code_seen(seen));
        let slot = seen.map(|record| &record.view.slot);
        call.arg(slot.map_or(0, |slot| slot.starts_at(self.zone)));
        call.arg(slot.map_or(0, |slot| slot.eve_at(self.zone, self.eve_hour)));
        let eve = |slot| Job::Remind { booking: self.booking.clone(), of: Reminder::Eve { slot } };
        call.arg(slot.map_or(String::new(), |slot| delayed(&eve(slot.clone()))));
    }
}
