//! Somebody at a telephone: makes one move, waits for what comes of it, and looks. Whoever hears nothing tries again, as
//! people do, and begins from the menu when that does not help either.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use antrean_rig::{Event, Message};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::dice::Dice;
use crate::outside::Outside;
use crate::plan::Guest;
use crate::screens::{self, Move};

/// How long a look into the chat waits at the imitation, in milliseconds.
const LOOK_MS: u64 = 1_000;
/// After so long without an answer people try again.
const PATIENCE: Duration = Duration::from_secs(8);
/// Whoever has done so much goes in circles, and gives up. A booking takes some thirty acts.
const ACTS_MAX: usize = 300;
/// After so many tries in vain people begin from the menu.
const TRIES: u32 = 3;

/// How it went for somebody.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) chat: i64,
    /// Whether they got what they wanted before it was over.
    pub(crate) content: bool,
    /// How often they did something.
    pub(crate) acts: usize,
    /// How many of the things they typed nobody had asked for, or not any more.
    pub(crate) loose: usize,
    /// The longest they waited for an answer.
    pub(crate) longest: Duration,
}

/// What came of waiting.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    Something,
    Nothing,
}

pub(super) struct Person {
    pub(super) outside: Arc<Outside>,
    pub(super) guest: Guest,
    pub(super) dice: Dice,
    /// The chat's `rev` up to which they have looked.
    seen: u64,
    pub(super) screen: Option<Message>,
    /// Screens there were before, for those who tap old buttons.
    old: Vec<Message>,
    /// Messages that stay.
    pub(super) notices: Vec<Message>,
    tries: u32,
    /// The questions they have answered.
    answered: HashSet<String>,
    pub(super) went_back: bool,
    pub(super) scarce: bool,
    photos: u64,
    pub(super) life: Life,
}

impl Person {
    pub(super) fn new(outside: Arc<Outside>, chat: i64, guest: Guest) -> Self {
        let life = Life { chat, content: false, acts: 0, loose: 0, longest: Duration::ZERO };
        let (dice, scarce) = (Dice::new(guest.dice), guest.scarce);
        Self {
            outside,
            guest,
            dice,
            seen: 0,
            screen: None,
            old: Vec::new(),
            notices: Vec::new(),
            tries: 0,
            answered: HashSet::new(),
            went_back: false,
            scarce,
            photos: 0,
            life,
        }
    }

    // --- One move ----------------------------------------------------------------------------------------------------

    /// Makes a move and waits for what comes of it; `None` once it is over.
    pub(super) async fn makes(&mut self, next: Move) -> Option<()> {
        if self.outside.is_over() || self.life.acts > ACTS_MAX {
            return None;
        }
        let began = Instant::now();
        let heard = match next {
            Move::Wait => self.looks(LOOK_MS * 4).await,
            Move::Lost => Heard::Nothing,
            Move::Tap(verb) => self.taps(&verb).await,
            Move::Say(text) => {
                self.strays().await;
                self.answers_the_screen();
                self.says(text).await
            }
            Move::SendPhoto => {
                self.answers_the_screen();
                self.sends_photo().await
            }
        };
        self.tries = if heard == Heard::Something { 0 } else { self.tries + 1 };
        self.life.longest = self.life.longest.max(began.elapsed());
        if self.tries > TRIES {
            self.tries = 0;
            self.life.loose += 1;
            self.says("/start").await;
        }
        Some(())
    }

    /// Now and then, what nobody asked for.
    async fn strays(&mut self) {
        if !self.guest.muddled {
            return;
        }
        if self.dice.chance(30) {
            self.life.loose += 1;
            self.says("what do I do here?").await;
        }
        if let Some(old) = (!self.old.is_empty() && self.dice.chance(30)).then(|| self.old[self.dice.index(self.old.len())].clone())
            && let Some(data) = old.buttons().find_map(|button| button.callback_data.clone())
        {
            self.presses(old.id, &data).await;
        }
    }

    /// Whoever answers the same question twice, since it was shown again or nothing came of it, may be answering
    /// another one by then.
    fn answers_the_screen(&mut self) {
        // Its first line is the step's name.
        let question = self.screen.as_ref().and_then(|screen| screen.text.lines().next()).unwrap_or_default();
        let again = !self.answered.insert(question.to_owned());
        self.life.loose += usize::from(self.tries > 0 || again);
    }

