//! docs/BENCHMARKS.md: what is between its two marks, and its picture, are written from a saved run. The rest is by hand.

use std::path::Path;

use serde_json::Value;

use crate::report::Chapter;
use crate::{machine, picture};

const BEGIN: &str = "<!-- Written by `script/bench --write`, not by hand. -->\n";
const END: &str = "<!-- Until here. -->\n";

/// Writes the run saved in `file` into the document and its picture.
pub(crate) fn write(file: &Path) -> Result<(), String> {
    let wrong = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let saved = std::fs::read_to_string(file).map_err(|error| wrong(file, &error))?;
    let run: Value = serde_json::from_str(&saved).map_err(|error| wrong(file, &error))?;
    if run["machine"]["size"] == "quick" {
        return Err(wrong(file, &"the figures of a quick run mean nothing"));
    }
    let chapters: Vec<Chapter> = serde_json::from_value(run["chapters"].clone()).map_err(|error| wrong(file, &error))?;

    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let page = docs.join("BENCHMARKS.md");
    let text = std::fs::read_to_string(&page).map_err(|error| wrong(&page, &error))?;
    let (before, rest) = text.split_once(BEGIN).ok_or_else(|| wrong(&page, &"has no mark to begin at"))?;
    let (_, after) = rest.split_once(END).ok_or_else(|| wrong(&page, &"has no mark to end at"))?;
    let tables: Vec<_> = chapters.iter().map(|chapter| chapter.table().replace("## ", "### ")).collect();
    let figures = format!("On {}.\n\n{}", machine::line(&run["machine"]), tables.join("\n"));
    std::fs::write(&page, format!("{before}{BEGIN}\n{figures}\n{END}{after}")).map_err(|error| wrong(&page, &error))?;

    let drawing = docs.join("pictures/benchmarks.svg");
    std::fs::write(&drawing, picture::draw(&chapters)).map_err(|error| wrong(&drawing, &error))
}
