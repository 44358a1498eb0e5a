//! How a bot gets its updates: long polling, offsets, expiry of taps, webhooks, restarts.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::common::{BUDI, SITI, Wishes, World, world};
use axum::{Router, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::mpsc};

#[tokio::test]
async fn a_long_poll_is_answered_the_moment_something_happens() {
    let (world, _dir) = world().await;
    let begun = Instant::now();
    let poll = world.call("GetUpdates", json!({ "timeout": 30 }));
    let say = async {
        tokio::task::yield_now().await;
        world.sim("/chats/10001/text", json!({ "text": "halo" })).await
    };
    let (updates, said) = tokio::join!(poll, say);
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(updates[0]["update_id"], said["update_id"]);
    assert_eq!(updates[0]["message"]["text"], "halo");
    assert_eq!(updates[0]["message"]["from"]["language_code"], "id");
    assert_eq!(updates[0].as_object().unwrap().len(), 2, "one key beside update_id");
}

#[tokio::test]
async fn an_offset_confirms_what_is_below_it_and_a_limit_holds() {
    let (world, _dir) = world().await;
    for text in ["satu", "dua", "tiga"] {
        world.sim("/chats/10001/text", json!({ "text": text })).await;
    }
    let first = world.call("getUpdates", json!({ "limit": 2 })).await;
    assert_eq!(first.as_array().unwrap().len(), 2);
    let again = world.call("getUpdates", json!({ "limit": 2 })).await;
    assert_eq!(first, again, "what is not confirmed comes again");
    let offset = first[1]["update_id"].as_i64().unwrap() + 1;
    let rest = world.call("getUpdates", json!({ "offset": offset.to_string() })).await;
    assert_eq!(rest[0]["message"]["text"], "tiga");
    assert_eq!(world.get("/sim/stats").await["pending_updates"], 1);
}

#[tokio::test]
async fn a_second_poller_ends_the_first_with_409() {
    let (world, _dir) = world().await;
    let first = world.refusal("getUpdates", json!({ "timeout": 30 }));
    let second = async {
        // Whichever is first at the server, exactly one of the long ones must lose to the short one that follows.
        tokio::time::sleep(Duration::from_millis(100)).await;
        world.call("getUpdates", json!({ "timeout": 0 })).await
    };
    let ((code, description), updates) = tokio::join!(first, second);
    assert_eq!(code, 409);
    assert_eq!(description, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running");
    assert_eq!(updates, json!([]));
}

#[tokio::test]
async fn kinds_that_were_not_asked_for_do_not_come() {
    let (world, _dir) = world().await;
    world.call("getUpdates", json!({ "allowed_updates": ["callback_query"] })).await;
    let said = world.sim("/chats/10001/text", json!({ "text": "halo" })).await;
    assert_eq!(said["update_id"], Value::Null);
    world.call("getUpdates", json!({ "allowed_updates": [] })).await;
    let said = world.sim("/chats/10001/text", json!({ "text": "halo" })).await;
    assert!(said["update_id"].is_i64());
}

#[tokio::test]
async fn ids_and_unconfirmed_updates_survive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let world = World::start(dir.path(), Wishes::default()).await;
    world.begin(BUDI).await;
    let before = world.send(BUDI, "sebelum", json!([[{ "text": "A", "callback_data": "a" }]])).await;
    let pending = world.sim("/chats/10001/text", json!({ "text": "menunggu" })).await;
    world.call("setMyCommands", json!({ "commands": [{ "command": "help", "description": "Bantuan" }] })).await;
    let chat = world.get("/sim/chats/10001").await;
    world.stop().await;

    let world = World::start(dir.path(), Wishes::default()).await;
    assert_eq!(world.get("/sim/chats/10001").await, chat);
    let updates = world.call("getUpdates", json!({})).await;
    assert_eq!(updates[0]["update_id"], pending["update_id"]);
    assert_eq!(updates.as_array().unwrap().len(), 1);
    let after = world.send(BUDI, "sesudah", json!([])).await;
    assert!(after > before + 1);
    let next = world.sim("/chats/10001/text", json!({ "text": "lagi" })).await;
    assert_eq!(next["update_id"].as_i64().unwrap(), pending["update_id"].as_i64().unwrap() + 1);
    assert_eq!(world.call("getMyCommands", json!({})).await[0]["command"], "help");
    world.stop().await;
}

#[tokio::test]
async fn raw_updates_come_as_they_are_even_twice() {
    let (world, _dir) = world().await;
    let pushed = world.sim("/updates", json!({ "update": { "nonsense": { "deep": [1, null] } } })).await;
    let id = pushed["update_id"].as_i64().unwrap();
    world.sim("/updates", json!({ "update": { "update_id": id, "message": "not an object" } })).await;
    let updates = world.call("getUpdates", json!({})).await;
    assert_eq!(updates[0]["nonsense"]["deep"], json!([1, null]));
    assert_eq!((&updates[1]["update_id"], &updates[1]["message"]), (&json!(id), &json!("not an object")));
}

/// A receiver that answers what it is told to, and passes on what it got.
async fn receiver(answers: Vec<StatusCode>) -> (String, mpsc::UnboundedReceiver<(HeaderMap, Value)>) {
    type Shared = (Arc<Mutex<Vec<StatusCode>>>, mpsc::UnboundedSender<(HeaderMap, Value)>);
    async fn take(State((answers, got)): State<Shared>, headers: HeaderMap, body: String) -> StatusCode {
        got.send((headers, serde_json::from_str(&body).unwrap())).unwrap();
        answers.lock().unwrap().pop().unwrap_or(StatusCode::OK)
    }
    let (sender, got) = mpsc::unbounded_channel();
    let app = Router::new().route("/hook", post(take)).with_state((Arc::new(Mutex::new(answers)), sender));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, got)
}

#[tokio::test]
async fn a_webhook_gets_its_secret_and_every_update_until_it_says_2xx() {
    let (world, _dir) = world().await;
    let waiting = world.sim("/chats/10001/text", json!({ "text": "satu" })).await;
    let (url, mut got) = receiver(vec![StatusCode::SERVICE_UNAVAILABLE]).await;
    world.call("SetWebhook", json!({ "url": url, "secret_token": "s3cret" })).await;
    let (headers, first) = got.recv().await.unwrap();
    assert_eq!(headers["x-telegram-bot-api-secret-token"], "s3cret");
    assert_eq!(first["update_id"], waiting["update_id"]);
    let (_, retried) = got.recv().await.unwrap();
    assert_eq!(retried, first, "a 503 is retried");
    world.sim("/chats/10002/text", json!({ "text": "dua" })).await;
    assert_eq!(got.recv().await.unwrap().1["message"]["chat"]["id"], SITI);

    let (code, description) = world.refusal("getUpdates", json!({})).await;
    assert_eq!(code, 409);
    assert!(description.starts_with("Conflict: can't use getUpdates method while webhook is active"), "{description}");
    assert_eq!(world.call("getWebhookInfo", json!({})).await["url"], url);
    world.call("deleteWebhook", json!({ "drop_pending_updates": true })).await;
    assert_eq!(world.call("getUpdates", json!({})).await, json!([]));
}
