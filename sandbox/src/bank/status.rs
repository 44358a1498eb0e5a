//! The bank as a server: a biller that is not sure of a payment may ask (service 26, payment status of a virtual account).
//!
//! The biller proves itself as the bank does to it: a token for its RSA signature (73), an HMAC for each call. What is told
//! is [`Ledger`](super::ledger::Ledger)'s word: money the bank has taken, whether or not the biller ever answered.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Response},
    routing::post,
};
use chrono::{DateTime, Utc};
use data_encoding::{BASE64, HEXLOWER};
use ring::{digest, hmac, signature};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};
use spki::SubjectPublicKeyInfoRef;

use super::{
    Error,
    ledger::{Payment, PaymentState},
    snap::{at, timestamp},
};
use crate::{shared::Shared, sim::SimResult};

/// How far a biller's clock may be off, in seconds.
const WINDOW_S: i64 = 300;

/// What tells the biller from everybody else.
pub(super) struct Biller {
    client_id: String,
    secret: hmac::Key,
    /// `RSAPublicKey` in DER.
    public_key: Vec<u8>,
    tokens: Mutex<HashSet<String>>,
    /// The door is shut: every call is answered 503.
    away: AtomicBool,
}

/// `POST /sim/bank/away`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Away {
    away: bool,
}

/// An answer that is none: its HTTP status and the two digits of its case.
struct Refusal(StatusCode, u16, &'static str);

impl Biller {
    pub(super) fn new(client_id: String, secret: &SecretString, public_key_pem: &str) -> Result<Self, Error> {
        let unfit = |error: &dyn std::fmt::Display| Error::PublicKey(error.to_string());
        let (_, der) = spki::der::pem::decode_vec(public_key_pem.trim().as_bytes()).map_err(|error| unfit(&error))?;
        let info = SubjectPublicKeyInfoRef::try_from(&der[..]).map_err(|error| unfit(&error))?;
        let public_key = info.subject_public_key.raw_bytes().to_vec();
        let secret = hmac::Key::new(hmac::HMAC_SHA512, secret.expose_secret().as_bytes());
        Ok(Self { client_id, secret, public_key, tokens: Mutex::default(), away: AtomicBool::new(false) })
    }

    fn tokens(&self) -> MutexGuard<'_, HashSet<String>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token for whoever signed as the biller.
    fn token(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Result<Value, Refusal> {
        self.at_home()?;
        let moment = in_time(headers, now)?;
        let signed = format!("{}|{moment}", header(headers, "x-client-key")?);
        let signature = decoded(headers)?;
        let key = signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, &self.public_key);
        if header(headers, "x-client-key")? != self.client_id || key.verify(signed.as_bytes(), &signature).is_err() {
            return Err(unauthorized("Signature"));
        }
        let token = HEXLOWER.encode(&rand::random::<[u8; 16]>());
        self.tokens().insert(token.clone());
        Ok(json!({ "accessToken": token, "tokenType": "Bearer", "expiresIn": "900" }))
    }

    /// Whether a call to `path` is the biller's.
    fn authenticate(&self, path: &str, headers: &HeaderMap, body: &[u8], now: DateTime<Utc>) -> Result<(), Refusal> {
        self.at_home()?;
        let moment = in_time(headers, now)?;
        let token = header(headers, "authorization")?.strip_prefix("Bearer ").unwrap_or_default();
        if !self.tokens().contains(token) {
            return Err(Refusal(StatusCode::UNAUTHORIZED, 1, "Invalid Token (B2B)"));
        }
        let external = header(headers, "x-external-id")?;
        if external.is_empty() || external.len() > 36 || !external.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal(StatusCode::BAD_REQUEST, 1, "Invalid Field Format [X-EXTERNAL-ID]"));
        }
        // Bodies are taken as they come: whoever minifies as the standard says sends them so.
        let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, body).as_ref());
        let signed = format!("POST:{path}:{token}:{hash}:{moment}");
        let known = header(headers, "x-partner-id")? == self.client_id;
        if !known || hmac::verify(&self.secret, signed.as_bytes(), &decoded(headers)?).is_err() {
            return Err(unauthorized("Signature"));
        }
        Ok(())
    }

    fn at_home(&self) -> Result<(), Refusal> {
        if self.away.load(Ordering::Relaxed) { Err(Refusal(StatusCode::SERVICE_UNAVAILABLE, 0, "Service Unavailable")) } else { Ok(()) }
    }
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/v1.0/access-token/b2b", post(token)).route("/v1.0/transfer-va/status", post(status))
}

