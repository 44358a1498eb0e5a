//! Step 7: the name, as the identity card writes it.

use super::{Body, Question};
use crate::fit;
use crate::talk::{Asked, Heard, Talk};

/// A hundred: no identity card prints a longer one.
const LENGTH_MAX: usize = 100;

pub(super) struct AskName;

impl Question for AskName {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let mut text = talk.words().say("ask-name");
        if let Some(name) = talk.draft().and_then(|draft| draft.application.name.as_ref()) {
            text = format!("{text}\n\n{}", talk.words().html("answer-now", &[("answer", name.into())]));
        }
        Ok(Body { text, rows: Vec::new() })
    }

    fn text(&self, talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
        let Some(name) = name(text) else { return Ok(Heard::No) };
        talk.draft_mut().application.name = Some(name);
        fit::advance(talk);
        Ok(Heard::Yes)
    }
}

/// Letters with the marks that names have between them; at least two letters.
fn name(text: &str) -> Option<String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let fits = letters >= 2 && name.chars().count() <= LENGTH_MAX;
    (fits && name.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '.' | ',' | '\'' | '’' | '-' | '/'))).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_letters_and_no_digits() {
        assert_eq!(name("  Budi   Santoso, S.T. "), Some("Budi Santoso, S.T.".to_owned()));
        assert_eq!(name("Nur'aini"), Some("Nur'aini".to_owned()));
        for text in ["", "B", "Budi 2", "<b>Budi</b>", "🙂🙂", &"a".repeat(101)] {
            assert_eq!(name(text), None, "{text}");
        }
    }
}
