//! Steps 11 and 12: everything at a glance, each item open to correction, and the request for a billing code.

use super::{Body, Choice, Question};
use crate::callback::Verb;
use crate::dates;
use crate::draft::{Ask, Draft};
use crate::facts::Order;
use crate::labels;
use crate::screen::Button;
use crate::talk::{Asked, Talk};

const SUBMIT: &str = "submit";

pub(super) struct AskReview;

impl Question for AskReview {
    fn body(&self, talk: &Talk<'_>) -> Asked<Body> {
        let words = talk.words();
        let Some(draft) = talk.draft() else { return Ok(Body { text: words.say("ask-review"), rows: Vec::new() }) };
        if draft.billing {
            return Ok(Body { text: words.say("review-waiting"), rows: Vec::new() });
        }
        let mut lines: Vec<String> = kept_until(talk, draft).into_iter().flat_map(|line| [line, String::new()]).collect();
        lines.extend([words.say("ask-review"), String::new()]);
        lines.extend(items(talk, draft).into_iter().map(|(ask, answer)| {
            let title = words.say(&format!("title-{}", ask.word()));
            words.html("review-line", &[("title", title.into()), ("answer", answer.into())])
        }));
        lines.push(String::new());
        lines.push(fee(talk, draft));
        let button = |choice: Choice| talk.button(choice.label, Verb::Pick(choice.slug.to_owned()));
        let mut buttons = self.choices(talk).into_iter().map(button);
        let mut rows: Vec<Vec<Button>> = buttons.next().map(|submit| vec![submit]).into_iter().collect();
        let edits: Vec<Button> = buttons.collect();
        rows.extend(edits.chunks(2).map(<[Button]>::to_vec));
        Ok(Body { text: lines.join("\n"), rows })
    }

    fn choices(&self, talk: &Talk<'_>) -> Vec<Choice> {
        let words = talk.words();
        let Some(draft) = talk.draft().filter(|draft| !draft.billing) else { return Vec::new() };
        let edit = |(ask, _): (Ask, String)| {
            let title = words.say(&format!("title-{}", ask.word()));
            Choice { slug: ask.word(), label: words.plain("button-edit", &[("title", title.into())]) }
        };
        let submit = Choice { slug: SUBMIT, label: words.say("button-submit") };
        std::iter::once(submit).chain(items(talk, draft).into_iter().map(edit)).collect()
    }

    fn choose(&self, talk: &mut Talk<'_>, slug: &str) -> Asked<()> {
        match Ask::from_word(slug) {
            Some(ask) => {
                let draft = talk.draft_mut();
                draft.at = ask;
                draft.returning = true;
            }
            None => submit(talk),
        }
        Ok(())
    }
}

/// Asks for the billing code, unless something is still open.
fn submit(talk: &mut Talk<'_>) {
    let today = talk.today();
    let Some(draft) = talk.draft() else { return };
    let answers = &draft.application;
    let ready = draft.first_open(today) == Ask::Review;
    let (Some(service), Some(passport), Some(booking), true) = (answers.service, answers.passport, draft.booking.clone(), ready) else {
        talk.note("review-incomplete", &[]);
        talk.draft_mut().resume(today);
        return;
    };
    let amount = talk.facts.terms.fee(service, passport);
    let application = Box::new(answers.clone());
    let seq = talk.dialogue.next_seq(0);
    talk.draft_mut().billing = true;
    talk.jobs.push(Order::Bill { booking, seq, amount, application });
}

/// Every item of the application with its answer.
fn items(talk: &Talk<'_>, draft: &Draft) -> Vec<(Ask, String)> {
    let asked = |ask: &Ask| !matches!(ask, Ask::Doubt | Ask::Review);
    let path = draft.path(talk.today());
    path.into_iter().filter(asked).map(|ask| (ask, answer(talk, draft, ask))).collect()
}

fn answer(talk: &Talk<'_>, draft: &Draft, ask: Ask) -> String {
    let words = talk.words();
    let answers = &draft.application;
    let photo = |taken: bool| words.say(if taken { "answer-photo" } else { "answer-none" });
    let known = match ask {
        Ask::Service => answers.service.map(|service| labels::brief(&labels::service(words, service))),
        Ask::Age => answers.age.map(|age| labels::brief(&labels::age(words, age))),
        Ask::Office => answers.office.as_ref().map(|code| talk.office_name(code)),
        Ask::Passport => answers.passport.map(|passport| labels::passport(words, passport)),
        Ask::Purpose => answers.purpose.map(|purpose| labels::purpose(words, purpose)),
        Ask::Earlier => draft.earlier.map(|kind| labels::earlier(words, kind)),
        Ask::EarlierNumber => draft.earlier_number().map(str::to_owned),
        Ask::Name => answers.name.clone(),
        Ask::Nik => answers.nik.as_ref().map(|nik| nik.as_str().to_owned()),
        Ask::BirthDate => answers.birth_date.map(dates::digits),
        Ask::Ektp => Some(photo(answers.ektp.is_some())),
        Ask::Kk => Some(photo(answers.kk.is_some())),
        Ask::OldPassport => Some(photo(answers.old_passport.is_some())),
        Ask::Date => draft.date.map(|date| dates::long(words, date)),
        Ask::Hour => draft.held.as_ref().map(|held| {
            let zone = talk.zone(&held.slot.office);
            format!("{} {}", dates::window(words, held.slot.hour), zone.label())
        }),
        Ask::NeverDoubt | Ask::Doubt | Ask::Review => None,
    };
    known.unwrap_or_else(|| words.say("answer-none"))
}

fn fee(talk: &Talk<'_>, draft: &Draft) -> String {
    let answers = &draft.application;
    let fee = answers.service.zip(answers.passport).map(|(service, passport)| talk.facts.terms.fee(service, passport));
    talk.words().html("review-fee", &[("amount", fee.unwrap_or_default().to_string().into())])
}

/// Until when the place is kept, or that it no longer is.
fn kept_until(talk: &Talk<'_>, draft: &Draft) -> Option<String> {
    let held = draft.held.as_ref()?;
    let until = dates::moment(talk.words(), talk.zone(&held.slot.office), held.until, talk.facts.now);
    let id = if talk.facts.now < held.until { "review-kept-until" } else { "review-kept-no-more" };
    Some(talk.words().html(id, &[("until", until.into())]))
}
