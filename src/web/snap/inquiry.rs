//! `POST /v1.0/transfer-va/inquiry`: whose bill a code is, what is due, and whether it can still be paid. Reads only.

use antrean_store::Bill;
use serde_json::json;

use super::answer::{Granted, Refusal};
use super::body::{Inquiry, snap_money};
use super::{Bank, unavailable};

pub(super) async fn look_up(bank: &Bank, body: &[u8]) -> Result<Granted, Refusal> {
    let inquiry = Inquiry::read(body)?;
    let code = inquiry.account.code().ok_or(Refusal::UnknownBill)?;
    let bill = bank.store.find_code(&code).await.map_err(|error| unavailable(&error))?.ok_or(Refusal::UnknownBill)?;
    judge(&bill)?;
    if inquiry.amount.is_some_and(|amount| amount != bill.view.amount) {
        return Err(Refusal::WrongAmount);
    }
    let application = bank.store.application(&bill.view.booking).await.map_err(|error| unavailable(&error))?;
    // The bank shows the name to whoever pays. A bill without one can still be paid: money is never turned away for it.
    let name = application.and_then(|application| application.name).unwrap_or_default();
    let mut data = inquiry.account.echo();
    data.insert("virtualAccountName".to_owned(), json!(name));
    data.insert("inquiryRequestId".to_owned(), json!(inquiry.request_id));
    data.insert("totalAmount".to_owned(), snap_money(bill.view.amount));
    data.insert("inquiryStatus".to_owned(), json!("00"));
    data.insert("inquiryReason".to_owned(), json!({ "english": "Success", "indonesia": "Sukses" }));
    Ok(Granted::from_iter([("virtualAccountData".to_owned(), data.into())]))
}

/// Whether `bill` can be paid now. A cancelled bill is as dead as one that ran out.
fn judge(bill: &Bill) -> Result<(), Refusal> {
    match bill {
        Bill { paid: true, .. } => Err(Refusal::PaidBill),
        Bill { live: true, .. } => Ok(()),
        Bill { .. } => Err(Refusal::ExpiredBill),
    }
}
