//! Keeps the answers of a draft fitting one another when one of them changes.

use antrean_domain::{Application, Earlier, OfficeCode, Passport, Service, ServiceClass};

use crate::draft::Draft;
use crate::hold;
use crate::talk::Talk;

/// Moves on from an answered question.
pub(crate) fn advance(talk: &mut Talk<'_>) {
    let today = talk.today();
    talk.draft_mut().advance(today);
}

/// Changes an answer that others hang on, lets go of those that no longer fit, and moves on.
pub(crate) fn change(talk: &mut Talk<'_>, change: impl FnOnce(&mut Draft)) {
    let before = counted_in(&talk.draft_mut().application);
    change(talk.draft_mut());
    if counted_in(&talk.draft_mut().application) != before {
        // Another office or class has other places: neither the kept one nor the chosen day means anything there.
        hold::give_back(talk);
        let draft = talk.draft_mut();
        (draft.date, draft.month) = (None, None);
    }
    refit(talk);
    advance(talk);
}

/// Lets go of answers that do not fit the others any more.
pub(crate) fn refit(talk: &mut Talk<'_>) {
    let draft = talk.draft_mut();
    let answers = &mut draft.application;
    let fits = match (answers.service, &answers.earlier) {
        (_, None) => true,
        (Some(Service::Lost), Some(earlier)) => matches!(earlier, Earlier::Lost { .. }),
        (Some(Service::Damaged), Some(earlier)) => matches!(earlier, Earlier::Damaged { .. }),
        (_, Some(earlier)) => !matches!(earlier, Earlier::Lost { .. } | Earlier::Damaged { .. }),
    };
    if !fits {
        (draft.earlier, answers.earlier, answers.old_passport) = (None, None, None);
    }
    let Some(draft) = talk.draft() else { return };
    if draft.application.passport.is_some_and(|passport| !offered(talk, draft).contains(&passport)) {
        talk.draft_mut().application.passport = None;
        talk.note("passport-unfit", &[]);
    }
}

/// The passports the draft's office issues to its age: on the chosen date, before one is chosen today.
pub(crate) fn offered(talk: &Talk<'_>, draft: &Draft) -> Vec<Passport> {
    let answers = &draft.application;
    let (Some(age), Some(office)) = (answers.age, answers.office.as_ref().and_then(|code| talk.office(code))) else {
        return Passport::ALL.to_vec();
    };
    Passport::offered(office, age, draft.date.unwrap_or_else(|| office.zone.date(talk.facts.now))).collect()
}

/// Whose places the application takes.
fn counted_in(application: &Application) -> (Option<OfficeCode>, Option<ServiceClass>) {
    (application.office.clone(), application.service.map(Service::class))
}
