//! The scripted door: pressing buttons, faults, blocking, the clock, and who may come in at all.

use std::time::{Duration, Instant};

use crate::common::{BUDI, SITI, world};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};

#[tokio::test]
async fn a_press_by_label_is_a_callback_query_and_waits_for_its_answer() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    let id = world.send(BUDI, "pilih", json!([[{ "text": "Ya", "callback_data": "y" }]])).await;
    let press = world.sim("/chats/10001/press", json!({ "label": "Ya", "wait_ms": 20_000 }));
    let bot = async {
        let updates = world.call("getUpdates", json!({ "timeout": 20 })).await;
        let query = &updates[0]["callback_query"];
        assert_eq!((&query["data"], &query["message"]["message_id"]), (&json!("y"), &json!(id)));
        assert!(query["chat_instance"].is_string());
        world.call("answerCallbackQuery", json!({ "callback_query_id": query["id"], "text": "Siap", "show_alert": true })).await;
    };
    let (press, ()) = tokio::join!(press, bot);
    assert_eq!((&press["answer"]["text"], &press["answer"]["alert"]), (&json!("Siap"), &json!(true)));
    assert_eq!(world.get("/sim/chats/10001").await["last_answer"]["text"], "Siap");
}

#[tokio::test]
async fn garbage_anothers_tap_and_deleted_messages_arrive_as_they_would() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    let id = world.send(BUDI, "pilih", json!([[{ "text": "Ya", "callback_data": "y" }]])).await;
    world.sim("/chats/10001/press", json!({ "message_id": id, "data": "\u{1f4a3}garbage", "from": SITI })).await;
    world.call("deleteMessage", json!({ "chat_id": BUDI, "message_id": id })).await;
    world.sim("/chats/10001/press", json!({ "message_id": id, "data": "y" })).await;
    let updates = world.call("getUpdates", json!({})).await;
    assert_eq!(updates[0]["callback_query"]["from"]["id"], SITI);
    assert_eq!(updates[0]["callback_query"]["message"]["chat"]["id"], BUDI);
    assert_eq!(updates[0]["callback_query"]["data"], "💣garbage");
    assert_eq!(updates[1]["callback_query"]["message"]["date"], 0, "inaccessible");
    let none = world.post("/sim/chats/10001/press", json!({ "label": "Tidak ada" })).await;
    assert_eq!(none.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_tap_answered_too_late_is_refused() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    let id = world.send(BUDI, "pilih", json!([[{ "text": "Ya", "callback_data": "y" }]])).await;
    let press = world.sim("/chats/10001/press", json!({ "message_id": id, "data": "y" })).await;
    assert_eq!(world.sim("/taps/expire", json!({})).await["expired"], 1);
    let late = world.refusal("answerCallbackQuery", json!({ "callback_query_id": press["callback_query_id"] })).await;
    let words = "Bad Request: query is too old and response timeout expired or query ID is invalid";
    assert_eq!(late, (400, words.to_owned()));
}

#[tokio::test]
async fn calls_fail_as_often_and_as_asked() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    world.begin(SITI).await;
    let send = |chat: i64| world.raw_call("sendMessage", json!({ "chat_id": chat, "text": "x" }));
    let fault = json!({ "count": 1, "method": "sendMessage", "chat": BUDI, "fail": { "too_many_requests": { "retry_after": 7 } } });
    world.sim("/faults", fault).await;
    assert_eq!(send(SITI).await.0, 200, "another chat is spared");
    let (code, body) = send(BUDI).await;
    assert_eq!((code, &body["parameters"]["retry_after"]), (429, &json!(7)));
    assert_eq!(send(BUDI).await.0, 200, "once only");
    world.sim("/faults", json!({ "count": 2, "fail": { "status": { "code": 502, "description": "Bad Gateway" } } })).await;
    assert_eq!((send(BUDI).await.0, send(BUDI).await.0, send(BUDI).await.0), (502, 502, 200));
    world.sim("/faults", json!({ "count": 1, "fail": "forbidden" })).await;
    assert_eq!(send(BUDI).await.1["description"], "Forbidden: bot was blocked by the user");
}

