//! By webhook a person's taps and texts may overtake one another: nothing is ever taken for the answer to a question
//! its sender had not seen.

use antrean_chat::{Arrival, Input, Lang, OtherKind, PhotoIn};
use antrean_domain::Millis;
use proptest::prelude::*;

use crate::world::{World, data, file};

/// What has been said, saved, without what only tells screens apart.
fn saved(world: &World) -> serde_json::Value {
    let mut saved: serde_json::Value = serde_json::from_slice(&world.dialogue.save()).expect("JSON");
    saved["rev"] = 0.into();
    saved
}

/// The next input is `update`, sent and received `ms` later than everything began.
fn comes(world: &mut World, update: i64, ms: Millis) {
    let received = world.now + ms;
    world.arrival = Some(Arrival { update, sent: Some(received / 1_000 * 1_000), received });
}

fn comes_tap(world: &mut World, update: i64, ms: Millis) {
    world.arrival = Some(Arrival { update, sent: None, received: world.now + ms });
}

/// In front of the question for the name, by updates up to 20.
fn at_name() -> World {
    let mut world = World::new(Lang::En);
    for (update, text) in ["/start", "1", "1", "1", "Jakarta Selatan", "2", "1", "2", "A1234567"].into_iter().enumerate() {
        comes(&mut world, 10 + i64::try_from(update).expect("a few"), 0);
        world.say(text);
    }
    world
}

#[test]
fn a_text_that_a_tap_has_overtaken_is_not_an_answer() {
    let mut world = at_name();
    comes_tap(&mut world, 31, 900);
    world.tap("Back");
    let before = saved(&world);
    assert!(world.sees("Old passport"), "{}", world.live.text);
    // Typed as the name; where it arrives now it would be the passport's number.
    comes(&mut world, 30, 0);
    world.say("B7654321");
    assert!(world.sees("reached us only after your last tap"), "{}", world.live.text);
    assert_eq!(saved(&world), before);
    // Sent again it counts.
    comes(&mut world, 32, 5_000);
    world.say("B7654321");
    assert!(!world.sees("reached us only after"), "{}", world.live.text);
    assert_ne!(saved(&world), before);
}

#[test]
fn a_tap_that_a_text_has_overtaken_is_refused_and_says_why() {
    let mut world = at_name();
    let back = data(&world.live, "Back");
    comes(&mut world, 31, 900);
    world.say("Siti Aminah");
    let before = saved(&world);
    comes_tap(&mut world, 30, 1_000);
    world.press(&back);
    assert!(world.toast.as_ref().is_some_and(|toast| toast.text.contains("before this tap")), "{:?}", world.toast);
    assert_eq!(saved(&world), before);
}

#[test]
fn a_text_overtaken_by_a_tap_that_changed_nothing_is_the_answer() {
    let mut world = at_name();
    let old = data(&world.live, "Back").replacen('|', "|9", 1);
    comes_tap(&mut world, 31, 900);
    world.press(&old);
    let before = saved(&world);
    comes(&mut world, 30, 0);
    world.say("Siti Aminah");
    assert_ne!(saved(&world), before);
}

#[test]
fn ids_that_begin_anew_are_taken_as_they_come() {
    let mut world = at_name();
    let before = saved(&world);
    world.now += 8 * 24 * 3_600_000;
    comes(&mut world, 3, 0);
    world.say("Siti Aminah");
    assert_ne!(saved(&world), before);
    comes(&mut world, 4, 1_000);
    world.say("3174095208900001");
    assert!(!world.sees("reached us only after"), "{}", world.live.text);
}

proptest! {
    /// Wherever a person is on their way through the questions, what comes too late changes nothing and is answered.
    #[test]
    fn nothing_that_comes_too_late_changes_anything(steps in 0..14_usize, what in 0..6_usize, before_ms in 0..86_400_000_i64) {
        let mut world = World::new(Lang::En);
        world.say("/start");
        let texts = ["1", "1", "1", "Jakarta Selatan", "2", "1", "2", "A1234567", "Siti Aminah", "3174095208900001", "12-08-1990"];
        for text in texts.iter().take(steps) {
            world.say(text);
        }
        // A tap on the screen they see draws it.
        comes_tap(&mut world, 1_000, 0);
        world.press("1|-|-|home|");
        let before = saved(&world);
        let sent = world.now - before_ms;
        world.arrival = Some(Arrival { update: 999, sent: Some(sent), received: world.now + 1 });
        let photo = PhotoIn { file: file("late", Some(9)), width: 9, height: 9 };
        let inputs = [
            Input::Text("1".to_owned()),
            Input::Text("Siti Aminah".to_owned()),
            Input::Text("/batal".to_owned()),
            Input::Photo(photo.clone()),
            Input::Document { file: photo.file, mime: Some("image/png".to_owned()), name: None },
            Input::Other(OtherKind::Sticker),
        ];
        let shows = world.take(&inputs[what]);
        prop_assert_eq!(shows.len(), 1);
        prop_assert_eq!(saved(&world), before);
        prop_assert!(world.jobs.is_empty());
    }
}
