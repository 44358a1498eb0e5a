//! What people come for, from `/start` to the end, through every floor of the product.

use serde_json::json;

use antrean_rig::{Message, Person, SUBMIT, Wishes, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_appointment_is_booked_paid_and_moved_once() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 5).await;
    let mut budi = world.person("Budi", "id").await;

    budi.applies(&Wishes::default()).await;
    let review = budi.holds().await;
    assert!(review.text.contains("WIB"), "the review says until when, in the office's zone: {}", review.text);
    assert!(review.text.contains(Wishes::default().name), "the review shows everything: {}", review.text);
    let bill = budi.submits().await;
    assert!(bill.code.len() == 15 && bill.code.starts_with('8'), "{bill:?}");

    let inquiry = world.door.inquires(json!({ "code": bill.code })).await;
    assert_eq!(inquiry.code(), "2002400", "{inquiry:?}");
    assert_eq!(inquiry.body["virtualAccountData"]["totalAmount"]["value"], "950000.00");

    budi.pays(&bill).await;
    budi.reads("🟢 Sudah terbayar").await;
    let [booking] = &world.bookings(&[]).await[..] else { panic!("one booking was made") };
    assert_eq!(booking["state"], "paid");

    let (day, hour) = moves(&mut budi).await;
    budi.sees("the new date", |message| message.text.contains('🟢') && message.photo.is_some()).await;
    let [booking] = &world.bookings(&[]).await[..] else { panic!("it is still one booking") };
    let slot = booking["slot"].as_str().expect("a booking has a slot");
    assert!(slot.contains(day.trim_start_matches("day|")), "{slot} is not on {day}");
    let hour: u8 = hour.trim_start_matches("hour|").parse().expect("an hour");
    assert!(slot.contains(&format!(":{hour:02}:")), "{slot} is not at {hour}");
    assert_eq!(world.taken("JKTSEL").await, 1, "the old place went back in the same step");

    budi.says("/status").await;
    budi.taps("open|").await;
    let detail = budi.sees("the booking", |message| message.button("proof|").is_some()).await;
    assert!(detail.button("move|").is_none(), "a booking moves once");
    world.is_sound().await;
}

