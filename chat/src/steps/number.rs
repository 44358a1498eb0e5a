//! Step 6, after "expired", "full", lost or damaged: the number of that passport.

use antrean_domain::{Earlier, Service};

use super::{Body, Choice, Question, choice};
use crate::draft::EarlierKind;
use crate::fit;
use crate::talk::{Asked, Heard, Talk};

const UNKNOWN: &str = "unknown";

pub(super) struct AskNumber;

impl Question for AskNumber {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let mut text = talk.words().say("ask-number");
        if let Some(number) = talk.draft().and_then(|draft| draft.earlier_number()) {
            text = format!("{text}\n\n{}", talk.words().html("answer-now", &[("answer", number.into())]));
        }
        Ok(Body { text, rows: choice::rows(talk, &self.choices(talk), None) })
    }

    /// Who lost a passport may not know its number.
    fn choices(&self, talk: &Talk<'_>) -> Vec<Choice> {
        let service = talk.draft().and_then(|draft| draft.application.service);
        let unknown = Choice { slug: UNKNOWN, label: talk.words().say("button-number-unknown") };
        if service.is_some_and(Service::by_interview) { vec![unknown] } else { Vec::new() }
    }

    fn choose(&self, talk: &mut Talk<'_>, _slug: &str) -> Asked<()> {
        take(talk, None);
        Ok(())
    }

    fn text(&self, talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
        let choices = self.choices(talk);
        match (number(text), super::pick(&choices, text)) {
            (Some(number), _) => take(talk, Some(number)),
            (None, Some(_)) => take(talk, None),
            (None, None) => return Ok(Heard::No),
        }
        Ok(Heard::Yes)
    }
}

/// A letter or two, then six or seven digits: `A1234567`, `X1234567`, `AB123456`.
fn number(text: &str) -> Option<String> {
    let number: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '.')).collect::<String>().to_uppercase();
    let letters = number.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = number.len() - letters;
    let shaped = (1..=2).contains(&letters) && (6..=7).contains(&digits) && number.bytes().skip(letters).all(|byte| byte.is_ascii_digit());
    shaped.then_some(number)
}

fn take(talk: &mut Talk<'_>, number: Option<String>) {
    let draft = talk.draft_mut();
    draft.application.earlier = match (draft.application.service, draft.earlier, number) {
        (Some(Service::Lost), _, number) => Some(Earlier::Lost { number }),
        (Some(Service::Damaged), _, number) => Some(Earlier::Damaged { number }),
        (_, Some(EarlierKind::Expired), Some(number)) => Some(Earlier::Expired { number }),
        (_, Some(EarlierKind::Full), Some(number)) => Some(Earlier::Full { number }),
        (_, _, _) => None,
    };
    fit::advance(talk);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passport_number_is_letters_then_digits() {
        for text in ["A1234567", "a 1234567", "AB123456", "X-123456"] {
            assert!(number(text).is_some(), "{text}");
        }
        for text in ["", "1234567", "A12345", "ABC12345", "A12345678", "A12B4567", "é1234567"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
