//! Formatted text: a string and the entities over it, as the Bot API has them, and HTML both ways.

mod detect;
mod parse;
mod render;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub(crate) use self::{detect::with_detected, parse::parse_html, render::to_html};

/// A text and its entities.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Text {
    pub(crate) text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) entities: Vec<Entity>,
}

/// Telegram's `MessageEntity`. Offsets and lengths are in UTF-16 code units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entity {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) offset: usize,
    pub(crate) length: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// Fields of entities newer than this program; passed on as they are.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

impl Text {
    pub(crate) fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), entities: Vec::new() }
    }

    /// Length as Telegram counts it against its limits, in characters.
    pub(crate) fn chars(&self) -> usize {
        self.text.chars().count()
    }

    /// Without white space at both ends, as Telegram stores every text; entities move along.
    pub(crate) fn trimmed(mut self) -> Self {
        let cut = utf16_len(&self.text) - utf16_len(self.text.trim_start());
        let text = self.text.trim().to_owned();
        let end = utf16_len(&text);
        for entity in &mut self.entities {
            let from = entity.offset.saturating_sub(cut).min(end);
            let to = (entity.offset + entity.length).saturating_sub(cut).min(end);
            (entity.offset, entity.length) = (from, to - from);
        }
        self.entities.retain(|entity| entity.length > 0);
        Self { text, entities: self.entities }
    }
}

impl Entity {
    pub(crate) fn new(kind: &str, offset: usize, length: usize) -> Self {
        Self { kind: kind.to_owned(), offset, length, url: None, language: None, rest: Map::new() }
    }
}

pub(crate) fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
