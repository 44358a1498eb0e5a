//! A small bot and the world it lives in, in one process: what the sandbox is, seen from outside.
//!
//! `cargo run -p antrean-sandbox --example echo`, open the address it prints, choose a person and press START.
//! The bot is forty lines of plain HTTP: a keyboard, edits in place, a toast, an alert, a photo sent back.

use std::sync::{Arc, Mutex};

use antrean_sandbox::{Clock, Person, Settings, bank, serve};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use reqwest::{Client, multipart};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const TOKEN: &str = "42:echo";

/// The machine's clock plus what people added to it.
struct SteeredClock(Mutex<TimeDelta>);

impl Clock for SteeredClock {
    #[expect(clippy::disallowed_methods, reason = "a clock is the one place that asks the machine for the time")]
    fn now(&self) -> DateTime<Utc> {
        DateTime::from(std::time::SystemTime::now()) + self.offset()
    }

    fn advance(&self, by: TimeDelta) -> BoxFuture<'_, Result<(), String>> {
        *self.0.lock().expect("nobody panics while holding it") += by;
        Box::pin(async { Ok(()) })
    }

    fn offset(&self) -> TimeDelta {
        *self.0.lock().expect("nobody panics while holding it")
    }
}

/// The bot's side of the API.
struct Bot {
    http: Client,
    url: String,
}

impl Bot {
    async fn call(&self, method: &str, body: Value) -> Result<Value, reqwest::Error> {
        let answer: Value = self.http.post(format!("{}/{method}", self.url)).json(&body).send().await?.json().await?;
        Ok(answer["result"].clone())
    }

    async fn handle(&self, update: &Value) -> Result<(), reqwest::Error> {
        let message = &update["message"];
        let chat = &message["chat"]["id"];
        if let Some(photos) = message["photo"].as_array() {
            let Some(largest) = photos.last() else { return Ok(()) };
            let caption = format!("{} × {}, as you sent it", largest["width"], largest["height"]);
            self.call("sendPhoto", json!({ "chat_id": chat, "photo": largest["file_id"], "caption": caption })).await?;
        } else if let Some(text) = message["text"].as_str() {
            self.call("sendChatAction", json!({ "chat_id": chat, "action": "typing" })).await?;
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
            let text = format!("You wrote <b>{escaped}</b>.\n<i>Press something:</i>");
            let body = json!({ "chat_id": chat, "text": text, "parse_mode": "HTML", "reply_markup": keyboard(0) });
            self.call("sendMessage", body).await?;
        } else if message["document"].is_object() {
            let file = multipart::Part::bytes(b"received".to_vec()).file_name("receipt.txt");
            let form = multipart::Form::new().text("chat_id", chat.to_string()).part("document", file);
            self.http.post(format!("{}/sendDocument", self.url)).multipart(form).send().await?;
        }
        self.tapped(&update["callback_query"]).await
    }

    async fn tapped(&self, tap: &Value) -> Result<(), reqwest::Error> {
        let Some(data) = tap["data"].as_str() else { return Ok(()) };
        let answer = match data {
            "alert" => json!({ "callback_query_id": tap["id"], "text": "An alert wants an OK.", "show_alert": true }),
            _ => json!({ "callback_query_id": tap["id"], "text": format!("Counted: {data}") }),
        };
        self.call("answerCallbackQuery", answer).await?;
        let Ok(count) = data.parse::<u32>() else { return Ok(()) };
        let message = &tap["message"];
        let edit = json!({
            "chat_id": message["chat"]["id"],
            "message_id": message["message_id"],
            "text": format!("Pressed <b>{count}</b> times. <code>editMessageText</code> keeps it in place."),
            "parse_mode": "HTML",
            "reply_markup": keyboard(count),
        });
        self.call("editMessageText", edit).await?;
        Ok(())
    }

    async fn run(&self) -> Result<(), reqwest::Error> {
        let commands = json!([{ "command": "start", "description": "Begin" }, { "command": "help", "description": "What is this?" }]);
        self.call("setMyCommands", json!({ "commands": commands })).await?;
        let mut offset = 0;
        loop {
            let updates = self.call("getUpdates", json!({ "offset": offset, "timeout": 25 })).await?;
            for update in updates.as_array().into_iter().flatten() {
                offset = update["update_id"].as_i64().map_or(offset, |id| id + 1);
                self.handle(update).await?;
            }
        }
    }
}

fn keyboard(count: u32) -> Value {
    json!({ "inline_keyboard": [
        [{ "text": format!("🟢 Press ({count})"), "callback_data": (count + 1).to_string() }],
        [{ "text": "Alert", "callback_data": "alert" }, { "text": "Copy 820 551", "copy_text": { "text": "820551" } }],
        [{ "text": "Telegram's own page", "url": "https://core.telegram.org/bots/api" }],
    ] })
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "an example talks to the person who runs it")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = TcpListener::bind("127.0.0.1:8090").await?;
    let address = listener.local_addr()?;
    let settings = Settings {
        listen: address,
        data_dir: std::env::temp_dir().join("sandbox-echo"),
        bot_token: TOKEN.to_owned(),
        flood_limits: false,
        bank: bank::Settings {
            product_url: "http://127.0.0.1:8081".to_owned(),
            client_id: "bank-contoh".to_owned(),
            secret: "not a secret".into(),
            private_key_pem: bank::DEMO_PRIVATE_KEY_PEM.to_owned(),
            biller_public_key_pem: bank::DEMO_PUBLIC_KEY_PEM.to_owned(),
            partner_service_id: "8999".to_owned(),
        },
        people: Person::defaults(),
    };
    let clock = Arc::new(SteeredClock(Mutex::new(TimeDelta::zero())));
    let world = tokio::spawn(serve(settings, listener, clock, CancellationToken::new()));
    println!("open http://{address}/");
    let bot = Bot { http: Client::new(), url: format!("http://{address}/bot{TOKEN}") };
    tokio::select! {
        stopped = bot.run() => stopped?,
        stopped = world => stopped??,
    }
    Ok(())
}
