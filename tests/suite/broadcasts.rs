//! Telling many people something: once each, within Telegram's pace, whatever dies meanwhile.

use std::collections::BTreeMap;
use std::time::Instant;

use futures_util::future::join_all;
use serde_json::Value;

use antrean_rig::{Flood, PATIENCE, Person, World};

const PEOPLE: usize = 60;
/// What one process has under way at once, and the one it has reserved next (`UNDER_WAY_MAX` in src/telegram/bulk.rs).
const IN_THE_AIR_MAX: u64 = 17;
const TEXT: &str = "New quota opens on Monday at nine.";

/// What can be said of a person who was reached for.
const MARKED: [&str; 4] = ["sent", "blocked", "failed", "unknown"];
/// The same, and those whose sender died before it could say: they are not tried again.
const RESERVED: [&str; 5] = ["sent", "blocked", "failed", "unknown", "in_flight"];

/// Somebody who wants to hear of openings in Jakarta Selatan.
async fn subscribes(mut person: Person) -> Person {
    person.says("/langganan").await;
    person.sees("the list of offices", |message| message.button("office|").is_some()).await;
    person.says("JKTSEL").await;
    person.reads("You will be told").await;
    person
}

async fn subscribers(world: &World, people: usize) -> Vec<Person> {
    let invited = join_all((0..people).map(|at| async move { world.person(&format!("Reader {at}"), "en").await })).await;
    join_all(invited.into_iter().map(subscribes)).await
}

async fn broadcast(world: &World) -> String {
    let said = world.operator(&["broadcast", "--office", "JKTSEL", "--text", TEXT]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let first = said.stdout.lines().next().and_then(|line| line.strip_prefix("broadcast "));
    first.expect("the first line names the broadcast").to_owned()
}

/// Asks how far it got until the counts of `ends` are everybody.
async fn until_over(world: &World, id: &str, ends: &[&str]) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let status = world.operator(&["broadcast", "status", id, "--json"]).await.json();
        let reached: u64 = ends.iter().map(|end| count(&status, end)).sum();
        if status["walking"] == false && reached == count(&status, "queued") && reached > 0 {
            return status;
        }
        assert!(Instant::now() < deadline, "the broadcast does not end: {status}");
    }
}

fn count(status: &Value, of: &str) -> u64 {
    status[of].as_u64().unwrap_or_else(|| panic!("no count of {of} in {status}"))
}

/// How many calls were answered 429 so far.
async fn refused(world: &World) -> u64 {
    world.door.get("/sim/stats").await["too_many_requests"].as_u64().expect("a count of 429s")
}

/// How often each of them heard it.
async fn heard(people: &[Person]) -> BTreeMap<usize, u64> {
    let mut counts = BTreeMap::new();
    for person in people {
        let times = person.history().await.iter().filter_map(|event| event.shown()).filter(|message| message.text.contains(TEXT)).count();
        *counts.entry(times).or_insert(0) += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_it_once_and_who_blocked_the_bot_is_taken_off_the_list() {
    let mut world = World::new(Flood::Limited).await;
    world.start(&["run"]).await;
    let people = subscribers(&world, 12).await;
    let refused_before = refused(&world).await;
    world.door.post(&format!("/sim/chats/{}/block", people[0].id), Value::Object(serde_json::Map::default())).await;
    let status = until_over(&world, &broadcast(&world).await, &MARKED).await;
    assert_eq!((count(&status, "blocked"), count(&status, "failed")), (1, 0), "{status}");
    assert_eq!(heard(&people).await, BTreeMap::from([(0, 1), (1, 11)]));
    // The conversations just before have spent the bursts of these chats, so the first message may be told to wait:
    // once each, never again and again, and nobody is forgotten over it.
    let refused = refused(&world).await - refused_before;
    assert!(refused <= 12, "{refused} messages were sent faster than Telegram allows");
    // The next one is for those who are left.
    let status = until_over(&world, &broadcast(&world).await, &MARKED).await;
    assert_eq!((count(&status, "queued"), count(&status, "blocked")), (11, 0), "{status}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_loses_at_most_what_was_in_the_air_and_repeats_nothing() {
    let mut world = World::with_settings(Flood::Unlimited, "[engine]\nlease_ms = 2_000\n").await;
    world.start(&["bot"]).await;
    world.start(&["worker"]).await;
    let mut people = subscribers(&world, PEOPLE).await;
    let id = broadcast(&world).await;
    people[20].reads(TEXT).await;
    world.kill_and_restart(0, &["bot"]).await;
    world.kill_and_restart(1, &["worker"]).await;
    let status = until_over(&world, &id, &RESERVED).await;
    let counts = heard(&people).await;
    assert!(counts.keys().all(|times| *times <= 1), "nobody hears it twice: {counts:?}");
    let missed = counts.get(&0).copied().unwrap_or(0);
    let unknown = count(&status, "unknown") + count(&status, "in_flight");
    assert!(missed <= unknown, "{missed} missed it: {status}");
    assert!(unknown <= IN_THE_AIR_MAX, "only what was in the air is unknown: {status}");
}
