//! `antrean reshard`: the number of shards is changed between two days, and people go on where they were.

use antrean_domain::OfficeCode;
use antrean_rig::{Flood, SUBMIT, Wishes, World};
use serde_json::json;

/// Two offices that four shards keep apart.
const OFFICES: [&str; 2] = ["JKTSEL", "DENPASAR"];

async fn start(world: &mut World, shards: u8) {
    configure(world, shards);
    for role in [["bot"], ["worker"], ["web"]] {
        world.start(&role).await;
    }
}

/// Writes `shards` where the product reads it.
fn configure(world: &World, shards: u8) {
    let path = std::path::Path::new(&world.environment()["ANTREAN_CONFIG"]).join("antrean.toml");
    std::fs::write(path, format!("shards = {shards}\n[engine]\nlease_ms = 2_000\n")).expect("a folder of our own can be written to");
}

async fn stop(world: &mut World) {
    for process in world.processes() {
        if process.is_running() {
            assert!(process.terminate().await.success(), "{}", process.tail());
        }
    }
}

/// Changes the number of shards as soon as the last reader's heart is quiet.
async fn reshard(world: &World, to: &str) {
    loop {
        let changed = world.operator(&["reshard", "--to", to]).await;
        if changed.code == 0 {
            assert!(changed.stdout.contains(&format!("done: {to} shards")), "{changed:?}");
            return;
        }
        assert!(changed.stdout.contains("alive") && !changed.stdout.contains("in flight"), "{changed:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_go_on_where_they_were_with_four_shards_and_with_one_again() {
    let shard = |office: &str| office.parse::<OfficeCode>().expect("a code").shard(4);
    assert_ne!(shard(OFFICES[0]), shard(OFFICES[1]), "the offices are to be on different shards");
    let mut world = World::new(Flood::Unlimited).await;
    start(&mut world, 1).await;
    for office in OFFICES {
        world.open_quota(office, 5).await;
    }
    let mut late = world.person("Late", "en").await;
    let overdue = late.books(&Wishes::default()).await;
    world.door.advance_minutes(121).await;
    late.sees("that the bill ran out", |message| message.button("again|").is_some()).await;
    let mut midway = world.person("Midway", "en").await;
    midway.applies(&Wishes { office: OFFICES[1], nik: "3174095208900002", ..Wishes::default() }).await;
    let review = midway.holds().await;
    let mut payer = world.person("Payer", "en").await;
    let bill = payer.books(&Wishes { office: OFFICES[1], nik: "3174095208900003", ..Wishes::default() }).await;

    let refused = world.operator(&["reshard", "--to", "4"]).await;
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stdout.contains("bot, process") && refused.stdout.contains("nothing was changed"), "{refused:?}");
    stop(&mut world).await;
    let dry = world.operator(&["reshard", "--to", "4", "--dry-run"]).await;
    assert!(dry.stdout.contains("from 1 to 4 shards") && dry.stdout.contains("booking"), "{dry:?}");
    reshard(&world, "4").await;
    let old = world.operator(&["audit"]).await;
    assert_eq!(old.code, 2, "a role that is told the old number is refused: {old:?}");
    start(&mut world, 4).await;

    midway.taps_on(&review, SUBMIT).await;
    midway.sees("a billing code to copy", |message| message.copies().is_some()).await;
    payer.pays(&bill).await;
    late.looks_away().await;
    let answer = world.door.pays(json!({ "code": overdue.code, "amount": overdue.amount })).await;
    assert_eq!(answer.code(), "2002500", "{answer:?}");
    late.sees("the proof", |message| message.photo.is_some()).await;
    world.is_sound().await;

    stop(&mut world).await;
    reshard(&world, "1").await;
    start(&mut world, 1).await;
    world.is_sound().await;
    let paid = world.bookings(&[]).await.iter().filter(|booking| booking["state"] == "paid").count();
    assert_eq!(paid, 2);
    let mut new = world.person("New", "en").await;
    let bill = new.books(&Wishes { nik: "3174095208900004", ..Wishes::default() }).await;
    new.pays(&bill).await;
    assert!(!world.logs().contains("redis lost events"), "journals written anew are no loss");
    world.is_sound().await;
}
