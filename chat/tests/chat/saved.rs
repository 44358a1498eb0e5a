//! Dialogues saved by a release stay readable by the next.

use antrean_chat::{BadDialogue, Dialogue, Lang};

use crate::world::World;

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
