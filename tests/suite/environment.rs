//! Faults of the ground the product stands on: no memory, no disk, consumer groups and scripts gone. Nothing that was
//! acknowledged is lost; the bank hears 503 and comes again; people hear the truth, once.

use futures_util::future::join_all;
use serde_json::json;
use tokio::time::{Duration, Instant, timeout};

use antrean_rig::{Flood, Message, PATIENCE, Person, SUBMIT, Wishes, World};

use crate::faults::{all_ended_right, books_and_pays, invite};

const QUICK: &str = "[engine]\nlease_ms = 2_000\n";
/// What the apology says to whoever speaks English, and Indonesian.
const SORRY: &str = "Nothing is lost";
const MAAF: &str = "Tidak ada yang hilang";

/// For so long Telegram takes the answer to a tap.
const TAP_ANSWERABLE: Duration = Duration::from_secs(15);

/// Takes all memory from Redis, or gives it back.
async fn memory(world: &World, full: bool) {
    world.redis.asked(&["CONFIG", "SET", "maxmemory", if full { "1" } else { "0" }]).await;
}

/// Moves the time of product and bank forward, which takes no memory this way.
async fn pass_minutes(world: &World, minutes: i64) {
    let script = "#!lua flags=allow-oom\nreturn redis.call('INCRBY', KEYS[1], ARGV[1])";
    world.redis.asked(&["EVAL", script, "1", "antrean:clock", &(minutes * 60_000).to_string()]).await;
}

/// How often `person` was told.
async fn apologies(person: &Person) -> usize {
    let history = person.history().await;
    history.iter().filter(|event| event.what == "sent" && event.message().is_some_and(|message| message.text.contains(SORRY))).count()
}

