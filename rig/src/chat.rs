//! A chat as its person sees it, read from the imitated Telegram.

use serde::Deserialize;
use serde_json::Value;

/// One thing that happened in a chat.
#[derive(Clone, Debug, Deserialize)]
pub struct Event {
    pub rev: u64,
    pub what: String,
    message: Option<About>,
    /// Of an answer to a tap: what popped up.
    pub text: Option<String>,
    /// Of a tap and of its answer: the tap's id.
    pub tap: Option<String>,
    /// Of a tap: what its button carries.
    pub data: Option<String>,
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
pub struct Message {
    pub id: i64,
    pub text: String,
    #[serde(default)]
    pub keyboard: Vec<Vec<Button>>,
    #[serde(default)]
    pub photo: Option<Value>,
    #[serde(default)]
    pub document: Option<Value>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct Button {
    pub text: String,
    pub callback_data: Option<String>,
    pub copy_text: Option<CopyText>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct CopyText {
    pub text: String,
}

impl Event {
    /// The message it is about, whoever wrote it.
    pub fn message(&self) -> Option<&Message> {
        match self.message.as_ref()? {
            About::Message(message) => Some(message),
            About::Id(_) => None,
        }
    }

    /// The message the bot sent or edited, if that is what happened.
    pub fn shown(&self) -> Option<&Message> {
        self.message().filter(|_| matches!(self.what.as_str(), "sent" | "edited"))
    }
}

impl Message {
    pub fn buttons(&self) -> impl Iterator<Item = &Button> {
        self.keyboard.iter().flatten()
    }

    /// The first button that says `verb`, which is `verb|argument`, or `verb|` for any argument.
    pub fn button(&self, verb: &str) -> Option<&Button> {
        self.buttons().find(|button| button.says(verb))
    }

    /// The first day or hour (`verb` is `day|` or `hour|`) with places left: green, as people see it.
    pub fn free(&self, verb: &str) -> Option<&Button> {
        self.buttons().find(|button| button.says(verb) && button.text.contains('🟢'))
    }

    /// The text its copy button copies.
    pub fn copies(&self) -> Option<&str> {
        self.buttons().find_map(|button| button.copy_text.as_ref()).map(|copy| copy.text.as_str())
    }
}

impl Button {
    /// What it asks for: `verb|argument`, behind the version, the session and the revision.
    pub fn verb(&self) -> Option<&str> {
        self.callback_data.as_deref()?.splitn(4, '|').nth(3)
    }

    fn says(&self, wanted: &str) -> bool {
        self.verb().is_some_and(|verb| verb == wanted || (wanted.ends_with('|') && verb.starts_with(wanted)))
    }
}
