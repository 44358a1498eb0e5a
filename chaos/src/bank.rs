//! The bank: pays codes, says so until it has an answer, and keeps what it was told.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use antrean_rig::{BankAnswer, Door};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::dice::Dice;

/// Between two tries of a payment that has no answer. Banks wait longer; the run is short.
const AGAIN: Duration = Duration::from_millis(700);
/// Money received: `responseCode` of a payment that was taken.
pub(crate) const TAKEN: &str = "2002500";

/// A payment as the bank knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) payment: String,
    pub(crate) code: String,
    pub(crate) amount: u64,
    /// Every answer to it, in the order in which they came.
    pub(crate) answers: Vec<String>,
    /// How often it was sent.
    pub(crate) sent: usize,
}

pub(crate) struct Bank {
    door: Door,
    notices: Mutex<BTreeMap<String, Notice>>,
}

impl Notice {
    /// Whether the biller ever said that it has the money.
    pub(crate) fn taken(&self) -> bool {
        self.answers.iter().any(|code| code == TAKEN)
    }

    /// Whether there is an answer after which a bank sends no more.
    pub(crate) fn answered(&self) -> bool {
        self.answers.iter().any(|code| is_answer(code))
    }
}

/// An error of the server, or of the signature's time, is no answer to whether the money was taken.
fn is_answer(code: &str) -> bool {
    code == TAKEN || code.starts_with("404") || code.starts_with("409") || code.starts_with("400")
}

impl Bank {
    pub(crate) fn new(door: Door) -> Self {
        Self { door, notices: Mutex::default() }
    }

    /// Pays `amount` for `code`, until the biller has answered or `until` is over. Whether it was taken.
    pub(crate) async fn pays(&self, payment: &str, code: &str, amount: u64, until: Instant) -> bool {
        let notice = Notice { payment: payment.to_owned(), code: code.to_owned(), amount, answers: Vec::new(), sent: 0 };
        self.notices().entry(payment.to_owned()).or_insert(notice);
        while Instant::now() < until {
            self.says(payment).await;
            if let Some(notice) = self.notices().get(payment).filter(|notice| notice.answered()) {
                return notice.taken();
            }
            sleep(AGAIN).await;
        }
        false
    }

    /// Says once that `payment` was made, and keeps the answer.
    async fn says(&self, payment: &str) {
        let script = {
            let mut notices = self.notices();
            let notice = notices.get_mut(payment).expect("a payment is written down before it is sent");
            notice.sent += 1;
            json!({ "code": notice.code, "amount": notice.amount, "payment_id": payment, "advise": notice.sent > 1 })
        };
        let (status, answer) = self.door.try_post("/sim/bank/pay", &script).await;
        let told = match serde_json::from_value::<BankAnswer>(answer) {
            Ok(answer) if status == 200 => answer.code().to_owned(),
            // Nobody answered the bank.
            _ => return,
        };
        self.notices().get_mut(payment).expect("written down above").answers.push(told);
    }

    /// Says of some payments again that they were made: at once, and in another order.
    pub(crate) async fn repeats(&self, count: usize, dice: &mut Dice) {
        let mut payments: Vec<String> = self.notices().keys().cloned().collect();
        dice.shuffle(&mut payments);
        payments.truncate(count);
        futures_util::future::join_all(payments.iter().map(|payment| self.says(payment))).await;
    }

    /// Goes on with what has no answer yet.
    pub(crate) async fn finishes(&self, until: Instant) {
        let open: Vec<Notice> = self.notices().values().filter(|notice| !notice.answered()).cloned().collect();
        futures_util::future::join_all(open.iter().map(|notice| self.pays(&notice.payment, &notice.code, notice.amount, until))).await;
    }

    /// All it was told.
    pub(crate) fn told(&self) -> Vec<Notice> {
        self.notices().values().cloned().collect()
    }

    fn notices(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Notice>> {
        self.notices.lock().expect("nobody panics while holding the notices")
    }
}
