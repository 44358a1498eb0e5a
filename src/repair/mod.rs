//! Money that Redis forgot: noticed, and asked for again at the bank.
//!
//! A failover may forget what the old primary acknowledged, and so does a backup. The bank was told that we have its
//! payment, so it will not tell us again: we must ask. [`file`] keeps the journals' high-water marks outside Redis,
//! [`keeper`] holds them against the journals and starts the repair, [`bank`] is the bank's payment status service with
//! us as the client. What is found goes the way every payment goes (`Store::accept_payment`): twice is once.
//!
//! What is not repaired: bills that were forgotten together with their payment (nobody here knows their code any more),
//! and everything that is no money. docs/OPERATIONS.md says what to do about those.

pub(crate) mod bank;
mod file;
mod keeper;

use antrean_domain::{BillingCode, Millis, PaymentId, Rupiah};
use antrean_store::{Accepted, OfficeShard, PaymentNotice, Store, StoreError};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use self::bank::{AskError, StatusService};
pub(crate) use self::keeper::Keeper;

/// How far before a loss codes are looked for: a bill lives two hours, and money that comes later than that again is rare.
pub(crate) const LOOK_BACK_MS: i64 = 2 * 3_600_000;
/// How many codes are asked about at the same time. A bank is not to be stormed.
const ASKS_AT_ONCE: usize = 8;

/// A payment the bank knows, and what became of it here.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) code: BillingCode,
    pub(crate) payment: PaymentId,
    pub(crate) amount: Rupiah,
    pub(crate) accepted: Accepted,
}

/// How a repair ended.
#[derive(Debug, Default)]
pub(crate) struct Repaired {
    /// How many codes the bank was asked about.
    pub(crate) asked: usize,
    pub(crate) found: Vec<Found>,
}

/// The repair was broken off. What was found until then is recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RepairError {
    #[error(transparent)]
    Bank(#[from] AskError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Repaired {
    /// How many payments nobody here knew.
    pub(crate) fn recorded(&self) -> usize {
        self.found.iter().filter(|found| found.accepted == Accepted::Recorded).count()
    }
}

/// Asks the bank about every code of `shard` that can be paid or changed since `since_ms`, and records what it knows.
pub(crate) async fn ask_again(store: &Store, bank: &StatusService, shard: OfficeShard, since_ms: Millis) -> Result<Repaired, RepairError> {
    let codes = store.codes_in_doubt(shard, since_ms).await?;
    let asked = codes.len();
    let answers = stream::iter(codes).map(|code| ask_for(store, bank, code)).buffer_unordered(ASKS_AT_ONCE);
    let found: Vec<Vec<Found>> = answers.try_collect().await?;
    Ok(Repaired { asked, found: found.into_iter().flatten().collect() })
}

async fn ask_for(store: &Store, bank: &StatusService, code: BillingCode) -> Result<Vec<Found>, RepairError> {
    let mut found = Vec::new();
    for paid in bank.payments(&code, store.clock().now_ms()).await? {
        let notice = PaymentNotice {
            payment: paid.payment.clone(),
            // No request of the bank's brought it. Theirs are digits, so this is nobody else's.
            external: format!("status-{}", paid.payment),
            fingerprint: PaymentNotice::fingerprint(&paid.payment, code.as_str(), paid.amount),
            code: code.clone(),
            amount: paid.amount,
            received_at: paid.at_ms.unwrap_or_else(|| store.clock().now_ms()),
        };
        let accepted = store.accept_payment(&notice).await?;
        found.push(Found { code: code.clone(), payment: paid.payment, amount: paid.amount, accepted });
    }
    Ok(found)
}
