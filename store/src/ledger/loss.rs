//! A loss that was noticed (`watermark`): written down until it is mended, with what there is to ask about it outside.
//!
//! While it is open, the audit names it, and for a while expiry rests: a bill whose payment is being asked for again
//! must not lose its place meanwhile.

use std::collections::BTreeSet;

use antrean_domain::{BillingCode, Millis, State};

use super::record::Record;
use super::scripts;
use super::watermark::Loss;
use crate::Store;
use crate::error::{Result, StoreError};
use crate::keys::OfficeShard;

/// How long expiry rests at most. Asking for some thousand payments takes a minute or two; places cannot be kept
/// for good because a bank is away.
const EXPIRY_RESTS_MS: i64 = 10 * 60_000;
/// How many deadlines or events are read at once.
const PAGE: usize = 500;

/// What is known of a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LossNoted {
    /// Nobody knew of it yet.
    New,
    Open,
    /// It is dealt with: what is there now stands.
    Mended,
}

/// A loss nobody has mended yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenLoss {
    pub shard: OfficeShard,
    /// Names it: the digest of the event that is gone.
    pub digest: String,
    /// The number of that event, and when it was.
    pub seq: u64,
    pub at_ms: Millis,
    /// How far the journal had come when the loss was found.
    pub last: u64,
}

/// What `loss` says: digest, number and moment of what is gone, the journal's end, and when it was mended.
type Told = (Option<String>, Option<u64>, Option<Millis>, Option<u64>, Option<Millis>);

impl Store {
    /// Writes down that `shard` lost something; expiry rests there from now on, for ten minutes or until it is mended.
    pub async fn note_loss(&self, shard: OfficeShard, loss: &Loss) -> Result<LossNoted> {
        let now = self.clock().now_ms();
        let mut call = scripts::NOTE_LOSS.call();
        call.key(shard.loss()).arg(&loss.mark.digest).arg(loss.mark.seq).arg(loss.mark.at_ms);
        call.arg(loss.last.as_ref().map_or(0, |last| last.seq)).arg(now + EXPIRY_RESTS_MS);
        match call.run::<String>(self).await?.as_str() {
            "new" => Ok(LossNoted::New),
            "open" => Ok(LossNoted::Open),
            "mended" => Ok(LossNoted::Mended),
            other => Err(StoreError::Answer { script: "note_loss", answer: other.to_owned() }),
        }
    }

    /// Closes the loss named `digest`, after `found` forgotten payments were recorded again. Nothing where it is closed.
    pub async fn mend_loss(&self, shard: OfficeShard, digest: &str, found: usize) -> Result<()> {
        let mut call = scripts::MEND_LOSS.call();
        call.key(shard.loss()).key(shard.journal()).arg(digest).arg(self.clock().now_ms()).arg(found);
        call.run::<String>(self).await.map(drop)
    }

    /// The losses that are open.
    pub async fn open_losses(&self) -> Result<Vec<OpenLoss>> {
        let mut open = Vec::new();
        for shard in self.office_shards() {
            let mut ask = redis::cmd("HMGET");
            ask.arg(shard.loss()).arg("digest").arg("seq").arg("at").arg("last").arg("mended");
            let (digest, seq, at_ms, last, mended): Told = ask.query_async(&mut self.commands()).await?;
            if let (Some(digest), Some(seq), Some(at_ms), Some(last), None) = (digest, seq, at_ms, last, mended) {
                open.push(OpenLoss { shard, digest, seq, at_ms, last });
            }
        }
        Ok(open)
    }

    /// Whether expiry rests on `shard`.
    pub(super) async fn expiry_rests(&self, shard: OfficeShard) -> Result<bool> {
        let mut ask = redis::cmd("HMGET");
        ask.arg(shard.loss()).arg("rests_until").arg("mended");
        let (until, mended): (Option<Millis>, Option<Millis>) = ask.query_async(&mut self.commands()).await?;
        Ok(mended.is_none() && until.is_some_and(|until| self.clock().now_ms() < until))
    }

    /// The codes of `shard` on which money may have come that is not known here: those that can be paid, and those of
    /// every booking that changed since `since_ms`.
    pub async fn codes_in_doubt(&self, shard: OfficeShard, since_ms: Millis) -> Result<BTreeSet<BillingCode>> {
        let mut codes = self.codes_due(shard).await?;
        let mut to = "+".to_owned();
        loop {
            let mut range = redis::cmd("XREVRANGE");
            range.arg(shard.journal()).arg(&to).arg("-").arg("COUNT").arg(PAGE);
            let page: redis::streams::StreamRangeReply = range.query_async(&mut self.commands()).await?;
            let Some(oldest) = page.ids.last() else { return Ok(codes) };
            to = format!("({}", oldest.id);
            for event in &page.ids {
                if event.get::<Millis>("t").is_some_and(|at| at < since_ms) {
                    return Ok(codes);
                }
                let (id, image): (Option<String>, Option<Vec<u8>>) = (event.get("b"), event.get("r"));
                // `quota` has neither, `again` no image: the payment it tells of is another event's.
                let (Some(id), Some(image)) = (id.and_then(|id| id.parse().ok()), image) else { continue };
                match Record::read(id, &image) {
                    Ok(record) => codes.extend(record.view.code),
                    // One that is damaged must not keep the others from being asked about.
                    Err(error) => tracing::error!(event = event.id, %error, "an event is passed over; run antrean audit"),
                }
            }
        }
    }

    /// The codes of all bills that have a deadline.
    async fn codes_due(&self, shard: OfficeShard) -> Result<BTreeSet<BillingCode>> {
        let (mut codes, mut from) = (BTreeSet::new(), 0);
        loop {
            let mut range = redis::cmd("ZRANGE");
            range.arg(shard.due()).arg(from).arg(from + PAGE - 1);
            let names: Vec<String> = range.query_async(&mut self.commands()).await?;
            let ids: Vec<_> = names.iter().filter_map(|name| name.parse().ok()).collect();
            let records = self.readable(shard, &ids).await?;
            let billed = records.into_iter().filter(|record| record.view.state == State::Billed);
            codes.extend(billed.filter_map(|record| record.view.code));
            if names.len() < PAGE {
                return Ok(codes);
            }
            from += PAGE;
        }
    }
}
