//! The live picture: a line that says how it stands, the streams under it, and what keys there are.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Text};
use ratatui::widgets::{Paragraph, Row as Cells, Table};

use super::{HEAD, Look, Row};

/// Wide enough for `outready:c99`, and for eight digits.
const WIDTHS: [Constraint; 8] = [
    Constraint::Length(14),
    Constraint::Length(8),
    Constraint::Length(8),
    Constraint::Length(7),
    Constraint::Length(6),
    Constraint::Length(7),
    Constraint::Length(8),
    Constraint::Min(6),
];

/// Draws `look` from row `from` on, which is kept within bounds.
pub(super) fn screen(frame: &mut Frame<'_>, look: &Look, from: &mut usize) {
    let [head, body, foot] = Layout::vertical([Constraint::Length(2), Constraint::Min(2), Constraint::Length(1)]).areas(frame.area());
    let bold = Style::new().add_modifier(Modifier::BOLD);
    frame.render_widget(Paragraph::new(look.summary()).style(bold), head);

    // One line of the table is its head.
    let shown = usize::from(body.height).saturating_sub(1);
    *from = (*from).min(look.rows.len().saturating_sub(shown));
    let titles = HEAD.map(|name| cell(name.starts_with('>'), name.trim_start_matches('>').to_owned()));
    let rows = look.rows.iter().skip(*from).take(shown).map(|row| {
        let cells = HEAD.iter().zip(row.cells()).map(|(name, text)| cell(name.starts_with('>'), text));
        Cells::new(cells).style(style(row))
    });
    frame.render_widget(Table::new(rows, WIDTHS).header(Cells::new(titles).style(bold)), body);

    let below = look.rows.len().saturating_sub(*from + shown);
    let more = if below > 0 { format!("  {below} more below") } else { String::new() };
    frame.render_widget(Paragraph::new(format!("q leaves  up and down scroll  looks every second{more}")), foot);
}

fn cell(right: bool, text: String) -> Text<'static> {
    let line = Line::from(text);
    Text::from(if right { line.right_aligned() } else { line })
}

/// Colour repeats what the remark says.
fn style(row: &Row) -> Style {
    match row.remark() {
        "" if row.stream.depth == 0 => Style::new().add_modifier(Modifier::DIM),
        "" => Style::new(),
        "look" => Style::new().fg(Color::Red),
        _ => Style::new().fg(Color::Yellow),
    }
}
