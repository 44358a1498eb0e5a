//! Several shards, and the servers they may live on: one Redis, a Cluster of three, a Valkey. The people notice nothing.

use std::path::Path;

use futures_util::future::join_all;
use serde_json::{Value, json};

use antrean_rig::{Cluster, Door, Flood, Message, Node, Person, SUBMIT, Wishes, World};

/// Few readers for each of the eight shards: a trial is no crowd.
const EIGHT_SHARDS: &str = "shards = 8\n[engine]\nlease_ms = 2_000\nreaders = 1\n[telegram]\nturn_readers = 1\nsend_readers = 2\n";
const FOUR_SHARDS: &str = "shards = 4\n";
/// Of three different shards, of four as of eight.
const OFFICES: [&str; 3] = ["JKTSEL", "JKTBAR", "JKTTIM"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_cluster_appointments_are_booked_paid_and_moved() {
    let mut world = World::over(Cluster::start().await, Flood::Unlimited, EIGHT_SHARDS).await;
    world.start(&["run"]).await;
    books_pays_and_moves_everywhere(&world).await;
    tells_subscribers(&world).await;
    let looked = world.operator(&["doctor"]).await;
    for node in &world.redis.nodes {
        assert!(looked.stdout.contains(&format!("at 127.0.0.1:{}", node.port())), "the doctor sees every node: {}", looked.stdout);
    }
    let keys = join_all(world.redis.nodes.iter().map(|node| node.asked("DBSIZE"))).await;
    assert!(keys.iter().all(|keys| !keys.starts_with(":0")), "every node has a part of it: {keys:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_shards_on_one_redis_look_like_one() {
    let mut world = World::with_settings(Flood::Unlimited, FOUR_SHARDS).await;
    world.start(&["run"]).await;
    books_pays_and_moves_everywhere(&world).await;
    tells_subscribers(&world).await;
    let listed = world.operator(&["jobs", "list", "--json"]).await.json();
    let streams: Vec<_> = listed["streams"].as_array().expect("a list").iter().filter_map(|stream| stream["name"].as_str()).collect();
    for shard in 0..4 {
        for name in [format!("ready:c{shard}"), format!("jobs:o{shard}:hi"), format!("hop:o{shard}"), format!("bulk:o{shard}")] {
            assert!(streams.contains(&name.as_str()), "{name} is not among {streams:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_cluster_places_are_given_once_while_its_nodes_are_killed() {
    const PEOPLE: usize = 30;
    const PLACES: u32 = 10;
    let mut world = World::over(Cluster::start().await, Flood::Unlimited, EIGHT_SHARDS).await;
    for role in ["bot", "worker", "worker", "web"] {
        world.start(&[role]).await;
    }
    let day = world.working_day(7).await;
    for office in OFFICES {
        world.open_quota_on(office, day, day, "08-09", PLACES).await;
        world.open_quota_on(office, day, day, "09-11", 100).await;
    }
    // All of them want the same hour of the same day at the office of their turn …
    let invited = join_all((0..PEOPLE).map(|at| {
        let world = &world;
        async move { world.person(&format!("Guest {at}"), "en").await }
    }))
    .await;
    let door = world.door.clone();
    let racing = join_all(
        invited
            .into_iter()
            .zip(OFFICES.into_iter().cycle())
            .map(|(person, office)| gets_a_place_and_pays(&door, person, office, day.to_string())),
    );
    tokio::pin!(racing);
    // … and meanwhile each node dies once.
    let mut killed = 0;
    let codes = loop {
        tokio::select! {
            codes = &mut racing => break codes,
            () = world.door.sees_acts(60), if killed < world.redis.nodes.len() => {
                world.redis.crash_and_restart(killed).await;
                killed += 1;
            }
        }
    };
    assert_eq!(killed, 3, "the people were too quick for the test to mean anything");
    for process in world.processes() {
        assert!(process.is_running(), "processes recover by themselves:\n{}", process.tail());
    }
    assert_eq!(distinct(&codes), PEOPLE, "no code was given twice");
    let bookings = world.bookings(&[]).await;
    assert!(bookings.iter().all(|booking| booking["state"] == "paid"), "{bookings:#?}");
    let early = bookings.iter().filter(|booking| booking["slot"].as_str().is_some_and(|slot| slot.contains(":08:"))).count();
    assert!(early <= PLACES as usize * OFFICES.len(), "{early} places of the first hour were given");
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_node_is_away_the_shards_of_the_others_are_served() {
    /// It has the chats of shards 0, 3, 4 and 7 and the offices of 3 and 7, and not the poller's lease.
    const AWAY: usize = 1;
    let mut world = World::over(Cluster::start().await, Flood::Unlimited, EIGHT_SHARDS).await;
    world.start(&["run"]).await;
    for office in OFFICES {
        world.open_quota(office, 5).await;
    }
    let (mut served, mut waiting) = (Vec::new(), Vec::new());
    while served.len() < 2 || waiting.is_empty() {
        let person = world.person("Guest", "en").await;
        if [0, 3, 4, 7].contains(&person.id.rem_euclid(8)) { waiting.push(person) } else { served.push(person) }
    }
    // The slot of {o3}.
    let keys = world.redis.nodes[AWAY].asked("CLUSTER COUNTKEYSINSLOT 7460").await;
    assert!(!keys.starts_with(":0"), "the shards are where this test believes: {keys}");

    world.redis.nodes[AWAY].kill().await;
    let mut billed = Vec::new();
    for (mut person, office) in served.into_iter().zip(["JKTSEL", "JKTTIM"]) {
        let bill = person.books(&Wishes { office, ..Wishes::default() }).await;
        billed.push((person, bill));
    }
    world.redis.nodes[AWAY].start_again().await;
    let mut person = waiting.pop().expect("one who waited");
    let bill = person.books(&Wishes { office: "JKTBAR", ..Wishes::default() }).await;
    billed.push((person, bill));
    // Not earlier: what a payment id stands for may be noted on any node.
    for (person, bill) in &mut billed {
        person.pays(bill).await;
    }
    assert_eq!(states(&world.bookings(&[]).await), ["paid"; 3]);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_id_counts_once_whatever_shard_its_booking_is_on() {
    let mut world = World::with_settings(Flood::Unlimited, FOUR_SHARDS).await;
    world.start(&["run"]).await;
    let mut bills = Vec::new();
    for office in &OFFICES[..2] {
        world.open_quota(office, 5).await;
        let mut person = world.person(office, "en").await;
        let bill = person.books(&Wishes { office, ..Wishes::default() }).await;
        bills.push((person, bill));
    }
    let [(payer, paid), (_, other)] = &mut bills[..] else { panic!("two bills") };
    assert_ne!(paid.code[1..3], other.code[1..3], "they are of two shards");
    payer.looks_away().await;
    let payment = json!({ "code": paid.code, "amount": paid.amount, "payment_id": "20261122000001", "external_id": "777000111" });
    assert_eq!(world.door.pays(payment).await.code(), "2002500");
    payer.sees("the proof", |message| message.photo.is_some()).await;

    for (what, ids) in
        [("the payment's id", json!({ "payment_id": "20261122000001" })), ("the request's id", json!({ "external_id": "777000111" }))]
    {
        let mut again = json!({ "code": other.code, "amount": other.amount });
        again.as_object_mut().expect("an object").extend(ids.as_object().expect("an object").clone());
        let answer = world.door.pays(again).await;
        assert_eq!((answer.status, answer.code()), (409, "4092500"), "{what} on a bill of another shard: {answer:?}");
    }
    assert_eq!(states(&world.bookings(&[]).await), ["billed", "paid"]);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_valkey_appointments_are_booked_paid_and_expire() {
    let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/valkey/valkey-server");
    assert!(server.exists(), "there is no {}: run script/setup, it says so where there is none for this system", server.display());
    let mut world = World::over(Node::start(&server, Vec::new()).await, Flood::Unlimited, "").await;
    world.start(&["run"]).await;
    world.open_quota("JKTSEL", 5).await;
    let mut prompt = world.person("Prompt", "en").await;
    let bill = prompt.books(&Wishes::default()).await;
    prompt.pays(&bill).await;
    let mut slow = world.person("Slow", "en").await;
    slow.books(&Wishes::default()).await;
    assert_eq!(world.taken("JKTSEL").await, 2);
    slow.looks_away().await;
    world.door.advance_minutes(121).await;
    slow.sees("that it expired", |message| message.button("again|").is_some()).await;
    assert_eq!(world.taken("JKTSEL").await, 1);
    assert_eq!(states(&world.bookings(&[]).await), ["expired", "paid"]);
    let looked = world.operator(&["doctor"]).await;
    assert!(looked.stdout.contains("Valkey "), "it was no Redis: {}", looked.stdout);
    world.is_sound().await;
}

/// A person at each of the offices, from `/start` to another date, and what the operator's tools say of it.
async fn books_pays_and_moves_everywhere<R>(world: &World<R>) {
    for office in OFFICES {
        world.open_quota(office, 5).await;
    }
    let journeys = OFFICES.map(|office| async move {
        let mut person = world.person(office, "en").await;
        let bill = person.books(&Wishes { office, ..Wishes::default() }).await;
        person.pays(&bill).await;
        person.says("/status").await;
        person.taps("open|").await;
        person.taps("move|").await;
        person.taps_free("day|").await;
        person.taps_free("hour|").await;
        person.taps("yes|").await;
        person.sees("the new date", |message| message.text.contains('🟢') && message.photo.is_some()).await;
        bill.code
    });
    let codes = join_all(journeys).await;
    let shards: Vec<_> = codes.iter().map(|code| code[1..3].to_owned()).collect();
    assert_eq!(distinct(&shards), OFFICES.len(), "two digits of a code name its shard, and these are on three: {codes:?}");
    assert_eq!(states(&world.bookings(&[]).await), ["paid"; 3]);
    for office in OFFICES {
        assert_eq!(world.taken(office).await, 1, "the old place at {office} went back in the same step");
    }
    let jobs = world.operator(&["jobs", "list", "--json"]).await.json();
    assert!(jobs["dead"].as_array().is_some_and(Vec::is_empty), "{jobs}");
    world.is_sound().await;
}

/// Someone per office asks to be told, and only what is for them is told.
async fn tells_subscribers<R>(world: &World<R>) {
    let mut readers = Vec::new();
    for office in OFFICES {
        let mut person = world.person(&format!("Reader of {office}"), "en").await;
        person.says("/langganan").await;
        person.sees("the list of offices", |message| message.button("office|").is_some()).await;
        person.says(office).await;
        person.reads("You will be told").await;
        readers.push((office, person));
    }
    for (office, person) in &mut readers {
        let text = format!("New quota at {office}");
        let said = world.operator(&["broadcast", "--office", office, "--text", &text]).await;
        assert_eq!(said.code, 0, "{said:?}");
        person.reads(&text).await;
    }
    let status = world.operator(&["broadcast", "status", "--json"]).await;
    assert_eq!(status.stdout.lines().count(), OFFICES.len(), "those of all shards are listed: {status:?}");
}

/// Takes the first hour of `day`, or another when that is full, and pays for it: the code.
async fn gets_a_place_and_pays(door: &Door, mut person: Person, office: &'static str, day: String) -> String {
    person.applies(&Wishes { office, ..Wishes::default() }).await;
    person.taps(&format!("day|{day}")).await;
    person.taps("hour|8").await;
    let answered = |message: &Message| message.button(SUBMIT).is_some() || message.text.contains("is full");
    if person.sees("the review, or that it is full", answered).await.button(SUBMIT).is_none() {
        person.taps("hour|9").await;
        person.sees("the review", |message| message.button(SUBMIT).is_some()).await;
    }
    let bill = person.submits().await;
    person.looks_away().await;
    // Until its own node is back the bank is told to come again, and it does.
    let payment = json!({ "code": bill.code, "amount": bill.amount, "payment_id": format!("20261122{:06}", person.id) });
    loop {
        let answer = door.pays(payment.clone()).await;
        if answer.status == 200 {
            break;
        }
        assert_eq!(answer.status, 503, "{answer:?}");
    }
    person.sees("the proof", |message| message.photo.is_some()).await;
    bill.code
}

fn states(bookings: &[Value]) -> Vec<&str> {
    let mut states: Vec<_> = bookings.iter().map(|booking| booking["state"].as_str().expect("a booking has a state")).collect();
    states.sort_unstable();
    states
}

fn distinct(texts: &[String]) -> usize {
    texts.iter().collect::<std::collections::BTreeSet<_>>().len()
}
