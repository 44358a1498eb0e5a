//! One run from its first process to its report.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use antrean_rig::Event as Happened;
use futures_util::future::join_all;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::checker::{self, Broken};
use crate::driver::Driver;
use crate::evidence::{self, Chat, Evidence};
use crate::house::House;
use crate::kept;
use crate::outside::Outside;
use crate::people::{self, Life};
use crate::plan::{Guest, Plan};
use crate::report::Report;
use crate::screens;

/// How long people may take to end what they are at, once nothing is broken any more.
const ENDING: Duration = Duration::from_secs(100);
/// How long `/status` may take to be answered then.
const STATUS: Duration = Duration::from_mins(1);

pub(crate) struct Ended {
    pub(crate) report: String,
    pub(crate) sound: bool,
}

/// Carries the plan out and judges it. What a failure leaves is kept under `keep`.
pub(crate) async fn whole(plan: &Plan, minutes: u64, keep: &Path) -> Ended {
    let house = House::open().await;
    let clocks = house.has_clocks();
    let outside = Arc::new(Outside::new(house.world.door.clone()));
    let mut driver = Driver::new(house, Arc::clone(&outside), plan);
    let mut people = JoinSet::new();
    for guest in &plan.guests {
        people.spawn(comes(Arc::clone(&outside), guest.clone()));
    }
    driver.drive(plan).await;

    driver.puts_right().await;
    outside.ends();
    let mut broken = Vec::new();
    let mut lives = Vec::new();
    let ended = timeout(ENDING, async {
        while let Some(life) = people.join_next().await {
            lives.push(life.expect("people do not panic"));
        }
    });
    if ended.await.is_err() {
        broken.push(fault("everything comes to rest", "people", "some never ended what they were at"));
    }
    outside.bank.finishes(Instant::now() + ENDING).await;
    let rest = rested(driver.rests().await, &mut broken);
    driver.leaps_past_every_bill().await;
    rested(until_nothing_is_open(&driver).await, &mut broken);

    lives.sort_by_key(|life| life.chat);
    let (evidence, histories) = gathered(&driver, &outside, &lives).await;
    broken.extend(checker::check(&evidence));
    broken.extend(of_the_operators(&driver).await);
    let report = Report { plan, minutes, done: &driver.done, clocks, lives: &lives, evidence: &evidence, rest, broken: &broken };
    let mut report = report.to_string();
    if !broken.is_empty() {
        let folder = keep.join(format!("seed-{}", plan.seed));
        kept::write(&folder, &driver.house.world.logs(), &evidence, &histories, &broken);
        report = format!("{report}kept        {}\n", folder.display());
    }
    Ended { report, sound: broken.is_empty() }
}

/// Somebody comes at their time.
async fn comes(outside: Arc<Outside>, guest: Guest) -> Life {
    sleep(Duration::from_millis(guest.comes_ms)).await;
    let about = json!({ "first_name": format!("Guest {}", guest.number), "language_code": "en" });
    let person = outside.door.post("/sim/people", about).await;
    let chat = person["id"].as_i64().expect("a person has an id");
    outside.arrived(chat);
    people::lives(outside, chat, guest).await
}

fn rested(rest: Result<Duration, String>, broken: &mut Vec<Broken>) -> Option<Duration> {
    rest.map_err(|left| broken.push(fault("everything comes to rest", "what is left", &left))).ok()
}

/// Waits until every hold and bill has run out, and that was told.
async fn until_nothing_is_open(driver: &Driver) -> Result<Duration, String> {
    let began = Instant::now();
    loop {
        driver.rests().await?;
        let (_, records) = evidence::of_the_ledger(&driver.house.world).await.map_err(|error| error.to_string())?;
        let open = records.iter().filter(|record| matches!(record.state.as_str(), "held" | "billed")).count();
        if open == 0 {
            return driver.rests().await.map(|_| began.elapsed());
        }
        if began.elapsed() > STATUS {
            return Err(format!("{open} bookings are open long after their deadline"));
        }
        sleep(Duration::from_millis(250)).await;
    }
}

/// Everything the checker may see. The status is asked for first: what was to be shown before it has been, by then.
async fn gathered(driver: &Driver, outside: &Outside, lives: &[Life]) -> (Evidence, Vec<(i64, Vec<Happened>)>) {
    let chats = join_all(lives.iter().map(|life| async {
        let status = status(outside, life.chat).await;
        let history = outside.door.news(life.chat, 0, 0).await.history;
        let id = life.chat;
        let chat = Chat { id, lines: evidence::lines(&history), status, forbidden: driver.forbidden.contains(&id), loose: life.loose };
        (chat, (id, history))
    }));
    let (chats, histories) = chats.await.into_iter().unzip();
    let (journal, records) = evidence::of_the_ledger(&driver.house.world).await.expect("Redis runs, and nothing disturbs it any more");
    (Evidence { journal, chats, notices: outside.bank.told(), records }, histories)
}

/// Asks for the status as a person does, and gives what it says.
async fn status(outside: &Outside, chat: i64) -> Option<String> {
    let said = outside.door.post(&format!("/sim/chats/{chat}/text"), json!({ "text": "/status" })).await;
    let mut rev = said["rev"].as_u64()?;
    let deadline = Instant::now() + STATUS;
    while Instant::now() < deadline {
        let news = outside.door.news(chat, rev, 1_000).await;
        rev = news.rev;
        let listed = |text: &str| text.contains("Your bookings") || text.contains("no bookings yet");
        let mut shown = news.history.iter().filter_map(Happened::shown);
        if let Some(list) = shown.find(|message| screens::is_screen(message) && listed(&message.text)) {
            return Some(list.text.clone());
        }
    }
    None
}

/// What the product's own tools say.
async fn of_the_operators(driver: &Driver) -> Vec<Broken> {
    let world = &driver.house.world;
    let mut broken = Vec::new();
    let audit = world.operator(&["audit"]).await;
    if audit.code != 0 {
        broken.push(fault("the audit is clean", "audit", &audit.stdout));
    }
    let listed = world.operator(&["jobs", "list", "--json"]).await.json();
    for letter in listed["dead"].as_array().into_iter().flatten() {
        broken.push(fault("no dead letter", "jobs", &letter.to_string()));
    }
    broken
}

fn fault(rule: &'static str, of: &str, what: &str) -> Broken {
    Broken { rule, of: of.to_owned(), what: what.to_owned() }
}
