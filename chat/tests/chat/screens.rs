//! Every screen in both languages, as snapshots: a changed word is seen by whoever reviews it.

use antrean_chat::{Lang, Screen};
use antrean_domain::outcome::MoveRefusal;
use antrean_domain::{Outcome, Rupiah, State};

use crate::world::{World, data, file, render, slot};

/// Compares with the snapshot of this name and language.
fn snap(lang: Lang, name: &str, screen: &Screen) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(format!("{name}.{lang}"), render(screen));
    });
}

fn each(test: impl Fn(Lang, World)) {
    for lang in Lang::ALL {
        test(lang, World::new(lang));
    }
}

/// Presses the `n`th button of the live message that does something.
fn nth(world: &mut World, n: usize) {
    let labels: Vec<String> = world.live.buttons.iter().flatten().map(|button| button.label.clone()).collect();
    let data = data(&world.live, &labels[n]);
    world.press(&data);
}

#[test]
fn menu() {
    each(|lang, mut world| {
        for (name, command) in
            [("menu", "/start"), ("help", "/help"), ("language", "/bahasa"), ("subscriptions", "/langganan"), ("bookings-none", "/status")]
        {
            world.say(command);
            snap(lang, name, &world.live);
        }
        world.say("/dance");
        snap(lang, "command-unknown", &world.live);
        world.say("/batal");
        snap(lang, "nothing-to-leave", &world.live);
        world.say("/langganan");
        world.say("bogor");
        snap(lang, "subscribing", &world.live);
        world.work();
        snap(lang, "subscribed", &world.live);
        world.dialogue = antrean_chat::Dialogue::fresh_after_loss(lang);
        world.say("?");
        snap(lang, "lost", &world.live);
    });
}

#[test]
fn steps() {
    each(|lang, mut world| {
        world.say("/start");
        let typed = ["1", "1", "1", "Jakarta Selatan", "2", "1", "2", "A1234567", "Siti Aminah", "3174095208900001", "13-08-2012"];
        let names = ["service", "age", "office", "passport", "purpose", "earlier", "number", "name", "nik", "birth", "doubt"];
        for (text, name) in typed.into_iter().zip(names) {
            world.say(text);
            snap(lang, &format!("step-{name}"), &world.live);
        }
        nth(&mut world, 0);
        snap(lang, "step-ektp", &world.live);
        world.photo("ektp");
        snap(lang, "step-kk", &world.live);
        world.photo("kk");
        snap(lang, "step-old-passport", &world.live);
        world.photo("old");
        snap(lang, "step-date", &world.live);
        world.say("1-12-2026");
        snap(lang, "step-hour", &world.live);
        world.say("8");
        snap(lang, "hour-full", &world.live);
        world.say("9");
        snap(lang, "hour-waiting", &world.live);
        world.work();
        snap(lang, "step-review", &world.live);
        world.say("/start");
        snap(lang, "menu-draft", &world.live);
        world.say("/batal");
        snap(lang, "leaving", &world.live);
        nth(&mut world, 0);
        snap(lang, "left", &world.live);
    });
}

#[test]
fn side_steps() {
    each(|lang, mut world| {
        world.say("/start");
        for text in ["1", "1", "2", "kota"] {
            world.say(text);
        }
        snap(lang, "office-search", &world.live);
        for text in ["atlantis", "Tahuna", "1", "1", "1"] {
            world.say(text);
        }
        snap(lang, "never-doubt", &world.live);
        world.say("1");
        world.say("Budi");
        snap(lang, "nik-child", &world.live);
        world.say("3174091208150001");
        world.say("12-08-2015");
        snap(lang, "ektp-child", &world.live);
        world.photo("a");
        world.photo("a");
        snap(lang, "photo-same", &world.live);
        nth(&mut world, 0);
        snap(lang, "photo-taken", &world.live);
    });
    each(|lang, mut world| {
        world.say("/start");
        for text in ["1", "3", "1", "Jakarta Selatan", "1", "1"] {
            world.say(text);
        }
        snap(lang, "number-lost", &world.live);
    });
}

