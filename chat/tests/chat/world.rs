//! A small world for the conversation: a few offices, a ledger in a map, one person.

use std::collections::BTreeMap;

use antrean_chat::{
    Action, Answers, Arrival, Dialogue, Facts, How, Input, Lang, Next, Order, Person, PhotoIn, Query, Screen, Show, Step, Tap, Texts,
    Toast, step,
};
use antrean_domain::money::Rupiah;
use antrean_domain::service::{Rules, Tariffs};
use antrean_domain::view::BookingView;
use antrean_domain::{
    Application, BillingCode, BookingId, BookingRef, Calendar, ChatId, FileRef, HourQuota, Job, Millis, Month, MonthQuota, Office,
    OfficeCode, Offices, Outcome, ServiceClass, SlotId, State, Terms, Zone,
};
use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

pub(crate) const CHAT: ChatId = ChatId(1001);

pub(crate) struct World {
    pub(crate) now: Millis,
    pub(crate) offices: Offices,
    pub(crate) terms: Terms,
    pub(crate) calendar: Calendar,
    pub(crate) texts: Texts,
    pub(crate) person: Person,
    /// How the next input comes.
    pub(crate) arrival: Option<Arrival>,
    pub(crate) dialogue: Dialogue,
    /// Slots with nothing left.
    pub(crate) full: Vec<SlotId>,
    pub(crate) bookings: BTreeMap<BookingRef, BookingView>,
    pub(crate) applications: BTreeMap<BookingRef, Application>,
    /// The jobs that nobody has done yet.
    pub(crate) jobs: Vec<Order>,
    /// The message that is edited in place.
    pub(crate) live: Screen,
    pub(crate) kept: Vec<Screen>,
    pub(crate) toast: Option<Toast>,
    ids: u128,
}

pub(crate) fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

macro_rules! sources {
    ($($lang:ident $folder:literal $file:literal),* $(,)?) => {
        [$((Lang::$lang, $file, include_str!(concat!("../../../config/locales/", $folder, "/", $file)))),*]
    };
}

/// The shipped texts.
pub(crate) const SOURCES: [(Lang, &str, &str); 8] = sources![
    Id "id" "common.ftl", Id "id" "menu.ftl", Id "id" "steps.ftl", Id "id" "bookings.ftl",
    En "en" "common.ftl", En "en" "menu.ftl", En "en" "steps.ftl", En "en" "bookings.ftl",
];

pub(crate) fn texts() -> Texts {
    Texts::parse(SOURCES).expect("the shipped texts are complete")
}

/// An hour of the regular class.
pub(crate) fn slot(office: &str, day: &str, hour: u8) -> SlotId {
    SlotId { office: office.parse().expect("a code"), date: date(day), hour, class: ServiceClass::Regular }
}

fn office(code: &str, name: &str, zone: Zone, electronic_from: Option<&str>, ordinary_until: Option<&str>) -> Office {
    Office {
        code: code.parse().expect("a code"),
        name: name.to_owned(),
        city: name.to_owned(),
        province: "Jawa".to_owned(),
        zone,
        electronic_from: electronic_from.map(date),
        ordinary_until: ordinary_until.map(date),
    }
}

fn terms() -> Terms {
    Terms {
        operator: "Kantor Contoh".to_owned(),
        tariffs: Tariffs {
            ordinary_5: Rupiah(350_000),
            ordinary_10: Rupiah(650_000),
            electronic_5: Rupiah(650_000),
            electronic_10: Rupiah(950_000),
            expedited: Rupiah(1_000_000),
            lost: Rupiah(1_000_000),
            damaged: Rupiah(500_000),
        },
        rules: Rules {
            hold_minutes: 10,
            bill_minutes: 120,
            bill_reminder_minutes: 60,
            eve_reminder_hour: 18,
            reschedules_max: 1,
            months_ahead: 3,
            active_per_chat_max: 2,
            by_interview: true,
            photo_bytes_max: 20_000_000,
        },
    }
}

impl World {
    /// Monday 23 November 2026, 09:00 in Jakarta.
    pub(crate) fn new(lang: Lang) -> Self {
        let nine = NaiveTime::from_hms_opt(9, 0, 0).expect("a time");
        let mut offices = vec![
            office("JKTSEL", "Jakarta Selatan", Zone::Wib, Some("2024-12-01"), Some("2024-12-01")),
            office("JKTPUS", "Jakarta Pusat", Zone::Wib, Some("2024-12-01"), None),
            office("BOGOR", "Bogor", Zone::Wib, Some("2024-12-01"), Some("2026-12-07")),
            office("DENPASAR", "Denpasar", Zone::Wita, Some("2024-12-01"), None),
            office("TAHUNA", "Tahuna", Zone::Wita, None, None),
        ];
        offices.extend((1..=6).map(|n| office(&format!("KOTA{n}"), &format!("Kota {n}"), Zone::Wit, None, None)));
        let mut world = Self {
            now: Zone::Wib.at(date("2026-11-23"), nine),
            offices: Offices::new(offices).expect("good offices"),
            terms: terms(),
            calendar: Calendar { holidays: [(date("2026-12-25"), "Natal".to_owned())].into() },
            texts: texts(),
            person: Person { first_name: "Budi <b>".to_owned(), language_code: Some(lang.code().to_owned()) },
            arrival: None,
            dialogue: Dialogue::new(lang),
            full: Vec::new(),
            bookings: BTreeMap::new(),
            applications: BTreeMap::new(),
            jobs: Vec::new(),
            live: Screen { text: String::new(), buttons: Vec::new(), picture: None },
            kept: Vec::new(),
            toast: None,
            ids: 0,
        };
        world.full = (8..=14).map(|hour| slot("JKTSEL", "2026-12-02", hour)).collect();
        world.full.push(slot("JKTSEL", "2026-12-01", 8));
        world
    }