    async fn taps(&mut self, verb: &str) -> Heard {
        let Some(screen) = self.screen.clone() else { return Heard::Nothing };
        let Some(data) = screen.button(verb).and_then(|button| button.callback_data.clone()) else { return Heard::Nothing };
        if self.guest.hasty {
            self.sends_tap(screen.id, &data).await;
        }
        self.presses(screen.id, &data).await
    }

    /// Taps a button of the newest message that stays and has it.
    pub(super) async fn taps_notice(&mut self, verb: &str) {
        let found = self.notices.iter().rev().find_map(|message| Some((message.id, message.button(verb)?.callback_data.clone()?)));
        if let Some((message, data)) = found {
            self.presses(message, &data).await;
        }
    }

    async fn presses(&mut self, message: i64, data: &str) -> Heard {
        let pressed = self.sends_tap(message, data).await;
        let tap = pressed["callback_query_id"].as_str().unwrap_or_default().to_owned();
        self.hears_after(|event| event.what == "pressed" && event.tap.as_ref() == Some(&tap)).await
    }

    async fn sends_tap(&mut self, message: i64, data: &str) -> Value {
        self.life.acts += 1;
        let press = json!({ "message_id": message, "data": data });
        let (_, pressed) = self.outside.door.try_post(&format!("/sim/chats/{}/press", self.life.chat), &press).await;
        self.outside.updates.tapped(self.life.chat, &pressed, message, data);
        pressed
    }

    pub(super) async fn says(&mut self, text: &str) -> Heard {
        let sent = self.sends("text", json!({ "text": text })).await;
        self.outside.updates.said(self.life.chat, &sent, text);
        let rev = sent["rev"].as_u64().unwrap_or_default();
        self.hears_after(|event| event.rev == rev).await
    }

    async fn sends_photo(&mut self) -> Heard {
        self.photos += 1;
        let sent = self.sends("photo", json!({ "photos": [{ "width": 40 + self.photos, "height": 30 }] })).await;
        let rev = sent["rev"].as_u64().unwrap_or_default();
        self.hears_after(|event| event.rev == rev).await
    }

    async fn sends(&mut self, kind: &str, what: Value) -> Value {
        self.life.acts += 1;
        self.outside.door.post(&format!("/sim/chats/{}/{kind}", self.life.chat), what).await
    }

    // --- What they see -----------------------------------------------------------------------------------------------

    /// Waits for anything the bot shows after what `is` the thing they did.
    async fn hears_after(&mut self, is: impl Fn(&Event) -> bool) -> Heard {
        let deadline = Instant::now() + PATIENCE;
        let mut done = false;
        while Instant::now() < deadline {
            for event in self.news(LOOK_MS).await {
                if done && event.shown().is_some() {
                    return Heard::Something;
                }
                done |= is(&event);
            }
        }
        Heard::Nothing
    }

    /// Looks at what is new, waiting for it up to `wait_ms`.
    pub(super) async fn looks(&mut self, wait_ms: u64) -> Heard {
        if self.news(wait_ms).await.iter().any(|event| event.shown().is_some()) { Heard::Something } else { Heard::Nothing }
    }

    async fn news(&mut self, wait_ms: u64) -> Vec<Event> {
        let news = self.outside.door.news(self.life.chat, self.seen, wait_ms).await;
        self.seen = news.rev;
        for message in news.history.iter().filter_map(Event::shown) {
            if screens::is_screen(message) {
                self.old.extend(self.screen.replace(message.clone()));
            } else {
                self.notices.push(message.clone());
            }
        }
        news.history
    }

    pub(super) async fn waits_for(&mut self, fits: impl Fn(&Message) -> bool) -> Option<()> {
        self.waits_while(|person| !person.notices.iter().any(&fits)).await
    }

    /// Waits for what comes by itself; `None` once it is over.
    pub(super) async fn waits_while(&mut self, still: impl Fn(&Self) -> bool) -> Option<()> {
        while still(self) {
            if self.outside.is_over() {
                return None;
            }
            self.looks(LOOK_MS).await;
        }
        Some(())
    }
}
