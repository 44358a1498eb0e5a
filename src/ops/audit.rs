//! `antrean audit`: recounts everything from the records and the journal. Reads only; exit code 1 when an invariant
//! is broken.

use std::fmt::Write;
use std::process::ExitCode;

use antrean_store::Finding;

use super::table::Table;
use super::{print, store};
use crate::config::Config;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// For machines: one object, its findings in a list
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: Args, config: &Config) -> anyhow::Result<ExitCode> {
    let findings = store(config).await?.audit().await?;
    print(&if args.json { json(&findings)? } else { text(&findings) })?;
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn json(findings: &[Finding]) -> serde_json::Result<String> {
    let object = serde_json::json!({ "clean": findings.is_empty(), "findings": findings });
    serde_json::to_string(&object).map(|line| line + "\n")
}

fn text(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return "clean: every invariant holds\n".to_owned();
    }
    let mut table = Table::new(["invariant", "subject", "what is wrong"]);
    for finding in findings {
        table.row([finding.invariant.to_string(), finding.subject.clone(), finding.detail.clone()]);
    }
    let mut text = table.to_string();
    // Writing to a String cannot fail.
    writeln!(text, "\nfindings: {}; docs/OPERATIONS.md says what each means and what to do", findings.len()).ok();
    text
}