    /// Every weekday from tomorrow to 18 December has seven hours of ten places, two of them taken.
    fn month(&self, office: &OfficeCode, class: ServiceClass, month: Month) -> MonthQuota {
        let mut quota = MonthQuota { office: office.clone(), class, month, hours: BTreeMap::new() };
        let opened = |day: &NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && *day <= date("2026-12-18");
        for day in month.days().filter(opened).filter(|day| *day > date("2026-11-26")) {
            for hour in 8..=14 {
                let full = self.full.contains(&SlotId { office: office.clone(), date: day, hour, class });
                let taken = if full { 10 } else { 2 };
                quota.hours.insert((day, hour), HourQuota { capacity: 10, taken, withheld: 0 });
            }
        }
        quota
    }

    /// Steps through `input`, answering every query, without taking the result over.
    pub(crate) fn peek(&self, input: &Input) -> Step {
        let mut answers = Answers::default();
        for _ in 0..20 {
            let facts = Facts {
                now: self.now,
                chat: CHAT,
                offices: &self.offices,
                terms: &self.terms,
                calendar: &self.calendar,
                texts: &self.texts,
                person: Some(&self.person),
                arrival: self.arrival,
                fresh: BookingId::new(uuid::Uuid::from_u128(0x0193_9f6f_d4f0_7a1c_8e2b_5d3c_0000_0001 + self.ids)),
                answers: answers.clone(),
            };
            match step(&self.dialogue, input, &facts) {
                Next::Step(step) => return *step,
                Next::Need(Query::Month { office, class, month }) => answers.months.push(self.month(&office, class, month)),
                Next::Need(Query::Bookings(wanted)) => {
                    assert!(answers.bookings.is_none(), "the same bookings are asked for twice");
                    answers.bookings = Some(wanted.iter().filter_map(|booking| self.bookings.get(booking)).cloned().collect());
                }
                Next::Need(Query::Application(booking)) => {
                    let application = self.applications.get(&booking).cloned();
                    answers.application = Some((booking, application));
                }
            }
        }
        panic!("a step asks without end");
    }

    /// Takes `input`, and gives what was shown.
    pub(crate) fn take(&mut self, input: &Input) -> Vec<Show> {
        let step = self.peek(input);
        self.ids += 1;
        self.dialogue = Dialogue::load(&step.dialogue.save()).expect("a dialogue reads what it saved");
        self.jobs.extend(step.jobs);
        self.toast = step.toast;
        for show in &step.shows {
            match show.how {
                How::Live | How::Below => self.live = show.screen.clone(),
                How::Keep => self.kept.push(show.screen.clone()),
            }
        }
        step.shows
    }

    pub(crate) fn say(&mut self, text: &str) -> Vec<Show> {
        self.take(&Input::Text(text.to_owned()))
    }

    /// Presses the button of the live message whose label contains `label`.
    pub(crate) fn tap(&mut self, label: &str) -> Vec<Show> {
        let data = data(&self.live, label);
        self.press(&data)
    }

    pub(crate) fn press(&mut self, data: &str) -> Vec<Show> {
        self.take(&Input::Tap(Tap { data: data.to_owned(), from_owner: true }))
    }

    /// Presses a button of the last message that stays.
    pub(crate) fn tap_kept(&mut self, label: &str) -> Vec<Show> {
        let data = data(self.kept.last().expect("a message that stays"), label);
        self.press(&data)
    }

    pub(crate) fn photo(&mut self, unique_id: &str) -> Vec<Show> {
        self.take(&Input::Photo(PhotoIn { file: file(unique_id, Some(100_000)), width: 1280, height: 800 }))
    }

    pub(crate) fn tell(&mut self, outcome: Outcome) -> Vec<Show> {
        self.take(&Input::Outcome(outcome))
    }

    /// Does the oldest job as the crew would, and tells the chat.
    pub(crate) fn work(&mut self) -> Vec<Show> {
        let outcome = match self.jobs.remove(0) {
            Order::Bill { booking, seq, amount, application } => {
                let view = self.bookings.get_mut(&booking).expect("a held booking");
                let code = BillingCode::new(0, 123_456_789_012);
                let until = self.now + 7_200_000;
                (view.state, view.seq, view.amount, view.code, view.due_ms) = (State::Billed, seq, amount, Some(code.clone()), Some(until));
                let slot = view.slot.clone();
                self.applications.insert(booking.clone(), *application);
                Outcome::Billed { booking, slot, code, amount, until }
            }
            Order::Job(job) => match self.apply(job) {
                Some(outcome) => outcome,
                None => return Vec::new(),
            },
        };
        self.tell(outcome)
    }

