//! What Telegram does to a bot: tells it to wait, fails, loses answers, and lets people block it. No booking minds.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use antrean_rig::{Flood, Wishes, World};

/// Lets the next `count` calls of `method` for `chat` fail.
async fn fail(world: &World, chat: i64, method: &str, count: u32, how: Value) {
    world.door.post("/sim/faults", json!({ "chat": chat, "method": method, "count": count, "fail": how })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chat_that_is_told_to_wait_waits_alone() {
    let world = World::running().await;
    let mut told = world.person("Told", "en").await;
    let mut other = world.person("Other", "en").await;
    fail(&world, told.id, "sendMessage", 1, json!({ "too_many_requests": { "retry_after": 2 } })).await;
    let began = Instant::now();
    told.says("/start").await;
    other.says("/start").await;
    other.sees("the menu", |message| message.button("book|").is_some()).await;
    told.sees("the menu", |message| message.button("book|").is_some()).await;
    assert!(began.elapsed() >= Duration::from_millis(1_900), "retry_after is obeyed to the letter");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_telegram_fails_at_is_tried_again() {
    let world = World::running().await;
    let mut person = world.person("Patient", "en").await;
    for how in [json!({ "status": { "code": 502, "description": "Bad Gateway" } }), json!("cut"), json!({ "timeout": { "ms": 300 } })] {
        fail(&world, person.id, "sendMessage", 2, how).await;
        person.says("/start").await;
        person.sees("the menu", |message| message.button("book|").is_some()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_lost_on_the_way_costs_a_repeat_and_no_more() {
    let world = World::running().await;
    let mut person = world.person("Twice", "en").await;
    let lost = json!({ "chat": person.id, "method": "sendMessage", "count": 1, "after_effect": true, "fail": "cut" });
    world.door.post("/sim/faults", lost).await;
    person.says("/start").await;
    // It was shown, the bot does not know, and shows it again: the newer one is the one that counts.
    let first = person.sees("the menu", |message| message.button("book|").is_some()).await;
    let second = person.sees("the menu again", |message| message.button("book|").is_some() && message.id > first.id).await;
    person.taps_on(&second, "book|").await;
    person.sees("the first question", |message| message.button("pick|regular").is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_blocks_the_bot_finds_the_booking_as_it_went_on() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 1).await;
    let mut person = world.person("Angry", "en").await;
    person.books(&Wishes::default()).await;
    world.door.post(&format!("/sim/chats/{}/block", person.id), json!({})).await;
    world.door.advance_minutes(121).await;
    world.until_taken("JKTSEL", 0).await;
    world.door.post(&format!("/sim/chats/{}/unblock", person.id), json!({})).await;
    person.says("/status").await;
    person.taps("open|").await;
    person.sees("that it expired", |message| message.button("again|").is_some()).await;
    world.is_sound().await;
}

/// With Telegram's limits imitated: messages keep within them by the bot's own pace; an edit, which answers a tap at once,
/// may be told to wait and does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn within_telegrams_limits_everything_arrives_in_order() {
    let mut world = World::new(Flood::Limited).await;
    world.start(&["run"]).await;
    let mut person = world.person("Impatient", "en").await;
    for _ in 0..9 {
        person.says("/start").await;
    }
    // Answered in order: when the last is, all were.
    person.says("/help").await;
    person.taps("home|").await;
    person.taps("book|").await;
    person.sees("the first question", |message| message.button("pick|regular").is_some()).await;
    let stats = world.door.get("/sim/stats").await;
    let edits = stats["calls"]["editmessagetext"].as_u64().unwrap_or(0);
    assert!(stats["too_many_requests"].as_u64().expect("a count") <= edits, "{stats}");
}

/// What can never be sent is parked where an operator sees it, and nothing behind it waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_screen_that_cannot_be_sent_is_parked_and_can_be_retried() {
    let world = World::running().await;
    let mut person = world.person("Unlucky", "en").await;
    fail(&world, person.id, "sendMessage", 1, json!({ "status": { "code": 400, "description": "Bad Request: message is too long" } }))
        .await;
    person.says("/start").await;
    let id = world.dead_letter().await;
    person.says("/help").await;
    person.sees("the help", |message| message.button("home|").is_some()).await;

    let shown = world.operator(&["jobs", "show", &id]).await;
    assert!(shown.code == 0 && shown.stdout.contains("message is too long"), "{shown:?}");
    assert!(!shown.stdout.contains("Unlucky"), "what is personal in it stays sealed: {shown:?}");
    person.looks_away().await;
    let retried = world.operator(&["jobs", "retry", &id]).await;
    assert_eq!(retried.code, 0, "{retried:?}");
    person.sees("the menu that was parked", |message| message.button("book|").is_some()).await;
    assert_ne!(world.operator(&["jobs", "drop", &id]).await.code, 0, "it is no longer there");
}
