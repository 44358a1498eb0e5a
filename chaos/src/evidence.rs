//! What is left when it is over: the journal, the histories of the chats, what the bank was told, and the records. The
//! checker reads this and nothing else. Plain types of its own, so that its tests can write a history by hand.

use antrean_rig::{Event as Happened, World};
use antrean_store::JournalEvent;

use crate::bank::Notice;
use crate::screens;

/// Events read at once.
const PAGE: usize = 1_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Evidence {
    pub(crate) journal: Vec<Event>,
    pub(crate) chats: Vec<Chat>,
    pub(crate) notices: Vec<Notice>,
    /// The records, as whoever asks for bookings gets them.
    pub(crate) records: Vec<Booking>,
}

/// A line of the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) seq: u64,
    pub(crate) word: String,
    /// Of all but `quota`.
    pub(crate) id: String,
    /// The booking from then on; of all but `quota` and `again`.
    pub(crate) booking: Option<Booking>,
    pub(crate) payment: Option<String>,
    /// Of `payment`: for which code, and how much.
    pub(crate) money: Option<(String, u64)>,
    /// Of `quota`: which slots have this capacity from then on.
    pub(crate) opened: Option<(Vec<String>, u32)>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Booking {
    pub(crate) id: String,
    /// What people call it.
    pub(crate) number: String,
    pub(crate) chat: i64,
    pub(crate) state: String,
    pub(crate) slot: String,
    pub(crate) places: u32,
    pub(crate) code: Option<String>,
}

/// One chat, from its first word to the status asked for at the end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    pub(crate) lines: Vec<Line>,
    /// What `/status` said when all was over; `None`: it said nothing.
    pub(crate) status: Option<String>,
    /// Telegram once said that nobody is there: what was for them then is lost on purpose.
    pub(crate) forbidden: bool,
    /// How many of the things they typed nobody had asked for.
    pub(crate) loose: usize,
}

/// One thing in a chat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The person wrote, or sent a photo.
    Said,
    /// The person tapped a button that asks for `verb`, drawn on this screen if on any.
    Tapped { tap: String, screen: Option<(String, u64)>, verb: String },
    /// A tap was answered: `plain`, or with words, as when its screen is not the current one.
    Answered { tap: String, plain: bool },
    /// A screen, by its session and revision.
    Screen { session: String, rev: u64, text: String, code: Option<String> },
    /// A message that stays.
    Notice { text: String, picture: bool, code: Option<String> },
}

/// The journal and the records.
pub(crate) async fn of_the_ledger(world: &World) -> Result<(Vec<Event>, Vec<Booking>), antrean_store::StoreError> {
    let store = &world.store;
    let (mut journal, mut records) = (Vec::new(), Vec::new());
    for shard in store.office_shards() {
        let mut after = 0;
        loop {
            let page = store.journal(shard, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            journal.extend(page.into_iter().map(Event::from));
        }
        let mut cursor = Some(0);
        while let Some(at) = cursor {
            let page = store.all_bookings(shard, at).await?;
            records.extend(page.bookings.into_iter().map(Booking::from));
            cursor = page.next;
        }
    }
    records.sort_by(|one: &Booking, other| one.id.cmp(&other.id));
    // A walk over names may give one twice.
    records.dedup();
    Ok((journal, records))
}

/// What happened in a chat, in the order in which it did.
pub(crate) fn lines(history: &[Happened]) -> Vec<Line> {
    history.iter().filter_map(line).collect()
}

fn line(event: &Happened) -> Option<Line> {
    if let Some(message) = event.shown() {
        let (text, code) = (message.text.clone(), message.copies().map(str::to_owned));
        return Some(match screens::drawn_on(message) {
            Some((session, rev)) => Line::Screen { session, rev, text, code },
            None => Line::Notice { text, picture: message.photo.is_some(), code },
        });
    }
    let tap = || event.tap.clone().unwrap_or_default();
    match event.what.as_str() {
        "incoming" => Some(Line::Said),
        "pressed" => {
            let data = event.data.as_deref().unwrap_or_default();
            let verb = data.splitn(4, '|').nth(3).unwrap_or_default().to_owned();
            Some(Line::Tapped { tap: tap(), screen: screens::of_data(data), verb })
        }
        // "We cannot take anything in at the moment": said while Redis is away, and no answer to the tap, which is kept.
        "answered" if event.text.as_deref().is_some_and(|text| text.contains('⏳')) => None,
        "answered" => Some(Line::Answered { tap: tap(), plain: event.text.is_none() }),
        _ => None,
    }
}

impl From<JournalEvent> for Event {
    fn from(event: JournalEvent) -> Self {
        Self {
            seq: event.seq,
            word: event.word,
            id: event.booking.map(|id| id.to_string()).unwrap_or_default(),
            booking: event.view.map(Booking::from),
            payment: event.payment.map(String::from),
            money: event.money.map(|(code, amount)| (code.as_str().to_owned(), amount.0)),
            opened: event.opened.map(|(slots, capacity)| (slots.iter().map(ToString::to_string).collect(), capacity)),
        }
    }
}

impl From<antrean_domain::BookingView> for Booking {
    fn from(view: antrean_domain::BookingView) -> Self {
        let state = serde_json::to_value(view.state).ok().and_then(|word| word.as_str().map(str::to_owned));
        Self {
            id: view.booking.id.to_string(),
            number: view.booking.id.short(),
            chat: view.chat.0,
            state: state.expect("a state is one word"),
            slot: view.slot.to_string(),
            places: view.places,
            code: view.code.map(|code| code.as_str().to_owned()),
        }
    }
}
