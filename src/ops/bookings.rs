//! `antrean bookings`: every booking, or every refund that is due. Personal data is masked.

use std::collections::BTreeMap;
use std::process::ExitCode;

use antrean_domain::{Application, BookingView, Millis, Nik, Rupiah, State, zone};
use antrean_store::{BookingPage, RefundCase, Seal, Store, StoreError};
use chrono::SecondsFormat;
use serde::Serialize;

use super::table::Table;
use super::{connect, mask, print};
use crate::config::{Config, ConfigError};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only money to be paid back: it came too late for its place, or twice
    #[arg(long)]
    refunds: bool,
    /// For machines: one object a line
    #[arg(long)]
    json: bool,
}

/// A line of `--json`.
#[derive(Serialize)]
struct Line {
    booking: String,
    office: String,
    state: State,
    slot: String,
    places: u32,
    chat: String,
    code: Option<String>,
    amount: Rupiah,
    due_at: Option<String>,
    paid_at: Option<String>,
    moves: u32,
    created_at: String,
    changed_at: String,
    /// Absent without the seal key, and before a bill was issued.
    applicant: Option<Applicant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund: Option<Refund>,
}

#[derive(Serialize)]
struct Applicant {
    name: Option<String>,
    nik: Option<String>,
}

#[derive(Serialize)]
struct Refund {
    payment: String,
    amount: Rupiah,
    /// `late`, or `again`: a further payment for one booking.
    why: &'static str,
    since: String,
}

pub(crate) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let store = connect(config, seal(config)?).await?;
    let refund = args.refunds.then_some("refund");
    let table = Table::new(["booking", "state", "slot", "chat", "applicant", "code", ">amount"].into_iter().chain(refund));
    let mut page = Page { json: args.json, table };
    if args.refunds {
        for case in store.refunds().await? {
            let found = store.bookings(std::slice::from_ref(&case.booking)).await?;
            // The audit reports a case without its booking.
            if let Some(Some(view)) = found.into_iter().next() {
                page.add(Line::read(&store, view, Some(&case)).await?)?;
            }
        }
    } else {
        for view in all(&store).await? {
            page.add(Line::read(&store, view, None).await?)?;
        }
    }
    page.end(if args.refunds { "no refund is due\n" } else { "no booking yet\n" })?;
    Ok(ExitCode::SUCCESS)
}

/// Every booking, in the order in which they were made.
async fn all(store: &Store) -> anyhow::Result<Vec<BookingView>> {
    let mut found = BTreeMap::new();
    for shard in store.office_shards() {
        let mut cursor = Some(0);
        while let Some(at) = cursor {
            let BookingPage { bookings, next } = store.all_bookings(shard, at).await?;
            found.extend(bookings.into_iter().map(|view| ((view.created_ms, view.booking.id), view)));
            cursor = next;
        }
    }
    Ok(found.into_values().collect())
}

/// The lines as they come for machines, all at once for people: columns are as wide as their widest cell.
struct Page {
    json: bool,
    table: Table,
}

impl Page {
    fn add(&mut self, line: Line) -> anyhow::Result<()> {
        if self.json {
            return print(&(serde_json::to_string(&line)? + "\n"));
        }
        self.table.row(line.cells());
        Ok(())
    }

    fn end(self, nothing: &str) -> anyhow::Result<()> {
        match (self.json, self.table.is_empty()) {
            (true, _) => Ok(()),
            (false, true) => print(nothing),
            (false, false) => print(&self.table.to_string()),
        }
    }
}

impl Line {
    async fn read(store: &Store, view: BookingView, refund: Option<&RefundCase>) -> Result<Self, StoreError> {
        let application = match store.application(&view.booking).await {
            // Without the key the rest can still be read.
            Err(StoreError::NoSeal) => None,
            found => found?,
        };
        Ok(Self {
            booking: view.booking.id.to_string(),
            office: view.booking.office.to_string(),
            state: view.state,
            slot: view.slot.to_string(),
            places: view.places,
            chat: mask::chat(view.chat),
            code: view.code.as_ref().map(mask::code),
            amount: view.amount,
            due_at: view.due_ms.map(moment),
            paid_at: view.paid_ms.map(moment),
            moves: view.moves,
            created_at: moment(view.created_ms),
            changed_at: moment(view.changed_ms),
            applicant: application.as_ref().map(Applicant::masked),
            refund: refund.map(Refund::from),
        })
    }

    fn cells(self) -> Vec<String> {
        let refund = self.refund.map(|refund| format!("{} {} ({}), payment {}", refund.amount, refund.why, refund.since, refund.payment));
        let state = serde_json::to_value(self.state).ok().and_then(|word| word.as_str().map(str::to_owned));
        let applicant = self.applicant.and_then(|applicant| applicant.name);
        let [state, applicant, code] = [state, applicant, self.code].map(Option::unwrap_or_default);
        let cells = [self.booking, state, self.slot, self.chat, applicant, code, self.amount.to_string()];
        cells.into_iter().chain(refund).collect()
    }
}

impl Applicant {
    fn masked(application: &Application) -> Self {
        Self { name: application.name.as_deref().map(mask::name), nik: application.nik.as_ref().map(Nik::masked) }
    }
}

impl From<&RefundCase> for Refund {
    fn from(case: &RefundCase) -> Self {
        let why = if case.again { "again" } else { "late" };
        Self { payment: case.payment.to_string(), amount: case.amount, why, since: moment(case.at_ms) }
    }
}

/// The key that opens applications. Without one they stay closed, and the rest is listed.
fn seal(config: &Config) -> Result<Option<Seal>, ConfigError> {
    match config.seal_key() {
        Ok(key) => Ok(Some(Seal::new(key))),
        Err(ConfigError::Missing { .. }) => Ok(None),
        Err(wrong) => Err(wrong),
    }
}

fn moment(at_ms: Millis) -> String {
    zone::utc(at_ms).to_rfc3339_opts(SecondsFormat::Secs, true)
}
