//! What can be done in the world: the bot's acts and the people's. Each is one or two records.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::{Event, FileRecord, Happening, Keyboard, Media, Message, NewUpdate, Person, Record, SerdeArc, Signal, World};
use crate::text::Text;

/// A message about to be.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) text: Text,
    pub(crate) media: Option<Media>,
    pub(crate) album: Option<String>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) keyboard: Keyboard,
}

impl World {
    pub(crate) fn add_person(&mut self, person: Person) {
        self.record(Record::Person { person });
        self.signal(Signal::People);
    }

    pub(crate) fn add_file(&mut self, file: FileRecord) {
        self.record(Record::File { file: SerdeArc(Arc::new(file)) });
    }

    /// The bot sends; the caller has checked that it may.
    pub(crate) fn bot_sends(&mut self, chat: i64, draft: Draft, now: DateTime<Utc>) -> Arc<Message> {
        let message = Arc::new(self.message(chat, self.bot.id, draft, now));
        self.happens(chat, Happening::Sent { message: SerdeArc(Arc::clone(&message)) }, now);
        message
    }

    /// The bot's message reads differently from now on.
    pub(crate) fn bot_edits(&mut self, mut message: Message, now: DateTime<Utc>) -> Arc<Message> {
        message.edit_date = Some(now.timestamp());
        message.edits += 1;
        let message = Arc::new(message);
        self.happens(message.chat, Happening::Edited { message: SerdeArc(Arc::clone(&message)) }, now);
        message
    }

    /// A person writes to the bot. Gives the message and the id of the update, if the bot wants such updates.
    pub(crate) fn person_sends(&mut self, chat: i64, draft: Draft, now: DateTime<Utc>) -> (Arc<Message>, Option<i64>) {
        let message = Arc::new(self.message(chat, chat, draft, now));
        self.happens(chat, Happening::Incoming { message: SerdeArc(Arc::clone(&message)) }, now);
        let update = self.push_update("message", &message.to_api(self), &NewUpdate::Message { chat });
        (message, update)
    }

    /// A person corrects a message of theirs.
    pub(crate) fn person_edits(&mut self, message: &Message, text: Text, now: DateTime<Utc>) -> Option<i64> {
        let edited = Arc::new(Message { text, edit_date: Some(now.timestamp()), edits: message.edits + 1, ..message.clone() });
        let chat = edited.chat;
        self.happens(chat, Happening::IncomingEdited { message: SerdeArc(Arc::clone(&edited)) }, now);
        self.push_update("edited_message", &edited.to_api(self), &NewUpdate::Message { chat })
    }

    /// Someone presses a button. `data` need not be on the message: apps can be made to send anything.
    pub(crate) fn press(&mut self, chat: i64, message: i64, data: String, from: i64, now: DateTime<Utc>) -> (String, Option<i64>) {
        let tap = self.taps.open(chat, now.timestamp_micros().unsigned_abs());
        let shown = self.chats.get(&chat).and_then(|it| it.messages.get(&message)).cloned();
        let label = shown
            .as_ref()
            .and_then(|it| it.button(|button| button.callback_data.as_ref() == Some(&data)))
            .map(|button| button.text.clone());
        let mut query = json!({
            "id": tap,
            "from": self.user(from),
            "chat_instance": format!("{}", chat.wrapping_mul(7_919).wrapping_add(4_000_000_000_000)),
            "data": data,
        });
        query["message"] = match shown {
            Some(shown) => shown.to_api(self),
            // Telegram's InaccessibleMessage: date 0 tells it apart.
            None => json!({ "chat": self.people.get(&chat).map(Person::chat), "message_id": message, "date": 0 }),
        };
        self.happens(chat, Happening::Pressed { tap: tap.clone(), from, message, data, label }, now);
        let update = self.push_update("callback_query", &query, &NewUpdate::Tap { user: from });
        (tap, update)
    }

    /// The person blocks the bot or lets it in again; the bot is told by `my_chat_member`.
    pub(crate) fn set_blocked(&mut self, chat: i64, blocked: bool, now: DateTime<Utc>) -> Option<i64> {
        let what = if blocked { Happening::Blocked } else { Happening::Unblocked };
        self.happens(chat, what, now);
        let (old, new) = if blocked { ("member", "kicked") } else { ("kicked", "member") };
        let member = |status: &str| {
            let mut member = json!({ "user": self.bot_user(), "status": status });
            if status == "kicked" {
                member["until_date"] = 0.into();
            }
            member
        };
        let change = json!({
            "chat": self.people.get(&chat).map(Person::chat),
            "from": self.user(chat),
            "date": now.timestamp(),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        });
        self.push_update("my_chat_member", &change, &NewUpdate::Message { chat })
    }

    /// Puts something into a chat's history and tells whoever watches the chat.
    pub(crate) fn happens(&mut self, chat: i64, what: Happening, now: DateTime<Utc>) {
        let rev = self.chats.get(&chat).map_or(0, super::Chat::rev) + 1;
        self.record(Record::Chat { chat, event: Event { rev, at_ms: now.timestamp_millis(), what } });
    }

    /// Queues an update as it stands, whatever it is. One without an id gets the next.
    pub(crate) fn push_raw_update(&mut self, mut update: Value) -> Option<i64> {
        // A malformed id is passed on as it is; the queue then needs one of its own to sort by.
        let id = update["update_id"].as_i64().unwrap_or_else(|| self.updates.next_id());
        if update.get("update_id").is_none() {
            update.as_object_mut()?.insert("update_id".into(), id.into());
        }
        let pending = self.updates.prepare(id, &NewUpdate::Message { chat: 0 }, update.to_string());
        self.record(Record::Update { pending });
        Some(id)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        // No page is open: nobody to tell.
        let _ = self.signals.send(signal);
    }

    /// Queues an update unless the bot said that it wants none of this kind.
    fn push_update(&mut self, kind: &str, what: &Value, about: &NewUpdate) -> Option<i64> {
        let allowed = &self.profile.allowed_updates;
        if !allowed.is_empty() && !allowed.iter().any(|it| it == kind) {
            return None;
        }
        let id = self.updates.next_id();
        // Written out by hand: the value is large and need not be copied into another.
        let pending = self.updates.prepare(id, about, format!(r#"{{"update_id":{id},"{kind}":{what}}}"#));
        self.record(Record::Update { pending });
        Some(id)
    }

    fn message(&mut self, chat: i64, from: i64, draft: Draft, now: DateTime<Utc>) -> Message {
        let Draft { text, media, album, reply_to, keyboard } = draft;
        Message {
            id: self.next_message_id(),
            chat,
            from,
            date: now.timestamp(),
            edit_date: None,
            edits: 0,
            text,
            media,
            album,
            reply_to,
            keyboard,
        }
    }
}
