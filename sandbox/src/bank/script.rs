//! The bank through the scripted door: one call each, as right or as wrong as a test wants it, and the biller's own
//! answer back. Nothing here is repeated or written down.

use std::sync::Arc;

use axum::{Json, extract::State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Payment, PaymentState,
    snap::{Flaws, SnapAnswer, request_id},
};
use crate::{
    shared::Shared,
    sim::{SimError, SimResult},
};

/// `POST /sim/bank/inquiry` and `/sim/bank/pay`; what is left out is as it should be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    code: String,
    /// Whole rupiah; a payment needs it.
    amount: Option<u64>,
    /// `paymentRequestId`, to repeat a payment.
    payment_id: Option<String>,
    #[serde(default = "payer")]
    name: String,
    /// Sends `flagAdvise: "Y"`, as a repetition does.
    #[serde(default)]
    advise: bool,
    /// `X-EXTERNAL-ID`, to use one twice.
    external_id: Option<String>,
    #[serde(default)]
    bad_signature: bool,
    #[serde(default)]
    bad_token: bool,
    /// How old the timestamp is, in seconds.
    #[serde(default)]
    stale_s: i64,
}

fn payer() -> String {
    "BANK CONTOH".to_owned()
}

pub(crate) async fn sim_inquiry(State(shared): State<Arc<Shared>>, Json(script): Json<Script>) -> SimResult<Json<Value>> {
    let answer = shared.bank.snap.inquiry(&script.code, shared.now(), &script.flaws()).await;
    answer_view(answer)
}

pub(crate) async fn sim_pay(State(shared): State<Arc<Shared>>, Json(script): Json<Script>) -> SimResult<Json<Value>> {
    let now = shared.now();
    let amount = script.amount.ok_or_else(|| SimError::bad("amount is missing"))?;
    let payment = Payment {
        request_id: script.payment_id.clone().unwrap_or_else(|| request_id(now)),
        code: script.code.clone(),
        name: script.name.clone(),
        amount: format!("{amount}.00"),
        at_ms: now.timestamp_millis(),
        attempts: if script.advise { 2 } else { 1 },
        state: PaymentState::Sending,
        response_code: None,
        response_message: None,
    };
    answer_view(shared.bank.snap.pay(&payment, now, &script.flaws()).await)
}

impl Script {
    fn flaws(&self) -> Flaws {
        Flaws { external_id: self.external_id.clone(), bad_signature: self.bad_signature, bad_token: self.bad_token, stale_s: self.stale_s }
    }
}

fn answer_view(answer: Result<SnapAnswer, String>) -> SimResult<Json<Value>> {
    let answer = answer.map_err(SimError::failed)?;
    Ok(Json(json!({ "status": answer.status, "body": answer.body, "request_id": answer.request_id })))
}
