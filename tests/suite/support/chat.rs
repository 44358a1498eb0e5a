//! A chat as its person sees it, read from the imitated Telegram.

use serde::Deserialize;
use serde_json::Value;

/// One thing that happened in a chat.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Event {
    pub(crate) rev: u64,
    pub(crate) what: String,
    message: Option<About>,
    /// Of an answer to a tap: what popped up.
    pub(crate) text: Option<String>,
}

/// What a happening is about: a message as it reads then, or, of a tap, the message's id.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum About {
    Message(Message),
    #[expect(dead_code, reason = "a tap's message is known to whoever tapped")]
    Id(i64),
}

/// A message as it reads at that moment.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) text: String,
    #[serde(default)]
    pub(crate) keyboard: Vec<Vec<Button>>,
    #[serde(default)]
    pub(crate) photo: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Button {
    pub(crate) text: String,
    pub(crate) callback_data: Option<String>,
    pub(crate) copy_text: Option<CopyText>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CopyText {
    pub(crate) text: String,
}

impl Event {
    /// The message it is about, whoever wrote it.
    pub(crate) fn message(&self) -> Option<&Message> {
        match self.message.as_ref()? {
            About::Message(message) => Some(message),
            About::Id(_) => None,
        }
    }

    /// The message the bot sent or edited, if that is what happened.
    pub(crate) fn shown(&self) -> Option<&Message> {
        self.message().filter(|_| matches!(self.what.as_str(), "sent" | "edited"))
    }
}

impl Message {
    pub(crate) fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.keyboard.iter().flatten()
    }

    /// The first button that says `verb`, which is `verb|argument`, or `verb|` for any argument.
    pub(crate) fn button(&self, verb: &str) -> Option<&Button> {
        self.buttons().find(|button| button.says(verb))
    }

    /// The first day or hour (`verb` is `day|` or `hour|`) with places left: green, as people see it.
    pub(crate) fn free(&self, verb: &str) -> Option<&Button> {
        self.buttons().find(|button| button.says(verb) && button.text.contains('🟢'))
    }

    /// The text its copy button copies.
    pub(crate) fn copies(&self) -> Option<&str> {
        self.buttons().find_map(|button| button.copy_text.as_ref()).map(|copy| copy.text.as_str())
    }
}

impl Button {
    /// What it asks for: `verb|argument`, behind the version, the session and the revision.
    pub(crate) fn verb(&self) -> Option<&str> {
        self.callback_data.as_deref()?.splitn(4, '|').nth(3)
    }

    fn says(&self, wanted: &str) -> bool {
        self.verb().is_some_and(|verb| verb == wanted || (wanted.ends_with('|') && verb.starts_with(wanted)))
    }
}
