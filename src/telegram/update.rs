//! Updates, read leniently: only what the conversation uses, so that a field Telegram adds or changes costs
//! nothing. A message with entities unknown today keeps its text.
//!
//! Twice on the way: [`sort`] tells at the door whose mailbox an update belongs to, [`Envelope::open`] tells in
//! the turn what it means. See `receive` and `turn`.

use antrean_chat::{Arrival, Input, OtherKind, Person, PhotoIn, Tap};
use antrean_domain::{ChatId, FileRef, Millis};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The kinds asked for. Everything else stays at Telegram.
pub(super) const KINDS: [&str; 4] = ["message", "edited_message", "callback_query", "my_chat_member"];

/// The schema version of [`Envelope`].
const VERSION: u32 = 1;

/// Where an update goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sorted {
    /// Into this chat's mailbox.
    Mail(ChatId),
    /// A person blocked the bot, or came back. There is nothing to answer.
    Membership { blocked: bool },
    /// Nowhere: this bot talks in private chats only.
    Group,
    /// Nowhere: a kind this release does not know.
    UnknownKind,
    /// Nowhere: no chat can be read from it.
    Malformed,
}

/// An update in its mailbox: as it came, and when. A tap carries no time of its own.
#[derive(Serialize, Deserialize)]
pub(super) struct Envelope {
    v: u32,
    received_ms: Millis,
    update: Value,
}

/// What an update means.
#[derive(Debug)]
pub(super) struct Understood {
    pub(super) arrival: Arrival,
    pub(super) input: Input,
    pub(super) person: Option<Person>,
    /// The id to answer a tap by.
    pub(super) callback: Option<String>,
}

/// An envelope that cannot be read. Its message is parked with this as the reason; nothing of its content shows.
#[derive(Debug, thiserror::Error)]
pub(super) enum BadUpdate {
    #[error("schema version {0}, this release reads {VERSION}")]
    Version(u32),
    // The line and column of serde's error tell enough; its text could quote what a person wrote.
    #[error("not an update of the expected shape (line {line}, column {column})")]
    Shape { line: usize, column: usize },
    #[error("neither a message nor a tap")]
    Kind,
}

impl From<serde_json::Error> for BadUpdate {
    fn from(error: serde_json::Error) -> Self {
        Self::Shape { line: error.line(), column: error.column() }
    }
}

/// The id of an update, by which it is confirmed and recognised when it comes again.
pub(super) fn id(update: &Value) -> Option<i64> {
    update.get("update_id")?.as_i64()
}

/// Tells where `update` goes, without understanding it.
pub(super) fn sort(update: &Value) -> Sorted {
    let Some((kind, body)) = KINDS.iter().find_map(|kind| update.get(kind).map(|body| (*kind, body))) else {
        return Sorted::UnknownKind;
    };
    let chat = match kind {
        // Of a message too old to be shown Telegram still says which chat it was in.
        "callback_query" => body.pointer("/message/chat"),
        _ => body.get("chat"),
    };
    let Some(id) = chat.and_then(|chat| chat.get("id")).and_then(Value::as_i64) else {
        return Sorted::Malformed;
    };
    match chat.and_then(|chat| chat.get("type")).and_then(Value::as_str) {
        Some("private") if kind == "my_chat_member" => {
            let status = body.pointer("/new_chat_member/status").and_then(Value::as_str);
            Sorted::Membership { blocked: status == Some("kicked") }
        }
        Some("private") => Sorted::Mail(ChatId(id)),
        _ => Sorted::Group,
    }
}

impl Envelope {
    pub(super) fn new(update: Value, received_ms: Millis) -> Self {
        Self { v: VERSION, received_ms, update }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("an envelope has string keys only")
    }

    /// Reads what [`Self::to_bytes`] wrote, down to what it means.
    pub(super) fn open(bytes: &[u8]) -> Result<Understood, BadUpdate> {
        #[derive(Deserialize)]
        struct Head {
            v: u32,
        }
        let Head { v } = serde_json::from_slice(bytes)?;
        if v != VERSION {
            return Err(BadUpdate::Version(v));
        }
        let Self { received_ms, update, .. } = serde_json::from_slice(bytes)?;
        let Update { id: update_id, message, edited_message, callback_query } = serde_json::from_value(update)?;
        let date = message.as_ref().or(edited_message.as_ref()).and_then(|message| message.date.as_ref()?.as_i64());
        let arrival = Arrival { update: update_id, sent: date.map(|date| date.saturating_mul(1_000)), received: received_ms };
        let understood = |from: Option<Sender>, input, callback| {
            let person = from.map(|from| Person { first_name: from.first_name, language_code: from.language_code });
            Understood { arrival, input, person, callback }
        };
        if let Some(callback) = callback_query {
            let from_owner = callback.message.is_some_and(|message| message.chat.id == callback.from.id);
            let tap = Tap { data: callback.data.unwrap_or_default(), from_owner };
            Ok(understood(Some(callback.from), Input::Tap(tap), Some(callback.id)))
        } else if let Some(message) = message {
            let (from, input) = message.split();
            Ok(understood(from, input, None))
        } else if let Some(message) = edited_message {
            Ok(understood(message.from, Input::Other(OtherKind::Edited), None))
        } else {
            Err(BadUpdate::Kind)
        }
    }
}