    fn apply(&mut self, job: Job) -> Option<Outcome> {
        Some(match job {
            Job::Hold { booking, seq, chat, slot, places } => {
                let until = self.now + 600_000;
                self.bookings.insert(booking.clone(), view(&booking, &slot, seq, chat, places, self.now));
                Outcome::Held { booking, slot, until }
            }
            Job::Release { booking, .. } => {
                // It may be of a booking that the hold never reached.
                if let Some(view) = self.bookings.get_mut(&booking) {
                    view.state = State::Released;
                }
                return None;
            }
            Job::Cancel { booking, .. } => {
                if !self.bookings.contains_key(&booking) {
                    return Some(Outcome::Refused { booking, job: "cancel".to_owned() });
                }
                let slot = self.set(&booking, State::Cancelled);
                Outcome::Cancelled { booking, slot }
            }
            Job::Reschedule { booking, to, .. } => {
                let view = self.bookings.get_mut(&booking).expect("a booking");
                let from = std::mem::replace(&mut view.slot, to.clone());
                view.moves += 1;
                Outcome::Rescheduled { booking, from, to }
            }
            Job::Subscribe { office, on, .. } => Outcome::Subscribed { office, on },
            Job::Bill { .. } | Job::Settle { .. } | Job::Remind { .. } => panic!("no job of a chat"),
        })
    }

    /// Puts the booking into `state` and gives its slot.
    pub(crate) fn set(&mut self, booking: &BookingRef, state: State) -> SlotId {
        let view = self.bookings.get_mut(booking).expect("a booking");
        view.state = state;
        if !state.has_deadline() {
            view.due_ms = None;
        }
        view.slot.clone()
    }

    /// The one booking there is.
    pub(crate) fn only(&self) -> BookingRef {
        assert_eq!(self.bookings.len(), 1, "not one booking");
        self.bookings.keys().next().expect("a booking").clone()
    }

    /// From START to the photos' end: the calendar is next.
    pub(crate) fn fill_in(&mut self) {
        self.say("/start");
        for text in ["1", "1", "1", "Jakarta Selatan", "2", "1", "2", "A1234567", "Siti Aminah", "3174095208900001", "12-08-1990"] {
            self.say(text);
        }
        for photo in ["ektp", "kk", "paspor"] {
            self.photo(photo);
        }
    }

    /// On to the review, with a place held on 1 December at nine.
    pub(crate) fn hold(&mut self) {
        self.say("1-12-2026");
        self.say("9");
        self.work();
    }

    /// On to the billing code.
    pub(crate) fn bill(&mut self) -> BookingRef {
        self.fill_in();
        self.hold();
        let before: Vec<_> = self.bookings.keys().cloned().collect();
        self.say("1");
        self.work();
        before.last().expect("a booking").clone()
    }

    pub(crate) fn pay(&mut self, booking: &BookingRef) {
        let slot = self.set(booking, State::Paid);
        self.tell(Outcome::Paid { booking: booking.clone(), slot, late: false });
    }

    /// Whether the live message or the last one that stays has `part`.
    pub(crate) fn sees(&self, part: &str) -> bool {
        self.live.text.contains(part) || self.kept.last().is_some_and(|screen| screen.text.contains(part))
    }
}

fn view(booking: &BookingRef, slot: &SlotId, seq: u64, chat: ChatId, places: u32, now: Millis) -> BookingView {
    BookingView {
        booking: booking.clone(),
        state: State::Held,
        slot: slot.clone(),
        places,
        seq,
        chat,
        code: None,
        amount: Rupiah(0),
        due_ms: Some(now + 600_000),
        paid_ms: None,
        moves: 0,
        created_ms: now,
        changed_ms: now,
    }
}

pub(crate) fn file(unique_id: &str, bytes: Option<u64>) -> FileRef {
    FileRef { file_id: format!("file-{unique_id}"), unique_id: unique_id.to_owned(), bytes }
}

/// The data of the button whose label contains `label`.
pub(crate) fn data(screen: &Screen, label: &str) -> String {
    let button = screen.buttons.iter().flatten().find(|button| button.label.contains(label));
    match button.map(|button| &button.action) {
        Some(Action::Data(data)) => data.clone(),
        _ => panic!("no button {label:?} in\n{}", render(screen)),
    }
}

/// A screen as text: what stands there, then the buttons in their rows.
pub(crate) fn render(screen: &Screen) -> String {
    let mut text = screen.text.clone();
    if let Some(picture) = &screen.picture {
        text = format!("{picture:?}\n{text}");
    }
    for row in &screen.buttons {
        let labels: Vec<String> = row.iter().map(|button| format!("[{}]", button.label)).collect();
        text.push('\n');
        text.push_str(&labels.join(" "));
    }
    text
}
