//! Somebody who books: taps, types and sends photos, and reads what comes back.

use std::fmt::Write as _;

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use crate::chat::{Event, Message};
use crate::{Door, PATIENCE};

/// How long one look into a chat waits at the imitation before it looks again, in milliseconds.
const LOOK_MS: u64 = 5_000;

/// The button under the review.
pub const SUBMIT: &str = "pick|submit";

/// A person. What they wait for is always what came after the last thing they did.
pub struct Person {
    door: Door,
    pub id: i64,
    /// The chat's `rev` when they last did something.
    acted: u64,
    photos: u64,
}

/// What somebody wants to book.
#[derive(Clone, Copy)]
pub struct Wishes {
    pub office: &'static str,
    pub name: &'static str,
    /// Sixteen digits that agree with 12 August 1990.
    pub nik: &'static str,
}

/// What one takes to the bank.
#[derive(Clone, Debug)]
pub struct Bill {
    pub code: String,
    /// Of an electronic passport for ten years: what everybody here asks for.
    pub amount: u64,
}

impl Default for Wishes {
    fn default() -> Self {
        Self { office: "JKTSEL", name: "Ratna Kusuma Dewi", nik: "3174095208900001" }
    }
}

impl Person {
    pub fn new(door: Door, id: i64) -> Self {
        Self { door, id, acted: 0, photos: 0 }
    }

    // --- What a person does -----------------------------------------------------------------------------------------

    pub async fn says(&mut self, text: &str) {
        self.sends("text", json!({ "text": text })).await;
    }

    /// Sends a photo: another one each time, for the bot notices the same paper sent twice.
    pub async fn sends_photo(&mut self) {
        self.photos += 1;
        self.sends("photo", json!({ "photos": [{ "width": 320 + self.photos, "height": 200 }] })).await;
    }

    /// Sends anything: `text`, `photo`, `document` or `other`, as the scripted door takes it.
    pub async fn sends(&mut self, kind: &str, what: Value) {
        let sent = self.door.act(&format!("/sim/chats/{}/{kind}", self.id), what).await;
        self.acted = sent["rev"].as_u64().expect("a chat's rev");
    }

    /// Presses the button that says `verb` (`pick|adult`; `open|` is the first of its kind), as soon as it is shown.
    pub async fn taps(&mut self, verb: &str) {
        let message = self.sees(&format!("a button {verb}"), |message| message.button(verb).is_some()).await;
        self.taps_on(&message, verb).await;
    }

    /// Presses the first green day (`day|`) or hour (`hour|`) and gives its verb, as soon as one is shown.
    pub async fn taps_free(&mut self, verb: &str) -> String {
        let message = self.sees(&format!("a free {verb}"), |message| message.free(verb).is_some()).await;
        let free = message.free(verb).and_then(|button| button.verb()).expect("just seen").to_owned();
        self.taps_on(&message, &free).await;
        free
    }

    /// Presses a button of a message seen before, whatever has become of it.
    pub async fn taps_on(&mut self, message: &Message, verb: &str) {
        let button = message.button(verb).unwrap_or_else(|| panic!("no button {verb} under {:?}", message.text));
        let data = button.callback_data.clone().expect("a button that says something carries data");
        self.presses(message.id, &data, 0).await;
    }

    /// Sends any callback data on a message, and gives what popped up if that came within `wait_ms`.
    pub async fn presses(&mut self, message_id: i64, data: &str, wait_ms: u64) -> Option<String> {
        let press = json!({ "message_id": message_id, "data": data, "wait_ms": wait_ms });
        let before = self.rev().await;
        let pressed = self.door.act(&format!("/sim/chats/{}/press", self.id), press).await;
        // The bot may have drawn its answer by now: that must not be overlooked.
        self.acted = before + 1;
        pressed["answer"]["text"].as_str().map(str::to_owned)
    }

    // --- What a person sees -----------------------------------------------------------------------------------------

    /// Waits for a message sent or edited since the last thing they did that `fits`: the newest such.
    pub async fn sees(&mut self, what: &str, fits: impl Fn(&Message) -> bool) -> Message {
        self.waits(what, |events| events.iter().rev().filter_map(Event::shown).find(|message| fits(message)).cloned()).await
    }

    /// Waits until so many messages that `fit` were sent since the last thing they did.
    pub async fn sees_times(&mut self, times: usize, fits: impl Fn(&Message) -> bool) {
        let enough = |events: &[Event]| {
            let seen = events.iter().filter_map(Event::shown).filter(|message| fits(message)).count();
            (seen >= times).then_some(())
        };
        self.waits(&format!("{times} such messages"), enough).await;
    }

