//! The client's side of SNAP BI, Bank Indonesia's standard for payment APIs: token (service 73), inquiry (24) and
//! payment (25) of a virtual account, with their two kinds of signature.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, SecondsFormat, TimeDelta, Utc};
use data_encoding::{BASE64, HEXLOWER};
use ring::{digest, hmac, rand::SystemRandom, signature};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{Error, Settings, ledger::Payment};

/// The bank's own time zone: it is in Jakarta.
const WIB_S: i32 = 7 * 60 * 60;
/// The bank's counter, as the standard numbers channels.
const CHANNEL: &str = "95221";
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) struct Snap {
    http: reqwest::Client,
    url: String,
    client_id: String,
    secret: SecretString,
    key: signature::RsaKeyPair,
    /// Padded with spaces to 8, as the standard has it.
    partner: String,
    /// The last token, used until the biller refuses it.
    token: Mutex<Option<String>>,
}

/// Ways for a test to make a call wrong. The default is a right one.
#[derive(Clone, Debug, Default)]
pub(super) struct Flaws {
    pub(super) external_id: Option<String>,
    pub(super) bad_signature: bool,
    pub(super) bad_token: bool,
    /// How far in the past the timestamp is.
    pub(super) stale_s: i64,
}

/// What the biller answered.
#[derive(Debug)]
pub(super) struct SnapAnswer {
    pub(super) status: u16,
    pub(super) body: Value,
    /// The request id the call carried.
    pub(super) request_id: String,
}

impl SnapAnswer {
    /// `responseCode`, or the HTTP status where there is none.
    pub(super) fn code(&self) -> String {
        self.body["responseCode"].as_str().map_or_else(|| self.status.to_string(), str::to_owned)
    }
}

impl Snap {
    pub(super) fn new(settings: Settings) -> Result<Self, Error> {
        let Settings { product_url, client_id, secret, private_key_pem, partner_service_id, .. } = settings;
        let (_, der) = spki::der::pem::decode_vec(private_key_pem.as_bytes()).map_err(|error| Error::PrivateKey(error.to_string()))?;
        let key = signature::RsaKeyPair::from_pkcs8(&der).map_err(|error| Error::PrivateKey(error.to_string()))?;
        let is_number = partner_service_id.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || !(1..=8).contains(&partner_service_id.len()) {
            return Err(Error::PartnerServiceId);
        }
        let http = reqwest::Client::builder().timeout(ANSWER_TIMEOUT).build();
        Ok(Self {
            http: http.expect("only a timeout is set, which cannot fail"),
            url: product_url.trim_end_matches('/').to_owned(),
            client_id,
            secret,
            key,
            partner: format!("{partner_service_id:>8}"),
            token: Mutex::new(None),
        })
    }

    pub(super) async fn inquiry(&self, code: &str, now: DateTime<Utc>, flaws: &Flaws) -> Result<SnapAnswer, String> {
        let request_id = request_id(now);
        let mut body = self.account(code);
        body["inquiryRequestId"] = request_id.as_str().into();
        body["trxDateInit"] = timestamp(now).into();
        body["channelCode"] = 6_010.into();
        self.call("/v1.0/transfer-va/inquiry", &body, request_id, now, flaws).await
    }

    pub(super) async fn pay(&self, payment: &Payment, now: DateTime<Utc>, flaws: &Flaws) -> Result<SnapAnswer, String> {
        let mut body = self.account(&payment.code);
        body["virtualAccountName"] = payment.name.as_str().into();
        body["paymentRequestId"] = payment.request_id.as_str().into();
        body["paidAmount"] = json!({ "value": payment.amount, "currency": "IDR" });
        body["trxDateTime"] = timestamp(at(payment.at_ms, now)).into();
        body["referenceNo"] = payment.request_id.chars().rev().take(15).collect::<String>().into();
        body["channelCode"] = 6_010.into();
        body["flagAdvise"] = if payment.attempts > 1 { "Y" } else { "N" }.into();
        self.call("/v1.0/transfer-va/payment", &body, payment.request_id.clone(), now, flaws).await
    }

    fn account(&self, code: &str) -> Value {
        json!({
            "partnerServiceId": self.partner,
            "customerNo": code,
            "virtualAccountNo": format!("{}{code}", self.partner),
        })
    }

