//! `script/bench`: how fast the product is, in ratios that hold on any machine wherever one can be given.
//!
//! One chapter a question, one file a chapter. A figure with a target says whether it was met; docs/BENCHMARKS.md
//! keeps what was learned.

mod booking;
mod broadcast;
mod chat;
mod crowd;
mod document;
mod engine;
mod field;
mod ground;
mod growth;
mod machine;
mod memory;
mod picture;
mod raw;
mod report;
mod stampede;
mod times;
mod usage;
mod wall;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use crate::report::Chapter;

#[derive(Parser)]
#[command(about = "Measures the product against the limit of the same Redis")]
struct Arguments {
    /// For machines: one object
    #[arg(long)]
    json: bool,
    /// Only to see that everything runs: the figures mean nothing
    #[arg(long, conflicts_with = "full")]
    quick: bool,
    /// All of it, which takes gigabytes and long: ten million bookings
    #[arg(long)]
    full: bool,
    /// Measure nothing: write a saved run (what --json said) into docs/BENCHMARKS.md and its picture
    #[arg(long, value_name = "FILE", exclusive = true)]
    write: Option<PathBuf>,
    /// Which chapters; all of them by default
    chapters: Vec<Question>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Question {
    Engine,
    Chat,
    Booking,
    Stampede,
    Broadcast,
    Growth,
    Memory,
}

/// How much is measured.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Quick,
    Usual,
    Full,
}

#[tokio::main]
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a bench is read in a terminal")]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(file) = &arguments.write {
        return match document::write(file) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let size = match (arguments.quick, arguments.full) {
        (true, _) => Size::Quick,
        (_, true) => Size::Full,
        _ => Size::Usual,
    };
    let machine = machine::describe(size.word());
    if !arguments.json {
        println!("{}\n", machine::line(&machine));
    }
    let mut chapters = Vec::new();
    for question in Question::value_variants() {
        if !arguments.chapters.is_empty() && !arguments.chapters.contains(question) {
            continue;
        }
        let chapter = question.answer(size).await;
        if arguments.json {
            eprintln!("measured: {}", chapter.name);
        } else {
            println!("{}", chapter.table());
        }
        chapters.push(chapter);
    }
    if arguments.json {
        println!("{}", report::object(&chapters, machine));
    }
    ExitCode::SUCCESS
}

impl Size {
    fn word(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Usual => "usual",
            Self::Full => "full",
        }
    }
}

impl Question {
    async fn answer(self, size: Size) -> Chapter {
        match self {
            Self::Engine => engine::run(size).await,
            Self::Chat => chat::run(size).await,
            Self::Booking => booking::run(size).await,
            Self::Stampede => stampede::run(size).await,
            Self::Broadcast => broadcast::run(size).await,
            Self::Growth => growth::run(size).await,
            Self::Memory => memory::run(size).await,
        }
    }
}
