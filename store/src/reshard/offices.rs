//! The keys of offices: each goes with the office it belongs to, which is in its name, in its value, or in the record
//! of the booking it belongs to. Streams are in `streams`.

use antrean_domain::{BillingCode, Job, OfficeCode, PaymentId};
use redis::AsyncCommands;

use super::Reshard;
use super::names::{self, Copies, NEXT, Writes};
use crate::error::Result;
use crate::keys::{self, OfficeShard, Tag};
use crate::ledger::{RefundCase, office_of_record, read_owner};

/// Kinds that have one key for each of something, and go whole to one place. Codes and the bank's ids do not.
pub(super) const KINDS: [&str; 6] = ["booking", "application", "quota", "payment", "subscribers", "broadcast"];
/// How many fields or members one step of a walk asks for.
const PAGE: usize = 500;

impl Reshard {
    pub(super) async fn copy_office(&self, shard: OfficeShard) -> Result<()> {
        self.copy_due(shard).await?;
        self.copy_delay(shard).await?;
        self.copy_refunds(shard).await?;
        self.copy_broadcasts(shard, shard.broadcasts(), OfficeShard::broadcasts).await?;
        self.copy_broadcasts(shard, shard.walking(), OfficeShard::walking).await
    }

    /// Copies keys of one kind, by what they are called behind it.
    pub(super) async fn copy_office_keys(&self, shard: OfficeShard, kind: &str, named: &[&str]) -> Result<()> {
        let offices = match kind {
            "booking" | "application" => self.records_office(shard, named).await?,
            "quota" | "subscribers" => named.iter().map(|name| name.split(':').next().unwrap_or_default().parse().ok()).collect(),
            "payment" => {
                self.claim_payments(shard, named).await?;
                self.fields_office(shard, kind, named).await?
            }
            "broadcast" => self.fields_office(shard, kind, named).await?,
            "code" => return self.copy_codes(shard, named).await,
            "external" => return self.copy_external(shard, named).await,
            // Bills go with their codes; the others are streams and the like.
            _ => return Ok(()),
        };
        let was = shard.prefix(kind);
        let copy = |(name, office): (&&str, &Option<OfficeCode>)| {
            let home = self.office_home(office.as_ref(), shard);
            (format!("{was}{name}"), vec![(Tag::Office(home), format!("{NEXT}{}{name}", home.prefix(kind)))])
        };
        let copies: Vec<Copies> = named.iter().zip(&offices).map(copy).collect();
        names::copy_whole(&self.from, &copies).await
    }

    /// The new shard of `office`; what belongs to none that can be read stays beside its old neighbours.
    pub(super) fn office_home(&self, office: Option<&OfficeCode>, was: OfficeShard) -> OfficeShard {
        OfficeShard(office.map_or(was.0 % self.to(), |office| office.shard(self.to())))
    }

    pub(super) fn job_home(&self, payload: &str, was: OfficeShard) -> OfficeShard {
        self.office_home(Job::from_wire(payload).ok().as_ref().map(Job::office), was)
    }

    /// Notes for all shards what a payment's id stands for: with one shard nobody did. Right also where the change is undone.
    async fn claim_payments(&self, shard: OfficeShard, named: &[&str]) -> Result<()> {
        if self.to() == 1 {
            return Ok(());
        }
        let mut ask = redis::pipe();
        for payment in named {
            ask.hget(format!("{}{payment}", shard.prefix("payment")), "code");
        }
        let codes: Vec<Option<String>> = ask.query_async(&mut self.from.commands()).await?;
        for (payment, code) in named.iter().zip(codes) {
            if let (Ok(payment), Some(code)) = (PaymentId::try_from((*payment).to_owned()), code) {
                self.from.commands().set_nx::<_, _, ()>(keys::payment_claim(&payment), code).await?;
            }
        }
        Ok(())
    }

    /// The offices that hashes of `kind` say they are of.
    pub(super) async fn fields_office(&self, shard: OfficeShard, kind: &str, named: &[&str]) -> Result<Vec<Option<OfficeCode>>> {
        let mut ask = redis::pipe();
        for name in named {
            ask.hget(format!("{}{name}", shard.prefix(kind)), "office");
        }
        let offices: Vec<Option<String>> = ask.query_async(&mut self.from.commands()).await?;
        Ok(offices.into_iter().map(|office| office?.parse().ok()).collect())
    }

    /// The offices of bookings, by their ids.
    pub(super) async fn records_office(&self, shard: OfficeShard, ids: &[&str]) -> Result<Vec<Option<OfficeCode>>> {
        let mut ask = redis::pipe();
        for id in ids {
            ask.get(format!("{}{id}", shard.prefix("booking")));
        }
        let records: Vec<Option<Vec<u8>>> = ask.query_async(&mut self.from.commands()).await?;
        Ok(records.into_iter().map(|packed| office_of_record(&packed?)).collect())
    }