fn first_question(message: &Message) -> bool {
    message.button("pick|regular").is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_memory_places_go_back_the_bank_waits_and_people_hear_the_truth() {
    let mut world = World::with_settings(Flood::Unlimited, QUICK).await;
    world.start(&["run"]).await;
    let day = world.working_day(10).await;
    world.open_quota_on("JKTSEL", day, day, "08-09", 2).await;
    let [mut payer, mut holder, mut writer] = invite_three(&world, "en").await;
    let mut tapper = world.person("Penekan", "id").await;
    let bill = payer.books(&Wishes::default()).await;
    holder.applies(&Wishes::default()).await;
    holder.holds().await;
    tapper.says("/start").await;
    tapper.taps("book|").await;
    let question = tapper.sees("the first question", first_question).await;
    assert_eq!(world.taken("JKTSEL").await, 2);

    memory(&world, true).await;
    writer.says("/start").await;
    tapper.taps_on(&question, "pick|regular").await;
    writer.reads(SORRY).await;
    assert!(tapper.gets_toast().await.contains(MAAF));
    writer.says("/help").await;
    let refused = world.door.pays(json!({ "code": bill.code, "amount": bill.amount })).await;
    assert_eq!((refused.status, refused.code()), (503, "5032500"), "{refused:?}");
    assert_eq!(world.door.inquires(json!({ "code": bill.code })).await.code(), "2002400", "to look takes no memory");
    let figures = reqwest::get(format!("{}/metrics", world.web())).await.expect("the web role answers").text().await;
    assert!(figures.expect("figures are text").contains("antrean_out_of_memory_total{script=\"deliver\"}"), "it can be alarmed on");
    pass_minutes(&world, 11).await;
    world.until_taken("JKTSEL", 1).await;
    pass_minutes(&world, 120).await;
    world.until_taken("JKTSEL", 0).await;

    for person in [&mut payer, &mut holder, &mut writer, &mut tapper] {
        person.looks_away().await;
    }
    memory(&world, false).await;
    writer.sees("the help, asked for last", |message| message.button("home|").is_some()).await;
    tapper.sees("the next question", |message| message.button("pick|adult").is_some()).await;
    holder.reads("held for is over").await;
    payer.reads("The billing code expired").await;
    // The bank repeats what it was refused; the place is still there.
    payer.pays(&bill).await;
    assert_eq!(apologies(&writer).await, 1, "once is enough");
    assert_eq!(apologies(&payer).await, 0, "who asked for nothing is told nothing");
    assert_eq!(world.operator(&["jobs", "list", "--json"]).await.json()["dead"], json!([]));
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_starts_without_memory_and_does_what_waited_once_there_is_some() {
    let mut world = World::with_settings(Flood::Unlimited, QUICK).await;
    world.open_quota("JKTSEL", 1).await;
    world.start(&["bot"]).await;
    world.start(&["worker"]).await;
    let mut person = world.person("Patient", "en").await;
    person.applies(&Wishes::default()).await;
    world.processes()[1].kill().await;
    person.taps_free("day|").await;
    person.taps_free("hour|").await;
    until(async || world.redis.asked(&["XLEN", "jobs:{o0}:hi"]).await == "1", "the job of the hold").await;

    memory(&world, true).await;
    world.start(&["worker"]).await;
    world.processes()[2].logs("waits until Redis has memory").await;
    // It is put off, so that whatever is behind it gets its turn.
    until(async || world.redis.asked(&["XLEN", "jobs:{o0}:hi"]).await == "0", "the end of the stream").await;
    memory(&world, false).await;
    person.sees("the review", |message| message.button(SUBMIT).is_some()).await;
    assert_eq!(world.taken("JKTSEL").await, 1);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let mut world = World::with_settings(Flood::Unlimited, QUICK).await;
    world.open_quota("JKTSEL", 100).await;
    for role in [["bot"], ["worker"], ["web"]] {
        world.start(&role).await;
    }
    let mut payer = world.person("Payer", "en").await;
    let bill = payer.books(&Wishes::default()).await;
    let [mut writer, mut tapper, _] = invite_three(&world, "en").await;
    tapper.says("/start").await;
    tapper.taps("book|").await;
    let question = tapper.sees("the first question", first_question).await;

    world.redis.kill().await;
    world.redis.start_again_with_room(60_000).await;
    let mut people = invite(&world, 8).await;
    let mut bills = {
        let booking = join_all(people.iter_mut().map(async |person| person.books(&Wishes::default()).await));
        tokio::pin!(booking);
        tokio::select! {
            _ = &mut booking => panic!("the disk was to be full before everybody has a bill"),
            ended = world.redis.ends() => assert!(!ended.success(), "it gave up: {ended}"),
        }
        writer.says("/start").await;
        tapper.taps_on(&question, "pick|regular").await;
        let refused = world.door.pays(json!({ "code": bill.code, "amount": bill.amount })).await;
        assert_eq!((refused.status, refused.code()), (503, "5032500"), "{refused:?}");
        writer.reads(SORRY).await;
        // A look comes every ten seconds or so, and Telegram takes the answer to a tap for fifteen: who hears nothing taps again.
        let mut taps = 1;
        let toast = loop {
            match timeout(TAP_ANSWERABLE, tapper.gets_toast()).await {
                Ok(toast) => break toast,
                Err(_elapsed) => {
                    taps += 1;
                    assert!(taps <= 3, "of three taps in a row none was answered");
                    tapper.taps_on(&question, "pick|regular").await;
                }
            }
        };
        assert!(toast.contains(SORRY), "{toast}");

        // The operator gives it room, and everything goes on from where it stood.
        world.redis.start_again().await;
        booking.await
    };
    writer.sees("the menu", |message| message.button("book|").is_some()).await;
    tapper.sees("the next question", |message| message.button("pick|adult").is_some()).await;
    people.push(payer);
    bills.push(bill);
    for (person, bill) in people.iter_mut().zip(&bills) {
        person.pays(bill).await;
    }
    for process in world.processes() {
        assert!(process.is_running(), "processes recover by themselves:\n{}", process.tail());
    }
    all_ended_right(&world, &bills.into_iter().map(|bill| bill.code).collect::<Vec<_>>()).await;
}

/// Groups destroyed with entries in hand, streams deleted under blocked readers, scripts forgotten: nobody notices.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_streams_and_scripts_vanish_and_nobody_notices() {
    let mut world = World::with_settings(Flood::Unlimited, QUICK).await;
    world.open_quota("JKTSEL", 100).await;
    for role in [["bot"], ["worker"], ["bot"], ["worker"], ["web"]] {
        world.start(&role).await;
    }
    let people = invite(&world, 12).await;
    let booking = join_all(people.into_iter().map(books_and_pays));
    tokio::pin!(booking);

    let mut vanished = 0;
    let codes = loop {
        tokio::select! {
            codes = &mut booking => break codes,
            () = world.door.sees_acts(15), if vanished < 8 => {
                vanish(&world, vanished).await;
                vanished += 1;
            }
        }
    };
    assert_eq!(vanished, 8, "the people were too quick for the test to mean anything");
    let dead = world.operator(&["jobs", "list", "--json"]).await.json();
    assert_eq!(dead["dead"], json!([]));
    all_ended_right(&world, &codes).await;
}

/// A job is nowhere but on its stream, so that may only go while it is empty; a mailbox gets its lost entry back.
async fn vanish(world: &World, which: usize) {
    let jobs = ["jobs:{o0}:hi", "jobs:{o0}:norm", "jobs:{o0}:bulk"];
    let redis = &world.redis;
    match which % 4 {
        0 => {
            for (stream, group) in [("ready:{c0}", "turn"), ("outready:{c0}", "send")].into_iter().chain(jobs.map(|jobs| (jobs, "crew"))) {
                assert_eq!(redis.asked(&["XGROUP", "DESTROY", stream, group]).await, "1");
            }
        }
        1 | 3 => assert_eq!(redis.asked(&["SCRIPT", "FLUSH"]).await, "OK"),
        _ => {
            redis.asked(&["DEL", "ready:{c0}", "outready:{c0}"]).await;
            for stream in jobs {
                redis.asked(&["EVAL", "return redis.call('XLEN', KEYS[1]) == 0 and redis.call('DEL', KEYS[1])", "1", stream]).await;
            }
        }
    }
}

async fn invite_three(world: &World, language: &str) -> [Person; 3] {
    [world.person("First", language).await, world.person("Second", language).await, world.person("Third", language).await]
}

/// Asks again and again: Redis tells nobody who did not ask.
async fn until(holds: impl AsyncFn() -> bool, what: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "{what} was awaited in vain");
    }
}
