//! Choosing one of a few options, by tapping or by typing.

use crate::callback::Verb;
use crate::screen::Button;
use crate::talk::Talk;
use crate::typed::fold;

/// An option: what the button carries, and what it says.
pub(crate) struct Choice {
    pub(crate) slug: &'static str,
    pub(crate) label: String,
}

/// The option `text` means: its number in the list, its label, or a part that only one label has.
pub(crate) fn pick(choices: &[Choice], text: &str) -> Option<&'static str> {
    let wanted = fold(text);
    if wanted.is_empty() {
        return None;
    }
    let by_number = wanted.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).and_then(|index| choices.get(index));
    let by_label = || choices.iter().find(|choice| fold(&choice.label) == wanted || choice.slug == wanted);
    let by_part = || {
        let mut having = choices.iter().filter(|choice| format!(" {} ", fold(&choice.label)).contains(&format!(" {wanted}")));
        having.next().filter(|_| having.next().is_none())
    };
    by_number.or_else(by_label).or_else(by_part).map(|choice| choice.slug)
}

/// The options as buttons, one a row; the present answer is marked.
pub(super) fn rows(talk: &Talk<'_>, choices: &[Choice], current: Option<&str>) -> Vec<Vec<Button>> {
    let row = |choice: &Choice| {
        let mark = if current == Some(choice.slug) { "✓ " } else { "" };
        vec![talk.button(format!("{mark}{}", choice.label), Verb::Pick(choice.slug.to_owned()))]
    };
    choices.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_understood_by_number_name_and_part() {
        let choice = |slug, label: &str| Choice { slug, label: label.to_owned() };
        let choices = [choice("e5", "Elektronik 5 tahun · Rp650.000"), choice("e10", "Elektronik 10 tahun · Rp950.000")];
        for (text, slug) in
            [("1", Some("e5")), (" 2. ", Some("e10")), ("10 tahun", Some("e10")), ("e5", Some("e5")), ("ELEKTRONIK 5", Some("e5"))]
        {
            assert_eq!(pick(&choices, text), slug, "{text}");
        }
        for text in ["", "0", "3", "elektronik", "biasa", "🙂"] {
            assert_eq!(pick(&choices, text), None, "{text}");
        }
    }
}
