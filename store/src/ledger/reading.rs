//! Reading the ledger: bookings, codes, refunds, what is overdue. Nothing here changes anything.

use std::collections::BTreeMap;

use antrean_domain::{BillingCode, BookingId, BookingRef, BookingView, Millis, OfficeCode, PaymentId, Rupiah, State};
use serde::{Deserialize, Serialize};

use super::record::Record;
use crate::Store;
use crate::error::{Result, StoreError};
use crate::keys::OfficeShard;

/// How many overdue deadlines are looked through for those of one kind.
const DUE_PAGE: usize = 256;
/// After this many pages of the other kind the rest waits for the next tick.
const DUE_PAGES_MAX: usize = 16;

/// What a billing code says to the bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    pub view: BookingView,
    /// Whether it can be paid now: its key lives, and its end is ahead of the clock.
    pub live: bool,
    /// Whether money for it is in, settled or about to be.
    pub paid: bool,
}

/// A part of all bookings.
#[derive(Clone, Debug)]
pub struct BookingPage {
    /// In no order; one may come twice.
    pub bookings: Vec<BookingView>,
    /// Where to go on; `None` at the end.
    pub next: Option<u64>,
}

/// Money that is to be paid back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefundCase {
    pub booking: BookingRef,
    pub code: BillingCode,
    pub payment: PaymentId,
    pub amount: Rupiah,
    pub at_ms: Millis,
    /// A further payment for a booking that is paid or refunded already.
    pub again: bool,
}

/// A refund case as it lies in Redis.
#[derive(Deserialize)]
struct PackedRefund {
    version: u32,
    office: OfficeCode,
    id: String,
    code: BillingCode,
    amount: Rupiah,
    at_ms: Millis,
    again: u8,
}

impl Store {
    /// The bookings asked for, in their order; `None` for one that does not exist.
    pub async fn bookings(&self, refs: &[BookingRef]) -> Result<Vec<Option<BookingView>>> {
        let mut by_shard: BTreeMap<OfficeShard, Vec<usize>> = BTreeMap::new();
        for (at, booking) in refs.iter().enumerate() {
            by_shard.entry(self.office_shard(&booking.office)).or_default().push(at);
        }
        let mut views = vec![None; refs.len()];
        for (shard, places) in by_shard {
            let ids: Vec<_> = places.iter().map(|at| refs[*at].id).collect();
            for (at, record) in places.into_iter().zip(self.records(shard, &ids).await?) {
                views[at] = record.map(|record| record.view);
            }
        }
        Ok(views)
    }

    /// Some of the bookings of `shard`, from `cursor` on, which is 0 at first. A walk over the names of keys: an index of
    /// all bookings would cost every hold a tenth of its time, and be read a few times a day.
    pub async fn all_bookings(&self, shard: OfficeShard, cursor: u64) -> Result<BookingPage> {
        /// Names looked at in one step.
        const STEP: usize = 1_000;
        let prefix = shard.prefix("booking");
        let mut scan = redis::cmd("SCAN");
        scan.arg(cursor).arg("MATCH").arg(format!("{prefix}*")).arg("COUNT").arg(STEP);
        // A cursor means something to the server it is from only: a shard that moved in between is walked askew.
        let (cursor, keys): (u64, Vec<String>) = self.commands().ask_owner(&prefix, &scan).await?;
        let ids: Vec<BookingId> = keys.iter().filter_map(|key| named(key.strip_prefix(&prefix)?)).collect();
        let next = (cursor != 0).then_some(cursor);
        let records = self.readable(shard, &ids).await?;
        Ok(BookingPage { bookings: records.into_iter().map(|record| record.view).collect(), next })
    }

    /// What a billing code stands for, however long it is dead; `None` for one that was never issued.
    pub async fn find_code(&self, code: &BillingCode) -> Result<Option<Bill>> {
        let Some((shard, booking)) = self.owner(code).await? else { return Ok(None) };
        // One command, not a transaction: that would be refused when memory is full, and the bank may always ask.
        let mut both = redis::cmd("MGET");
        both.arg(shard.booking(booking.id)).arg(shard.bill(code));
        let (packed, until): (Option<Vec<u8>>, Option<Millis>) = both.query_async(&mut self.commands()).await?;
        let Some(packed) = packed else { return Ok(None) };
        let Record { view, payment } = Record::read(booking.id, &packed)?;
        let live = view.state == State::Billed && until.is_some_and(|until| until > self.clock().now_ms());
        let paid = payment.is_some();
        Ok(Some(Bill { view, live, paid }))
    }

