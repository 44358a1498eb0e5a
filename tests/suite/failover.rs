//! Redis forgets what it acknowledged: by a failover, by an old backup. It is said, and nobody's money is forgotten with it.

use antrean_rig::{Flood, Person, Standby, Wishes, World, run};
use serde_json::json;

const LOST: &str = "redis lost events that were acknowledged";
const REPAIRED: &str = "the loss was repaired at the bank";

/// The value of a figure of the web role.
async fn figure<R>(world: &World<R>, name: &str) -> f64 {
    let answer = reqwest::get(format!("{}/metrics", world.web())).await.expect("the web role serves its figures");
    let text = answer.text().await.expect("figures are text");
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name} in {text}"));
    line.trim().parse().expect("a number")
}

/// Pays at the bank's counter, where it is written down.
async fn pays_at_the_counter<R>(world: &World<R>, person: &mut Person, code: &str) {
    person.looks_away().await;
    let receipt = world.door.pays_at_the_counter(code).await;
    assert_eq!(receipt["state"], "accepted", "{receipt}");
}

async fn gets_the_proof<R>(world: &World<R>, person: &mut Person) {
    person.sees("the proof", |message| message.photo.is_some()).await;
    let states: Vec<_> = world.bookings(&[]).await.iter().map(|booking| booking["state"].clone()).collect();
    assert_eq!(states, ["paid"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_a_failover_forgot_is_asked_for_again_at_the_bank() {
    let mut world = World::over(Standby::start().await, Flood::Unlimited, "[engine]\nlease_ms = 2_000\n").await;
    for role in ["web", "bot", "worker"] {
        world.start(&[role]).await;
    }
    world.open_quota("JKTSEL", 5).await;
    let mut budi = world.person("Budi", "en").await;
    let bill = budi.books(&Wishes::default()).await;
    // Nobody settles it on the old primary: what Budi sees can only come from the repair.
    world.processes()[2].kill().await;
    world.redis.catches_up().await;
    world.redis.is_cut_off().await;
    pays_at_the_counter(&world, &mut budi, &bill.code).await;

    world.redis.fails_over().await;
    world.processes()[0].logs(LOST).await;
    world.processes()[0].logs(REPAIRED).await;
    world.start(&["worker"]).await;
    gets_the_proof(&world, &mut budi).await;
    assert!(figure(&world, "antrean_journal_lost_events_total").await >= 1.0, "the loss is counted");
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failover_in_a_quiet_moment_loses_nothing_and_says_nothing() {
    let mut world = World::over(Standby::start().await, Flood::Unlimited, "[engine]\nlease_ms = 2_000\n").await;
    world.start(&["run"]).await;
    world.open_quota("JKTSEL", 5).await;
    let mut budi = world.person("Budi", "en").await;
    let bill = budi.books(&Wishes::default()).await;
    pays_at_the_counter(&world, &mut budi, &bill.code).await;
    gets_the_proof(&world, &mut budi).await;

    world.redis.catches_up().await;
    world.redis.fails_over().await;
    let mut siti = world.person("Siti", "en").await;
    let bill = siti.books(&Wishes::default()).await;
    siti.pays(&bill).await;
    assert!(!world.logs().contains(LOST), "nothing was lost");
    assert_eq!(figure(&world, "antrean_journal_lost_events_total").await.to_bits(), 0, "and nothing is counted");
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_backup_is_said_until_the_bank_can_be_asked() {
    let mut world = World::running().await;
    world.open_quota("JKTSEL", 5).await;
    let mut budi = world.person("Budi", "en").await;
    let bill = budi.books(&Wishes::default()).await;
    let backup = world.redis.backup();
    pays_at_the_counter(&world, &mut budi, &bill.code).await;
    gets_the_proof(&world, &mut budi).await;

    world.door.post("/sim/bank/away", json!({ "away": true })).await;
    budi.looks_away().await;
    world.redis.restore(&backup).await;
    world.processes()[0].logs(LOST).await;
    let audit = world.operator(&["audit"]).await;
    assert!(audit.code == 1 && audit.stdout.contains("loss"), "{audit:?}");
    let doctor = world.operator(&["doctor"]).await;
    assert!(doctor.stdout.contains("antrean repair"), "{doctor:?}");
    let refused = world.operator(&["repair"]).await;
    assert!(refused.code == 1 && refused.stderr.contains("the bank refuses to tell: 503"), "{refused:?}");

    world.door.post("/sim/bank/away", json!({ "away": false })).await;
    world.processes()[0].logs(REPAIRED).await;
    gets_the_proof(&world, &mut budi).await;
    let again = world.operator(&["repair", "--since", "1d", "--json"]).await.json();
    assert_eq!((&again["asked"], &again["recorded"], &again["losses_closed"]), (&json!(1), &json!(0), &json!(0)), "{again}");
    assert_eq!(again["payments"][0]["became"], "known");
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_bank_to_ask_a_loss_stays_until_it_was_compared_by_hand() {
    let mut world = World::running().await;
    world.open_quota("JKTSEL", 5).await;
    let mut budi = world.person("Budi", "en").await;
    let bill = budi.books(&Wishes::default()).await;
    let backup = world.redis.backup();
    // Acknowledged, so it is marked.
    budi.pays(&bill).await;
    let mut environment = world.environment();
    environment.remove("ANTREAN_BANK_URL");
    world.processes()[0].kill().await;
    world.start_with(&[("ANTREAN_BANK_URL", "")], &["web"]).await;
    world.redis.restore(&backup).await;
    world.processes()[1].logs(LOST).await;

    let unable = run(&environment, &["repair"]).await;
    assert!(unable.code == 2 && unable.stderr.contains("ANTREAN_BANK_URL is not set"), "{unable:?}");
    assert_eq!(world.operator(&["audit"]).await.code, 1, "it stays");
    let closed = run(&environment, &["repair", "--by-hand"]).await;
    assert!(closed.code == 0 && closed.stdout.contains("losses closed: 1"), "{closed:?}");
    world.is_sound().await;
}