    /// A code goes to its office's shard, where money for it is taken in, and to the shard its digits name, where it is
    /// looked for. The bill is its booking's.
    async fn copy_codes(&self, shard: OfficeShard, named: &[&str]) -> Result<()> {
        let mut ask = redis::pipe();
        for code in named {
            ask.get(format!("{}{code}", shard.prefix("code")));
        }
        let owners: Vec<Option<String>> = ask.query_async(&mut self.from.commands()).await?;
        let (mut codes, mut bills) = (Vec::new(), Vec::new());
        for (code, owner) in named.iter().zip(owners) {
            let office = owner.and_then(|owner| read_owner(&owner)).map(|booking| booking.office);
            let home = self.office_home(office.as_ref(), shard);
            let mut homes = vec![home];
            homes.extend(code.parse::<BillingCode>().ok().map(|code| OfficeShard::of_code(&code, self.to())));
            homes.dedup();
            let copies = |kind: &str, homes: &[OfficeShard]| {
                let targets = homes.iter().map(|home| (Tag::Office(*home), format!("{NEXT}{}{code}", home.prefix(kind))));
                (format!("{}{code}", shard.prefix(kind)), targets.collect())
            };
            codes.push(copies("code", &homes));
            bills.push(copies("bill", &[home]));
        }
        names::copy_whole(&self.from, &codes).await?;
        names::copy_whole(&self.from, &bills).await
    }

    /// The bank's request ids are not of any office: every shard learns all of the last two days.
    async fn copy_external(&self, shard: OfficeShard, named: &[&str]) -> Result<()> {
        let target = |home: OfficeShard, name: &str| (Tag::Office(home), format!("{NEXT}{}{name}", home.prefix("external")));
        let copy = |name: &&str| {
            let targets = self.to.office_shards().map(|home| target(home, name)).collect();
            (format!("{}{name}", shard.prefix("external")), targets)
        };
        let copies: Vec<Copies> = named.iter().map(copy).collect();
        names::copy_whole(&self.from, &copies).await
    }

    async fn copy_due(&self, shard: OfficeShard) -> Result<()> {
        let mut walk = Members::of(shard.due());
        while let Some(page) = walk.next(self).await? {
            let ids: Vec<&str> = page.iter().map(|(id, _)| id.as_str()).collect();
            let offices = if ids.is_empty() { Vec::new() } else { self.records_office(shard, &ids).await? };
            let mut writes = Writes::default();
            for ((id, score), office) in page.into_iter().zip(offices) {
                let home = self.office_home(office.as_ref(), shard);
                writes.to(Tag::Office(home)).zadd(format!("{NEXT}{}", home.due()), id, score);
            }
            writes.send(&self.from).await?;
        }
        Ok(())
    }

    async fn copy_delay(&self, shard: OfficeShard) -> Result<()> {
        let mut walk = Members::of(shard.delay());
        while let Some(page) = walk.next(self).await? {
            let mut writes = Writes::default();
            for (member, score) in page {
                // Class, attempt and payload, one a line.
                let home = self.job_home(member.splitn(3, '\n').nth(2).unwrap_or_default(), shard);
                writes.to(Tag::Office(home)).zadd(format!("{NEXT}{}", home.delay()), member, score);
            }
            writes.send(&self.from).await?;
        }
        Ok(())
    }

    async fn copy_broadcasts(&self, shard: OfficeShard, list: String, target: fn(OfficeShard) -> String) -> Result<()> {
        let mut walk = Members::of(list);
        while let Some(page) = walk.next(self).await? {
            let ids: Vec<&str> = page.iter().map(|(id, _)| id.as_str()).collect();
            let offices = if ids.is_empty() { Vec::new() } else { self.fields_office(shard, "broadcast", &ids).await? };
            let mut writes = Writes::default();
            for ((id, score), office) in page.into_iter().zip(offices) {
                let home = self.office_home(office.as_ref(), shard);
                writes.to(Tag::Office(home)).zadd(format!("{NEXT}{}", target(home)), id, score);
            }
            writes.send(&self.from).await?;
        }
        Ok(())
    }

    async fn copy_refunds(&self, shard: OfficeShard) -> Result<()> {
        let mut cursor = 0_u64;
        loop {
            let mut scan = redis::cmd("HSCAN");
            scan.arg(shard.refunds()).arg(cursor).arg("COUNT").arg(PAGE);
            let (next, cases): (u64, Vec<(String, Vec<u8>)>) = scan.query_async(&mut self.from.commands()).await?;
            let mut writes = Writes::default();
            for (payment, packed) in cases {
                let office = RefundCase::read(&payment, &packed).ok().map(|case| case.booking.office);
                let home = self.office_home(office.as_ref(), shard);
                writes.to(Tag::Office(home)).hset(format!("{NEXT}{}", home.refunds()), payment, packed);
            }
            writes.send(&self.from).await?;
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }
}

/// A walk over a sorted set.
struct Members {
    key: String,
    cursor: Option<u64>,
}

impl Members {
    fn of(key: String) -> Self {
        Self { key, cursor: Some(0) }
    }

    /// Some more members with their scores, perhaps none; `None` at the end.
    async fn next(&mut self, reshard: &Reshard) -> Result<Option<Vec<(String, f64)>>> {
        let Some(cursor) = self.cursor else { return Ok(None) };
        let mut scan = redis::cmd("ZSCAN");
        scan.arg(&self.key).arg(cursor).arg("COUNT").arg(PAGE);
        let (next, members): (u64, Vec<(String, f64)>) = scan.query_async(&mut reshard.from.commands()).await?;
        self.cursor = Some(next).filter(|next| *next != 0);
        Ok(Some(members))
    }
}
