//! Bank Contoh: a bank that pays bills. It asks the biller what a code is worth (inquiry), pays it, and repeats a
//! payment that got no answer until it has one, as banks do.
//!
//! It is a SNAP client; see [`snap`] for the standard. What it paid is kept in [`ledger`], and told to a biller that asks ([`status`]).

mod ledger;
mod script;
mod snap;
mod status;

use std::{path::Path, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use self::script::{sim_inquiry, sim_pay};
pub(crate) use self::status::{routes as biller_routes, sim_away};
use self::{
    ledger::{Ledger, Payment, PaymentState},
    snap::{Flaws, Snap, SnapAnswer},
    status::Biller,
};
use crate::{
    shared::Shared,
    sim::{SimError, SimResult},
};

/// Where the biller is and how the bank proves itself to it.
pub struct Settings {
    /// Where the paths of the standard begin, `http://127.0.0.1:8081`.
    pub product_url: String,
    pub client_id: String,
    /// For the symmetric signature of a call.
    pub secret: SecretString,
    /// RSA key, PKCS#8 PEM, for the signature with which a token is asked for.
    pub private_key_pem: String,
    /// The biller's RSA key, PEM, with whose other half it asks for a token of the bank's.
    pub biller_public_key_pem: String,
    /// The biller's number at the bank, up to 8 digits.
    pub partner_service_id: String,
}

/// A key pair for demonstrations, so that a sandbox needs no set-up. It is public: it protects nothing.
pub const DEMO_PRIVATE_KEY_PEM: &str = include_str!("demo_key.pem");
/// The public half of [`DEMO_PRIVATE_KEY_PEM`], for the biller.
pub const DEMO_PUBLIC_KEY_PEM: &str = include_str!("demo_key.pub.pem");

/// Why there can be no bank.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("bank private key must be an RSA key as PKCS#8 PEM: {0}")]
    PrivateKey(String),
    #[error("the biller's public key must be an RSA key as PEM: {0}")]
    PublicKey(String),
    #[error("bank partner service id must be 1 to 8 digits")]
    PartnerServiceId,
    #[error("bank payments file: {0}")]
    Ledger(#[from] std::io::Error),
}

pub(crate) struct Bank {
    snap: Snap,
    ledger: Ledger,
    biller: Biller,
}

/// How often a payment is sent before a person has to look into it, and the pause before each repetition.
const PAUSES: [Duration; 4] = [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8)];

#[derive(Deserialize)]
struct Code {
    code: String,
}

/// What the person at the counter confirmed.
#[derive(Deserialize)]
struct Pay {
    code: String,
    name: String,
    /// As the inquiry gave it, `350000.00`.
    amount: String,
    /// The inquiry's request id, which the payment carries on.
    request_id: String,
}

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(crate::web::bank_page))
        .route("/inquiry", post(inquiry))
        .route("/pay", post(pay))
        .route("/payments", get(payments))
}

impl Bank {
    pub(crate) fn open(settings: Settings, data_dir: &Path) -> Result<Self, Error> {
        let biller = Biller::new(settings.client_id.clone(), &settings.secret, &settings.biller_public_key_pem)?;
        Ok(Self { snap: Snap::new(settings)?, ledger: Ledger::open(data_dir)?, biller })
    }

    /// Goes on with payments that were being sent when the bank was last stopped.
    pub(crate) fn resume(&self, shared: &Arc<Shared>) {
        for payment in self.ledger.unfinished() {
            tokio::spawn(settle(Arc::clone(shared), payment));
        }
    }
}

async fn inquiry(State(shared): State<Arc<Shared>>, Json(asked): Json<Code>) -> SimResult<Json<Value>> {
    let code = digits(&asked.code)?;
    let answer = shared.bank.snap.inquiry(&code, shared.now(), &Flaws::default()).await.map_err(SimError::failed)?;
    let data = &answer.body["virtualAccountData"];
    Ok(Json(json!({
        "code": code,
        "state": state_of(&answer),
        "name": data["virtualAccountName"],
        "amount": data["totalAmount"]["value"],
        "request_id": answer.request_id,
        "response_code": answer.code(),
        "response_message": answer.body["responseMessage"],
    })))
}

async fn pay(State(shared): State<Arc<Shared>>, Json(pay): Json<Pay>) -> SimResult<Json<Payment>> {
    let payment = Payment {
        request_id: pay.request_id,
        code: digits(&pay.code)?,
        name: pay.name,
        amount: pay.amount,
        at_ms: shared.now().timestamp_millis(),
        attempts: 0,
        state: PaymentState::Sending,
        response_code: None,
        response_message: None,
    };
    // Written down before it is sent: a bank that forgot a payment could not repeat it.
    if !shared.bank.ledger.begin(payment.clone()).map_err(SimError::failed)? {
        return Err(SimError::bad("this payment has been made; ask for the bill again"));
    }
    // A task of its own: the payment goes on when the page is closed.
    let settled = tokio::spawn(settle(Arc::clone(&shared), payment));
    Ok(Json(settled.await.map_err(SimError::failed)?))
}

async fn payments(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "payments": shared.bank.ledger.newest_first() }))
}

/// Sends a payment until it is answered.
async fn settle(shared: Arc<Shared>, mut payment: Payment) -> Payment {
    let mut pauses = PAUSES.iter();
    loop {
        payment.attempts += 1;
        let sent = shared.bank.snap.pay(&payment, shared.now(), &Flaws::default()).await;
        match sent {
            // A server's own error is no answer to whether the money was taken.
            Ok(answer) if answer.status < 500 => {
                let accepted = answer.status == 200;
                payment.state = if accepted { PaymentState::Accepted } else { PaymentState::Refused };
                payment.response_code = Some(answer.code());
                payment.response_message = answer.body["responseMessage"].as_str().map(str::to_owned);
            }
            Ok(answer) => payment.response_code = Some(answer.code()),
            Err(error) => payment.response_message = Some(error),
        }
        let pause = pauses.next();
        if payment.state == PaymentState::Sending && pause.is_none() {
            payment.state = PaymentState::Unanswered;
        }
        if let Err(error) = shared.bank.ledger.update(&payment) {
            tracing::error!(%error, "bank payments file cannot be written");
        }
        match pause {
            Some(pause) if payment.state == PaymentState::Sending => {
                // Left as it is, it is taken up again at the next start.
                if shared.shutdown.run_until_cancelled(tokio::time::sleep(*pause)).await.is_none() {
                    return payment;
                }
            }
            _ => return payment,
        }
    }
}

/// What an inquiry's answer means to the person at the counter.
fn state_of(answer: &SnapAnswer) -> &'static str {
    match answer.code().as_str() {
        "2002400" => "open",
        "4042419" | "4042519" => "expired",
        "4042414" => "paid",
        "4042412" => "unknown",
        _ => "refused",
    }
}

/// A code as typed, without the spaces people group it with.
fn digits(typed: &str) -> SimResult<String> {
    let code: String = typed.chars().filter(|it| !it.is_whitespace() && *it != '-').collect();
    if code.is_empty() || code.len() > 20 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(SimError::bad("a code is 1 to 20 digits"));
    }
    Ok(code)
}
