//! Nothing personal is ever written in the clear: not to Redis, not to its file, not to a log.

use std::fs;
use std::path::Path;

use antrean_rig::{Wishes, World};

/// Found nowhere else: where it turns up, it was typed by our person.
const CANARY: Wishes = Wishes { office: "JKTSEL", name: "Kenari Canarywati Zq", nik: "3174095208904242" };
const CANARY_PASSPORT: &str = "A1234567";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canary_is_found_neither_in_redis_nor_in_its_file_nor_in_a_log() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 5).await;
    let mut person = world.person("Kenari", "en").await;
    let bill = person.books(&CANARY).await;
    person.pays(&bill).await;
    world.bookings(&[]).await;
    world.is_sound().await;

    // Everything that was ever written to Redis, keys and values, is in its append-only file.
    let written = bytes_under(world.redis.dir());
    assert!(contains(&written, b"dialogue:{c"), "the file was looked into: a dialogue's key is in it");
    for secret in [CANARY.nik, CANARY.name, CANARY_PASSPORT, "12-08-1990", "1990-08-12"] {
        assert!(!contains(&written, secret.as_bytes()), "{secret} was written to Redis in the clear");
        assert!(!world.logs().contains(secret), "{secret} was logged");
    }
    for secret in ["Kenari", &bill.code] {
        assert!(!world.logs().contains(secret), "{secret} was logged");
    }
}

/// All files of a folder and those in it, one after the other.
fn bytes_under(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder of Redis") {
        let path = entry.expect("an entry of it").path();
        bytes.extend(if path.is_dir() { bytes_under(&path) } else { fs::read(&path).expect("a file of Redis") });
    }
    bytes
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