#[derive(Deserialize)]
struct Update {
    #[serde(rename = "update_id")]
    id: i64,
    message: Option<Message>,
    edited_message: Option<Message>,
    callback_query: Option<Callback>,
}

#[derive(Deserialize)]
struct Callback {
    id: String,
    from: Sender,
    message: Option<Message>,
    data: Option<String>,
}

#[derive(Deserialize)]
struct Sender {
    id: i64,
    #[serde(default)]
    first_name: String,
    language_code: Option<String>,
}

#[derive(Deserialize)]
struct Chat {
    id: i64,
}

/// What a message may hold. Contents that are only told apart, not read, are left as they are.
#[derive(Deserialize)]
struct Message {
    chat: Chat,
    /// In seconds. Not worth refusing a message for.
    date: Option<Value>,
    from: Option<Sender>,
    text: Option<String>,
    photo: Option<Vec<PhotoSize>>,
    document: Option<Document>,
    video: Option<Value>,
    video_note: Option<Value>,
    animation: Option<Value>,
    voice: Option<Value>,
    audio: Option<Value>,
    sticker: Option<Value>,
    contact: Option<Value>,
    location: Option<Value>,
    venue: Option<Value>,
}

#[derive(Deserialize)]
struct PhotoSize {
    file_id: String,
    file_unique_id: String,
    #[serde(default)]
    width: u32,
    #[serde(default)]
    height: u32,
    file_size: Option<u64>,
}

#[derive(Deserialize)]
struct Document {
    file_id: String,
    file_unique_id: String,
    file_name: Option<String>,
    mime_type: Option<String>,
    file_size: Option<u64>,
}

impl Message {
    fn split(self) -> (Option<Sender>, Input) {
        let input = match &self {
            Self { text: Some(text), .. } => Input::Text(text.clone()),
            Self { photo: Some(sizes), .. } => photo_input(sizes),
            // An animation is sent with a document beside it, for clients older than animations.
            Self { document: Some(document), animation: None, .. } => document.input(),
            _ => Input::Other(self.other_kind()),
        };
        (self.from, input)
    }

    fn other_kind(&self) -> OtherKind {
        if self.video.is_some() || self.video_note.is_some() || self.animation.is_some() {
            OtherKind::Video
        } else if self.voice.is_some() || self.audio.is_some() {
            OtherKind::Voice
        } else if self.sticker.is_some() {
            OtherKind::Sticker
        } else if self.contact.is_some() {
            OtherKind::Contact
        } else if self.location.is_some() || self.venue.is_some() {
            OtherKind::Location
        } else {
            OtherKind::Unknown
        }
    }
}

/// The largest of a photo's sizes.
fn photo_input(sizes: &[PhotoSize]) -> Input {
    let largest = sizes.iter().max_by_key(|size| u64::from(size.width) * u64::from(size.height));
    largest.map_or(Input::Other(OtherKind::EmptyPhoto), |size| {
        let file = FileRef { file_id: size.file_id.clone(), unique_id: size.file_unique_id.clone(), bytes: size.file_size };
        Input::Photo(PhotoIn { file, width: size.width, height: size.height })
    })
}

