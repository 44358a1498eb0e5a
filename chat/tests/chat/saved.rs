//! Dialogues saved by a release stay readable by the next.

use std::collections::BTreeSet;

use antrean_chat::{BadDialogue, Dialogue, Lang};
use serde_json::Value;

use crate::world::World;

/// A dialogue on every screen and at every question, as version 1 saved it. Added to, never changed.
const RELEASED: &str = include_str!("dialogues-1.jsonl");

#[test]
fn a_dialogue_saved_by_version_1_is_read() {
    let dialogue = Dialogue::load(include_bytes!("dialogue-1.json")).expect("a dialogue of version 1");
    let mut world = World::new(Lang::Id);
    world.dialogue = dialogue;
    world.say("/start");
    world.tap("Lanjutkan");
    assert!(world.sees("Langkah 11 dari 12") && world.sees("Siti Aminah"), "{}", world.live.text);
    assert_eq!(Dialogue::load(&world.dialogue.save()).expect("a dialogue"), world.dialogue);
}

#[test]
fn what_cannot_be_read_is_told() {
    assert!(matches!(Dialogue::load(b"{\"v\":2}"), Err(BadDialogue::Version(2))));
    for garbage in [&b""[..], b"{}", b"[]", b"{\"v\":1}", b"{\"v\":1,\"lang\":\"fr\"}", &[0xff, 0xfe]] {
        assert!(matches!(Dialogue::load(garbage), Err(BadDialogue::Malformed(_))));
    }
}

#[test]
fn every_screen_and_question_of_version_1_is_read() {
    for line in RELEASED.lines() {
        let dialogue = Dialogue::load(line.as_bytes()).unwrap_or_else(|error| panic!("{line} is read no more: {error}"));
        let saved = serde_json::from_slice(&dialogue.save()).expect("JSON");
        assert!(keeps(&json(line), &saved), "{line} is saved as {saved}");
        // It is gone on with, wherever it stood.
        let mut world = World::new(Lang::Id);
        world.dialogue = dialogue;
        assert!(!world.say("/start").is_empty());
        let future = line.replacen("\"v\":1", "\"v\":2", 1);
        assert!(matches!(Dialogue::load(future.as_bytes()), Err(BadDialogue::Version(2))));
    }
    every_one("/at/screen", r#"{"v":1,"lang":"id","session":1,"rev":1,"seq":1,"at":{"screen":"?"}}"#);
    every_one("/draft/at", r#"{"v":1,"lang":"id","session":1,"rev":1,"seq":1,"at":{"screen":"draft"},"draft":{"at":"?"}}"#);
}

/// Whether `saved` has all that `released` had; a later release may have added to it.
fn keeps(released: &Value, saved: &Value) -> bool {
    match (released, saved) {
        (Value::Object(released), Value::Object(saved)) => {
            released.iter().all(|(name, value)| value.is_null() || saved.get(name).is_some_and(|saved| keeps(value, saved)))
        }
        _ => released == saved,
    }
}

/// What stands at `field` anywhere in the file is all that this release knows; `stub` asks for one it does not.
#[track_caller]
fn every_one(field: &str, stub: &str) {
    let found: BTreeSet<String> = RELEASED.lines().filter_map(|line| json(line).pointer(field)?.as_str().map(str::to_owned)).collect();
    let Err(BadDialogue::Malformed(error)) = Dialogue::load(stub.as_bytes()) else { panic!("{stub} is read") };
    // serde names all it knows: `unknown variant `?`, expected one of `home`, `help` …`.
    let known: BTreeSet<String> = error.to_string().split('`').skip(3).step_by(2).map(str::to_owned).collect();
    assert_eq!(found, known, "each has a line in the file");
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}
