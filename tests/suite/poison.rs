//! What nobody can read: garbage on everything that is read, payloads of a future release. It is parked where an operator
//! sees it, nothing behind it waits, and what a later release can read comes back.

use serde_json::{Value, json};
use tokio::time::Instant;

use antrean_rig::{PATIENCE, Wishes, World};

/// The dead letters once there are so many.
async fn letters(world: &World, count: usize) -> Vec<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let listed = world.operator(&["jobs", "list", "--json"]).await.json();
        let dead = listed["dead"].as_array().expect("a list");
        assert!(dead.len() <= count, "more was parked than was poison: {dead:#?}");
        if dead.len() == count {
            return dead.clone();
        }
        assert!(Instant::now() < deadline, "{count} dead letters were awaited in vain: {listed:#}");
    }
}

fn id(letter: &Value) -> &str {
    letter["id"].as_str().expect("a letter has an id")
}

/// Lets an operator do `deed` to each, and insists on success.
async fn each(world: &World, deed: &str, letters: &[Value]) {
    for letter in letters {
        let done = world.operator(&["jobs", deed, id(letter)]).await;
        assert_eq!(done.code, 0, "{deed} {letter}: {done:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_on_every_stream_is_parked_and_stops_nobody() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 5).await;
    let mut person = world.person("Undeterred", "en").await;
    let (inbox, outbox) = (format!("in:{{c0}}:{}", person.id), format!("out:{{c0}}:{}", person.id));
    let poison: [&[&str]; 14] = [
        &["XADD", "jobs:{o0}:hi", "*", "p", "garbage", "a", "0"],
        &["XADD", "jobs:{o0}:norm", "*", "nothing", "known"],
        &["XADD", "jobs:{o0}:bulk", "*", "p", "{\"v\":1,\"kind\":\"teleport\"}"],
        &["ZADD", "delay:{o0}", "1", "garbage"],
        &["ZADD", "delay:{o0}", "1", "hi\n3\n{}"],
        &["XADD", "ready:{c0}", "*", "c", "nobody"],
        &["XADD", "outready:{c0}", "*", "nothing", "known"],
        &["XADD", "hop:{c0}", "*", "t", "z9:job:hi", "p", "{}"],
        &["XADD", "hop:{o0}", "*", "nothing", "known"],
        &["XADD", "bulk:{o0}", "*", "b", "none", "c", "1"],
        &["RPUSH", &inbox, "garbage"],
        &["RPUSH", &inbox, "o{\"v\":1,\"kind\":\"sold\"}"],
        &["RPUSH", &outbox, "garbage"],
        &["XADD", "dead:{o0}", "*", "nothing", "known"],
    ];
    for words in poison {
        world.redis.asked(words).await;
    }
    // All of it lies before everything this person does.
    let bill = person.books(&Wishes::default()).await;
    person.pays(&bill).await;

    let parked = letters(&world, poison.len()).await;
    for letter in &parked {
        let shown = world.operator(&["jobs", "show", id(letter)]).await;
        assert!(shown.code == 0 && shown.stdout.contains(letter["reason"].as_str().expect("a reason")), "{shown:?}");
    }
    let (nameless, known): (Vec<Value>, Vec<Value>) = parked.into_iter().partition(|letter| letter["kind"] == "not known");
    assert_eq!(nameless.len(), 1);
    assert_ne!(world.operator(&["jobs", "retry", id(&nameless[0])]).await.code, 0, "nobody knows where to");
    // Brought back, it is met and parked again: nothing of it is lost, however often it is tried.
    each(&world, "retry", &known).await;
    let again = letters(&world, poison.len()).await;
    each(&world, "drop", &again).await;
    letters(&world, 0).await;
    world.is_sound().await;
}

/// Edits a parked payload of version 2 into one of version 1, as if an upgrade had come that reads it.
async fn upgrade(world: &World, letter: &Value) {
    let (tag, entry) = id(letter).split_once('/').expect("a tag and an entry");
    let script = "local letter = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])[1][2]\n\
                  for n = 2, #letter, 2 do letter[n] = string.gsub(letter[n], '\"v\":2', '\"v\":1') end\n\
                  redis.call('XADD', KEYS[1], '*', unpack(letter))\n\
                  return redis.call('XDEL', KEYS[1], ARGV[1])";
    assert_eq!(world.redis.asked(&["EVAL", script, "1", &format!("dead:{{{tag}}}"), entry]).await, "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payloads_of_a_future_version_wait_for_the_release_that_reads_them() {
    let world = World::running().await;
    let mut person = world.person("Early", "en").await;
    person.says("/start").await;
    person.sees("the menu", |message| message.button("book|").is_some()).await;
    let job = json!({ "v": 2, "kind": "subscribe", "office": "JKTSEL", "chat": person.id, "on": true }).to_string();
    let outcome = json!({ "v": 2, "kind": "subscribed", "office": "JKTPST", "on": true }).to_string();
    let chat = person.id.to_string();
    world.redis.asked(&["XADD", "jobs:{o0}:norm", "*", "p", &job, "a", "0"]).await;
    world.redis.asked(&["XADD", "hop:{o0}", "*", "t", &format!("c0:mail:{chat}"), "p", &format!("o{outcome}")]).await;
    world.redis.asked(&["ZADD", "delay:{o0}", "1", &format!("norm\n0\n{}", job.replace("true", "false"))]).await;

    let parked = letters(&world, 3).await;
    for letter in &parked {
        assert!(letter["reason"].as_str().is_some_and(|reason| reason.contains("schema version 2")), "{letter}");
    }
    // This release tried again reads it no better.
    each(&world, "retry", &parked[..1]).await;
    let parked = letters(&world, 3).await;
    for letter in &parked {
        upgrade(&world, letter).await;
    }
    let readable = letters(&world, 3).await;
    person.looks_away().await;
    each(&world, "retry", &readable).await;
    person.sees_times(3, |message| message.text.contains("/langganan")).await;
    letters(&world, 0).await;
}
