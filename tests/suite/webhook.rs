//! Updates by webhook: taken once they are in Redis, from Telegram alone, and in whatever order its queues bring them.

use std::time::Instant;

use antrean_rig::{Flood, Message, PATIENCE, Person, Wishes, World};
use futures_util::future::join_all;
use serde_json::{Value, json};

const SECRET: &str = "a-secret_of-the-webhook";
const PATH: &str = "/telegram/updates";
/// Ids that the imitation passes over, for updates brought by hand.
const GAP: i64 = 1_000;

/// A world whose Telegram is to bring updates to the web role.
async fn world() -> World {
    let mut world = World::with_settings(Flood::Unlimited, "[engine]\nlease_ms = 2_000\n").await;
    world.sets("TELEGRAM_WEBHOOK_URL", format!("{}{PATH}", world.web()));
    world.sets("TELEGRAM_WEBHOOK_SECRET", SECRET.to_owned());
    world
}

async fn running() -> World {
    let mut world = world().await;
    world.start(&["run"]).await;
    world
}

/// What the web role answered: the status, and after how many seconds to come again.
struct Answer {
    status: u16,
    retry_after: Option<String>,
}

/// Brings `body` as Telegram does, showing `secret`.
async fn brings_bytes(world: &World, secret: Option<&str>, body: Vec<u8>) -> Answer {
    let mut request = reqwest::Client::new().post(format!("{}{PATH}", world.web())).body(body);
    if let Some(secret) = secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let answer = request.send().await.expect("the web role answers");
    let retry_after = answer.headers().get("Retry-After").map(|after| after.to_str().expect("text").to_owned());
    Answer { status: answer.status().as_u16(), retry_after }
}

async fn brings(world: &World, update: &Value) {
    let answer = brings_bytes(world, Some(SECRET), update.to_string().into_bytes()).await;
    assert_eq!(answer.status, 200, "{update}");
}

/// Lets the imitation pass over some ids; the first of them.
async fn ids_left_free(world: &World) -> i64 {
    let unknown = world.door.post("/sim/updates", json!({ "update": { "nothing_we_know": {} } })).await;
    let last = unknown["update_id"].as_i64().expect("an id");
    world.door.post("/sim/updates", json!({ "update": { "update_id": last + GAP, "nothing_we_know": {} } })).await;
    last + 1
}

/// Waits until the imitation has counted what is awaited.
async fn until(world: &World, counted: impl Fn(&Value) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !counted(&world.door.get("/sim/stats").await) {
        assert!(Instant::now() < deadline, "a count was awaited in vain");
    }
}

async fn text(world: &World, update: i64, person: &Person, text: &str) -> Value {
    let date = world.door.now_ms().await / 1_000;
    let from = json!({ "id": person.id, "is_bot": false, "first_name": "Siti", "language_code": "en" });
    let chat = json!({ "id": person.id, "type": "private", "first_name": "Siti" });
    json!({ "update_id": update, "message": { "message_id": 900_000, "date": date, "from": from, "chat": chat, "text": text } })
}

