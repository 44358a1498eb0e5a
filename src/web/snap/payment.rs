//! `POST /v1.0/transfer-va/payment`: money was received. It is recorded for good before the bank has its answer.
//!
//! Money on any code ever issued is acknowledged, also on one that expired, was cancelled or is paid already: the bank
//! has it, and only our ledger can say what becomes of it. So this service never answers "expired" or "paid".

use antrean_domain::Millis;
use antrean_store::{Accepted, PaymentNotice, StoreError};
use serde_json::json;

use super::answer::{Granted, Refusal};
use super::body::{Payment, snap_money};
use super::{Bank, unavailable};

pub(super) async fn record(bank: &Bank, external: &str, body: &[u8], now_ms: Millis) -> Result<Granted, Refusal> {
    let payment = Payment::read(body)?;
    let code = payment.account.code().ok_or(Refusal::UnknownBill)?;
    let notice = PaymentNotice {
        payment: payment.id.clone(),
        external: external.to_owned(),
        fingerprint: PaymentNotice::fingerprint(&payment.id, &payment.account.number(), payment.amount),
        code,
        amount: payment.amount,
        received_at: now_ms,
    };
    match accept(bank, &notice).await.map_err(|error| unavailable(&error))? {
        Accepted::Recorded | Accepted::Repeated => Ok(granted(&payment)),
        Accepted::ExternalReused => Err(Refusal::ExternalReused),
        Accepted::UnknownCode => Err(Refusal::UnknownBill),
        Accepted::WrongAmount { .. } => Err(Refusal::WrongAmount),
    }
}

/// Records the payment and marks that outside Redis. Before the answer: after it the bank never tells us again.
async fn accept(bank: &Bank, notice: &PaymentNotice) -> Result<Accepted, StoreError> {
    let mut accepted = bank.store.accept_payment(notice).await?;
    let Some(keeper) = &bank.keeper else { return Ok(accepted) };
    while let Accepted::Recorded | Accepted::Repeated = accepted {
        keeper.mark().await;
        // Another Redis may have taken over in between, and what was marked be its journal, without the payment. Whoever
        // still knows it after the mark has it below the mark.
        accepted = bank.store.accept_payment(notice).await?;
        if accepted == Accepted::Repeated {
            break;
        }
    }
    Ok(accepted)
}

/// The same for the first notice and for every repeat of it.
fn granted(payment: &Payment) -> Granted {
    let mut data = payment.account.echo();
    data.insert("virtualAccountName".to_owned(), json!(payment.name));
    data.insert("paymentRequestId".to_owned(), json!(payment.id.as_str()));
    data.insert("paidAmount".to_owned(), snap_money(payment.amount));
    data.insert("totalAmount".to_owned(), snap_money(payment.amount));
    data.insert("paymentFlagStatus".to_owned(), json!("00"));
    data.insert("paymentFlagReason".to_owned(), json!({ "english": "Success", "indonesia": "Sukses" }));
    Granted::from_iter([("virtualAccountData".to_owned(), data.into())])
}
