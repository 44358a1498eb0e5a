//! `antrean quota`: open places for people to book, and see what is left of them.

mod open;
mod show;

use std::process::ExitCode;

use antrean_domain::{Month, Office, OfficeCode, Offices, ServiceClass};
use anyhow::bail;
use chrono::NaiveDate;

use self::open::Hours;
use super::{print, store};
use crate::config::Config;

pub(crate) use self::open::Opening;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Open places on the working days of a span; opening again sets the capacity anew
    Open(OpenArgs),
    /// Show a month: what is left of what was opened
    Show(ShowArgs),
}

#[derive(clap::Args)]
struct OpenArgs {
    /// The office's code, as in offices.toml
    #[arg(long, value_parser = office_code)]
    office: OfficeCode,
    /// regular or expedited
    #[arg(long)]
    class: ServiceClass,
    /// The first day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    from: NaiveDate,
    /// The last day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    to: NaiveDate,
    /// From and to which hour, local to the office: 08-15 opens seven hours, the last from 14 to 15
    #[arg(long, value_name = "HH-HH")]
    hours: Hours,
    /// Places in each hour; 0 closes the hours
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=i64::from(Opening::CAPACITY_MAX)))]
    capacity: u32,
}

#[derive(clap::Args)]
struct ShowArgs {
    /// The office's code, as in offices.toml
    #[arg(long, value_parser = office_code)]
    office: OfficeCode,
    /// The month, YYYY-MM
    #[arg(long, value_name = "YYYY-MM")]
    month: Month,
    /// For machines
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let offices = config.offices()?;
    match args.command {
        Command::Open(args) => {
            let office = known(&offices, &args.office)?;
            let calendar = config.calendar()?;
            let store = store(config).await?;
            let today = office.zone.date(store.clock().now_ms());
            let OpenArgs { class, from, to, hours, capacity, .. } = args;
            let opening = Opening::plan(office, class, (from, to), &hours, capacity, today, &calendar)?;
            let opened = store.open_quota(&opening.slots, capacity).await?;
            print(&opening.report(opened.deficits))?;
        }
        Command::Show(args) => {
            let office = known(&offices, &args.office)?;
            let store = store(config).await?;
            let mut months = Vec::new();
            for class in ServiceClass::ALL {
                months.push(store.month(&office.code, class, args.month).await?);
            }
            print(&if args.json { show::json(office, args.month, &months)? } else { show::text(office, args.month, &months) })?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// An office code as people type it: small letters will do.
pub(super) fn office_code(text: &str) -> Result<OfficeCode, antrean_domain::office::BadOfficeCode> {
    text.to_uppercase().parse()
}

/// The office of `code`, or an error that names those it may have meant.
pub(super) fn known<'a>(offices: &'a Offices, code: &OfficeCode) -> anyhow::Result<&'a Office> {
    if let Some(office) = offices.get(code) {
        return Ok(office);
    }
    // By its first letters: codes are cut from names.
    let start: String = code.as_str().chars().take(3).collect();
    let near: Vec<_> =
        offices.iter().filter(|office| office.code.as_str().starts_with(&start)).map(|office| office.code.as_str()).collect();
    if near.is_empty() {
        bail!("no office {code} in offices.toml");
    }
    bail!("no office {code} in offices.toml; is it {}?", near.join(", "))
}