/// From `/status` to the confirmed wish to move to the first other free hour: the day and hour chosen.
async fn moves(person: &mut Person) -> (String, String) {
    person.says("/status").await;
    person.taps("open|").await;
    person.taps("move|").await;
    let day = person.taps_free("day|").await;
    let hour = person.taps_free("hour|").await;
    person.taps("yes|").await;
    (day, hour)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unpaid_bill_expires_and_one_tap_applies_again() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 5).await;
    let mut siti = world.person("Siti", "id").await;
    let first = siti.books(&Wishes::default()).await;
    assert_eq!(world.taken("JKTSEL").await, 1);

    siti.looks_away().await;
    world.door.advance_minutes(121).await;
    let told = siti.sees("that it expired", |message| message.button("again|").is_some()).await;
    assert_eq!(world.taken("JKTSEL").await, 0, "the place goes back");
    let inquiry = world.door.inquires(json!({ "code": first.code })).await;
    assert_eq!((inquiry.status, inquiry.code()), (404, "4042519"), "{inquiry:?}");

    siti.taps_on(&told, "again|").await;
    let review = siti.holds().await;
    assert!(review.text.contains(Wishes::default().name), "the answers are kept: {}", review.text);
    let second = siti.submits().await;
    assert_ne!(first.code, second.code, "a code is never given twice");
    siti.pays(&second).await;
    assert_eq!(states(&world).await, ["expired", "paid"]);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_runs_out_gives_its_place_back_and_says_so() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 1).await;
    let mut slow = world.person("Slow", "en").await;
    slow.applies(&Wishes::default()).await;
    slow.holds().await;
    assert_eq!(world.taken("JKTSEL").await, 1);
    slow.looks_away().await;
    world.door.advance_minutes(11).await;
    slow.sees("the calendar or the hours again", |message| message.button("hour|").is_some() || message.button("day|").is_some()).await;
    assert_eq!(world.taken("JKTSEL").await, 0);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_hour_replaces_the_hold() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 3).await;
    let mut person = world.person("Wavering", "en").await;
    person.applies(&Wishes::default()).await;
    let day = person.taps_free("day|").await;
    person.taps("hour|8").await;
    person.sees("the review", |message| message.button(SUBMIT).is_some()).await;
    person.taps("back|").await;
    person.taps("hour|9").await;
    person.sees("the review", |message| message.button(SUBMIT).is_some()).await;
    assert_eq!(world.taken("JKTSEL").await, 1, "two holds of one person are one place");
    let [booking] = &world.bookings(&[]).await[..] else { panic!("one booking was made") };
    let slot = booking["slot"].as_str().expect("a booking has a slot");
    assert!(slot.contains(&format!("{}:09:", day.trim_start_matches("day|"))), "{slot}");
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_before_payment_gives_the_place_back() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 5).await;
    let mut person = world.person("Doubtful", "en").await;
    person.books(&Wishes::default()).await;
    person.says("/status").await;
    person.taps("open|").await;
    person.taps("cancel|").await;
    person.taps("yes|").await;
    person.sees("that it is cancelled", |message| message.button("again|").is_some()).await;
    assert_eq!(world.taken("JKTSEL").await, 0);
    assert_eq!(states(&world).await, ["cancelled"]);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_the_application_gives_the_hold_back() {
    let world = World::running().await;
    world.open_quota("JKTSEL", 5).await;
    let mut person = world.person("Hasty", "en").await;
    person.applies(&Wishes::default()).await;
    person.holds().await;
    person.says("/batal").await;
    person.taps("yes|").await;
    person.sees("the menu", |message| message.button("book|").is_some()).await;
    world.until_taken("JKTSEL", 0).await;
    assert_eq!(states(&world).await, ["released"]);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscriber_hears_of_new_quota() {
    let world = World::running().await;
    let mut emma = world.person("Emma", "en").await;
    let mut other = world.person("Other", "en").await;
    other.says("/start").await;
    other.sees_anything().await;
    emma.says("/langganan").await;
    emma.sees("the list of offices", |message| message.button("office|").is_some()).await;
    emma.says("Jakarta Selatan").await;
    emma.sees("that it is subscribed", |message| message.text.contains("You will be told")).await;

    let text = "New quota on Monday at nine. <b>Plain</b> text & nothing else.";
    let said = world.operator(&["broadcast", "--office", "JKTSEL", "--text", text]).await;
    assert_eq!(said.code, 0, "{said:?}");
    emma.reads(text).await;
    let heard = other.history().await.iter().filter_map(|event| event.shown()).any(|message| message.text.contains("New quota"));
    assert!(!heard, "only subscribers hear of it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bill_and_the_appointment_are_recalled_in_time() {
    let world = World::running().await;
    open_from_the_day_after_tomorrow(&world).await;
    let mut person = world.person("Forgetful", "en").await;
    let bill = person.books(&Wishes::default()).await;
    person.looks_away().await;
    world.door.advance_minutes(61).await;
    let reminder = person.sees_anything().await;
    assert!(reminder.text.replace(' ', "").contains(&bill.code) || reminder.copies() == Some(&bill.code), "{}", reminder.text);
    person.pays(&bill).await;

    person.looks_away().await;
    world.advance_to_the_eve_of(&world.slot().await).await;
    let reminder = person.sees_anything().await;
    assert!(reminder.text.contains("08.00") || reminder.text.contains("08:00"), "{}", reminder.text);
    world.is_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paid_bill_is_not_recalled() {
    let world = World::running().await;
    open_from_the_day_after_tomorrow(&world).await;
    let mut person = world.person("Prompt", "en").await;
    let bill = person.books(&Wishes::default()).await;
    person.pays(&bill).await;
    person.looks_away().await;
    world.door.advance_minutes(61).await;
    // What would have come by now has come before the appointment's own reminder.
    world.advance_to_the_eve_of(&world.slot().await).await;
    let first = person.sees_anything().await;
    assert!(first.copies() != Some(&bill.code), "no reminder of a paid bill: {}", first.text);
    let shown = person.history().await;
    let recalled = |message: &Message| message.id != first.id && message.id > 0 && message.copies() == Some(&bill.code);
    assert!(shown.iter().filter_map(|event| event.shown()).filter(|message| recalled(message)).count() <= 1, "the code was shown once");
}

/// Opens quota on days whose eve is still to come, however late it is in Jakarta.
async fn open_from_the_day_after_tomorrow(world: &World) {
    world.open_quota_on("JKTSEL", world.day(2).await, world.day(42).await, "08-11", 5).await;
}

/// The states of all bookings, sorted.
async fn states(world: &World) -> Vec<String> {
    let state_of = |booking: &serde_json::Value| booking["state"].as_str().expect("a booking has a state").to_owned();
    let mut states: Vec<_> = world.bookings(&[]).await.iter().map(state_of).collect();
    states.sort();
    states
}
