//! People at work: they act through the imitated world's door, wait for what comes back, and time it.
//!
//! Leaner than the rig's `Person`, who insists and explains: two requests for a tap and its answer, so that more of the
//! machine is left to the product.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use antrean_rig::{Door, Message, PATIENCE, SUBMIT, Wishes, World};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::times::Times;

/// How long one look into a chat waits at the imitation before it looks again, in milliseconds.
const LOOK_MS: u64 = 5_000;
/// What the status says once money is in.
const PAID: &str = "🟢 Paid";
/// Of an electronic passport for ten years, in rupiah: what everybody here asks for.
const PRICE: u64 = 950_000;

/// The pace per chat lifted: it is Telegram's rule for one person, who here types nine answers in a second.
pub(crate) const PACE_LIFTED: &str = "[telegram]\nper_chat_per_second = 1_000\nburst = 100\n";

/// What a crowd did, counted while it does it.
#[derive(Default)]
pub(crate) struct Tally {
    /// Updates that were answered with a screen.
    pub(crate) turns: AtomicUsize,
    /// Whole bookings, from `/start` to the proof.
    pub(crate) bookings: AtomicUsize,
    times: Mutex<Timed>,
}

/// What people wait for.
#[derive(Clone, Default)]
pub(crate) struct Timed {
    /// From a tap to the next screen.
    pub(crate) taps: Times,
    /// From the tap on an hour to the review with the place held.
    pub(crate) holds: Times,
    /// From the payment at the bank to the green status.
    pub(crate) payments: Times,
}

impl Tally {
    pub(crate) fn times(&self) -> Timed {
        self.lock().clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Timed> {
        self.times.lock().expect("nobody panics while holding the times")
    }
}

/// Somebody in front of a chat.
pub(crate) struct Visitor {
    door: Door,
    pub(crate) id: i64,
    /// Up to where the chat has been read.
    seen: u64,
    /// What was shown since the last thing they did.
    shown: Vec<Message>,
    /// The screen they look at.
    screen: Option<Message>,
    tally: Arc<Tally>,
}

impl Visitor {
    pub(crate) async fn arrives(door: Door, tally: Arc<Tally>) -> Self {
        let person = door.post("/sim/people", json!({ "first_name": "Visitor", "language_code": "en" })).await;
        let id = person["id"].as_i64().expect("a person has an id");
        Self { door, id, seen: 0, shown: Vec::new(), screen: None, tally }
    }

    /// Answers every question up to the calendar.
    pub(crate) async fn applies(&mut self) {
        let wishes = Wishes::default();
        self.says("/start", |screen| screen.button("book|").is_some()).await;
        self.taps("book|", |screen| screen.button("pick|regular").is_some()).await;
        self.taps("pick|regular", |screen| screen.button("pick|adult").is_some()).await;
        self.taps("pick|adult", |screen| screen.button("office|").is_some()).await;
        self.says(wishes.office, |screen| screen.button("pick|electronic-10").is_some()).await;
        self.taps("pick|electronic-10", |screen| screen.button("pick|tourism").is_some()).await;
        self.taps("pick|tourism", |screen| screen.button("pick|expired").is_some()).await;
        self.taps("pick|expired", is_question).await;
        for answer in ["A1234567", wishes.name, wishes.nik, "12-08-1990"] {
            self.says(answer, is_question).await;
        }
        for photo in 1..=2 {
            self.sends_photo(photo, is_question).await;
        }
        self.sends_photo(3, |screen| screen.free("day|").is_some()).await;
    }

    /// Takes the first hour of the first free day, submits, and gives the billing code.
    pub(crate) async fn books(&mut self) -> String {
        self.applies().await;
        let day = self.verb_of_free("day|");
        self.taps(&day, |screen| screen.free("hour|").is_some()).await;
        let hour = self.verb_of_free("hour|");
        let took = self.taps(&hour, |screen| screen.button(SUBMIT).is_some()).await;
        self.tally.lock().holds.add(took);
        self.taps(SUBMIT, |screen| screen.copies().is_some()).await;
        self.screen().copies().expect("just seen").to_owned()
    }

    /// Pays at the bank, sees the status turn green, and waits for the proof.
    pub(crate) async fn pays(&mut self, code: String) {
        let door = self.door.clone();
        self.shown.clear();
        let started = Instant::now();
        let (answer, ()) =
            tokio::join!(door.pays(json!({ "code": code, "amount": PRICE })), self.sees(|screen| screen.text.contains(PAID)));
        self.tally.lock().payments.add(started.elapsed());
        assert_eq!(answer.code(), "2002500", "{answer:?}");
        self.sees(|screen| screen.photo.is_some()).await;
    }

    /// All of it: from `/start` to the proof.
    pub(crate) async fn completes(&mut self) {
        let code = self.books().await;
        self.pays(code).await;
        self.tally.bookings.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) async fn says(&mut self, text: &str, fits: impl Fn(&Message) -> bool) {
        self.acts("text", json!({ "text": text })).await;
        self.sees(fits).await;
        self.tally.turns.fetch_add(1, Ordering::Relaxed);
    }