    /// A signed call; a refused token is renewed once.
    async fn call(&self, path: &str, body: &Value, request_id: String, now: DateTime<Utc>, flaws: &Flaws) -> Result<SnapAnswer, String> {
        let external_id = flaws.external_id.clone().unwrap_or_else(|| external_id(now));
        // The call alone is stale: a token is always asked for in time.
        let signed_at = now - TimeDelta::seconds(flaws.stale_s);
        let mut renewed = false;
        loop {
            let token = if flaws.bad_token { "not-a-token".to_owned() } else { self.token(now).await? };
            let answer = self.post(path, body, &token, &external_id, signed_at, flaws).await?;
            let (status, body) = answer;
            if status != 401 || renewed || flaws.bad_token || flaws.bad_signature {
                return Ok(SnapAnswer { status, body, request_id });
            }
            renewed = true;
            let mut kept = self.token.lock().await;
            // Another call may have renewed it meanwhile.
            if kept.as_ref() == Some(&token) {
                *kept = None;
            }
        }
    }

    async fn post(
        &self,
        path: &str,
        body: &Value,
        token: &str,
        external_id: &str,
        now: DateTime<Utc>,
        flaws: &Flaws,
    ) -> Result<(u16, Value), String> {
        // Without white space outside strings: what the standard calls minified.
        let body = body.to_string();
        let timestamp = timestamp(now);
        let hash = HEXLOWER.encode(digest::digest(&digest::SHA256, body.as_bytes()).as_ref());
        let to_sign = format!("POST:{path}:{token}:{hash}:{timestamp}");
        let key = hmac::Key::new(hmac::HMAC_SHA512, self.secret.expose_secret().as_bytes());
        let mut signature = BASE64.encode(hmac::sign(&key, to_sign.as_bytes()).as_ref());
        if flaws.bad_signature {
            signature = BASE64.encode(digest::digest(&digest::SHA512, signature.as_bytes()).as_ref());
        }
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .bearer_auth(token)
            .header("Content-Type", "application/json")
            .header("X-TIMESTAMP", timestamp)
            .header("X-SIGNATURE", signature)
            .header("X-PARTNER-ID", &self.client_id)
            .header("X-EXTERNAL-ID", external_id)
            .header("CHANNEL-ID", CHANNEL)
            .body(body);
        send(request).await
    }

    async fn token(&self, now: DateTime<Utc>) -> Result<String, String> {
        let mut kept = self.token.lock().await;
        if let Some(token) = &*kept {
            return Ok(token.clone());
        }
        let timestamp = timestamp(now);
        let to_sign = format!("{}|{timestamp}", self.client_id);
        let mut signed = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&signature::RSA_PKCS1_SHA256, &SystemRandom::new(), to_sign.as_bytes(), &mut signed)
            .map_err(|_| "the bank's key cannot sign".to_owned())?;
        let request = self
            .http
            .post(format!("{}/v1.0/access-token/b2b", self.url))
            .header("X-CLIENT-KEY", &self.client_id)
            .header("X-TIMESTAMP", timestamp)
            .header("X-SIGNATURE", BASE64.encode(&signed))
            .json(&json!({ "grantType": "client_credentials" }));
        let (status, body) = send(request).await?;
        let token = body["accessToken"].as_str().filter(|_| status == 200);
        let token = token.ok_or_else(|| format!("the biller gives no token: {status} {body}"))?;
        Ok(kept.insert(token.to_owned()).clone())
    }
}

async fn send(request: reqwest::RequestBuilder) -> Result<(u16, Value), String> {
    let answer = request.send().await.map_err(|error| format!("the biller does not answer: {error}"))?;
    let status = answer.status().as_u16();
    let text = answer.text().await.map_err(|error| format!("the biller's answer broke off: {error}"))?;
    Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
}

/// ISO 8601 with zone, as the standard wants it: `2026-11-22T21:14:34+07:00`.
pub(super) fn timestamp(at: DateTime<Utc>) -> String {
    let wib = FixedOffset::east_opt(WIB_S).expect("seven hours are a legal offset");
    at.with_timezone(&wib).to_rfc3339_opts(SecondsFormat::Secs, false)
}

pub(super) fn at(ms: i64, fallback: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(fallback)
}

/// Numeric and unique within a day, up to 36 digits.
fn external_id(now: DateTime<Utc>) -> String {
    format!("{}{:09}", now.timestamp_millis(), rand::random_range(0..1_000_000_000))
}

pub(super) fn request_id(now: DateTime<Utc>) -> String {
    format!("{}{:08}", now.format("%Y%m%d%H%M%S"), rand::random_range(0..100_000_000))
}
