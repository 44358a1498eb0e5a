//! `antrean journal`: what happened, event by event, or to one booking alone. Personal data is masked; reads only.

use std::process::ExitCode;

use antrean_domain::{BookingId, Rupiah, State, zone};
use antrean_store::{JournalEvent, Tag};
use chrono::SecondsFormat;
use serde::Serialize;

use super::table::Table;
use super::{mask, print, store};
use crate::config::Config;

/// How many events are read at once.
const PAGE: usize = 1_000;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only what happened to this booking
    #[arg(long, value_name = "ID")]
    booking: Option<BookingId>,
    /// Only events with a higher number
    #[arg(long, value_name = "N", default_value_t = 0)]
    after: u64,
    /// For machines: one object a line
    #[arg(long)]
    json: bool,
}

/// A line of `--json`.
#[derive(Serialize)]
struct Line {
    /// Which shard's journal: each counts from 1.
    shard: String,
    event: u64,
    at: String,
    /// `hold`, `bill`, `pay` …, or `payment`, `again`, `quota`.
    what: String,
    #[serde(flatten)]
    booking: Option<Booking>,
    payment: Option<String>,
    /// Of `payment`: how much came.
    paid: Option<Rupiah>,
    /// Of `quota`: how many hours got this capacity.
    hours: Option<usize>,
    capacity: Option<u32>,
}

/// The booking as it was from then on; its id alone where the event changed nothing of it.
#[derive(Serialize)]
struct Booking {
    #[serde(rename = "booking")]
    id: String,
    state: Option<State>,
    slot: Option<String>,
    chat: Option<String>,
    code: Option<String>,
}

pub(crate) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let store = store(config).await?;
    let mut table = Table::new([">event", "at (UTC)", "what", "booking", "state", "slot", "code", "payment"]);
    for shard in store.office_shards() {
        let mut after = args.after;
        loop {
            let page = store.journal(shard, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.seq;
            let wanted = |event: &JournalEvent| args.booking.is_none() || event.booking == args.booking;
            for event in page.into_iter().filter(wanted) {
                let line = Line::of(Tag::Office(shard).to_string(), event);
                if args.json {
                    print(&(serde_json::to_string(&line)? + "\n"))?;
                } else {
                    table.row(line.cells());
                }
            }
        }
    }
    if !args.json {
        print(&if table.is_empty() { "nothing happened yet\n".to_owned() } else { table.to_string() })?;
    }
    Ok(ExitCode::SUCCESS)
}

impl Line {
    fn of(shard: String, event: JournalEvent) -> Self {
        let view = event.view.as_ref();
        let booking = event.booking.map(|id| Booking {
            id: id.to_string(),
            state: view.map(|view| view.state),
            slot: view.map(|view| view.slot.to_string()),
            chat: view.map(|view| mask::chat(view.chat)),
            code: view.and_then(|view| view.code.as_ref()).map(mask::code),
        });
        let (hours, capacity) = event.opened.map(|(slots, capacity)| (slots.len(), capacity)).unzip();
        Self {
            shard,
            event: event.seq,
            at: zone::utc(event.at_ms).to_rfc3339_opts(SecondsFormat::Millis, true),
            what: event.word,
            booking,
            payment: event.payment.map(String::from),
            paid: event.money.map(|(_, amount)| amount),
            hours,
            capacity,
        }
    }

    fn cells(self) -> Vec<String> {
        let what = match (self.hours, self.capacity) {
            (Some(hours), Some(capacity)) => format!("{}: {hours} hours of {capacity}", self.what),
            _ => self.what,
        };
        let word = |state: State| serde_json::to_value(state).ok().and_then(|word| word.as_str().map(str::to_owned));
        let (id, state, slot, code) = match self.booking {
            Some(it) => (it.id, it.state.and_then(word), it.slot, it.code),
            None => (String::new(), None, None, None),
        };
        let [state, slot, code, payment] = [state, slot, code, self.payment].map(Option::unwrap_or_default);
        vec![self.event.to_string(), self.at, what, id, state, slot, code, payment]
    }
}
