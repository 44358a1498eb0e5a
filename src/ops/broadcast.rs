//! `antrean broadcast`: tell an office's subscribers something, and see how far it got.
//!
//! The broadcast is entered here and sent by the roles; a kill of either loses nothing.

use std::process::ExitCode;

use antrean_domain::{OfficeCode, zone};
use antrean_store::BroadcastStatus;
use anyhow::bail;

use super::quota::{known, office_code};
use super::table::Table;
use super::{print, store};
use crate::config::Config;

/// Telegram's limit for a message, in UTF-16 code units.
const TEXT_UNITS_MAX: usize = 4_096;
/// How many broadcasts `status` shows.
const SHOWN_MAX: usize = 20;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Args {
    /// The office's code, as in offices.toml
    #[arg(long, value_parser = office_code, required = true)]
    office: Option<OfficeCode>,
    /// What to say: plain text, at most 4096 characters
    #[arg(long, required = true)]
    text: Option<String>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Show how far a broadcast got, or the last ones
    Status {
        /// The broadcast's id; absent: the last twenty
        id: Option<String>,
        /// For machines
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    match args {
        Args { command: Some(Command::Status { id, json }), .. } => status(id.as_deref(), json, config).await,
        Args { office: Some(office), text: Some(text), .. } => create(&office, &text, config).await,
        Args { .. } => bail!("give --office CODE and --text …"),
    }
}

async fn create(code: &OfficeCode, text: &str, config: &Config) -> anyhow::Result<ExitCode> {
    let offices = config.offices()?;
    let office = known(&offices, code)?;
    let text = text.trim();
    check_length(text)?;
    let store = store(config).await?;
    let id = store.create_broadcast(&office.code, text).await?;
    let whom = match store.subscribers(&office.code).await? {
        0 => "nobody has subscribed yet, so nothing is sent".to_owned(),
        1 => "1 subscriber".to_owned(),
        many => format!("{many} subscribers"),
    };
    print(&format!("broadcast {id}\n{} {}: {whom}\nsee how far it got: antrean broadcast status {id}\n", office.code, office.name))?;
    Ok(ExitCode::SUCCESS)
}

fn check_length(text: &str) -> anyhow::Result<()> {
    match text.encode_utf16().count() {
        0 => bail!("--text is empty; say something"),
        units if units > TEXT_UNITS_MAX => bail!("--text has {units} characters, Telegram takes {TEXT_UNITS_MAX}; shorten it"),
        _ => Ok(()),
    }
}

async fn status(id: Option<&str>, json: bool, config: &Config) -> anyhow::Result<ExitCode> {
    let store = store(config).await?;
    let mut shown = store.broadcasts().await?;
    match id {
        Some(id) => shown.retain(|status| status.id == id),
        None => shown.truncate(SHOWN_MAX),
    }
    if let (Some(id), []) = (id, &shown[..]) {
        bail!("no broadcast {id}; list them: antrean broadcast status");
    }
    if json {
        for status in &shown {
            print(&(serde_json::to_string(status)? + "\n"))?;
        }
    } else {
        print(&draw(&shown))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn draw(shown: &[BroadcastStatus]) -> String {
    let mut table = Table::new(["broadcast", "office", "made (UTC)", "state", ">queued", ">sent", ">blocked", ">failed", ">unknown"]);
    for status in shown {
        let made = zone::utc(status.created_ms).format("%Y-%m-%d %H:%M").to_string();
        let state = if status.is_over() { "over" } else { "under way" };
        // What was reserved and never marked may have been delivered: it is not sent again.
        let unknown = status.unknown + status.in_flight;
        let counts = [status.queued, status.sent, status.blocked, status.failed, unknown].map(|count| count.to_string());
        table.row([status.id.clone(), status.office.to_string(), made, state.to_owned()].into_iter().chain(counts));
    }
    if table.is_empty() { "no broadcast yet: antrean broadcast --office CODE --text …\n".to_owned() } else { table.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_long_as_telegram_counts_it() {
        assert!(check_length(&"a".repeat(4_096)).is_ok());
        assert!(check_length(&"a".repeat(4_097)).is_err());
        // An emoji counts twice.
        assert!(check_length(&"🟢".repeat(2_049)).is_err());
        assert!(check_length("").is_err());
    }
}
