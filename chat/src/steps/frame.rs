//! What surrounds every question: which step it is, the answers so far, the way back and the way out.

use antrean_domain::Passport;

use super::question;
use crate::callback::Verb;
use crate::dates;
use crate::draft::{Ask, Draft};
use crate::labels;
use crate::screen::Screen;
use crate::talk::{Asked, Talk};

/// The screen of the draft's present question.
pub(crate) fn screen(talk: &Talk<'_>, draft: &Draft) -> Asked<Screen> {
    let body = question(draft.at).body(talk)?;
    let mut parts = vec![head(talk, draft.at)];
    let so_far = summary(talk, draft);
    if !so_far.is_empty() && draft.at != Ask::Review {
        parts.push(talk.words().html("answers-so-far", &[("answers", so_far.into())]));
    }
    parts.push(String::new());
    for notice in &talk.notices {
        parts.push(notice.clone());
        parts.push(String::new());
    }
    parts.push(body.text);
    let mut buttons = body.rows;
    if keeps(draft) {
        buttons.push(vec![talk.press("button-keep", Verb::Keep)]);
    }
    let mut ways_out = vec![talk.press("button-leave", Verb::Leave)];
    if !draft.billing {
        // While the code is on its way there is nothing to go back to.
        ways_out.insert(0, talk.press("button-back", Verb::Back));
    }
    buttons.push(ways_out);
    Ok(Screen { text: parts.join("\n"), buttons, picture: None })
}

/// Whether there is an answer to go on with. While the ledger is awaited, and where the answer is a yes or no,
/// there is not.
pub(crate) fn keeps(draft: &Draft) -> bool {
    let waiting = draft.wanted.is_some() || draft.billing;
    !waiting && !matches!(draft.at, Ask::Review | Ask::Doubt | Ask::NeverDoubt) && draft.answered(draft.at)
}

/// `Langkah 3 dari 12 · Kantor`.
fn head(talk: &Talk<'_>, ask: Ask) -> String {
    let words = talk.words();
    let title = words.say(&format!("title-{}", ask.word()));
    words.html("step-head", &[("n", ask.chapter().into()), ("of", Draft::CHAPTERS.into()), ("title", title.into())])
}

/// The answers so far, in a line: `Reguler · Dewasa · Jakarta Selatan`.
fn summary(talk: &Talk<'_>, draft: &Draft) -> String {
    let words = talk.words();
    let answers = &draft.application;
    let parts = [
        answers.service.map(|service| labels::brief(&labels::service(words, service))),
        answers.age.map(|age| labels::brief(&labels::age(words, age))),
        answers.office.as_ref().map(|code| talk.office_name(code)),
        answers.passport.map(|passport: Passport| labels::passport(words, passport)),
        answers.purpose.map(|purpose| labels::purpose(words, purpose)),
        answers.name.clone(),
        draft.date.map(|date| dates::short(words, date)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
