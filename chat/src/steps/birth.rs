//! Step 7: the birth date.

use chrono::Months;

use super::{Body, Question};
use crate::dates;
use crate::fit;
use crate::talk::{Asked, Heard, Talk};

/// A hundred and twenty years: nobody alive is older.
const AGE_MAX_MONTHS: u32 = 120 * 12;

pub(super) struct AskBirthDate;

impl Question for AskBirthDate {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let mut text = talk.words().say("ask-birth");
        if let Some(birth) = talk.draft().and_then(|draft| draft.application.birth_date) {
            text = format!("{text}\n\n{}", talk.words().html("answer-now", &[("answer", dates::digits(birth).into())]));
        }
        Ok(Body { text, rows: Vec::new() })
    }

    fn text(&self, talk: &mut Talk<'_>, text: &str) -> Asked<Heard> {
        let Some(birth) = dates::read(text, None) else { return Ok(Heard::No) };
        let today = talk.today();
        if birth > today || birth.checked_add_months(Months::new(AGE_MAX_MONTHS)).is_none_or(|end| end < today) {
            talk.note("birth-impossible", &[("date", dates::digits(birth).into())]);
            return Ok(Heard::Yes);
        }
        let draft = talk.draft_mut();
        draft.application.birth_date = Some(birth);
        draft.sure = false;
        fit::advance(talk);
        Ok(Heard::Yes)
    }
}