#[tokio::test]
async fn a_cut_or_lost_answer_leaves_the_deed_done_only_if_asked() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    let send = || world.http.post(world.method_url("sendMessage")).json(&json!({ "chat_id": BUDI, "text": "x" })).send();
    let is_lost = |answer: Result<reqwest::Response, reqwest::Error>| async {
        match answer {
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_) => true,
        }
    };
    world.sim("/faults", json!({ "count": 1, "fail": "cut" })).await;
    assert!(is_lost(send().await).await);
    assert_eq!(world.get("/sim/chats/10001").await["messages"].as_array().unwrap().len(), 1);
    let begun = Instant::now();
    world.sim("/faults", json!({ "count": 1, "after_effect": true, "fail": { "timeout": { "ms": 200 } } })).await;
    assert!(is_lost(send().await).await);
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert_eq!(world.get("/sim/chats/10001").await["messages"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn blocking_refuses_sends_and_tells_the_bot() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    world.sim("/chats/10001/block", json!({})).await;
    let refused = world.refusal("sendMessage", json!({ "chat_id": BUDI, "text": "x" })).await;
    assert_eq!(refused, (403, "Forbidden: bot was blocked by the user".to_owned()));
    world.sim("/chats/10001/unblock", json!({})).await;
    world.send(BUDI, "lagi", json!([])).await;
    let updates = world.call("getUpdates", json!({})).await;
    assert_eq!(updates[0]["my_chat_member"]["new_chat_member"]["status"], "kicked");
    assert_eq!(updates[1]["my_chat_member"]["new_chat_member"]["status"], "member");
}

#[tokio::test]
async fn reading_a_chat_waits_until_something_happens() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    let rev = world.get("/sim/chats/10001").await["rev"].as_u64().unwrap();
    let path = format!("/sim/chats/10001?after={rev}&wait_ms=20000");
    let (chat, _) = tokio::join!(world.get(&path), world.send(BUDI, "baru", json!([])));
    assert_eq!(chat["messages"][1]["text"], "baru");
    assert_eq!(chat["rev"], rev + 1);
}

#[tokio::test]
async fn an_open_page_hears_of_everything_after_what_it_has_seen() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    world.send(BUDI, "dua", json!([])).await;
    let mut page =
        world.http.get(format!("{}/sim/chats/10001/events?after=0", world.url)).header("last-event-id", "1").send().await.unwrap();
    world.send(BUDI, "tiga", json!([])).await;
    world.sim("/clock/advance", json!({ "hours": 2 })).await;
    let mut heard = String::new();
    while !heard.contains("clock") {
        heard.push_str(&String::from_utf8_lossy(&page.chunk().await.unwrap().unwrap()));
    }
    assert!(!heard.contains("/start"), "seen before: {heard}");
    assert!(heard.contains("\nid: 2\n") && heard.contains("\nid: 3\n"), "{heard}");
}

#[tokio::test]
async fn the_clock_goes_forward_only_and_dates_messages() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    let moved = world.sim("/clock/advance", json!({ "hours": 2, "minutes": 10 })).await;
    assert_eq!(moved["offset_s"], 7_800);
    let sent = world.call("sendMessage", json!({ "chat_id": BUDI, "text": "x" })).await;
    assert_eq!(sent["date"], 1_800_007_800);
    let back = world.post("/sim/clock/advance", json!({ "minutes": -1 })).await;
    assert_eq!(back.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn other_web_sites_are_kept_out() {
    let (world, _dir) = world().await;
    let get = |name, value| world.http.get(format!("{}/sim/people", world.url)).header(name, value).send();
    assert_eq!(get(header::HOST, "evil.example").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(get(header::ORIGIN, "https://evil.example").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(get(header::ORIGIN, "null").await.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(get(header::ORIGIN, "http://localhost:8080").await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn new_people_can_be_and_every_kind_of_message_can_be_sent() {
    let (world, _dir) = world().await;
    let person = world.sim("/people", json!({ "first_name": "Dewi", "language_code": "id" })).await;
    let id = person["id"].as_i64().unwrap();
    for kind in ["video", "voice", "sticker", "contact", "location", "animation"] {
        world.sim(&format!("/chats/{id}/other"), json!({ "kind": kind })).await;
    }
    let first = world.sim(&format!("/chats/{id}/text"), json!({ "text": "salah" })).await;
    world.sim(&format!("/chats/{id}/edit"), json!({ "message_id": first["message_id"], "text": "betul" })).await;
    let updates = world.call("getUpdates", json!({})).await;
    let updates = updates.as_array().unwrap();
    assert!(updates[2]["message"]["sticker"].is_object());
    let edited: &Value = &updates.last().unwrap()["edited_message"];
    assert_eq!((&edited["text"], &edited["from"]["first_name"]), (&json!("betul"), &json!("Dewi")));
}
