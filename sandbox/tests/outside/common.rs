//! A world of its own for every test, on a free port, driven over real HTTP.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use antrean_sandbox::{Clock, Person, Settings, bank, serve};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

pub(crate) const TOKEN: &str = "42:TEST";
pub(crate) const BUDI: i64 = 10_001;
pub(crate) const SITI: i64 = 10_002;

/// Stands still until it is moved.
pub(crate) struct ManualClock(Mutex<TimeDelta>);

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + self.offset()
    }

    fn advance(&self, by: TimeDelta) -> BoxFuture<'_, Result<(), String>> {
        *self.0.lock().unwrap() += by;
        Box::pin(async { Ok(()) })
    }

    fn offset(&self) -> TimeDelta {
        *self.0.lock().unwrap()
    }
}

pub(crate) struct World {
    pub(crate) http: Client,
    pub(crate) url: String,
    stop: CancellationToken,
    running: JoinHandle<Result<(), antrean_sandbox::Error>>,
}

/// What differs from a usual world.
pub(crate) struct Wishes {
    pub(crate) flood_limits: bool,
    pub(crate) product_url: String,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { flood_limits: false, product_url: "http://127.0.0.1:9".to_owned() }
    }
}

/// A fresh world, with Budi and Siti.
pub(crate) async fn world() -> (World, TempDir) {
    world_with(Wishes::default()).await
}

pub(crate) async fn world_with(wishes: Wishes) -> (World, TempDir) {
    let dir = tempfile::tempdir().unwrap();
    (World::start(dir.path(), wishes).await, dir)
}

impl World {
    pub(crate) async fn start(data_dir: &Path, wishes: Wishes) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let settings = Settings {
            listen: address,
            data_dir: data_dir.to_owned(),
            bot_token: TOKEN.to_owned(),
            flood_limits: wishes.flood_limits,
            bank: bank_settings(wishes.product_url),
            people: Person::defaults(),
        };
        let stop = CancellationToken::new();
        let clock = Arc::new(ManualClock(Mutex::new(TimeDelta::zero())));
        let running = tokio::spawn(serve(settings, listener, clock, stop.clone()));
        Self { http: Client::new(), url: format!("http://{address}"), stop, running }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.running.await.unwrap().unwrap();
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Response {
        self.http.post(format!("{}{path}", self.url)).json(&body).send().await.unwrap()
    }

    /// The scripted door; fails the test if the door refuses.
    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "callers write the body in place")]
    pub(crate) fn sim(&self, path: &str, body: Value) -> impl Future<Output = Value> {
        let request = self.http.post(format!("{}/sim{path}", self.url)).json(&body);
        async move {
            let answer = request.send().await.unwrap();
            let status = answer.status();
            let text = answer.text().await.unwrap();
            assert_eq!(status, StatusCode::OK, "{text}");
            serde_json::from_str(&text).unwrap()
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.http.get(format!("{}{path}", self.url)).send().await.unwrap().json().await.unwrap()
    }

    pub(crate) fn method_url(&self, method: &str) -> String {
        format!("{}/bot{TOKEN}/{method}", self.url)
    }

    /// A Bot API call: status and the whole answer.
    pub(crate) async fn raw_call(&self, method: &str, body: Value) -> (u16, Value) {
        let answer = self.http.post(self.method_url(method)).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// A call that must succeed: its result.
    pub(crate) async fn call(&self, method: &str, body: Value) -> Value {
        let (status, mut answer) = self.raw_call(method, body).await;
        assert_eq!(status, 200, "{method}: {answer}");
        answer["result"].take()
    }

    /// A call that must be refused: code and description.
    pub(crate) async fn refusal(&self, method: &str, body: Value) -> (u16, String) {
        let (status, answer) = self.raw_call(method, body).await;
        assert_eq!(answer["ok"], false, "{method}: {answer}");
        assert_eq!(answer["error_code"], status, "{answer}");
        (status, answer["description"].as_str().unwrap().to_owned())
    }

    /// Makes the chat one the bot may write to, and takes the update for it off the queue.
    pub(crate) async fn begin(&self, person: i64) {
        self.sim(&format!("/chats/{person}/text"), json!({ "text": "/start" })).await;
        self.call("getUpdates", json!({ "offset": -1 })).await;
        let last = self.call("getUpdates", json!({})).await[0]["update_id"].as_i64().unwrap();
        self.call("getUpdates", json!({ "offset": last + 1 })).await;
    }

    /// Sends a text as the bot; its message id.
    pub(crate) async fn send(&self, chat: i64, text: &str, keyboard: Value) -> i64 {
        let body = json!({ "chat_id": chat, "text": text, "reply_markup": { "inline_keyboard": keyboard } });
        self.call("sendMessage", body).await["message_id"].as_i64().unwrap()
    }
}

pub(crate) fn bank_settings(product_url: String) -> bank::Settings {
    bank::Settings {
        product_url,
        client_id: "bank-contoh".to_owned(),
        secret: "bank-secret".into(),
        private_key_pem: bank::DEMO_PRIVATE_KEY_PEM.to_owned(),
        biller_public_key_pem: bank::DEMO_PUBLIC_KEY_PEM.to_owned(),
        partner_service_id: "8999".to_owned(),
    }
}
