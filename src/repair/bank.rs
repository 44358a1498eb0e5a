//! The bank's payment status service (SNAP BI, service 26), with us as the client.
//!
//! We prove ourselves as the bank does at our door: a token for our RSA signature (73), an HMAC for each call. Asked
//! without a request id, the standard answers with every transaction of the number; banks that know of one only may
//! answer with that one.

use std::time::Duration;

use antrean_domain::{BillingCode, Millis, PaymentId, Rupiah, Zone};
use chrono::{DateTime, SecondsFormat};
use data_encoding::{BASE64, HEXLOWER};
use reqwest::{Client, RequestBuilder, StatusCode};
use ring::rand::SystemRandom;
use ring::{digest, hmac, signature};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::config::BankStatus;

const TOKEN_PATH: &str = "/v1.0/access-token/b2b";
const STATUS_PATH: &str = "/v1.0/transfer-va/status";
/// As long as banks give us.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How the standard numbers the channel of a machine.
const CHANNEL: &str = "95221";
/// `paymentFlagStatus` of money that was taken.
const TAKEN: &str = "00";

/// Asks the bank. Cheap to ask often: a token is kept until it is refused.
pub(crate) struct StatusService {
    http: Client,
    agreed: BankStatus,
    calls: hmac::Key,
    token: Mutex<Option<String>>,
}

/// Money the bank has taken for a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Paid {
    pub(crate) payment: PaymentId,
    pub(crate) amount: Rupiah,
    /// When it was paid, if the bank says so.
    pub(crate) at_ms: Option<Millis>,
}

/// The bank could not be asked. Its text never holds a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("the bank does not answer: {0}")]
    Silent(reqwest::Error),
    /// The code its body carried, or the HTTP status.
    #[error("the bank refuses to tell: {0}")]
    Refused(String),
    #[error("the bank's answer cannot be read: {0}")]
    Unreadable(&'static str),
    #[error("our key cannot sign")]
    Key,
}

/// What came back: the status and the body, `null` where that is no JSON.
type Answer = (StatusCode, Value);

impl StatusService {
    pub(crate) fn new(agreed: BankStatus) -> Self {
        let http = Client::builder().timeout(ANSWER_TIMEOUT).build().expect("only a timeout is set, which cannot fail");
        let calls = hmac::Key::new(hmac::HMAC_SHA512, agreed.secret.expose_secret().as_bytes());
        Self { http, agreed, calls, token: Mutex::new(None) }
    }

    /// Every payment the bank has taken for `code`.
    pub(crate) async fn payments(&self, code: &BillingCode, now_ms: Millis) -> Result<Vec<Paid>, AskError> {
        let number = &self.agreed.partner_service_id;
        let body = json!({ "partnerServiceId": number, "customerNo": code.as_str(), "virtualAccountNo": format!("{number}{code}") });
        // Without white space outside strings: what the standard calls minified.
        let body = body.to_string();
        let mut token = self.token(None, now_ms).await?;
        let mut answer = self.call(&token, &body, now_ms).await?;
        if answer.0 == StatusCode::UNAUTHORIZED {
            token = self.token(Some(&token), now_ms).await?;
            answer = self.call(&token, &body, now_ms).await?;
        }
        read(&answer)
    }

    async fn call(&self, token: &str, body: &str, now_ms: Millis) -> Result<Answer, AskError> {
        let (url, path) = self.place(STATUS_PATH);
        let moment = moment(now_ms);
        let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, body.as_bytes()).as_ref());
        let signature = hmac::sign(&self.calls, format!("POST:{path}:{token}:{hash}:{moment}").as_bytes());
        let request = self
            .http
            .post(url)
            .bearer_auth(token)
            .header("Content-Type", "application/json")
            .header("X-TIMESTAMP", moment)
            .header("X-SIGNATURE", BASE64.encode(signature.as_ref()))
            .header("X-PARTNER-ID", &self.agreed.client_id)
            // Digits, and no other of the day.
            .header("X-EXTERNAL-ID", format!("{now_ms}{:09}", rand::random_range(0..1_000_000_000)))
            .header("CHANNEL-ID", CHANNEL)
            .body(body.to_owned());
        send(request).await
    }

    /// The token that is kept, or a new one where there is none, or only the one that was `refused`.
    async fn token(&self, refused: Option<&str>, now_ms: Millis) -> Result<String, AskError> {
        let mut kept = self.token.lock().await;
        if let Some(token) = kept.as_deref().filter(|token| Some(*token) != refused) {
            return Ok(token.to_owned());
        }
        let moment = moment(now_ms);
        let key = &self.agreed.private_key;
        let mut signed = vec![0; key.public().modulus_len()];
        let text = format!("{}|{moment}", self.agreed.client_id);
        key.sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signed).map_err(|_| AskError::Key)?;
        let request = self
            .http
            .post(self.place(TOKEN_PATH).0)
            .header("X-CLIENT-KEY", &self.agreed.client_id)
            .header("X-TIMESTAMP", moment)
            .header("X-SIGNATURE", BASE64.encode(&signed))
            .json(&json!({ "grantType": "client_credentials" }));
        let answer = send(request).await?;
        let token = answer.1["accessToken"].as_str().filter(|_| answer.0.is_success());
        Ok(kept.insert(token.ok_or_else(|| refusal(&answer))?.to_owned()).clone())
    }

    /// Where a path of the standard is at this bank: the whole address, and its path as it is signed.
    fn place(&self, path: &str) -> (reqwest::Url, String) {
        let mut url = self.agreed.url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        let signed = url.path().to_owned();
        (url, signed)
    }
}

