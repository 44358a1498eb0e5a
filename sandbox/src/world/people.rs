//! The people one can be.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Someone who can write to the bot. Their private chat has the same id, as in Telegram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: i64,
    pub first_name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// IETF tag of the language of this person's app, `id` or `en`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language_code: Option<String>,
    /// A few words for the page's list of people; the bot never sees them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
}

impl Person {
    /// The person who is the operator, for the settings of the bot under test.
    pub const OPERATOR: i64 = 10_009;

    /// Budi and Siti, who speak Indonesian, Emma, who speaks English, and an operator.
    pub fn defaults() -> Vec<Self> {
        let person = |id, first: &str, last: &str, language: &str, about: &str| Self {
            id,
            first_name: first.to_owned(),
            last_name: Some(last.to_owned()),
            username: Some(format!("{}_{}", first.to_lowercase(), last.to_lowercase())),
            language_code: Some(language.to_owned()),
            about: Some(about.to_owned()),
        };
        vec![
            person(10_001, "Budi", "Santoso", "id", "Bahasa Indonesia"),
            person(10_002, "Siti", "Aminah", "id", "Bahasa Indonesia"),
            person(10_003, "Emma", "Baker", "en", "English"),
            person(Self::OPERATOR, "Rina", "Wijaya", "id", "Operator"),
        ]
    }

    pub(crate) fn full_name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.clone(),
        }
    }

    /// Telegram's `User` object.
    pub(crate) fn user(&self) -> Value {
        let mut user = self.names();
        user.insert("id".into(), self.id.into());
        user.insert("is_bot".into(), false.into());
        if let Some(language) = &self.language_code {
            user.insert("language_code".into(), language.as_str().into());
        }
        user.into()
    }

    /// Telegram's `Chat` object of this person's private chat.
    pub(crate) fn chat(&self) -> Value {
        let mut chat = self.names();
        chat.insert("id".into(), self.id.into());
        chat.insert("type".into(), "private".into());
        chat.into()
    }

    fn names(&self) -> Map<String, Value> {
        let mut names = Map::new();
        names.insert("first_name".into(), self.first_name.as_str().into());
        if let Some(last) = &self.last_name {
            names.insert("last_name".into(), last.as_str().into());
        }
        if let Some(username) = &self.username {
            names.insert("username".into(), username.as_str().into());
        }
        names
    }
}
