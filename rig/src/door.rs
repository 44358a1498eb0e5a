//! The scripted door of the imitated world: acts as people and the bank do, and sees what they see.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::chat::Event;

/// Whoever holds it can act as anyone. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    http: reqwest::Client,
    address: String,
    /// How often anybody has done something.
    acts: Arc<watch::Sender<usize>>,
}

/// What happened in a chat since the caller looked last.
#[derive(Deserialize)]
pub struct News {
    pub rev: u64,
    pub history: Vec<Event>,
}

/// What the biller answered the bank.
#[derive(Debug, Deserialize)]
pub struct BankAnswer {
    pub status: u16,
    pub body: Value,
}

impl Door {
    pub fn new(address: String) -> Self {
        Self { http: reqwest::Client::new(), address, acts: Arc::default() }
    }

    /// The address people open in their browser.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Knocks, and insists on success.
    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.try_post(path, &body).await;
        assert_eq!(status, 200, "POST {path} {body} answered {answer}");
        answer
    }

    pub async fn try_post(&self, path: &str, body: &Value) -> (u16, Value) {
        let sent = self.http.post(format!("{}{path}", self.address)).json(body).send().await;
        let answer = sent.expect("the imitated world answers");
        (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
    }

    pub async fn get(&self, path: &str) -> Value {
        let answer = self.http.get(format!("{}{path}", self.address)).send().await.expect("the imitated world answers");
        answer.json().await.expect("it answers in JSON")
    }

    /// Does something as a person.
    pub async fn act(&self, path: &str, body: Value) -> Value {
        let answer = self.post(path, body).await;
        self.acts.send_modify(|acts| *acts += 1);
        answer
    }

    /// Waits until people have done `more` further things, all together.
    pub async fn sees_acts(&self, more: usize) {
        let goal = *self.acts.borrow() + more;
        let mut acts = self.acts.subscribe();
        acts.wait_for(|acts| *acts >= goal).await.expect("the door itself keeps the sender");
    }

    /// What happened in `chat` after `rev`; waits up to `wait_ms` for something.
    pub async fn news(&self, chat: i64, rev: u64, wait_ms: u64) -> News {
        let news = self.get(&format!("/sim/chats/{chat}/history?after={rev}&wait_ms={wait_ms}")).await;
        serde_json::from_value(news).expect("a chat's history")
    }

    /// Moves the time of product, bank and chats forward.
    pub async fn advance_minutes(&self, minutes: i64) {
        self.post("/sim/clock/advance", json!({ "minutes": minutes })).await;
    }

    /// The product's time, in milliseconds.
    pub async fn now_ms(&self) -> i64 {
        self.get("/sim/clock").await["now_ms"].as_i64().expect("a moment")
    }

    /// From now on no call of Telegram's goes wrong any more.
    pub async fn clear_faults(&self) {
        let sent = self.http.delete(format!("{}/sim/faults", self.address)).send().await;
        sent.expect("the imitated world answers");
    }

    /// The bank asks what a code is worth.
    pub async fn inquires(&self, script: Value) -> BankAnswer {
        self.bank("/sim/bank/inquiry", script).await
    }

    /// The bank pays once, as `script` says.
    pub async fn pays(&self, script: Value) -> BankAnswer {
        self.bank("/sim/bank/pay", script).await
    }

    /// Pays at the bank's counter: asked for, paid, written down there, repeated until it is answered. The receipt.
    pub async fn pays_at_the_counter(&self, code: &str) -> Value {
        let bill = self.post("/bank/inquiry", json!({ "code": code })).await;
        self.post("/bank/pay", json!({ "code": code, "name": bill["name"], "amount": bill["amount"], "request_id": bill["request_id"] }))
            .await
    }

    async fn bank(&self, path: &str, script: Value) -> BankAnswer {
        serde_json::from_value(self.post(path, script).await).expect("an answer of the biller")
    }
}

impl BankAnswer {
    /// The standard's `responseCode`.
    pub fn code(&self) -> &str {
        self.body["responseCode"].as_str().unwrap_or_default()
    }
}