#[test]
fn a_booking_in_every_state() {
    each(|lang, mut world| {
        let booking = world.bill();
        snap(lang, "billed", &world.live);
        world.say("/status");
        snap(lang, "bookings", &world.live);
        nth(&mut world, 0);
        nth(&mut world, 1);
        snap(lang, "cancelling", &world.live);
        nth(&mut world, 0);
        snap(lang, "cancel-waiting", &world.live);
        for state in State::ALL.into_iter().filter(|state| *state != State::Billed) {
            world.set(&booking, state);
            world.say("/status");
            nth(&mut world, 0);
            snap(lang, &format!("booking-{state:?}").to_lowercase(), &world.live);
        }
    });
}

#[test]
fn rescheduling() {
    each(|lang, mut world| {
        let booking = world.bill();
        world.pay(&booking);
        nth(&mut world, 1);
        snap(lang, "move-date", &world.live);
        world.say("8-12-2026");
        snap(lang, "move-hour", &world.live);
        world.say("10");
        snap(lang, "move-confirm", &world.live);
        nth(&mut world, 0);
        snap(lang, "move-waiting", &world.live);
        let to = slot("JKTSEL", "2026-12-08", 10);
        world.tell(Outcome::NotRescheduled { booking: booking.clone(), to: to.clone(), why: MoveRefusal::Full });
        snap(lang, "move-full", &world.live);
        world.say("/start");
        for why in
            [MoveRefusal::Full, MoveRefusal::UsedUp, MoveRefusal::TooLate, MoveRefusal::SameDate, MoveRefusal::NotPaid, MoveRefusal::Unfit]
        {
            world.tell(Outcome::NotRescheduled { booking: booking.clone(), to: to.clone(), why });
            snap(lang, &format!("not-moved-{why:?}").to_lowercase(), world.kept.last().expect("a notice"));
        }
        let from = world.set(&booking, State::Paid);
        world.tell(Outcome::Rescheduled { booking, from, to });
        snap(lang, "moved", world.kept.last().expect("a proof"));
    });
}

#[test]
fn notices() {
    each(|lang, mut world| {
        let booking = world.bill();
        world.say("/start");
        let slot = world.set(&booking, State::Billed);
        let code = world.bookings[&booking].code.clone().expect("a code");
        let until = world.now + 3_600_000;
        let amount = Rupiah(950_000);
        let office = slot.office.clone();
        let news = [
            ("billed-elsewhere", Outcome::Billed { booking: booking.clone(), slot: slot.clone(), code: code.clone(), amount, until }),
            ("bill-reminder", Outcome::BillReminder { booking: booking.clone(), code, until }),
            ("paid", Outcome::Paid { booking: booking.clone(), slot: slot.clone(), late: false }),
            ("paid-late", Outcome::Paid { booking: booking.clone(), slot: slot.clone(), late: true }),
            ("expired", Outcome::Expired { booking: booking.clone(), slot: slot.clone() }),
            ("cancelled", Outcome::Cancelled { booking: booking.clone(), slot: slot.clone() }),
            ("refund-late", Outcome::RefundDue { booking: booking.clone(), amount, again: false }),
            ("refund-twice", Outcome::RefundDue { booking: booking.clone(), amount, again: true }),
            ("refused", Outcome::Refused { booking: booking.clone(), job: "cancel".to_owned() }),
            ("eve-reminder", Outcome::EveReminder { booking, slot }),
            ("subscribed", Outcome::Subscribed { office: office.clone(), on: true }),
            ("unsubscribed", Outcome::Subscribed { office, on: false }),
        ];
        for (name, outcome) in news {
            world.tell(outcome);
            snap(lang, &format!("notice-{name}"), world.kept.last().expect("a notice"));
        }
    });
}

#[test]
fn a_hold_that_ends_badly() {
    each(|lang, mut world| {
        world.fill_in();
        world.hold();
        let booking = world.only();
        world.now += 11 * 60_000;
        world.say("?");
        snap(lang, "review-late", &world.live);
        world.say("1");
        snap(lang, "review-waiting", &world.live);
        world.tell(Outcome::HoldOver { booking: booking.clone() });
        snap(lang, "hold-over", &world.live);
        world.say("9");
        world.tell(Outcome::Refused { booking, job: "hold".to_owned() });
        snap(lang, "hold-refused", &world.live);
        world.take(&antrean_chat::Input::Document { file: file("x", Some(1)), mime: None, name: None });
        snap(lang, "photo-not-now", &world.live);
    });
}
