//! Many people, few places, several processes: the real streams, the real scripts.

use futures_util::future::join_all;

use antrean_rig::{Flood, Message, Person, SUBMIT, Wishes, World};

const PEOPLE: usize = 200;
const PLACES: u32 = 20;

/// How it ended for one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Held,
    ToldFull,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_people_race_for_twenty_places() {
    let mut world = World::new(Flood::Unlimited).await;
    world.start(&["bot"]).await;
    for _ in 0..4 {
        world.start(&["worker"]).await;
    }
    let day = world.working_day(7).await;
    world.open_quota_on("JKTSEL", day, day, "08-09", PLACES).await;
    world.open_quota_on("JKTSEL", day, day, "09-11", 500).await;

    // All of them stand before the same hours of the same day …
    let people = join_all((0..PEOPLE).map(|at| stands_ready(&world, at, format!("day|{day}")))).await;
    // … and reach for the first one at once.
    let ends = join_all(people.into_iter().map(reaches_for_eight)).await;

    let held = ends.iter().filter(|end| **end == End::Held).count();
    assert_eq!(held, 20, "of twenty places exactly twenty are held");
    assert_eq!(ends.len() - held, 180, "everybody else is told that it is full");
    let quota = world.operator(&["quota", "show", "--office", "JKTSEL", "--month", &day.format("%Y-%m").to_string(), "--json"]).await;
    assert_eq!(quota.code, 0, "{quota:?}");
    let held = world.bookings(&[]).await.into_iter().filter(|booking| booking["state"] == "held").count();
    assert_eq!(held, 20, "the ledger says the same as the chats");
    world.is_sound().await;
}

async fn stands_ready(world: &World, at: usize, day: String) -> Person {
    let mut person = world.person(&format!("Racer {at}"), "en").await;
    person.applies(&Wishes::default()).await;
    person.taps(&day).await;
    person.sees("the hours", |message| message.button("hour|8").is_some()).await;
    person
}

async fn reaches_for_eight(mut person: Person) -> End {
    person.taps("hour|8").await;
    let settled = |message: &Message| message.button(SUBMIT).is_some() || is_told_full(message);
    let seen = person.sees("the review, or that it is full", settled).await;
    if seen.button(SUBMIT).is_some() { End::Held } else { End::ToldFull }
}

/// Told that the hour is full, with the nearest free hours to take instead.
fn is_told_full(message: &Message) -> bool {
    let hours: Vec<_> = message.buttons().filter_map(|button| button.verb()).filter(|verb| verb.starts_with("hour|")).collect();
    message.text.contains("is full") && message.text.contains("nearest hours") && hours.contains(&"hour|9")
}
