//! Screens: what a person is shown, free of how it is sent.

use serde::{Deserialize, Serialize};

/// One thing to show, and where. Travels sealed through the chat's outbox as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Show {
    pub how: How,
    pub screen: Screen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// Edit the live message in place if it is the newest of the chat, else send it anew.
    Live,
    /// Send it as the new live message: the person wrote something in between.
    Below,
    /// Send it as a message of its own that stays: a proof, a notice.
    Keep,
}

/// A message: text in Telegram's HTML (at most 4096 characters, 1024 under a picture), buttons in rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screen {
    pub text: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<Button>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub label: String,
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Comes back as a tap. At most 64 bytes: Telegram's limit for `callback_data`.
    Data(String),
    /// Copies the text to the person's clipboard. At most 256 characters.
    Copy(String),
    Url(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Picture {
    /// A QR code of this text, drawn by whoever sends it.
    Qr(String),
}

/// A short answer to a tap itself. At most 200 characters; an alert must be dismissed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub text: String,
    pub alert: bool,
}