/// Shuts the bank's door to billers, or opens it again.
pub(crate) async fn sim_away(State(shared): State<Arc<Shared>>, Json(wish): Json<Away>) -> SimResult<Json<Value>> {
    shared.bank.biller.away.store(wish.away, Ordering::Relaxed);
    Ok(Json(json!({ "away": wish.away })))
}

async fn token(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    respond(73, shared.bank.biller.token(&headers, shared.now()))
}

async fn status(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let now = shared.now();
    let judged = shared.bank.biller.authenticate(uri.path(), &headers, &body, now).and_then(|()| {
        let asked: Value = serde_json::from_slice(&body).map_err(|_| Refusal(StatusCode::BAD_REQUEST, 0, "Bad Request"))?;
        let code = asked["customerNo"].as_str().unwrap_or_default();
        // A refused payment went back to whoever paid.
        let paid = |payment: &Payment| payment.code == code && payment.state != PaymentState::Refused;
        let payments: Vec<_> = shared.bank.ledger.newest_first().into_iter().filter(paid).collect();
        if payments.is_empty() {
            return Err(Refusal(StatusCode::NOT_FOUND, 1, "Transaction Not Found"));
        }
        // Asked without a request id, the standard lists all transactions of the number.
        let told = payments.iter().map(|payment| tell(&asked, payment, now)).collect::<Vec<_>>();
        Ok(json!({ "virtualAccountData": told }))
    });
    respond(26, judged)
}

fn tell(asked: &Value, payment: &Payment, now: DateTime<Utc>) -> Value {
    let amount = json!({ "value": payment.amount, "currency": "IDR" });
    json!({
        "partnerServiceId": asked["partnerServiceId"],
        "customerNo": payment.code,
        "virtualAccountNo": asked["virtualAccountNo"],
        "inquiryRequestId": payment.request_id,
        "paymentRequestId": payment.request_id,
        "paidAmount": amount,
        "totalAmount": amount,
        "transactionDate": timestamp(at(payment.at_ms, now)),
        "paymentFlagStatus": "00",
        "paymentFlagReason": { "english": "Success", "indonesia": "Sukses" },
    })
}

fn respond(service: u16, judged: Result<Value, Refusal>) -> Response {
    let (status, case, message, mut body) = match judged {
        Ok(body) => (StatusCode::OK, 0, "Successful", body),
        Err(Refusal(status, case, message)) => (status, case, message, json!({})),
    };
    body["responseCode"] = format!("{}{service:02}{case:02}", status.as_u16()).into();
    body["responseMessage"] = message.into();
    (status, Json(body)).into_response()
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refusal> {
    let missing = Refusal(StatusCode::BAD_REQUEST, 2, "Invalid Mandatory Field");
    headers.get(name).and_then(|value| value.to_str().ok()).ok_or(missing)
}

fn decoded(headers: &HeaderMap) -> Result<Vec<u8>, Refusal> {
    BASE64.decode(header(headers, "x-signature")?.as_bytes()).map_err(|_| unauthorized("Signature"))
}

/// `X-TIMESTAMP`, as it was sent, if it lies within the window.
fn in_time(headers: &HeaderMap, now: DateTime<Utc>) -> Result<&str, Refusal> {
    let text = header(headers, "x-timestamp")?;
    let sent = DateTime::parse_from_rfc3339(text).map_err(|_| unauthorized("X-TIMESTAMP"))?;
    if (now - sent.to_utc()).num_seconds().abs() > WINDOW_S { Err(unauthorized("X-TIMESTAMP")) } else { Ok(text) }
}

fn unauthorized(why: &'static str) -> Refusal {
    Refusal(StatusCode::UNAUTHORIZED, 0, why)
}
