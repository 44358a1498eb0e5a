//! `antrean reshard`: another number of shards, while nothing runs. Exit code 1 where something stands in the way.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;

use antrean_store::{Obstacle, Reshard, ReshardError, Step};
use anyhow::Context;

use super::print;
use super::table::Table;
use crate::config::Config;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many shards there are to be
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=100))]
    to: u8,
    /// Only say what would be moved, and what stands in the way
    #[arg(long, conflicts_with = "undo")]
    dry_run: bool,
    /// Give up a change that is half made: everything back to where it was
    #[arg(long)]
    undo: bool,
}

pub(crate) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let opened = Reshard::open(config.store_options(None)?, args.to).await;
    let mut reshard = opened.context("cannot begin")?;
    if args.dry_run {
        return look(&reshard).await;
    }
    if reshard.left_at().is_none() && reshard.from() == args.to && !args.undo {
        print(&format!("there are {} shards already\n", args.to))?;
        return Ok(ExitCode::SUCCESS);
    }
    let (from, to) = (reshard.from(), reshard.to());
    let tell = |step: Step| {
        // Whoever looks on may have gone; the work goes on.
        print(&format!("{:<8}{}\n", step.word(), about(step))).ok();
    };
    let done = if args.undo { reshard.undo(tell).await } else { reshard.run(tell).await };
    match done {
        Ok(()) => {
            let shards = if args.undo { from } else { to };
            print(&format!("done: {shards} shards; see that config/antrean.toml says shards = {shards} wherever a role starts\n"))?;
            Ok(ExitCode::SUCCESS)
        }
        Err(ReshardError::Obstacles(obstacles)) => {
            print(&(draw(&obstacles) + "nothing was changed\n"))?;
            Ok(ExitCode::FAILURE)
        }
        Err(ReshardError::Differs(kinds)) => {
            let text = kinds.iter().fold(String::new(), |text, kind| text + "differs  " + kind + "\n");
            print(&(text + "something was written meanwhile; stop it and run this again (or with --undo): nothing has been moved\n"))?;
            Ok(ExitCode::FAILURE)
        }
        Err(ReshardError::Unsound(findings)) => {
            let mut table = Table::new(["invariant", "subject", "what is wrong"]);
            for finding in findings {
                table.row([finding.invariant.to_string(), finding.subject, finding.detail]);
            }
            print(&format!("{table}\nthe old keys are kept: run this again with --undo, and keep this output\n"))?;
            Ok(ExitCode::FAILURE)
        }
        Err(error) => Err(error).context("left half made: run the same command again, or with --undo"),
    }
}

async fn look(reshard: &Reshard) -> anyhow::Result<ExitCode> {
    let (obstacles, counts) = reshard.look().await?;
    let mut text = format!("from {} to {} shards\n\n{}\n", reshard.from(), reshard.to(), counted(&counts));
    if let Some(step) = reshard.left_at() {
        // Writing to a String cannot fail.
        writeln!(text, "an earlier run was left at: {} ({})", step.word(), about(step)).ok();
    }
    text += &draw(&obstacles);
    text += if obstacles.is_empty() { "nothing stands in the way\n" } else { "this has to be put right first\n" };
    print(&text)?;
    Ok(if obstacles.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn counted(counts: &BTreeMap<String, u64>) -> Table {
    let mut table = Table::new(["kind", ">how many"]);
    for (kind, count) in counts.iter().filter(|(_, count)| **count > 0) {
        table.row([kind.clone(), count.to_string()]);
    }
    table
}

fn draw(obstacles: &[Obstacle]) -> String {
    let line = |obstacle: &Obstacle| match obstacle {
        Obstacle::Alive { name, ago } => {
            format!(
                "alive      {name}, {} s ago: stop it (docker compose stop bot worker web), then wait: two leases, or ten where it was killed\n",
                ago.as_secs()
            )
        }
        Obstacle::InFlight { stream, entries } => {
            format!("in flight  {entries} of {stream}: start its role again until antrean jobs list shows nothing in hand\n")
        }
        Obstacle::Unsound(finding) => {
            format!("unsound    {} of {}: {}; see antrean audit\n", finding.invariant, finding.subject, finding.detail)
        }
    };
    obstacles.iter().map(line).collect()
}

fn about(step: Step) -> &'static str {
    match step {
        Step::Copy => "everything is copied to where it belongs, and counted",
        Step::Aside => "what was there is set aside",
        Step::Place => "the copies take its place",
        Step::Audit => "the ledger is recounted",
        Step::Clean => "what was set aside is deleted; from here on there is no way back",
        Step::Drop => "what took the place is deleted",
        Step::Restore => "what was set aside takes its place again",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_stands_in_the_way_comes_with_what_to_do() {
        let text = draw(&[
            Obstacle::Alive { name: "web, process 17 (ab12)".to_owned(), ago: Duration::from_secs(3) },
            Obstacle::InFlight { stream: "jobs:{o0}:hi".to_owned(), entries: 2 },
        ]);
        assert!(text.contains("web, process 17 (ab12), 3 s ago: stop it") && text.contains("2 of jobs:{o0}:hi: start its role"), "{text}");
    }
}
