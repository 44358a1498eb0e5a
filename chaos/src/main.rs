//! `script/chaos`: the whole product under everything that can go wrong, and whether it kept its promises.
//!
//! Real processes on a real Redis, hundreds of scripted people, and a driver that kills, pauses, cuts, slows and repeats
//! by a plan. All chance is in the plan, and the plan is in its seed: printed, it can be made again. What no seed holds is
//! how the machine schedules it all, so a seed that failed once may pass the next time; it is the plan that replays.
//!
//! `plan` with `troubles` → `house` (what is tried), `people` and `bank` (who uses it), `driver` with `proxy` and `telegram` (what goes
//! wrong) → `evidence` → `checker`, which sees nothing else → `report`.

mod bank;
mod checker;
mod dice;
mod driver;
mod evidence;
mod house;
mod kept;
mod outside;
mod people;
mod plan;
mod proxy;
mod report;
mod run;
mod screens;
mod telegram;
mod troubles;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

use crate::plan::Plan;

#[derive(Parser)]
#[command(about = "Breaks everything around the product, and checks that it keeps its promises")]
struct Arguments {
    /// Which plan; drawn and printed if left out
    #[arg(long)]
    seed: Option<u64>,
    /// For how long
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=120))]
    minutes: u64,
    /// Print the plan and end
    #[arg(long)]
    plan: bool,
    /// Where logs and histories are kept of a run that failed
    #[arg(long, default_value = "target/chaos")]
    keep: PathBuf,
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the report is read in a terminal")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Short enough to be typed again.
    let seed = arguments.seed.unwrap_or_else(|| rand::random_range(0..1_000_000));
    let plan = Plan::of(seed, arguments.minutes);
    println!("seed        {seed} (script/chaos --seed {seed} --minutes {})", arguments.minutes);
    println!("plan        {} people, {} steps", plan.guests.len(), plan.steps.len());
    let wishes: Vec<_> = plan.wishes().iter().map(|(wish, count)| format!("{wish:?} {count}")).collect();
    println!("wishes      {}", wishes.join(", "));
    for step in &plan.steps {
        println!("  {step}");
    }
    if arguments.plan {
        for guest in &plan.guests {
            println!("  {guest:?}");
        }
        return ExitCode::SUCCESS;
    }
    let ended = tokio::select! {
        ended = run::whole(&plan, arguments.minutes, &arguments.keep) => ended,
        // Dropped, the run takes all its processes with it, those that stand still too.
        () = told_to_stop() => return ExitCode::FAILURE,
    };
    println!("\n{}", ended.report);
    if ended.sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// SIGINT or SIGTERM.
async fn told_to_stop() {
    let mut terminate = signal(SignalKind::terminate()).expect("signals can be listened for");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
