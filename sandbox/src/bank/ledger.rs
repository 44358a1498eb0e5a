//! The payments the bank made, in `payments.json`: few, and written whole at every change.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};

/// One payment, from the moment the person confirmed it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Payment {
    /// `paymentRequestId`: the same in every repetition.
    pub(super) request_id: String,
    pub(super) code: String,
    pub(super) name: String,
    /// `350000.00`
    pub(super) amount: String,
    /// Milliseconds since 1970 by the steered clock.
    pub(super) at_ms: i64,
    pub(super) attempts: u32,
    pub(super) state: PaymentState,
    pub(super) response_code: Option<String>,
    pub(super) response_message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum PaymentState {
    Sending,
    Accepted,
    Refused,
    /// Sent as often as the bank ever does, and never answered.
    Unanswered,
}

pub(super) struct Ledger {
    path: PathBuf,
    payments: Mutex<Vec<Payment>>,
}

impl Ledger {
    pub(super) fn open(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join("payments.json");
        let payments = match fs::read(&path) {
            Ok(json) => serde_json::from_slice(&json)?,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(Self { path, payments: Mutex::new(payments) })
    }

    /// Adds a payment; `false` if one with its request id is there.
    pub(super) fn begin(&self, payment: Payment) -> io::Result<bool> {
        let mut payments = self.payments();
        if payments.iter().any(|it| it.request_id == payment.request_id) {
            return Ok(false);
        }
        payments.push(payment);
        self.write(&payments)?;
        Ok(true)
    }

    pub(super) fn update(&self, payment: &Payment) -> io::Result<()> {
        let mut payments = self.payments();
        if let Some(it) = payments.iter_mut().find(|it| it.request_id == payment.request_id) {
            it.clone_from(payment);
        }
        self.write(&payments)
    }

    pub(super) fn newest_first(&self) -> Vec<Payment> {
        self.payments().iter().rev().cloned().collect()
    }

    pub(super) fn unfinished(&self) -> Vec<Payment> {
        self.payments().iter().filter(|it| it.state == PaymentState::Sending).cloned().collect()
    }

    fn payments(&self) -> MutexGuard<'_, Vec<Payment>> {
        self.payments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, payments: &[Payment]) -> io::Result<()> {
        let fresh = self.path.with_extension("json.new");
        fs::write(&fresh, serde_json::to_vec_pretty(payments)?)?;
        fs::rename(&fresh, &self.path)
    }
}