    /// Every refund case, oldest first.
    pub async fn refunds(&self) -> Result<Vec<RefundCase>> {
        let mut cases = Vec::new();
        for shard in self.office_shards() {
            let packed: Vec<(String, Vec<u8>)> = redis::cmd("HGETALL").arg(shard.refunds()).query_async(&mut self.commands()).await?;
            for (payment, bytes) in packed {
                cases.push(RefundCase::read(&payment, &bytes)?);
            }
        }
        cases.sort_by(|one, other| (one.at_ms, &one.payment).cmp(&(other.at_ms, &other.payment)));
        Ok(cases)
    }

    /// Whose a billing code is, and on which shard.
    pub(super) async fn owner(&self, code: &BillingCode) -> Result<Option<(OfficeShard, BookingRef)>> {
        let named = OfficeShard::of_code(code, self.shards());
        let owner: Option<String> = redis::cmd("GET").arg(named.code(code)).query_async(&mut self.commands()).await?;
        let corrupt = || StoreError::Corrupt { what: "billing code", why: format!("{code} has no owner that can be read") };
        owner.map(|owner| read_owner(&owner).ok_or_else(corrupt).map(|booking| (self.office_shard(&booking.office), booking))).transpose()
    }

    /// At most `most` bookings in `state` whose deadline has passed. Not those whose money is in: they wait for
    /// the crew to settle it, and must not stand before others here.
    pub(super) async fn overdue(&self, shard: OfficeShard, state: State, most: usize) -> Result<Vec<BookingId>> {
        let now = self.clock().now_ms();
        let mut found = Vec::new();
        for page in 0..DUE_PAGES_MAX {
            let mut range = redis::cmd("ZRANGEBYSCORE");
            range.arg(shard.due()).arg("-inf").arg(now).arg("LIMIT").arg(page * DUE_PAGE).arg(DUE_PAGE);
            let names: Vec<String> = range.query_async(&mut self.commands()).await?;
            let ids: Vec<BookingId> = names.iter().filter_map(|name| named(name)).collect();
            let mut records = self.readable(shard, &ids).await?;
            records.retain(|record| record.view.state == state && record.payment.is_none());
            found.extend(records.into_iter().map(|record| record.view.booking.id));
            if names.len() < DUE_PAGE || found.len() >= most {
                break;
            }
        }
        found.truncate(most);
        Ok(found)
    }

    /// The records of `ids` that exist and can be read: one that is damaged must not keep its neighbours' places.
    pub(super) async fn readable(&self, shard: OfficeShard, ids: &[BookingId]) -> Result<Vec<Record>> {
        let mut records = Vec::with_capacity(ids.len());
        for look in self.looks(shard, ids).await? {
            match look {
                Ok(record) => records.extend(record),
                Err(error) => tracing::error!(%error, "a booking is passed over; run antrean audit"),
            }
        }
        Ok(records)
    }
}

impl RefundCase {
    pub(crate) fn read(payment: &str, bytes: &[u8]) -> Result<Self> {
        let corrupt = |why: String| StoreError::Corrupt { what: "refund case", why: format!("{payment}: {why}") };
        let packed: PackedRefund = rmp_serde::from_slice(bytes).map_err(|error| corrupt(error.to_string()))?;
        if packed.version != 1 {
            return Err(corrupt(format!("version {}, this release reads 1", packed.version)));
        }
        let payment = PaymentId::try_from(payment.to_owned()).map_err(|error| corrupt(error.to_string()))?;
        let id = packed.id.parse().map_err(|_| corrupt(format!("{:?} is no booking id", packed.id)))?;
        let PackedRefund { office, code, amount, at_ms, again, .. } = packed;
        Ok(Self { booking: BookingRef { office, id }, code, payment, amount, at_ms, again: again == 1 })
    }
}

/// Reads `OFFICE id`, the value of a code's key.
pub(crate) fn read_owner(text: &str) -> Option<BookingRef> {
    let (office, id) = text.split_once(' ')?;
    Some(BookingRef { office: office.parse().ok()?, id: id.parse().ok()? })
}

/// The booking a key or a deadline names.
fn named(name: &str) -> Option<BookingId> {
    let id = name.parse().ok();
    if id.is_none() {
        tracing::error!(name, "what should name a booking does not, and is passed over; run antrean audit");
    }
    id
}
