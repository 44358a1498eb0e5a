//! The opening: everybody stands before the same hour and taps it at the same moment.
//!
//! In it: a bot and a worker as they ship, on Redis as it ships. The bot polls the taps, a hundred at a time, and all that
//! follows is real: mailboxes, turns, hops, holds, outcomes, sends. Not in it: the way to the hour list (one real person
//! walks it, and every chat is given that dialogue) and Telegram's imitation, in whose place a [`Wall`] stands.

use std::time::{Duration, Instant};

use antrean_domain::{Month, ServiceClass};
use antrean_rig::{Flood, Message, World};
use chrono::NaiveDate;
use serde_json::json;

use crate::Size;
use crate::crowd::{PACE_LIFTED, Tally, Visitor};
use crate::ground::{connect, office};
use crate::report::{Chapter, Target};
use crate::times::Times;
use crate::wall::{Told, Wall};

/// Chats no imitation ever gave anybody.
const FIRST_CHAT: i64 = 1_000_000_000;
/// Updates beyond all that the real person caused: an id is taken in once.
const FIRST_UPDATE: usize = 1_000_000_000;
const HOUR: u8 = 8;
/// How often the ledger is asked how many places are taken.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// After this long without the last answer something is broken.
const PATIENCE: Duration = Duration::from_mins(10);

pub(crate) async fn run(size: Size) -> Chapter {
    let mut chapter = Chapter::new("stampede", "100,000 people reach for 1,000 places at one moment");
    let (people, places) = match size {
        Size::Quick => (300, 30),
        Size::Usual | Size::Full => (100_000, 1_000),
    };
    let mut world = World::with_settings(Flood::Unlimited, PACE_LIFTED).await;
    world.start(&["bot"]).await;
    world.start(&["worker"]).await;
    let day = world.working_day(7).await;
    world.open_quota_on("JKTSEL", day, day, "08-09", places).await;
    world.open_quota_on("JKTSEL", day, day, "09-11", 1_000).await;

    let screen = stands_ready(&world, day).await;
    let taps = (0..people).map(|at| tap(at, &screen)).collect();
    let wall = Wall::stands(FIRST_UPDATE, taps).await;
    // Another bot, before the wall; the chats first, or the old one would take part.
    world.processes()[0].terminate().await;
    copy_chats(&world, people).await;
    world.start_with(&[("TELEGRAM_API_URL", wall.address())], &["bot"]).await;

    let opened = Instant::now();
    wall.opens();
    let held = until_held(&world, day, places).await;
    let all_held = held.duration_since(opened);
    let everybody = wall.answers(people, PATIENCE).await;
    chapter.figure("stampede.all_held_ms", all_held.as_secs_f64() * 1_000.0, "ms", Some(Target::AtMost(1_000.0)));
    answers(&mut chapter, &wall, opened, people, places);
    assert!(everybody, "not everybody was answered within {PATIENCE:?}");
    world.is_sound().await;
    chapter
}

/// One real person walks to the hour list; what they see then.
async fn stands_ready(world: &World, day: NaiveDate) -> Message {
    let mut person = Visitor::arrives(world.door.clone(), std::sync::Arc::new(Tally::default())).await;
    person.applies().await;
    let hour = format!("hour|{HOUR}");
    person.taps(&format!("day|{day}"), |screen| screen.button(&hour).is_some()).await;
    person.screen().clone()
}

/// The tap on the hour, as Telegram would report it of the chat at `at`.
fn tap(at: usize, screen: &Message) -> String {
    let chat = chat(at);
    let button = screen.button(&format!("hour|{HOUR}")).and_then(|button| button.callback_data.as_ref());
    let from = json!({ "id": chat, "is_bot": false, "first_name": "Racer", "language_code": "en" });
    let message = json!({ "message_id": screen.id, "date": 0, "chat": { "id": chat, "type": "private" } });
    let query = json!({ "id": at.to_string(), "from": from, "message": message, "chat_instance": "1", "data": button });
    json!({ "update_id": FIRST_UPDATE + at, "callback_query": query }).to_string()
}

fn chat(at: usize) -> i64 {
    FIRST_CHAT + i64::try_from(at).expect("a count of chats")
}

/// Gives every chat the dialogue of the one that walked, and the message to edit.
async fn copy_chats(world: &World, people: usize) {
    let mut connection = connect(&world.redis.url()).await;
    let walked: Vec<String> = redis::cmd("KEYS").arg("dialogue:{c0}:*").query_async(&mut connection).await.expect("Redis answers");
    let [walked] = &walked[..] else { panic!("one person walked, not {}", walked.len()) };
    let walked = walked.rsplit(':').next().expect("a key has parts");
    let all: Vec<usize> = (0..people).collect();
    for some in all.chunks(1_000) {
        let mut pipe = redis::pipe();
        for at in some {
            for kind in ["dialogue", "live"] {
                pipe.cmd("COPY").arg(format!("{kind}:{{c0}}:{walked}")).arg(format!("{kind}:{{c0}}:{}", chat(*at))).ignore();
            }
        }
        pipe.query_async::<()>(&mut connection).await.expect("Redis answers");
    }
}

async fn until_held(world: &World, day: NaiveDate, places: u32) -> Instant {
    let begun = Instant::now();
    loop {
        let month = world.store.month(&office(), ServiceClass::Regular, Month::of(day)).await.expect("Redis answers");
        if month.hours.get(&(day, HOUR)).is_some_and(|hour| hour.taken >= places) {
            return Instant::now();
        }
        assert!(begun.elapsed() < PATIENCE, "the places were not all held within {PATIENCE:?}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn answers(chapter: &mut Chapter, wall: &Wall, opened: Instant, people: usize, places: u32) {
    let told = wall.told();
    let waits: Times = told.values().map(|(_, at)| at.duration_since(opened)).collect();
    let held = told.values().filter(|(told, _)| *told == Told::Held).count();
    let winners: Times = told.values().filter(|(told, _)| *told == Told::Held).map(|(_, at)| at.duration_since(opened)).collect();
    // Of those who got a place, who tapped last: with perfect justice as many as there are places.
    let last = told.iter().filter(|(_, (told, _))| *told == Told::Held).map(|(chat, _)| chat - FIRST_CHAT + 1).max().unwrap_or(0);
    let oversold = held.saturating_sub(usize::try_from(places).expect("a count of places"));
    chapter.count("stampede.oversold", oversold, "places", Some(Target::AtMost(0.0)));
    chapter.count("stampede.unanswered", people - told.len(), "people", Some(Target::AtMost(0.0)));
    chapter.count("stampede.last_to_get_a_place", usize::try_from(last).expect("a rank"), "th tap", None);
    chapter.figure("stampede.places_told_ms", winners.within_ms(1.0), "ms", None);
    chapter.figure("stampede.half_answered_ms", waits.within_ms(0.5), "ms", None);
    chapter.figure("stampede.all_answered_ms", waits.within_ms(1.0), "ms", None);
}
