//! A Telegram with nobody behind it: it hands out updates that were written beforehand, a hundred at a time as the real one
//! does, takes every screen, and notes when each chat got its answer.
//!
//! A hundred thousand people before the imitated Telegram would measure the imitation, which keeps every chat, message and
//! tap. To the product this one looks the same.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// As many updates as Telegram gives at once.
const PAGE: usize = 100;
/// How long it lets a poll wait: shorter than the product's patience.
const POLL: Duration = Duration::from_secs(5);

/// An answer that ends somebody's wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// The review, with the place held.
    Held,
    /// That there is none left.
    Full,
}

/// The wall.
#[derive(Clone)]
pub(crate) struct Wall {
    inner: Arc<Inner>,
}

struct Inner {
    address: String,
    /// The first update's id; the others follow.
    first: usize,
    updates: Vec<String>,
    opened: watch::Sender<bool>,
    answers: Mutex<HashMap<i64, (Told, Instant)>>,
    /// How many chats have their answer.
    answered: watch::Sender<usize>,
}

impl Wall {
    /// Stands until the program ends, with `updates` to give, whose ids count from `first`.
    pub(crate) async fn stands(first: usize, updates: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("a bound listener has an address"));
        let (opened, answered) = (watch::Sender::new(false), watch::Sender::new(0));
        let inner = Arc::new(Inner { address, first, updates, opened, answers: Mutex::default(), answered });
        let routes = Router::new().route("/{bot}/{method}", post(call)).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, routes).await.expect("the wall stands") });
        Self { inner }
    }

    pub(crate) fn address(&self) -> &str {
        &self.inner.address
    }

    /// From now on updates are given out.
    pub(crate) fn opens(&self) {
        self.inner.opened.send_replace(true);
    }

    /// Waits until so many chats have their answer; whether that came within `patience`.
    pub(crate) async fn answers(&self, chats: usize, patience: Duration) -> bool {
        let mut answered = self.inner.answered.subscribe();
        tokio::time::timeout(patience, answered.wait_for(|answered| *answered >= chats)).await.is_ok()
    }

    /// What each chat was told first, and when.
    pub(crate) fn told(&self) -> HashMap<i64, (Told, Instant)> {
        self.inner.lock().clone()
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<i64, (Told, Instant)>> {
        self.answers.lock().expect("nobody panics while holding the answers")
    }

    async fn updates(&self, offset: usize) -> String {
        let mut opened = self.opened.subscribe();
        let from = offset.saturating_sub(self.first).min(self.updates.len());
        // Before it opens, and after the last, a poll waits as it does at Telegram.
        if tokio::time::timeout(POLL, opened.wait_for(|opened| *opened)).await.is_err() {
            return "[]".to_owned();
        }
        if from == self.updates.len() {
            tokio::time::sleep(POLL).await;
        }
        format!("[{}]", self.updates[from..(from + PAGE).min(self.updates.len())].join(","))
    }

    fn show(&self, chat: i64, body: &str) {
        let told = if body.contains(antrean_rig::SUBMIT) {
            Told::Held
        } else if body.contains("is full") {
            Told::Full
        } else {
            return; // "one moment": not yet the answer
        };
        let mut answers = self.lock();
        answers.entry(chat).or_insert_with(|| (told, Instant::now()));
        self.answered.send_replace(answers.len());
    }
}

/// Of all that calls carry, what is looked at.
#[derive(Deserialize)]
struct Call {
    offset: Option<usize>,
    chat_id: Option<i64>,
}

async fn call(State(wall): State<Arc<Inner>>, Path((_, method)): Path<(String, String)>, body: Bytes) -> impl IntoResponse {
    let Call { offset, chat_id } = serde_json::from_slice(&body).unwrap_or(Call { offset: None, chat_id: None });
    let result = match method.to_lowercase().as_str() {
        "getupdates" => wall.updates(offset.unwrap_or(0)).await,
        "getme" => r#"{"id":1,"is_bot":true,"first_name":"Bench","username":"bench_bot"}"#.to_owned(),
        "sendmessage" | "editmessagetext" => {
            wall.show(chat_id.unwrap_or_default(), &String::from_utf8_lossy(&body));
            r#"{"message_id":1}"#.to_owned()
        }
        _ => "true".to_owned(),
    };
    ([(CONTENT_TYPE, "application/json")], format!(r#"{{"ok":true,"result":{result}}}"#))
}
