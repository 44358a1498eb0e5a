//! One binary, many roles. This file only chooses; `roles` runs the long-lived ones, `ops` the operator's tools.

mod cli;
mod config;
mod ops;
mod repair;
mod roles;
mod sandbox;
mod telegram;
mod telemetry;
mod web;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::config::{Config, ConfigError};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("antrean: {error:#}");
            ExitCode::from(if error.is::<ConfigError>() { 2 } else { 1 })
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let config = Config::load;
    match cli.command {
        // The one command that asks for nothing: it makes its own environment and hands it to the product it starts.
        Command::Sandbox(args) => sandbox::run(args).await,
        Command::Run => roles::run(&config()?).await,
        Command::Bot => roles::bot(&config()?).await,
        Command::Worker(args) => roles::worker(args, &config()?).await,
        Command::Web => roles::web(&config()?).await,
        Command::Quota(args) => ops::quota::run(args, &config()?).await,
        Command::Broadcast(args) => ops::broadcast::run(args, &config()?).await,
        Command::Jobs(args) => ops::jobs::run(args, &config()?).await,
        Command::Audit(args) => ops::audit::run(args, &config()?).await,
        Command::Repair(args) => ops::repair::run(args, &config()?).await,
        Command::Doctor(args) => ops::doctor::run(args, &config()?).await,
        Command::Reshard(args) => ops::reshard::run(args, &config()?).await,
        Command::Bookings(args) => ops::bookings::run(args, &config()?).await,
        Command::Journal(args) => ops::journal::run(args, &config()?).await,
    }
}