/// Somebody in front of the question for their name, and that question.
async fn at_the_name(world: &World) -> (Person, Message) {
    world.open_quota("JKTSEL", 5).await;
    let mut person = world.person("Siti", "en").await;
    person.says("/start").await;
    for verb in ["book|", "pick|regular", "pick|adult"] {
        person.taps(verb).await;
    }
    person.sees("the list of offices", |message| message.button("office|").is_some()).await;
    person.says("JKTSEL").await;
    for verb in ["pick|electronic-10", "pick|tourism", "pick|expired"] {
        person.taps(verb).await;
    }
    person.reads("Old passport's number").await;
    person.says("A1234567").await;
    let question = person.reads("· Name").await;
    (person, question)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_books_by_webhook() {
    let mut world = world().await;
    world.open_quota("JKTSEL", 5).await;
    for role in [["web"], ["worker"], ["bot"]] {
        world.start(&role).await;
    }
    let mut person = world.person("Siti", "en").await;
    let bill = person.books(&Wishes::default()).await;
    person.pays(&bill).await;
    let stats = world.door.get("/sim/stats").await;
    assert!(stats["webhook_deliveries"].as_u64().is_some_and(|count| count > 15), "{stats}");
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_polls_takes_the_webhook_away_and_one_that_restarts_does_not() {
    let mut world = world().await;
    world.start(&["web"]).await;
    world.start(&["bot"]).await;
    let mut person = world.person("Siti", "en").await;
    person.says("/start").await;
    person.sees("the menu", |message| message.button("book|").is_some()).await;
    // One bot stops in a rolling restart: what is brought meanwhile is taken, and answered by the next.
    assert!(world.processes()[1].terminate().await.success());
    assert!(world.door.get("/sim/bot").await["webhook"].is_string());
    person.says("/help").await;
    world.start(&["bot"]).await;
    person.sees_anything().await;
    assert!(world.processes()[2].terminate().await.success());
    // Back to polling.
    world.sets("TELEGRAM_WEBHOOK_URL", String::new());
    person.says("/start").await;
    world.start(&["bot"]).await;
    person.says("/start").await;
    person.sees("the menu", |message| message.button("book|").is_some()).await;
    assert!(world.door.get("/sim/bot").await["webhook"].is_null());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_know_the_secret_changes_nothing() {
    let world = running().await;
    let mut person = world.person("Siti", "en").await;
    let first = ids_left_free(&world).await;
    for (at, secret) in [None, Some(""), Some("a-secret_of-the-webhooks"), Some("a-secret")].into_iter().enumerate() {
        let forged = text(&world, first + i64::try_from(at).expect("a few"), &person, "/help").await;
        let answer = brings_bytes(&world, secret, forged.to_string().into_bytes()).await;
        assert_eq!(answer.status, 401, "{secret:?}");
    }
    person.says("/start").await;
    person.sees("the menu", |message| message.button("book|").is_some()).await;
    // The ids were not taken either: what Telegram brings under one of them counts.
    brings(&world, &text(&world, first + 3 + GAP, &person, "/status").await).await;
    person.sees_times(2, |_| true).await;
    let shown = person.history().await.iter().filter(|event| event.shown().is_some()).count();
    assert_eq!(shown, 2, "only /start and /status were answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_update_is_taken_once_and_keeps_nobody_back() {
    let world = running().await;
    let mut person = world.person("Siti", "en").await;
    for garbage in ["", "not JSON", "[]", "{}", r#"{"update_id":"?"}"#, r#"{"update_id":7,"message":{"chat":{}}}"#] {
        assert_eq!(brings_bytes(&world, Some(SECRET), garbage.into()).await.status, 200, "{garbage}");
    }
    assert_eq!(brings_bytes(&world, Some(SECRET), vec![b' '; 1_100_000]).await.status, 413);
    person.says("/start").await;
    person.sees("the menu", |message| message.button("book|").is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_redis_is_away_telegram_is_told_to_come_again_and_nothing_is_lost() {
    let mut world = running().await;
    let mut person = world.person("Siti", "en").await;
    person.says("/start").await;
    person.sees("the menu", |message| message.button("book|").is_some()).await;
    let free = ids_left_free(&world).await;
    let update = text(&world, free, &person, "/help").await;
    world.redis.kill().await;
    let refused = brings_bytes(&world, Some(SECRET), update.to_string().into_bytes()).await;
    assert_eq!((refused.status, refused.retry_after.as_deref()), (503, Some("2")));
    // Telegram itself meets the same, and keeps what it has.
    person.taps("book|").await;
    until(&world, |stats| stats["webhook_failures"] != 0).await;
    world.redis.start_again().await;
    person.sees("the first question", |message| message.button("pick|regular").is_some()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_update_brought_twice_is_taken_once() {
    let world = running().await;
    let mut person = world.person("Siti", "en").await;
    person.says("/start").await;
    person.sees("the menu", |message| message.button("book|").is_some()).await;
    person.looks_away().await;
    let first = ids_left_free(&world).await;
    let help = text(&world, first, &person, "/help").await;
    join_all((0..8).map(|_| brings(&world, &help))).await;
    person.sees_anything().await;
    brings(&world, &help).await;
    person.says("/status").await;
    person.sees_anything().await;
    let shown = person.history().await.iter().filter(|event| event.shown().is_some()).count();
    assert_eq!(shown, 3, "one answer each to /start, /help and /status");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_that_a_tap_has_overtaken_fills_no_field() {
    let world = running().await;
    let (mut person, question) = at_the_name(&world).await;
    // Typed before the tap, brought after it.
    let free = ids_left_free(&world).await;
    let late = text(&world, free, &person, "B7654321").await;
    person.taps_on(&question, "back|").await;
    person.reads("Old passport's number").await;
    person.looks_away().await;
    brings(&world, &late).await;
    let hint = person.reads("reached us only after your last tap").await;
    assert!(hint.text.contains("Old passport's number"), "the question stays: {}", hint.text);
    // The answer given before is still the one kept.
    person.taps("keep|").await;
    person.reads("· Name").await;
    person.says(Wishes::default().name).await;
    person.reads("· NIK").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tap_that_a_text_has_overtaken_is_refused_and_explained() {
    let world = running().await;
    let (mut person, question) = at_the_name(&world).await;
    // Typed after the tap, brought before it: of the ids that come next, the tap will have the first.
    let next = ids_left_free(&world).await + GAP;
    brings(&world, &text(&world, next + 1, &person, Wishes::default().name).await).await;
    person.reads("· NIK").await;
    person.taps_on(&question, "back|").await;
    let toast = person.gets_toast().await;
    assert!(toast.contains("before this tap"), "{toast}");
    // Still at the NIK, with the name they typed.
    ids_left_free(&world).await;
    person.says(Wishes::default().nik).await;
    person.reads("· Birth date").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_lies_in_the_mailbox_together_is_taken_as_it_was_done() {
    let mut world = world().await;
    world.start(&["web"]).await;
    world.start(&["worker"]).await;
    world.start(&["bot"]).await;
    let (mut person, question) = at_the_name(&world).await;
    // No bot serves the chat while both are brought, the tap first.
    world.processes()[2].kill().await;
    let free = ids_left_free(&world).await;
    let name = text(&world, free, &person, Wishes::default().name).await;
    person.taps_on(&question, "back|").await;
    until(&world, |stats| stats["pending_updates"] == 0).await;
    brings(&world, &name).await;
    world.start(&["bot"]).await;
    // The name was typed first: it is taken, and the tap is of an older screen.
    person.reads("· NIK").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_book_while_the_web_role_is_killed() {
    let mut world = world().await;
    world.open_quota("JKTSEL", 20).await;
    for role in [["web"], ["worker"], ["bot"]] {
        world.start(&role).await;
    }
    let people = join_all((0..8).map(|at| {
        let world = &world;
        async move { world.person(&format!("Guest {at}"), "en").await }
    }))
    .await;
    let booking = join_all(people.into_iter().map(|mut person| async move { person.books(&Wishes::default()).await.code }));
    tokio::pin!(booking);
    let mut killed = 0;
    let codes = loop {
        tokio::select! {
            codes = &mut booking => break codes,
            () = world.door.sees_acts(30), if killed < 4 => {
                world.kill_and_restart(0, &["web"]).await;
                killed += 1;
            }
        }
    };
    assert_eq!(killed, 4, "the web role was to be killed in the middle");
    let mut distinct = codes.clone();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), codes.len());
    assert_eq!(world.bookings(&[]).await.len(), codes.len(), "one booking each");
    world.is_sound().await;
}
