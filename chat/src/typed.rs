//! What was typed, held against what is shown: a button's label typed out is as good as a tap on it.

use crate::callback::{Callback, Verb};
use crate::screen::{Action, Screen};

/// Letters and digits in lower case, everything else as one space.
pub(crate) fn fold(text: &str) -> String {
    let spaced: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The button of `screen` whose label was typed.
pub(crate) fn label(screen: &Screen, text: &str) -> Option<Verb> {
    let wanted = fold(text);
    let said = verbs(screen).find(|(label, _)| !wanted.is_empty() && fold(label) == wanted);
    said.map(|(_, verb)| verb)
}

/// The button of `screen` whose number, counted from the first, was typed.
pub(crate) fn number(screen: &Screen, text: &str) -> Option<Verb> {
    let index = text.trim().parse::<usize>().ok()?.checked_sub(1)?;
    verbs(screen).nth(index).map(|(_, verb)| verb)
}

fn verbs(screen: &Screen) -> impl Iterator<Item = (&str, Verb)> {
    screen.buttons.iter().flatten().filter_map(|button| match &button.action {
        Action::Data(data) => Some((button.label.as_str(), data.parse::<Callback>().ok()?.verb)).filter(|(_, verb)| *verb != Verb::Nothing),
        Action::Copy(_) | Action::Url(_) => None,
    })
}
