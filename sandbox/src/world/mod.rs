//! What is so in the imitated Telegram: people, chats, messages, files, and the updates the bot has not confirmed yet.
//!
//! Everything that must survive a restart changes in one way only: a [`Record`] is written to the [`journal`] and then
//! applied. Reading the journal back applies the same records, so there is no second way to get it wrong. What may be
//! forgotten (open taps, faults asked for, flood buckets, counters) lives beside it and starts empty.
//!
//! The world knows no HTTP and makes no rules about what a bot may do; see [`crate::bot_api`] for those.

mod acts;
mod chat;
mod faults;
mod files;
mod flood;
mod journal;
mod message;
mod people;
mod taps;
mod updates;

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::broadcast;

pub(crate) use self::{
    acts::Draft,
    chat::{Chat, Event, Happening},
    faults::{Fault, FaultKind, Faults},
    files::{FileKind, FileRecord, store_bytes},
    flood::Flood,
    journal::Journal,
    message::{Button, Keyboard, Media, Message, PhotoSize},
    taps::Taps,
    updates::{NewUpdate, Pending, Updates},
};
pub use self::{journal::JournalError, people::Person};

/// The whole imitated Telegram. Kept behind one mutex: every change is microseconds long.
pub(crate) struct World {
    pub(crate) bot: Bot,
    pub(crate) people: BTreeMap<i64, Person>,
    pub(crate) chats: HashMap<i64, Chat>,
    pub(crate) files: HashMap<String, Arc<FileRecord>>,
    pub(crate) updates: Updates,
    pub(crate) profile: Profile,
    pub(crate) taps: Taps,
    pub(crate) faults: Faults,
    pub(crate) flood: Flood,
    pub(crate) stats: Stats,
    /// What an open page wants to know and a history does not: typing, a new person, the clock.
    pub(crate) signals: broadcast::Sender<Signal>,
    last_message_id: i64,
    journal: Journal,
}

/// The bot's own account.
#[derive(Clone, Debug)]
pub(crate) struct Bot {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) username: String,
}

/// What the bot set about itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Profile {
    /// Commands by scope and language, as `setMyCommands` gave them; the key is `scope|language`.
    pub(crate) commands: BTreeMap<String, Vec<Value>>,
    pub(crate) menu_button: Option<Value>,
    pub(crate) webhook: Option<WebhookSettings>,
    /// Kinds of update the bot asked for; empty means all the usual ones.
    pub(crate) allowed_updates: Vec<String>,
    /// Descriptions and names by method and language: kept so that the getter gives back what the setter took.
    pub(crate) texts: BTreeMap<String, String>,
}

/// Where updates are to be delivered, as `setWebhook` said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WebhookSettings {
    pub(crate) url: String,
    pub(crate) secret: Option<String>,
    pub(crate) connections_max: usize,
}

/// One durable change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub(crate) enum Record {
    Person {
        person: Person,
    },
    Chat {
        chat: i64,
        event: Event,
    },
    File {
        file: SerdeArc<FileRecord>,
    },
    Update {
        pending: Pending,
    },
    /// The bot confirmed every update below this id.
    Confirmed {
        below: i64,
    },
    /// A webhook took this one update.
    Delivered {
        id: i64,
        seq: u64,
    },
    Profile {
        profile: Profile,
    },
    /// Written when the journal is compacted: ids must not go back even when nothing that carried them is left.
    Ids {
        last_message_id: i64,
        next_update_id: i64,
    },
}

/// An `Arc` that serde reads and writes as what it holds.
#[derive(Clone, Debug)]
pub(crate) struct SerdeArc<T>(pub(crate) Arc<T>);

impl<T: Serialize> Serialize for SerdeArc<T> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(to)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for SerdeArc<T> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::deserialize(from).map(|value| Self(Arc::new(value)))
    }
}

