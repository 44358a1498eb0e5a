//! A chat: its messages as they are, and its history as it came about.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;

use super::{Message, SerdeArc};

/// A private chat between one person and the bot.
pub(crate) struct Chat {
    pub(crate) messages: BTreeMap<i64, Arc<Message>>,
    pub(crate) history: VecDeque<Event>,
    /// Grows by one with everything that happens here; whoever waits for news watches it.
    pub(crate) rev: watch::Sender<u64>,
    pub(crate) blocked: bool,
    /// The person has written at least once; before that a bot may not begin.
    pub(crate) started: bool,
    pub(crate) pinned: Vec<i64>,
    /// The keyboard in place of the person's own, as a `ReplyKeyboardMarkup`.
    pub(crate) reply_keyboard: Option<Value>,
}

/// One thing that happened in a chat.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) rev: u64,
    /// Milliseconds since 1970 by the steered clock.
    pub(crate) at_ms: i64,
    #[serde(flatten)]
    pub(crate) what: Happening,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(crate) enum Happening {
    /// The bot sent a message.
    Sent {
        message: SerdeArc<Message>,
    },
    /// The bot edited a message of its own; this is how it reads now.
    Edited {
        message: SerdeArc<Message>,
    },
    /// The bot deleted messages.
    Deleted {
        ids: Vec<i64>,
    },
    Pinned {
        id: i64,
    },
    Unpinned {
        ids: Vec<i64>,
    },
    /// The bot showed or took away (`null`) a keyboard in place of the person's own.
    ReplyKeyboard {
        markup: Option<Value>,
    },
    /// The person wrote.
    Incoming {
        message: SerdeArc<Message>,
    },
    /// The person corrected a message of theirs.
    IncomingEdited {
        message: SerdeArc<Message>,
    },
    /// Someone (nearly always the person whose chat it is) pressed a button.
    Pressed {
        tap: String,
        from: i64,
        message: i64,
        data: String,
        label: Option<String>,
    },
    /// The bot answered a tap; text is what pops up.
    Answered {
        tap: String,
        text: Option<String>,
        alert: bool,
        url: Option<String>,
    },
    Blocked,
    Unblocked,
}

/// History kept per chat: a whole day of hard use. Older happenings, and after a restart the messages
/// only they carried, are forgotten.
const HISTORY_MAX: usize = 5_000;

impl Chat {
    pub(crate) fn rev(&self) -> u64 {
        *self.rev.borrow()
    }

    pub(super) fn apply(&mut self, event: Event) {
        match &event.what {
            Happening::Sent { message } | Happening::Edited { message } | Happening::IncomingEdited { message } => {
                self.messages.insert(message.0.id, Arc::clone(&message.0));
            }
            Happening::Incoming { message } => {
                self.started = true;
                self.messages.insert(message.0.id, Arc::clone(&message.0));
            }
            Happening::Deleted { ids } => self.messages.retain(|id, _| !ids.contains(id)),
            Happening::Pinned { id } => self.pinned.push(*id),
            Happening::Unpinned { ids } => self.pinned.retain(|id| !ids.contains(id)),
            Happening::ReplyKeyboard { markup } => self.reply_keyboard.clone_from(markup),
            Happening::Blocked => self.blocked = true,
            Happening::Unblocked => self.blocked = false,
            Happening::Pressed { .. } | Happening::Answered { .. } => {}
        }
        self.rev.send_replace(event.rev);
        self.history.push_back(event);
        if self.history.len() > HISTORY_MAX {
            self.history.pop_front();
        }
    }
}

impl Default for Chat {
    fn default() -> Self {
        Self {
            messages: BTreeMap::new(),
            history: VecDeque::new(),
            rev: watch::Sender::new(0),
            blocked: false,
            started: false,
            pinned: Vec::new(),
            reply_keyboard: None,
        }
    }
}

impl Happening {
    /// The message this is about, as it reads afterwards.
    pub(crate) fn message(&self) -> Option<&Arc<Message>> {
        match self {
            Self::Sent { message } | Self::Edited { message } | Self::Incoming { message } | Self::IncomingEdited { message } => {
                Some(&message.0)
            }
            _ => None,
        }
    }
}