    /// Another one each time: the bot notices the same paper sent twice.
    async fn sends_photo(&mut self, which: u64, fits: impl Fn(&Message) -> bool) {
        self.acts("photo", json!({ "photos": [{ "width": 320 + which, "height": 200 }] })).await;
        self.sees(fits).await;
        self.tally.turns.fetch_add(1, Ordering::Relaxed);
    }

    /// Presses a button of the screen and waits for one that `fits`; how long that took. Timed as a tap is the next
    /// screen, whatever it says: "one moment" is an answer, too.
    pub(crate) async fn taps(&mut self, verb: &str, fits: impl Fn(&Message) -> bool) -> Duration {
        let data = self.screen().button(verb).and_then(|button| button.callback_data.clone()).expect("a button of this screen");
        let press = json!({ "message_id": self.screen().id, "data": data, "wait_ms": 0 });
        let started = Instant::now();
        self.acts("press", press).await;
        self.sees(|_| true).await;
        self.tally.lock().taps.add(started.elapsed());
        self.sees(fits).await;
        self.tally.turns.fetch_add(1, Ordering::Relaxed);
        started.elapsed()
    }

    /// The first green day or hour of the screen, as the verb of its button.
    pub(crate) fn verb_of_free(&self, verb: &str) -> String {
        self.screen().free(verb).and_then(|button| button.verb()).expect("a free day or hour on this screen").to_owned()
    }

    pub(crate) fn screen(&self) -> &Message {
        self.screen.as_ref().expect("something was shown")
    }

    async fn acts(&mut self, what: &str, body: Value) {
        self.shown.clear();
        self.door.post(&format!("/sim/chats/{}/{what}", self.id), body).await;
    }

    /// Waits for a screen that `fits`, sent or edited since they last did something.
    async fn sees(&mut self, fits: impl Fn(&Message) -> bool) {
        let waiting = async {
            loop {
                if let Some(at) = self.shown.iter().rposition(&fits) {
                    self.screen = Some(self.shown[at].clone());
                    return;
                }
                let news = self.door.news(self.id, self.seen, LOOK_MS).await;
                self.seen = news.rev;
                self.shown.extend(news.history.iter().filter_map(|event| event.shown().cloned()));
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(waited.is_ok(), "{} waited in vain; last they saw {:?}", self.id, self.screen.as_ref().map(|screen| &screen.text));
    }
}

/// A question has a way back.
fn is_question(screen: &Message) -> bool {
    screen.button("back|").is_some()
}

/// What visitors of a crowd do, one visit each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// Up to the calendar: turns without any job.
    Applies,
    /// From `/start` to the proof.
    Completes,
}

impl Visit {
    pub(crate) async fn happens(self, door: Door, tally: Arc<Tally>) {
        let mut visitor = Visitor::arrives(door, tally).await;
        match self {
            Self::Applies => visitor.applies().await,
            Self::Completes => visitor.completes().await,
        }
    }
}

/// So many people at any time: whoever is done makes room for the next. It goes away when dropped.
pub(crate) struct Crowd(JoinSet<()>);

impl Crowd {
    pub(crate) fn gathers(world: &World, people: usize, visit: Visit, tally: &Arc<Tally>) -> Self {
        let mut tasks = JoinSet::new();
        for _ in 0..people {
            let (door, tally) = (world.door.clone(), Arc::clone(tally));
            tasks.spawn(async move {
                loop {
                    visit.happens(door.clone(), Arc::clone(&tally)).await;
                }
            });
        }
        Self(tasks)
    }

    /// Lets it go on for so long.
    pub(crate) async fn goes_on(&mut self, duration: Duration) {
        let ended = tokio::time::timeout(duration, self.0.join_next()).await;
        assert!(ended.is_err(), "somebody of the crowd gave up: {ended:?}");
    }
}

/// One person after another, for so long.
pub(crate) async fn come_one_by_one(world: &World, duration: Duration) -> Arc<Tally> {
    // The first warms what is only made when it is needed: connections, the bank's token.
    Visit::Completes.happens(world.door.clone(), Arc::default()).await;
    let (tally, begun) = (Arc::new(Tally::default()), Instant::now());
    while begun.elapsed() < duration {
        Visit::Completes.happens(world.door.clone(), Arc::clone(&tally)).await;
    }
    tally
}

/// People who come at random, `per_s` a second on average, for so long; the first at once. Ends when the last is done.
pub(crate) async fn come_at_random(world: &World, per_s: f64, duration: Duration, tally: &Arc<Tally>) {
    let (begun, mut visits) = (tokio::time::Instant::now(), JoinSet::new());
    let mut at = begun;
    while at <= begun + duration {
        tokio::time::sleep_until(at).await;
        visits.spawn(Visit::Completes.happens(world.door.clone(), Arc::clone(tally)));
        // Times between arrivals that know nothing of one another.
        at += Duration::from_secs_f64(-rand::random_range(f64::MIN_POSITIVE..1.0).ln() / per_s);
    }
    while let Some(ended) = visits.join_next().await {
        ended.expect("a visit ends well");
    }
}
