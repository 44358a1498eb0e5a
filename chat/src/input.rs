//! What reaches the conversation: what a person does, and what the crew has to tell.

use std::fmt;

use antrean_domain::{FileRef, Outcome};

/// One message of a chat's mailbox, understood as far as the transport can.
#[derive(Clone, Debug)]
pub enum Input {
    /// A button was pressed.
    Tap(Tap),
    /// Something was typed. Commands come this way, too.
    Text(String),
    /// A photo was sent as a photo.
    Photo(PhotoIn),
    /// A file was sent.
    Document { file: FileRef, mime: Option<String>, name: Option<String> },
    /// Anything else a person can send.
    Other(OtherKind),
    /// The crew answers.
    Outcome(Outcome),
}

/// A button press: the callback data as it came, and whether the one who pressed is the one it was drawn for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tap {
    pub data: String,
    pub from_owner: bool,
}

/// A photo, in its largest size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhotoIn {
    pub file: FileRef,
    pub width: u32,
    pub height: u32,
}

/// What the conversation takes no content from. Each has its own answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherKind {
    Video,
    Voice,
    Sticker,
    Contact,
    Location,
    /// A photo message without any photo in it.
    EmptyPhoto,
    /// An earlier message was changed.
    Edited,
    /// Whatever Telegram invents next.
    Unknown,
}

/// The one who writes, as Telegram introduces them.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    pub first_name: String,
    pub language_code: Option<String>,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Person(…)")
    }
}
