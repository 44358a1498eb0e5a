//! The run as a picture: how far each figure is on the good side of its target, and the engine's jobs a second beside the
//! plain design's.

use std::fmt::{Display, Write as _};

use crate::report::{Chapter, Figure, Target, short};

const WIDTH: f64 = 900.0;
/// Where bars begin and end.
const LEFT: f64 = 250.0;
const RIGHT: f64 = 640.0;
const ROW: f64 = 24.0;
const BAR: f64 = 14.0;
/// The scale of margins: powers of two, from a quarter of what was asked to sixteen times as good.
const SCALE: std::ops::RangeInclusive<i32> = -2..=4;

const INK: &str = "#1f2933";
const FAINT: &str = "#9aa5b1";
const MET: &str = "#0f8a7e";
const MISSED: &str = "#d9622b";
const PLAIN: &str = "#b8c2cc";

/// An SVG of `chapters`.
pub(crate) fn draw(chapters: &[Chapter]) -> String {
    let figures: Vec<&Figure> = chapters.iter().flat_map(|chapter| &chapter.figures).collect();
    let mut drawing = Drawing::default();
    targets(&mut drawing, &figures);
    engine(&mut drawing, &figures);
    drawing.finished()
}

/// A bar to the right of the line is a target met, to the left one missed.
fn targets(drawing: &mut Drawing, figures: &[&Figure]) {
    drawing.heading("Each figure against its target (how many times better than asked)");
    let asked: Vec<(&Figure, f64)> = figures.iter().filter_map(|it| Some((*it, it.target?.margin(it.value)?))).collect();
    let top = drawing.y;
    for (figure, margin) in &asked {
        let met = *margin >= 1.0;
        let (from, to) = (x_of(1.0), x_of(*margin));
        drawing.label(&figure.path);
        drawing.bar(from.min(to), (to - from).abs().max(1.5), if met { MET } else { MISSED });
        let target = figure.target.map(Target::text).unwrap_or_default();
        drawing.note(&format!("{} {} ({target})", short(figure.value), figure.unit), if met { INK } else { MISSED });
        drawing.y += ROW;
    }
    let bottom = drawing.y;
    for power in SCALE {
        let (x, one) = (x_of(2_f64.powi(power)), power == 0);
        drawing.line(x, top - 6.0, bottom - 6.0, if one { INK } else { "#e4e7eb" }, if one { 1.5 } else { 1.0 });
        let scale =
            if power < 0 { format!("1/{}", 2_i32.pow(power.unsigned_abs())) } else { format!("{}×", 2_i32.pow(power.unsigned_abs())) };
        drawing.text(x, bottom + 8.0, "middle", FAINT, &scale);
    }
    drawing.y += ROW;
}

/// On a scale of powers of two, cut off at its ends.
fn x_of(margin: f64) -> f64 {
    let (low, high) = (f64::from(*SCALE.start()), f64::from(*SCALE.end()));
    LEFT + (margin.log2().clamp(low, high) - low) / (high - low) * (RIGHT - LEFT)
}

fn engine(drawing: &mut Drawing, figures: &[&Figure]) {
    let value = |path: &str| figures.iter().find(|figure| figure.path == path).map(|figure| figure.value);
    let rows: Vec<(String, f64, &str)> = ["off", "everysec", "always"]
        .into_iter()
        .flat_map(|fsync| {
            let row = move |what: &str, colour| (format!("{what}.{fsync}.per_s"), colour);
            [row("raw", PLAIN), row("engine.drain", MET), row("engine.live", "#5fb8ae")]
        })
        .filter_map(|(path, colour)| Some((path.clone(), value(&path)?, colour)))
        .collect();
    let most = rows.iter().map(|(_, value, _)| *value).fold(0.0, f64::max);
    if most <= 0.0 {
        return; // the chapter was not asked for
    }
    drawing.y += ROW;
    drawing.heading("Holds a second: the plain design of one call each (grey), the engine draining a queue, and live");
    for (path, value, colour) in rows {
        drawing.label(&path);
        drawing.bar(LEFT, value / most * (RIGHT - LEFT), colour);
        drawing.note(&short(value), INK);
        drawing.y += if path.starts_with("engine.live") { ROW * 1.4 } else { ROW };
    }
}

/// What was drawn so far, and down to where.
struct Drawing {
    body: String,
    y: f64,
}

impl Default for Drawing {
    fn default() -> Self {
        Self { body: String::new(), y: 30.0 }
    }
}

impl Drawing {
    fn heading(&mut self, text: &str) {
        let y = self.y;
        self.element(format_args!(r#"<text x="20" y="{:.1}" font-size="15" font-weight="600" fill="{INK}">{}</text>"#, y, escaped(text)));
        self.y += ROW * 1.3;
    }

    fn label(&mut self, text: &str) {
        self.text(LEFT - 10.0, self.y + BAR / 2.0, "end", INK, text);
    }

    fn note(&mut self, text: &str, colour: &str) {
        self.text(RIGHT + 12.0, self.y + BAR / 2.0, "start", colour, text);
    }

    fn bar(&mut self, x: f64, wide: f64, colour: &str) {
        let top = self.y - BAR / 2.0 + 2.0;
        self.element(format_args!(r#"<rect x="{x:.1}" y="{top:.1}" width="{wide:.1}" height="{BAR}" rx="2" fill="{colour}"/>"#));
    }

    fn line(&mut self, x: f64, from: f64, to: f64, colour: &str, wide: f64) {
        self.element(format_args!(r#"<path d="M{x:.1} {from:.1}V{to:.1}" stroke="{colour}" stroke-width="{wide}"/>"#));
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, colour: &str, text: &str) {
        let text = escaped(text);
        self.element(format_args!(r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" fill="{colour}">{text}</text>"#));
    }

    fn element(&mut self, element: impl Display) {
        writeln!(self.body, "{element}").expect("a String takes everything");
    }

    fn finished(self) -> String {
        let high = self.y + 10.0;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{high:.0}\" viewBox=\"0 0 {WIDTH} {high:.0}\" \
             font-family=\"system-ui, sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"#ffffff\"/>\n{}</svg>\n",
            self.body
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_missed_points_the_other_way() {
        assert!(x_of(0.5) < x_of(1.0) && x_of(1.0) < x_of(2.0));
        let mut chapter = Chapter::new("a", "b");
        chapter.figure("a.slow", 30.0, "ms", Some(Target::AtMost(15.0)));
        chapter.figure("a.none", 0.0, "places", Some(Target::AtMost(0.0)));
        let drawn = draw(&[chapter]);
        assert!(drawn.contains("30 ms (≤ 15)") && drawn.contains(MISSED) && !drawn.contains("a.none"));
    }
}
