//! What was measured: figures by chapter, as a table for people and as one object for machines.

use std::fmt::Write as _;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Figures of one question.
#[derive(Deserialize, Serialize)]
pub(crate) struct Chapter {
    pub(crate) name: String,
    pub(crate) question: String,
    pub(crate) figures: Vec<Figure>,
}

/// One number.
#[derive(Deserialize, Serialize)]
pub(crate) struct Figure {
    /// Dotted: where it stands in the object.
    pub(crate) path: String,
    pub(crate) value: f64,
    pub(crate) unit: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<Target>,
}

/// What a number should be.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

impl Target {
    pub(crate) fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }

    /// How many times better than asked; below 1 it is missed. `None` where nothing was asked to remain.
    pub(crate) fn margin(self, value: f64) -> Option<f64> {
        let margin = match self {
            Self::AtLeast(least) => value / least,
            Self::AtMost(most) => most / value,
        };
        Some(margin).filter(|margin| margin.is_finite() && *margin > 0.0)
    }

    pub(crate) fn text(self) -> String {
        match self {
            Self::AtLeast(least) => format!("≥ {}", short(least)),
            Self::AtMost(most) => format!("≤ {}", short(most)),
        }
    }
}

impl Chapter {
    pub(crate) fn new(name: &str, question: &str) -> Self {
        Self { name: name.to_owned(), question: question.to_owned(), figures: Vec::new() }
    }

    pub(crate) fn figure(&mut self, path: &str, value: f64, unit: &str, target: Option<Target>) {
        self.figures.push(Figure { path: path.to_owned(), value: rounded(value), unit: unit.to_owned(), target });
    }

    /// A whole number of things.
    #[expect(clippy::cast_precision_loss, reason = "nobody benches 2^52 of anything")]
    pub(crate) fn count(&mut self, path: &str, count: usize, unit: &str, target: Option<Target>) {
        self.figure(path, count as f64, unit, target);
    }

    /// The chapter as a table of Markdown, which a terminal shows as well.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("## {}\n\n{}\n\n", self.name, self.question);
        let wide = self.figures.iter().map(|figure| figure.path.len() + 2).max().unwrap_or(0);
        writeln!(text, "| {:wide$} | {:>12} | {:10} | {:>9} | met |", "Figure", "Value", "Unit", "Target")
            .expect("a String takes everything");
        writeln!(text, "|-{:-<wide$}-|-{:->12}:|-{:-<10}-|-{:->9}:|-----|", "", "", "", "").expect("a String takes everything");
        for Figure { path, value, unit, target } in &self.figures {
            let met = target.map_or("", |target| if target.is_met(*value) { "yes" } else { "no" });
            let (path, target) = (format!("`{path}`"), target.map(Target::text).unwrap_or_default());
            writeln!(text, "| {path:wide$} | {:>12} | {unit:10} | {target:>9} | {met:3} |", short(*value))
                .expect("a String takes everything");
        }
        text
    }
}

/// All chapters as one nested object, each figure at its path; `targets` says which were met, and `chapters` has all of
/// it in order, to be read again.
pub(crate) fn object(chapters: &[Chapter], machine: Value) -> Value {
    let mut all = Map::new();
    all.insert("machine".to_owned(), machine);
    let mut targets = Map::new();
    for Figure { path, value, target, .. } in chapters.iter().flat_map(|chapter| &chapter.figures) {
        if let Some(target) = target {
            targets.insert(path.clone(), json!({ "target": target.text(), "met": target.is_met(*value) }));
        }
        let mut parts: Vec<&str> = path.split('.').collect();
        let last = parts.pop().expect("a split has a part");
        let mut at = &mut all;
        for part in parts {
            let inner = at.entry(part).or_insert_with(|| Value::Object(Map::new()));
            at = inner.as_object_mut().expect("no figure's path goes through another figure");
        }
        at.insert(last.to_owned(), (*value).into());
    }
    all.insert("targets".to_owned(), Value::Object(targets));
    all.insert("chapters".to_owned(), json!(chapters));
    Value::Object(all)
}

#[expect(clippy::cast_precision_loss, reason = "nobody benches 2^52 of anything")]
pub(crate) fn per_second(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// Four significant digits: more would be noise.
fn rounded(value: f64) -> f64 {
    format!("{value:.3e}").parse().expect("a number reads what it writes")
}

pub(crate) fn short(value: f64) -> String {
    let value = rounded(value);
    if value.abs() >= 1_000.0 { format!("{value:.0}") } else { format!("{value}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_above_one_is_a_target_met() {
        assert_eq!(Target::AtMost(10.0).margin(5.0), Some(2.0));
        assert_eq!(Target::AtLeast(10.0).margin(5.0), Some(0.5));
        assert_eq!(Target::AtMost(0.0).margin(0.0), None);
    }

    #[test]
    fn chapters_are_read_again_as_they_were_written() {
        let mut chapter = Chapter::new("engine", "How fast?");
        chapter.figure("engine.drain.off.ratio", 1.234_56, "× raw", Some(Target::AtLeast(1.2)));
        let object = object(&[chapter], json!({}));
        assert_eq!(object["engine"]["drain"]["off"]["ratio"], 1.235);
        assert_eq!(object["targets"]["engine.drain.off.ratio"]["met"], true);
        let read: Vec<Chapter> = serde_json::from_value(object["chapters"].clone()).expect("what was written");
        assert_eq!(read[0].table().lines().last(), Some("| `engine.drain.off.ratio` |        1.235 | × raw      |     ≥ 1.2 | yes |"));
    }
}
