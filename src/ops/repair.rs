//! `antrean repair`: asks the bank again about every code on which money may have come that Redis forgot, records what
//! it knows, and closes the losses that were noticed.

use std::process::ExitCode;
use std::time::Duration;

use antrean_domain::Millis;
use antrean_store::{Accepted, OfficeShard, OpenLoss, Store};
use serde_json::json;

use super::table::Table;
use super::{mask, print, store};
use crate::config::{Config, ConfigError};
use crate::repair::bank::StatusService;
use crate::repair::{Found, LOOK_BACK_MS, Repaired, ask_again};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Look at bookings that changed within this time, like 30m, 2h or 1d, and at all that can be paid. Without it: two
    /// hours before the loss, or before now
    #[arg(long, value_name = "TIME", value_parser = read_time)]
    since: Option<Duration>,
    /// Ask nobody: everything was compared with the bank's list by hand, the losses are closed
    #[arg(long, conflicts_with = "since")]
    by_hand: bool,
    /// For machines: one object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let bank = if args.by_hand { None } else { Some(StatusService::new(config.bank_status()?.ok_or(NO_BANK)?)) };
    let store = store(config).await?;
    let open = store.open_losses().await?;
    let mut all = Repaired::default();
    for shard in store.office_shards() {
        let loss = open.iter().find(|loss| loss.shard == shard);
        let repaired = match &bank {
            Some(bank) => ask_again(&store, bank, shard, since(&args, &store, loss)).await?,
            None => Repaired::default(),
        };
        close(&store, shard, loss, repaired.recorded()).await?;
        all.asked += repaired.asked;
        all.found.extend(repaired.found);
    }
    print(&if args.json { draw_json(&all, open.len())? } else { draw(&all, open.len()) })?;
    Ok(ExitCode::SUCCESS)
}

const NO_BANK: ConfigError = ConfigError::Missing {
    name: "ANTREAN_BANK_URL",
    expected: "the address of the bank's payment status service; if there is none, compare by hand and say --by-hand",
};

fn since(args: &Args, store: &Store, loss: Option<&OpenLoss>) -> Millis {
    let now = store.clock().now_ms();
    match args.since {
        Some(time) => now.saturating_sub_unsigned(u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
        None => loss.map_or(now, |loss| loss.at_ms) - LOOK_BACK_MS,
    }
}

async fn close(store: &Store, shard: OfficeShard, loss: Option<&OpenLoss>, found: usize) -> anyhow::Result<()> {
    if let Some(loss) = loss {
        store.mend_loss(shard, &loss.digest, found).await?;
    }
    Ok(())
}

fn draw(all: &Repaired, closed: usize) -> String {
    let mut table = Table::new(["code", "payment", ">amount", "what became of it"]);
    for found in &all.found {
        table.row([mask::code(&found.code), found.payment.to_string(), found.amount.to_string(), became(found).to_owned()]);
    }
    let rows = if table.is_empty() { String::new() } else { format!("{table}\n") };
    format!("{rows}codes asked about: {}, payments recorded: {}, losses closed: {closed}\n", all.asked, all.recorded())
}

fn draw_json(all: &Repaired, closed: usize) -> serde_json::Result<String> {
    let found = |found: &Found| json!({ "code": mask::code(&found.code), "payment": found.payment, "amount": found.amount, "became": became(found) });
    let payments: Vec<_> = all.found.iter().map(found).collect();
    let object = json!({ "asked": all.asked, "recorded": all.recorded(), "losses_closed": closed, "payments": payments });
    serde_json::to_string(&object).map(|line| line + "\n")
}

fn became(found: &Found) -> &'static str {
    match found.accepted {
        Accepted::Recorded => "recorded",
        Accepted::Repeated => "known",
        Accepted::UnknownCode => "refused: unknown code",
        Accepted::WrongAmount { .. } => "refused: wrong amount",
        Accepted::ExternalReused => "refused: its id is another payment's",
    }
}

/// Reads `30m`, `2h`, `1d`.
fn read_time(text: &str) -> Result<Duration, String> {
    let seconds = match text.chars().last() {
        Some('m') => 60,
        Some('h') => 3_600,
        Some('d') => 86_400,
        _ => 0,
    };
    let number = text.get(..text.len().saturating_sub(1)).and_then(|digits| digits.parse::<u32>().ok());
    match number.filter(|number| *number > 0 && seconds > 0) {
        Some(number) => Ok(Duration::from_secs(u64::from(number) * seconds)),
        None => Err("it should be like 30m, 2h or 1d".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_minutes_hours_or_days() {
        assert_eq!(read_time("30m"), Ok(Duration::from_mins(30)));
        assert_eq!(read_time("2h"), Ok(Duration::from_hours(2)));
        assert_eq!(read_time("1d"), Ok(Duration::from_hours(24)));
        for bad in ["", "m", "30", "0m", "-1h", "1w", "é"] {
            assert!(read_time(bad).is_err(), "{bad:?} passed");
        }
    }
}
