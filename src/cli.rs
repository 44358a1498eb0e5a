//! The command line. The operator's tools define their own arguments, beside their code in `ops`.

use antrean_workers::Part;
use clap::{Args, Parser, Subcommand};

use crate::{ops, sandbox};

/// Book a passport appointment in Telegram.
#[derive(Parser)]
#[command(name = "antrean", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Run every role in one process: what a small office needs
    Run,
    /// Talk with people: receive, turn, send
    Bot,
    /// Do the work behind the conversation
    Worker(WorkerArgs),
    /// Serve the bank's door, health and metrics
    Web,
    /// Try everything here, without a token, an account or a bank
    Sandbox(sandbox::Args),
    /// Open or show quota
    Quota(ops::quota::Args),
    /// Tell an office's subscribers something
    Broadcast(ops::broadcast::Args),
    /// Look into the streams and at dead letters
    Jobs(ops::jobs::Args),
    /// Recount everything; exit code 1 when an invariant is broken
    Audit(ops::audit::Args),
    /// Ask the bank again about payments that Redis may have forgotten
    Repair(ops::repair::Args),
    /// Check what the product stands on: Redis, clock, token, configuration
    Doctor(ops::doctor::Args),
    /// Change the number of shards while nothing runs
    Reshard(ops::reshard::Args),
    /// List bookings, personal data masked
    Bookings(ops::bookings::Args),
    /// Show what happened, event by event, personal data masked
    Journal(ops::journal::Args),
}

#[derive(Args)]
pub(crate) struct WorkerArgs {
    /// Only these parts, separated by commas: hi, norm, bulk, expire, release, promote, broadcast, relay, reclaim
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) only: Vec<Part>,
}
