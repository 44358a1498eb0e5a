//! Random inputs at random states: nothing panics, everything a person does has an answer, and no screen is more
//! than Telegram takes.

use antrean_chat::{Action, How, Input, Lang, OtherKind, PhotoIn, Screen, Show, Tap};
use antrean_domain::outcome::MoveRefusal;
use antrean_domain::{BillingCode, BookingId, BookingRef, Outcome, Rupiah, State};
use proptest::prelude::*;

use crate::world::{World, file, slot};

/// One thing that happens, chosen before it is known what is on the screen.
#[derive(Clone, Debug)]
enum Event {
    /// A button of the live message, or of an earlier screen, by number.
    Press {
        back: usize,
        button: usize,
    },
    PressKept(usize),
    Raw(String),
    Foreign,
    Say(String),
    Photo(u8, Option<u64>),
    Document(Option<String>),
    Other(OtherKind),
    /// The crew does the oldest job.
    Work,
    /// The crew tells something nobody expects.
    Tell {
        kind: usize,
        booking: usize,
    },
    /// The ledger moves a booking by itself.
    Set(usize, usize),
    Wait(i64),
}

fn event() -> impl Strategy<Value = Event> {
    let words = prop::sample::select(vec![
        "/start",
        "/help",
        "/batal",
        "/status",
        "/bahasa",
        "/langganan",
        "/x",
        "1",
        "2",
        "3",
        "9",
        "10",
        "31",
        "Jakarta Selatan",
        "Denpasar",
        "Bogor",
        "kota",
        "A1234567",
        "Siti Aminah",
        "3174095208900001",
        "12-08-1990",
        "1-12-2026",
        "8 Desember",
        "9.00",
        "kembali",
        "batal",
        "lanjut",
        "ya",
        "en",
        "id",
        "<b>&",
        "🙂",
        " ",
    ]);
    let others = prop::sample::select(vec![
        OtherKind::Video,
        OtherKind::Voice,
        OtherKind::Sticker,
        OtherKind::Contact,
        OtherKind::Location,
        OtherKind::EmptyPhoto,
        OtherKind::Edited,
        OtherKind::Unknown,
    ]);
    let mime =
        prop::option::of(prop::sample::select(vec!["image/jpeg", "application/pdf", "video/mp4", "text/plain"]).prop_map(str::to_owned));
    prop_oneof![
        12 => (Just(0), any::<usize>()).prop_map(|(back, button)| Event::Press { back, button }),
        2 => (0..5_usize, any::<usize>()).prop_map(|(back, button)| Event::Press { back, button }),
        1 => any::<usize>().prop_map(Event::PressKept),
        1 => ".{0,70}".prop_map(Event::Raw),
        1 => Just(Event::Foreign),
        8 => words.prop_map(|text| Event::Say(text.to_owned())),
        1 => "(?s).{0,300}".prop_map(Event::Say),
        4 => (any::<u8>(), prop::option::of(0..30_000_000_u64)).prop_map(|(id, bytes)| Event::Photo(id, bytes)),
        1 => mime.prop_map(Event::Document),
        1 => others.prop_map(Event::Other),
        4 => Just(Event::Work),
        2 => (any::<usize>(), any::<usize>()).prop_map(|(kind, booking)| Event::Tell { kind, booking }),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(booking, state)| Event::Set(booking, state)),
        1 => (0..3 * 86_400_000_i64).prop_map(Event::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_a_person_does_goes_unanswered(english: bool, begun in 0..5_usize, events in prop::collection::vec(event(), 1..60)) {
        let mut world = World::new(if english { Lang::En } else { Lang::Id });
        begin(&mut world, begun);
        let mut screens = vec![world.live.clone()];
        for event in events {
            let shows = happen(&mut world, &screens, &event);
            if let Some(shows) = shows {
                let drawn = shows.iter().any(|show| show.how != How::Keep);
                prop_assert!(drawn || world.toast.is_some(), "{event:?} went unanswered");
            }
            screens.push(world.live.clone());
        }
    }
}

/// Starting points that random walks seldom reach.
fn begin(world: &mut World, begun: usize) {
    match begun {
        0 => {}
        1 => world.fill_in(),
        2 => {
            world.fill_in();
            world.hold();
        }
        _ => {
            let booking = world.bill();
            if begun == 4 {
                world.pay(&booking);
            }
        }
    }
}

/// Lets it happen and checks all that is shown. Gives the shows where a person waits for an answer.
fn happen(world: &mut World, screens: &[Screen], event: &Event) -> Option<Vec<Show>> {
    let (shows, answer_due) = match event {
        Event::Press { back, button } => {
            let screen = &screens[screens.len().saturating_sub(back + 1)];
            (world.press(&some_button(screen, *button)), true)
        }
        Event::PressKept(button) => {
            let data = world.kept.last().map(|screen| some_button(screen, *button)).unwrap_or_default();
            (world.press(&data), true)
        }
        Event::Raw(data) => (world.press(data), true),
        Event::Foreign => (world.take(&Input::Tap(Tap { data: some_button(&world.live.clone(), 0), from_owner: false })), true),
        Event::Say(text) => (world.say(text), true),
        Event::Photo(id, bytes) => (world.take(&Input::Photo(PhotoIn { file: file(&id.to_string(), *bytes), width: 9, height: 9 })), true),
        Event::Document(mime) => (world.take(&Input::Document { file: file("d", Some(9)), mime: mime.clone(), name: None }), true),
        Event::Other(kind) => (world.take(&Input::Other(*kind)), true),
        Event::Work if world.jobs.is_empty() => (Vec::new(), false),
        Event::Work => (world.work(), false),
        Event::Tell { kind, booking } => (world.tell(some_outcome(world, *kind, *booking)), false),
        Event::Set(booking, state) => {
            let known: Vec<BookingRef> = world.bookings.keys().cloned().collect();
            if let Some(booking) = known.get(booking % known.len().max(1)) {
                world.set(booking, State::ALL[state % State::ALL.len()]);
            }
            (Vec::new(), false)
        }
        Event::Wait(ms) => {
            world.now += ms;
            (Vec::new(), false)
        }
    };
    for show in &shows {
        fits(&show.screen);
    }
    if let Some(toast) = &world.toast {
        assert!(toast.text.chars().count() <= 200, "a toast of more than 200 characters: {}", toast.text);
    }
    answer_due.then_some(shows)
}

/// The data of the `n`th button, counted around.
fn some_button(screen: &Screen, n: usize) -> String {
    let data: Vec<&String> = screen
        .buttons
        .iter()
        .flatten()
        .filter_map(|button| if let Action::Data(data) = &button.action { Some(data) } else { None })
        .collect();
    data.get(n % data.len().max(1)).map(|data| (*data).clone()).unwrap_or_default()
}

fn some_outcome(world: &World, kind: usize, booking: usize) -> Outcome {
    let stranger = BookingRef { office: "GONE".parse().expect("a code"), id: BookingId::new(uuid::Uuid::from_u128(7)) };
    let known: Vec<BookingRef> = world.bookings.keys().cloned().chain([stranger]).collect();
    let booking = known[booking % known.len()].clone();
    let at = world.bookings.get(&booking).map_or_else(|| slot("GONE", "2026-12-01", 9), |view| view.slot.clone());
    let to = slot("JKTSEL", "2026-12-08", 23);
    let code = BillingCode::new(0, 5);
    let (until, amount) = (world.now + 60_000, Rupiah(1));
    match kind % 16 {
        0 => Outcome::Held { booking, slot: at, until },
        1 => Outcome::Full { booking, slot: at, kept: None },
        2 => Outcome::HoldOver { booking },
        3 => Outcome::Billed { booking, slot: at, code, amount, until },
        4 => Outcome::Paid { booking, slot: at, late: false },
        5 => Outcome::Expired { booking, slot: at },
        6 => Outcome::Cancelled { booking, slot: at },
        7 => Outcome::RefundDue { booking, amount, again: true },
        8 => Outcome::Rescheduled { booking, from: at, to },
        9 => Outcome::NotRescheduled { booking, to, why: MoveRefusal::Full },
        10 => Outcome::Refused { booking, job: "hold".to_owned() },
        11 => Outcome::Refused { booking, job: "cancel".to_owned() },
        12 => Outcome::BillReminder { booking, code, until },
        13 => Outcome::EveReminder { booking, slot: at },
        14 => Outcome::Subscribed { office: booking.office, on: true },
        _ => Outcome::Subscribed { office: booking.office, on: false },
    }
}

/// Whether Telegram takes the screen.
fn fits(screen: &Screen) {
    let most = if screen.picture.is_some() { 1024 } else { 4096 };
    assert!((1..=most).contains(&screen.text.chars().count()), "{} characters: {}", screen.text.chars().count(), screen.text);
    let buttons: Vec<_> = screen.buttons.iter().flatten().collect();
    assert!(buttons.len() <= 100, "{} buttons", buttons.len());
    assert!(screen.buttons.iter().all(|row| (1..=8).contains(&row.len())), "a row of none or more than eight");
    let mut bytes = 0;
    for button in buttons {
        assert!(!button.label.is_empty(), "a button without a label");
        let carried = match &button.action {
            Action::Data(data) => {
                assert!((1..=64).contains(&data.len()), "{data} has {} bytes", data.len());
                data
            }
            Action::Copy(text) | Action::Url(text) => text,
        };
        bytes += r#"{"text":"","callback_data":""},"#.len() + button.label.len() + carried.len();
    }
    assert!(bytes <= 10_000, "a keyboard of {bytes} bytes");
}