/// Counters for `/sim/stats`.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Stats {
    pub(crate) calls: BTreeMap<String, u64>,
    pub(crate) errors: BTreeMap<u16, u64>,
    pub(crate) too_many_requests: u64,
    pub(crate) faults_served: u64,
    pub(crate) webhook_deliveries: u64,
    pub(crate) webhook_failures: u64,
}

/// News for open pages that is not part of any chat's history.
#[derive(Clone, Debug)]
pub(crate) enum Signal {
    Typing { chat: i64, action: String },
    People,
    Profile,
    Clock,
}

impl World {
    /// Reads `data_dir` and takes up where it was left, or starts a new world there with this update id.
    pub(crate) fn open(data_dir: &Path, bot: Bot, first_update_id: i64) -> Result<Self, JournalError> {
        let (journal, records) = Journal::open(data_dir)?;
        let mut world = Self {
            bot,
            people: BTreeMap::new(),
            chats: HashMap::new(),
            files: HashMap::new(),
            updates: Updates::default(),
            profile: Profile::default(),
            taps: Taps::default(),
            faults: Faults::default(),
            flood: Flood::default(),
            stats: Stats::default(),
            // Pages that fall further behind than this load the chat afresh.
            signals: broadcast::channel(256).0,
            last_message_id: 0,
            journal,
        };
        for record in records {
            world.apply(record);
        }
        if world.updates.next_id() == 0 {
            world.updates.skip_to(first_update_id);
        }
        let compact = world.records();
        world.journal.start(&compact)?;
        Ok(world)
    }

    /// Makes a durable change: writes it down and applies it.
    pub(crate) fn record(&mut self, record: Record) {
        self.journal.append(&record);
        self.apply(record);
    }

    /// Waits until everything recorded so far is with the operating system.
    pub(crate) fn close(&mut self) {
        self.journal.close();
    }

    pub(crate) fn next_message_id(&mut self) -> i64 {
        self.last_message_id += 1;
        self.last_message_id
    }

    /// The bot as Telegram's `User` object, with all that `getMe` tells.
    pub(crate) fn bot_user(&self) -> Value {
        json!({ "id": self.bot.id, "is_bot": true, "first_name": self.bot.name, "username": self.bot.username })
    }

    /// A person, or the bot, as Telegram's `User` object.
    pub(crate) fn user(&self, id: i64) -> Value {
        match self.people.get(&id) {
            Some(person) => person.user(),
            None => self.bot_user(),
        }
    }

    fn apply(&mut self, record: Record) {
        match record {
            Record::Person { person } => {
                self.chats.entry(person.id).or_default();
                self.people.insert(person.id, person);
            }
            Record::Chat { chat, event } => {
                if let Some(message) = event.what.message() {
                    self.last_message_id = self.last_message_id.max(message.id);
                }
                self.chats.entry(chat).or_default().apply(event);
            }
            Record::File { file } => {
                self.files.insert(file.0.file_id.clone(), file.0);
            }
            Record::Update { pending } => self.updates.push(pending),
            Record::Confirmed { below } => self.updates.confirm(below),
            Record::Delivered { id, seq } => self.updates.remove(id, seq),
            Record::Profile { profile } => self.profile = profile,
            Record::Ids { last_message_id, next_update_id } => {
                self.last_message_id = self.last_message_id.max(last_message_id);
                self.updates.skip_to(next_update_id);
            }
        }
    }

    /// The shortest list of records that makes this world.
    fn records(&self) -> Vec<Record> {
        let people = self.people.values().map(|person| Record::Person { person: person.clone() });
        let files = self.files.values().map(|file| Record::File { file: SerdeArc(Arc::clone(file)) });
        let chats =
            self.chats.iter().flat_map(|(&chat, it)| it.history.iter().map(move |event| Record::Chat { chat, event: event.clone() }));
        let updates = self.updates.iter().map(|pending| Record::Update { pending: pending.clone() });
        let ids = Record::Ids { last_message_id: self.last_message_id, next_update_id: self.updates.next_id() };
        people.chain(files).chain(chats).chain(updates).chain([Record::Profile { profile: self.profile.clone() }, ids]).collect()
    }
}
