//! Reading the journal: everything that changed, in order, for whoever proves something by it. Nothing is masked here.
//!
//! An event that this release cannot read is an error, not a gap: whoever counts must not count less.

use antrean_domain::{BillingCode, BookingId, BookingView, Millis, PaymentId, Rupiah, SlotId};
use redis::streams::{StreamId, StreamRangeReply};

use super::audit::read_seq;
use super::quota::Place;
use super::record::Record;
use crate::Store;
use crate::error::{Result, StoreError};
use crate::keys::{OfficeShard, QuotaMonth};

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEvent {
    /// From 1, without gaps.
    pub seq: u64,
    pub at_ms: Millis,
    /// The transition's word, or `payment`, `again`, `quota`.
    pub word: String,
    /// Which booking it is about; absent for `quota`.
    pub booking: Option<BookingId>,
    /// The booking as it was from then on; absent for `quota` and `again`.
    pub view: Option<BookingView>,
    /// Which payment was recorded or settled.
    pub payment: Option<PaymentId>,
    /// Of `payment`: the code it came for, and how much it was.
    pub money: Option<(BillingCode, Rupiah)>,
    /// Of `quota`: the hours that were opened, and the capacity of each from then on.
    pub opened: Option<(Vec<SlotId>, u32)>,
}

impl Store {
    /// At most `most` events of `shard` after the event `after`, which is 0 at first.
    pub async fn journal(&self, shard: OfficeShard, after: u64, most: usize) -> Result<Vec<JournalEvent>> {
        let mut range = redis::cmd("XRANGE");
        range.arg(shard.journal()).arg(format!("{}-0", after + 1)).arg("+").arg("COUNT").arg(most);
        let page: StreamRangeReply = range.query_async(&mut self.commands()).await?;
        page.ids.iter().map(JournalEvent::read).collect()
    }
}

impl JournalEvent {
    fn read(entry: &StreamId) -> Result<Self> {
        let corrupt = || StoreError::Corrupt { what: "journal event", why: format!("{} cannot be read", entry.id) };
        read(entry).ok_or_else(corrupt)
    }
}

fn read(entry: &StreamId) -> Option<JournalEvent> {
    let text = |field: &str| entry.get::<String>(field);
    let booking: Option<BookingId> = match text("b") {
        Some(id) => Some(id.parse().ok()?),
        None => None,
    };
    let view = match (booking, entry.get::<Vec<u8>>("r")) {
        (Some(id), Some(image)) => Some(Record::read(id, &image).ok()?.view),
        _ => None,
    };
    let payment = match text("p") {
        Some(id) => Some(PaymentId::try_from(id).ok()?),
        None => None,
    };
    let money = match (text("c"), text("a")) {
        (Some(code), Some(amount)) => Some((code.parse().ok()?, Rupiah(amount.parse().ok()?))),
        _ => None,
    };
    let opened = match text("q") {
        Some(month) => Some((hours(&month.parse().ok()?, &text("h")?)?, text("n")?.parse().ok()?)),
        None => None,
    };
    let (at_ms, word) = (text("t")?.parse().ok()?, text("e")?);
    Some(JournalEvent { seq: read_seq(&entry.id), at_ms, word, booking, view, payment, money, opened })
}

/// The slots that the hours of a month name.
fn hours(month: &QuotaMonth, hours: &str) -> Option<Vec<SlotId>> {
    let slot = |hour: &str| {
        let (date, hour) = Place::read(hour)?.in_month(month.month)?;
        Some(SlotId { office: month.office.clone(), date, hour, class: month.class })
    };
    hours.split_whitespace().map(slot).collect()
}
