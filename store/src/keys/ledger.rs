//! The ledger's keys: all of an office's shard.

use antrean_domain::{BillingCode, BookingId, Millis, OfficeCode, PaymentId, ServiceClass, SlotId, Zone};

use antrean_domain::slot::Month;

use super::{OfficeShard, Tag};

/// The month whose counts are kept together: one office, one class.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct QuotaMonth {
    pub office: OfficeCode,
    pub class: ServiceClass,
    pub month: Month,
}

impl QuotaMonth {
    pub(crate) fn of(slot: &SlotId) -> Self {
        Self { office: slot.office.clone(), class: slot.class, month: slot.month() }
    }
}

impl std::fmt::Display for QuotaMonth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.office, self.class, self.month)
    }
}

impl std::str::FromStr for QuotaMonth {
    type Err = BadQuotaMonth;

    fn from_str(text: &str) -> Result<Self, BadQuotaMonth> {
        let read = || {
            let mut parts = text.split(':');
            let (office, class, month) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            parts.next().is_none().then_some(Self { office, class, month })
        };
        read().ok_or_else(|| BadQuotaMonth(text.to_owned()))
    }
}

/// The text names no month of quotas.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month of quotas reads OFFICE:CLASS:YYYY-MM, not {0:?}")]
pub(crate) struct BadQuotaMonth(String);

/// What the ledger's keys begin with: what the audit looks for, and knows no others to be its own.
pub(crate) const LEDGER_KINDS: [&str; 17] = [
    "booking",
    "bookings",
    "application",
    "quota",
    "due",
    "code",
    "bill",
    "payment",
    "external",
    "refunds",
    "journal",
    "loss",
    "subscribers",
    "broadcasts",
    "broadcast",
    "walking",
    "bulk",
];

impl OfficeShard {
    /// String: a booking's packed record.
    pub(crate) fn booking(self, id: BookingId) -> String {
        self.one("booking", &id.to_string())
    }

    /// String: a booking's sealed answers.
    pub(crate) fn application(self, id: BookingId) -> String {
        self.one("application", &id.to_string())
    }

    /// Hash: capacity, taken and withheld of a month's hours (`0108c`, `0108t`, `0108w`).
    pub(crate) fn quota(self, month: &QuotaMonth) -> String {
        self.one("quota", &month.to_string())
    }

    /// Sorted set booking id → when its hold or bill runs out.
    pub(crate) fn due(self) -> String {
        self.all("due")
    }

    /// String, for good: whose a billing code is (`OFFICE id`).
    pub(crate) fn code(self, code: &BillingCode) -> String {
        self.one("code", code.as_str())
    }

    /// String with a lifetime: while it exists and what it says is ahead of the clock, the code can be paid.
    pub(crate) fn bill(self, code: &BillingCode) -> String {
        self.one("bill", code.as_str())
    }

    /// Hash, for good: one payment.
    pub(crate) fn payment(self, payment: &PaymentId) -> String {
        self.one("payment", payment.as_str())
    }

    /// String, two days: the fingerprint of the request that used an external id on that day in Jakarta.
    pub(crate) fn external(self, received_at: Millis, external: &str) -> String {
        let day = Zone::Wib.date(received_at).format("%Y%m%d");
        self.one("external", &format!("{day}:{external}"))
    }

    /// Hash payment id → its packed refund case.
    pub(crate) fn refunds(self) -> String {
        self.all("refunds")
    }

    /// Stream: every change, in order, without gaps.
    pub(crate) fn journal(self) -> String {
        self.all("journal")
    }

    /// Hash: the last loss that was noticed.
    pub(crate) fn loss(self) -> String {
        self.all("loss")
    }

    /// Sorted set chat → the chat itself as score: who wants to hear of an office's openings.
    pub(crate) fn subscribers(self, office: &OfficeCode) -> String {
        self.one("subscribers", office.as_str())
    }

    /// Sorted set broadcast → when it was made.
    pub(crate) fn broadcasts(self) -> String {
        self.all("broadcasts")
    }

    /// Sorted set broadcast → when it was made: those whose audience is not queued whole yet.
    pub(crate) fn walking(self) -> String {
        self.all("walking")
    }

    /// Hash: one broadcast's text, cursor and counts.
    pub(crate) fn broadcast(self, id: &str) -> String {
        self.one("broadcast", id)
    }

    /// Stream of sends of broadcasts.
    pub(crate) fn bulk(self) -> String {
        self.all("bulk")
    }

    /// Where a billing code is looked for: on the shard its digits name. Those of a code older than a change of the
    /// number of shards may name one that is no more, and stand for one that is.
    pub(crate) fn of_code(code: &BillingCode, shards: u8) -> Self {
        Self(code.shard() % shards.max(1))
    }

    /// What a key of `kind` begins with.
    pub(crate) fn prefix(self, kind: &str) -> String {
        Tag::Office(self).prefix(kind)
    }

    fn one(self, kind: &str, name: &str) -> String {
        self.prefix(kind) + name
    }

    fn all(self, kind: &str) -> String {
        format!("{kind}:{{o{}}}", self.0)
    }
}