    /// Waits for a message with `text` in it.
    pub async fn reads(&mut self, text: &str) -> Message {
        self.sees(&format!("{text:?}"), |message| message.text.contains(text)).await
    }

    /// Waits for the next message or edit, whatever it says.
    pub async fn sees_anything(&mut self) -> Message {
        self.sees("anything", |_| true).await
    }

    /// Waits until a tap is answered with a pop-up, and gives its words.
    pub async fn gets_toast(&mut self) -> String {
        let toast = |events: &[Event]| events.iter().find(|event| event.what == "answered").and_then(|event| event.text.clone());
        self.waits("a toast", toast).await
    }

    /// All that happened in the chat so far.
    pub async fn history(&self) -> Vec<Event> {
        self.door.news(self.id, 0, 0).await.history
    }

    /// From now on only what is new counts: for what comes without being asked for.
    pub async fn looks_away(&mut self) {
        self.acted = self.rev().await;
    }

    async fn rev(&self) -> u64 {
        self.door.news(self.id, u64::MAX, 0).await.rev
    }

    async fn waits<T>(&mut self, what: &str, find: impl Fn(&[Event]) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut events: Vec<Event> = Vec::new();
        let mut seen = self.acted;
        loop {
            let Ok(news) = timeout_at(deadline, self.door.news(self.id, seen, LOOK_MS)).await else {
                panic!("{} waited in vain for {what}; in their chat:\n{}", self.id, self.tells().await);
            };
            seen = news.rev;
            events.extend(news.history);
            if let Some(found) = find(&events) {
                return found;
            }
        }
    }

    /// The last of the chat in words, for failures.
    async fn tells(&self) -> String {
        let history = self.history().await;
        let mut told = String::new();
        for event in &history[history.len().saturating_sub(12)..] {
            let text = event.message().map(|message| message.text.as_str()).or(event.text.as_deref()).unwrap_or_default();
            let verbs: Vec<_> = event.message().into_iter().flat_map(Message::buttons).filter_map(|button| button.verb()).collect();
            writeln!(told, "[{}] {}: {text}\n    {verbs:?}", event.rev, event.what).expect("a String takes everything");
        }
        told
    }

    // --- What a person wants ----------------------------------------------------------------------------------------

    /// Answers every question up to the calendar.
    pub async fn applies(&mut self, wishes: &Wishes) {
        self.says("/start").await;
        self.taps("book|").await;
        self.taps("pick|regular").await;
        self.taps("pick|adult").await;
        self.sees("the list of offices", |message| message.button("office|").is_some()).await;
        self.says(wishes.office).await;
        self.taps("pick|electronic-10").await;
        self.taps("pick|tourism").await;
        self.taps("pick|expired").await;
        self.asked().await;
        self.says("A1234567").await;
        self.asked().await;
        self.says(wishes.name).await;
        self.asked().await;
        self.says(wishes.nik).await;
        self.asked().await;
        self.says("12-08-1990").await;
        for _ in ["identity card", "family card", "old passport"] {
            self.asked().await;
            self.sends_photo().await;
        }
        self.sees("the calendar", |message| message.free("day|").is_some()).await;
    }

    /// Takes the first hour of the first free day, once the calendar is shown, and waits for the review.
    pub async fn holds(&mut self) -> Message {
        self.taps_free("day|").await;
        self.taps_free("hour|").await;
        self.sees("the review", |message| message.button(SUBMIT).is_some()).await
    }

    /// Submits what is reviewed and waits for the bill.
    pub async fn submits(&mut self) -> Bill {
        self.taps(SUBMIT).await;
        let ticket = self.sees("a billing code to copy", |message| message.copies().is_some()).await;
        let code = ticket.copies().expect("just seen").to_owned();
        Bill { code, amount: 950_000 }
    }

    /// All of it: from `/start` to the bill.
    pub async fn books(&mut self, wishes: &Wishes) -> Bill {
        self.applies(wishes).await;
        self.holds().await;
        self.submits().await
    }

    /// Pays at the bank as one does there, and waits for the proof: a picture with the code for the counter.
    pub async fn pays(&mut self, bill: &Bill) -> Message {
        self.looks_away().await;
        let answer = self.door.pays(json!({ "code": bill.code, "amount": bill.amount })).await;
        assert_eq!(answer.code(), "2002500", "{answer:?}");
        self.sees("the proof", |message| message.photo.is_some()).await
    }

    /// Waits for the next question: a message with a way back.
    pub async fn asked(&mut self) {
        self.sees("a question", |message| message.button("back|").is_some()).await;
    }
}
