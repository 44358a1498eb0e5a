//! Apology: an honest line for people whose updates Redis does not take, because its memory is full or it is away.
//!
//! Receive says it itself: turns and outboxes need Redis. Nothing is confirmed for it; the update stays at Telegram, comes
//! again, and is handled when Redis takes it. Who was told is remembered in this process alone: another one may tell
//! people once more, which is better than silence. Best effort: a line that does not arrive is not said again soon.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use antrean_chat::Lang;
use antrean_domain::ChatId;
use metrics::counter;
use serde::Serialize;
use serde_json::Value;
use teloxide::payloads::{AnswerCallbackQuery, AnswerCallbackQuerySetters, SendMessage};
use teloxide::requests::Payload;
use teloxide::types::{CallbackQueryId, Recipient};

use super::Bot;
use super::message::Trouble;
use super::update::{self, Sorted};

/// A restart of Redis takes less, and nobody need hear of it.
const PATIENCE: Duration = Duration::from_secs(3);
/// After so long a chat may be told again. Longer would look like silence to who comes back.
const AGAIN: Duration = Duration::from_mins(10);
/// How many are told in one look. A look comes once a second, and Telegram takes thirty messages in that.
const LINES_MAX: usize = 20;

/// Since when Redis takes nothing, and who was told.
#[derive(Default)]
pub(super) struct Apology {
    since: Option<Instant>,
    /// At most [`LINES_MAX`] a look within [`AGAIN`]: it cannot grow without bound.
    told: HashMap<ChatId, Instant>,
    /// Taps among what waits that have their answer.
    answered: HashSet<String>,
}

/// What is said, to whom, in which language.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    /// Words over the button that was pressed.
    Answer(String, Lang),
    Message(ChatId, Lang),
}

impl Apology {
    /// Redis takes updates.
    pub(super) fn over(&mut self) {
        self.since = None;
    }

    /// Redis takes nothing: whether that lasts long enough for people to hear of it.
    pub(super) fn is_due(&mut self, now: Instant) -> bool {
        now.duration_since(*self.since.get_or_insert(now)) >= PATIENCE
    }

    /// Tells those who wait in `updates`, and does not wait for it.
    pub(super) fn say(&mut self, bot: &Arc<Bot>, updates: &[Value], now: Instant) {
        for line in self.lines(updates, now) {
            let bot = Arc::clone(bot);
            tokio::spawn(async move {
                let text = |lang| antrean_chat::apology(&bot.texts, lang);
                match line {
                    Line::Answer(tap, lang) => {
                        let answer = AnswerCallbackQuery::new(CallbackQueryId(tap)).text(text(lang)).show_alert(true);
                        send(&bot, &answer).await;
                    }
                    Line::Message(chat, lang) => {
                        let message = SendMessage::new(Recipient::Id(teloxide::types::ChatId(chat.0)), text(lang));
                        send(&bot, &message).await;
                    }
                }
            });
        }
    }

    fn lines(&mut self, updates: &[Value], now: Instant) -> Vec<Line> {
        self.told.retain(|_, at| now.duration_since(*at) < AGAIN);
        let waiting: HashSet<&str> = updates.iter().filter_map(tap).collect();
        self.answered.retain(|tap| waiting.contains(tap.as_str()));
        let mut lines = Vec::new();
        for update in updates {
            let Sorted::Mail(chat) = update::sort(update) else { continue };
            let line = if let Some(tap) = tap(update) {
                self.answered.insert(tap.to_owned()).then(|| Line::Answer(tap.to_owned(), lang(update, "callback_query")))
            } else if update.get("message").is_some() && !self.told.contains_key(&chat) {
                self.told.insert(chat, now);
                Some(Line::Message(chat, lang(update, "message")))
            } else {
                None
            };
            lines.extend(line);
            if lines.len() == LINES_MAX {
                break;
            }
        }
        lines
    }
}

fn tap(update: &Value) -> Option<&str> {
    update.pointer("/callback_query/id")?.as_str()
}

/// The language of the person's app: what they chose here lies in Redis.
fn lang(update: &Value, kind: &str) -> Lang {
    Lang::of_code(update.pointer(&format!("/{kind}/from/language_code")).and_then(Value::as_str))
}

async fn send<P: Payload + Serialize>(bot: &Bot, payload: &P) {
    let end = match bot.client.call(payload).await {
        Ok(_) => "sent",
        Err(failure) => {
            tracing::debug!(%failure, "somebody could not be told that Redis takes nothing");
            Trouble::from(failure).word()
        }
    };
    counter!("antrean_sends_total", "class" => "apology", "end" => end).increment(1);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(chat: i64, language: &str) -> Value {
        json!({ "update_id": 1, "message": {
            "chat": { "id": chat, "type": "private" }, "from": { "id": chat, "language_code": language }, "text": "hi",
        } })
    }

    fn press(chat: i64, tap: &str) -> Value {
        json!({ "update_id": 2, "callback_query": {
            "id": tap, "from": { "id": chat, "language_code": "id" }, "message": { "chat": { "id": chat, "type": "private" } },
        } })
    }

    #[test]
    fn a_short_absence_is_nobodys_concern() {
        let (mut apology, now) = (Apology::default(), Instant::now());
        assert!(!apology.is_due(now) && !apology.is_due(now + PATIENCE / 2) && apology.is_due(now + PATIENCE));
        apology.over();
        assert!(!apology.is_due(now + PATIENCE));
    }

    #[test]
    fn a_chat_is_told_once_in_a_while_and_every_tap_is_answered_once() {
        let (mut apology, now) = (Apology::default(), Instant::now());
        let waiting = [text(7, "en"), press(8, "a"), press(8, "b"), text(7, "en"), text(9, "id")];
        let first = [
            Line::Message(ChatId(7), Lang::En),
            Line::Answer("a".to_owned(), Lang::Id),
            Line::Answer("b".to_owned(), Lang::Id),
            Line::Message(ChatId(9), Lang::Id),
        ];
        assert_eq!(apology.lines(&waiting, now), first);
        assert_eq!(apology.lines(&waiting, now + AGAIN / 2), []);
        let late = apology.lines(&waiting, now + AGAIN);
        assert_eq!(late, [Line::Message(ChatId(7), Lang::En), Line::Message(ChatId(9), Lang::Id)]);
        assert!(apology.lines(&[], now + AGAIN * 2).is_empty() && apology.told.is_empty() && apology.answered.is_empty());
    }

    #[test]
    fn a_crowd_is_told_in_turns_and_groups_and_garbage_not_at_all() {
        let (mut apology, now) = (Apology::default(), Instant::now());
        let crowd: Vec<_> = (0..30).map(|chat| text(chat, "id")).collect();
        assert_eq!((apology.lines(&crowd, now).len(), apology.lines(&crowd, now).len()), (LINES_MAX, 30 - LINES_MAX));
        let group = json!({ "update_id": 3, "message": { "chat": { "id": -9, "type": "group" }, "text": "hi" } });
        assert!(apology.lines(&[group, json!({}), json!(5)], now).is_empty());
    }
}
