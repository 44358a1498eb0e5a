//! The bank's door: the national payment standard SNAP BI, with us as the server.
//!
//! The bank asks for a token (`signature`), asks what a billing code is worth (`inquiry`) and says that it was paid
//! (`payment`). Every request passes the same gate: read whole within a limit, judged in `call`, its fields in `body`,
//! and answered by `answer` within a time. What a payment does to its booking is the crew's business: it is recorded
//! here and applied there.

mod answer;
mod body;
mod call;
mod inquiry;
mod minify;
mod payment;
mod signature;
mod token;

use std::sync::Arc;
use std::time::Duration;

use antrean_domain::Zone;
use antrean_store::{Store, StoreError};
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use chrono::SecondsFormat;

use self::answer::{Granted, Refusal, Service};
use self::call::{Moment, Received};
use self::signature::Keys;
use crate::config::{Snap, WebSettings};
use crate::repair::Keeper;

/// What the bank's door needs: the keys, the ledger, the limits.
pub(crate) struct Bank {
    keys: Keys,
    store: Store,
    settings: WebSettings,
    keeper: Option<Arc<Keeper>>,
}

impl Bank {
    /// With a `keeper`, a payment is acknowledged only after the journal's high-water mark is on disk.
    pub(crate) fn new(snap: Snap, store: Store, settings: WebSettings, keeper: Option<Arc<Keeper>>) -> Self {
        Self { keys: Keys::new(snap.client_id, &snap.secret, snap.public_key), store, settings, keeper }
    }

    fn moment(&self) -> Moment {
        Moment { now_ms: self.store.clock().now_ms(), window_ms: i64::from(self.settings.timestamp_window_s) * 1_000 }
    }

    async fn carry_out(&self, service: Service, request: Request) -> Result<Granted, Refusal> {
        let received = self.read(request).await?;
        let moment = self.moment();
        if service == Service::AccessToken {
            call::authenticate_client(&self.keys, &received, moment)?;
            return token::issue(self, &received.body, moment.now_ms);
        }
        let external = call::authenticate_call(&self.keys, &received, moment)?;
        match service {
            Service::Payment => payment::record(self, external, &received.body, moment.now_ms).await,
            Service::Inquiry | Service::AccessToken => inquiry::look_up(self, &received.body).await,
        }
    }

    async fn read(&self, request: Request) -> Result<Received, Refusal> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or_else(|| parts.uri.path().to_owned(), ToString::to_string);
        let most = self.settings.body_bytes_max;
        let body =
            axum::body::to_bytes(body, most).await.map_err(|_| Refusal::BadRequest(format!("body is cut off or over {most} bytes")))?;
        Ok(Received { path, headers: parts.headers, body })
    }
}

pub(super) fn routes(bank: Arc<Bank>) -> Router {
    let serve = |service| post(move |State(bank): State<Arc<Bank>>, request: Request| async move { answer(&bank, service, request).await });
    Router::new()
        .route("/v1.0/access-token/b2b", serve(Service::AccessToken))
        .route("/v1.0/transfer-va/inquiry", serve(Service::Inquiry))
        .route("/v1.0/transfer-va/payment", serve(Service::Payment))
        .with_state(bank)
}

async fn answer(bank: &Bank, service: Service, request: Request) -> Response {
    let limit = Duration::from_millis(bank.settings.request_ms);
    let outcome = tokio::time::timeout(limit, bank.carry_out(service, request)).await.unwrap_or_else(|_| {
        // A payment may have been recorded or not; the bank's retry carries the same id and finds out.
        tracing::warn!(bank.service = service.word(), "request of the bank ran out of time");
        Err(Refusal::Unavailable)
    });
    let code = answer::code_of(service, &outcome);
    if outcome.is_ok() {
        tracing::info!(bank.service = service.word(), bank.code = code, "answered the bank");
    } else {
        tracing::warn!(bank.service = service.word(), bank.code = code, "refused a request of the bank");
    }
    metrics::counter!("antrean_bank_requests_total", "service" => service.word(), "code" => code).increment(1);
    let timestamp = Zone::Wib.local(bank.store.clock().now_ms()).to_rfc3339_opts(SecondsFormat::Secs, false);
    answer::respond(service, outcome, timestamp)
}

/// The refusal for a ledger that cannot be reached.
fn unavailable(error: &StoreError) -> Refusal {
    tracing::error!(%error, "the ledger did not answer the bank's request");
    Refusal::Unavailable
}