impl Document {
    fn input(&self) -> Input {
        let file = FileRef { file_id: self.file_id.clone(), unique_id: self.file_unique_id.clone(), bytes: self.file_size };
        Input::Document { file, mime: self.mime_type.clone(), name: self.file_name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A message of Budi's with `body` in it, opened.
    #[track_caller]
    fn open(body: &Value) -> Understood {
        let mut message = json!({"message_id": 5, "date": 1_795_000_000, "chat": {"id": 7, "type": "private", "first_name": "Budi"},
            "from": {"id": 7, "is_bot": false, "first_name": "Budi", "language_code": "id"}});
        let fields = body.as_object().expect("an object").clone();
        message.as_object_mut().expect("an object").extend(fields);
        open_update(json!({"update_id": 41, "message": message}))
    }

    #[track_caller]
    fn open_update(update: Value) -> Understood {
        Envelope::open(&Envelope::new(update, 1_000).to_bytes()).expect("an update")
    }

    #[test]
    fn an_update_sealed_by_version_1_is_read_and_a_future_one_named() {
        let released = r#"{"v":1,"received_ms":1795000000000,"update":{"update_id":7,"callback_query":{"id":"q","from":{"id":5,"first_name":"Budi"},"message":{"chat":{"id":5,"type":"private"}},"data":"1|5|9|home|"}}}"#;
        let understood = Envelope::open(released.as_bytes()).expect("an envelope of version 1");
        assert!(matches!(understood.input, Input::Tap(Tap { from_owner: true, .. })) && understood.callback.as_deref() == Some("q"));
        let future = released.replace("\"v\":1", "\"v\":2");
        assert!(matches!(Envelope::open(future.as_bytes()), Err(BadUpdate::Version(2))));
    }

    #[test]
    fn a_text_survives_entities_of_tomorrow() {
        let entities = json!([{"type": "date_time", "offset": 0, "length": 4, "unix_time": 1_795_000_000}, {"type": "hologram"}]);
        let opened = open(&json!({"text": "besok", "entities": entities, "rich_text": {"blocks": []}, "effect_id": 3}));
        assert!(matches!(opened.input, Input::Text(text) if text == "besok"));
        assert_eq!(opened.person.expect("a person").language_code.as_deref(), Some("id"));
    }

    #[test]
    fn of_a_photo_the_largest_size_is_taken() {
        let size = |id: &str, width: u32| json!({"file_id": id, "file_unique_id": id, "width": width, "height": width, "file_size": 9});
        let opened = open(&json!({"photo": [size("small", 90), size("large", 1280), size("middle", 320)]}));
        assert!(matches!(opened.input, Input::Photo(photo) if photo.file.file_id == "large" && photo.file.bytes == Some(9)));
    }

    #[test]
    fn whatever_else_is_sent_is_told_apart() {
        let kind = |body| match open(&body).input {
            Input::Other(kind) => kind,
            other => panic!("{other:?}"),
        };
        assert_eq!(kind(json!({"photo": []})), OtherKind::EmptyPhoto);
        assert_eq!(kind(json!({"video": {"file_id": "v"}})), OtherKind::Video);
        assert_eq!(kind(json!({"animation": {}, "document": {"file_id": "a", "file_unique_id": "a"}})), OtherKind::Video);
        assert_eq!(kind(json!({"voice": {}})), OtherKind::Voice);
        assert_eq!(kind(json!({"sticker": {}})), OtherKind::Sticker);
        assert_eq!(kind(json!({"contact": {}})), OtherKind::Contact);
        assert_eq!(kind(json!({"venue": {}})), OtherKind::Location);
        assert_eq!(kind(json!({"hologram": {}})), OtherKind::Unknown);
    }

    #[test]
    fn a_document_keeps_its_kind_and_size() {
        let document =
            json!({"file_id": "d", "file_unique_id": "u", "file_name": "ktp.pdf", "mime_type": "application/pdf", "file_size": 22_000_000});
        let opened = open(&json!({"document": document}));
        assert!(matches!(opened.input, Input::Document { file, mime: Some(mime), .. }
            if file.bytes == Some(22_000_000) && mime == "application/pdf"));
    }

    #[test]
    fn a_tap_belongs_to_the_one_it_was_drawn_for() {
        let tap = |from: i64| {
            let message = json!({"message_id": 5, "date": 0, "chat": {"id": 7, "type": "private"}});
            open_update(json!({"update_id": 42, "callback_query":
                {"id": "9", "from": {"id": from, "first_name": "x"}, "message": message, "chat_instance": "1", "data": "1|a"}}))
        };
        assert!(matches!(tap(7).input, Input::Tap(tap) if tap.from_owner && tap.data == "1|a"));
        assert!(matches!(tap(8).input, Input::Tap(tap) if !tap.from_owner));
        assert_eq!(tap(7).callback.as_deref(), Some("9"));
    }

    #[test]
    fn updates_are_sorted_without_being_understood() {
        let sorted =
            |kind: &str, chat: Value| sort(&json!({"update_id": 1, kind: {"chat": chat, "new_chat_member": {"status": "kicked"}}}));
        let private = json!({"id": 7, "type": "private"});
        assert_eq!(sorted("message", private.clone()), Sorted::Mail(ChatId(7)));
        assert_eq!(sorted("edited_message", private.clone()), Sorted::Mail(ChatId(7)));
        assert_eq!(sorted("my_chat_member", private.clone()), Sorted::Membership { blocked: true });
        assert_eq!(sorted("message", json!({"id": -7, "type": "supergroup"})), Sorted::Group);
        assert_eq!(sorted("poll_answer", private), Sorted::UnknownKind);
        assert_eq!(sorted("message", json!({"type": "private"})), Sorted::Malformed);
        assert_eq!(sort(&json!({"update_id": 1, "message": "garbage"})), Sorted::Malformed);
        assert_eq!(sort(&json!([])), Sorted::UnknownKind);
    }

    #[test]
    fn what_cannot_be_read_says_why_and_shows_nothing_of_it() {
        let bad = |update| Envelope::open(&Envelope::new(update, 0).to_bytes()).expect_err("refused").to_string();
        let shape = bad(json!({"update_id": 1, "message": {"chat": {"id": 7}, "text": ["3174"]}}));
        assert!(shape.starts_with("not an update of the expected shape") && !shape.contains("3174"), "{shape}");
        assert_eq!(bad(json!({"update_id": 1})), "neither a message nor a tap");
        let newer = br#"{"v":2,"letter":"?"}"#;
        assert_eq!(Envelope::open(newer).expect_err("refused").to_string(), "schema version 2, this release reads 1");
    }
}
