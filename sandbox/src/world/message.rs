//! A message and what it may carry.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::World;
use crate::text::Text;

/// Rows of an inline keyboard.
pub(crate) type Keyboard = Vec<Vec<Button>>;

/// One message of a chat, from a person or from the bot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) chat: i64,
    pub(crate) from: i64,
    /// Seconds since 1970 by the steered clock, as in the Bot API.
    pub(crate) date: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) edit_date: Option<i64>,
    #[serde(default)]
    pub(crate) edits: u32,
    /// The text, or the caption where there are media.
    #[serde(default)]
    pub(crate) text: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) media: Option<Media>,
    /// Pictures sent together share one (`media_group_id`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) album: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reply_to: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) keyboard: Keyboard,
}

/// What a message carries beside text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Media {
    Photo {
        sizes: Vec<PhotoSize>,
    },
    Document {
        file_id: String,
        file_unique_id: String,
        file_name: Option<String>,
        mime_type: Option<String>,
        /// What Telegram says the size is; the bytes kept here may be fewer.
        file_size: u64,
    },
    /// A kind the imitation passes on without looking into it: video, voice, sticker, contact, location …
    Other {
        field: String,
        value: Value,
    },
}

/// One of the sizes Telegram keeps of a photo, smallest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PhotoSize {
    pub(crate) file_id: String,
    pub(crate) file_unique_id: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) file_size: u64,
}

/// A button under a message. Exactly one of the actions is there; `rest` is what the imitation does not act on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Button {
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) callback_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) copy_text: Option<CopyText>,
    #[serde(flatten)]
    pub(crate) rest: serde_json::Map<String, Value>,
}

/// What a copy button puts on the clipboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CopyText {
    pub(crate) text: String,
}

impl Message {
    /// Telegram's `Message` object.
    pub(crate) fn to_api(&self, world: &World) -> Value {
        let mut message = self.to_api_alone(world);
        let original = self.reply_to.and_then(|id| world.chats.get(&self.chat)?.messages.get(&id));
        if let Some(original) = original {
            // One level only, as in the Bot API: the quoted message does not quote on.
            message["reply_to_message"] = original.to_api_alone(world);
        }
        message
    }

    /// The button with this label, or with this data.
    pub(crate) fn button(&self, is_it: impl Fn(&Button) -> bool) -> Option<&Button> {
        self.keyboard.iter().flatten().find(|button| is_it(button))
    }

    fn to_api_alone(&self, world: &World) -> Value {
        let mut message = json!({
            "message_id": self.id,
            "from": world.user(self.from),
            "chat": world.people.get(&self.chat).map_or_else(|| json!({ "id": self.chat, "type": "private" }), super::Person::chat),
            "date": self.date,
        });
        if let Some(date) = self.edit_date {
            message["edit_date"] = date.into();
        }
        if let Some(album) = &self.album {
            message["media_group_id"] = album.as_str().into();
        }
        let (text, entities) = if self.media.is_some() { ("caption", "caption_entities") } else { ("text", "entities") };
        if !self.text.text.is_empty() {
            message[text] = self.text.text.as_str().into();
        }
        if !self.text.entities.is_empty() {
            message[entities] = json!(self.text.entities);
        }
        match &self.media {
            None => {}
            Some(Media::Photo { sizes }) => message["photo"] = json!(sizes),
            Some(Media::Document { file_id, file_unique_id, file_name, mime_type, file_size }) => {
                message["document"] = json!({ "file_id": file_id, "file_unique_id": file_unique_id, "file_size": file_size });
                if let Some(name) = file_name {
                    message["document"]["file_name"] = name.as_str().into();
                }
                if let Some(mime) = mime_type {
                    message["document"]["mime_type"] = mime.as_str().into();
                }
            }
            Some(Media::Other { field, value }) => message[field.as_str()] = value.clone(),
        }
        if !self.keyboard.is_empty() {
            message["reply_markup"] = json!({ "inline_keyboard": self.keyboard });
        }
        message
    }
}