async fn send(request: RequestBuilder) -> Result<Answer, AskError> {
    let silent = |error: reqwest::Error| AskError::Silent(error.without_url());
    let answer = request.send().await.map_err(silent)?;
    let status = answer.status();
    let text = answer.text().await.map_err(silent)?;
    Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
}

/// What the bank says of a code.
fn read(answer: &Answer) -> Result<Vec<Paid>, AskError> {
    let (status, body) = answer;
    match *status {
        // Nothing was paid: `4042601` for a transaction, `4042612` for a number it does not know.
        StatusCode::NOT_FOUND if body["responseCode"].is_string() => Ok(Vec::new()),
        status if status.is_success() => match &body["virtualAccountData"] {
            Value::Array(all) => all.iter().filter_map(|one| read_payment(one).transpose()).collect(),
            one @ Value::Object(_) => Ok(read_payment(one)?.into_iter().collect()),
            _ => Err(AskError::Unreadable("virtualAccountData")),
        },
        _ => Err(refusal(answer)),
    }
}

/// A transaction, if money was taken. Without a `paymentRequestId` there was none.
fn read_payment(data: &Value) -> Result<Option<Paid>, AskError> {
    let text = |pointer: &str| data.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let taken = text("/paymentFlagStatus").is_none_or(|status| status == TAKEN);
    let Some(payment) = text("/paymentRequestId").filter(|_| taken) else { return Ok(None) };
    let payment = PaymentId::try_from(payment.to_owned()).map_err(|_| AskError::Unreadable("paymentRequestId"))?;
    let amount = text("/paidAmount/value").and_then(|value| Rupiah::from_snap(value).ok());
    let amount = amount.filter(|_| text("/paidAmount/currency") == Some("IDR")).ok_or(AskError::Unreadable("paidAmount"))?;
    let at = text("/transactionDate").or_else(|| text("/trxDateTime")).and_then(|at| DateTime::parse_from_rfc3339(at).ok());
    Ok(Some(Paid { payment, amount, at_ms: at.map(|at| at.timestamp_millis()) }))
}

fn refusal((status, body): &Answer) -> AskError {
    AskError::Refused(body["responseCode"].as_str().map_or_else(|| status.as_u16().to_string(), str::to_owned))
}

/// `X-TIMESTAMP`: ISO 8601 with the zone of Jakarta.
fn moment(now_ms: Millis) -> String {
    Zone::Wib.local(now_ms).to_rfc3339_opts(SecondsFormat::Secs, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transaction() -> Value {
        json!({
            "paymentRequestId": "pay-1",
            "paidAmount": { "value": "950000.00", "currency": "IDR" },
            "transactionDate": "2026-12-01T08:00:00+07:00",
            "paymentFlagStatus": "00",
        })
    }

    fn told(data: &Value) -> Result<Vec<Paid>, AskError> {
        read(&(StatusCode::OK, json!({ "responseCode": "2002600", "virtualAccountData": data })))
    }

    #[test]
    fn every_transaction_of_a_number_is_read_and_a_single_one_as_well() {
        let paid = Paid {
            payment: PaymentId::try_from("pay-1".to_owned()).expect("an id"),
            amount: Rupiah(950_000),
            at_ms: Some(1_796_086_800_000),
        };
        assert_eq!(told(&transaction()).expect("read"), std::slice::from_ref(&paid));
        let mut other = transaction();
        other["paymentRequestId"] = json!("pay-2");
        let both = told(&json!([transaction(), other])).expect("read");
        assert_eq!((both.len(), &both[0]), (2, &paid));
    }

    #[test]
    fn what_was_not_taken_is_no_payment() {
        for (field, value) in [("paymentFlagStatus", json!("01")), ("paymentRequestId", json!("")), ("paymentRequestId", Value::Null)] {
            let mut one = transaction();
            one[field] = value;
            assert_eq!(told(&one).expect("read"), []);
        }
        assert_eq!(read(&(StatusCode::NOT_FOUND, json!({ "responseCode": "4042601" }))).expect("read"), []);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_not_an_absence() {
        let mut odd = transaction();
        odd["paidAmount"]["value"] = json!("950000");
        assert_eq!(told(&odd).expect_err("refused").to_string(), "the bank's answer cannot be read: paidAmount");
        assert!(told(&Value::Null).is_err());
        for (status, body, said) in [
            (StatusCode::NOT_FOUND, Value::Null, "the bank refuses to tell: 404"),
            (StatusCode::SERVICE_UNAVAILABLE, json!({ "responseCode": "5032600" }), "the bank refuses to tell: 5032600"),
        ] {
            assert_eq!(read(&(status, body)).expect_err("refused").to_string(), said);
        }
    }
}
