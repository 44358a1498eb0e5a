//! One step in the making: the dialogue as it changes, and what has gathered for the person and the crew.

use antrean_domain::view::BookingView;
use antrean_domain::{BookingRef, Job, Month, MonthQuota, Office, OfficeCode, ServiceClass, State, Zone};
use chrono::NaiveDate;

use crate::callback::{Callback, Of, Verb};
use crate::dialogue::{At, Dialogue};
use crate::draft::Draft;
use crate::facts::{Facts, Order, Query};
use crate::screen::{Action, Button, Screen, Toast};
use crate::texts::{Arg, Words};

/// A value, or the query that must be answered first.
pub(crate) type Asked<T> = Result<T, Query>;

/// Whether what a person did was understood. If not, the screen says once more what it expects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    Yes,
    No,
    /// The toast says it all; the screen stays as it is.
    Toasted,
}

pub(crate) struct Talk<'a> {
    pub(crate) facts: &'a Facts<'a>,
    pub(crate) dialogue: Dialogue,
    /// Lines of HTML that stand above the next screen.
    pub(crate) notices: Vec<String>,
    /// Messages that stay, after the next screen.
    pub(crate) kept: Vec<Screen>,
    pub(crate) jobs: Vec<Order>,
    pub(crate) toast: Option<Toast>,
}

impl<'a> Talk<'a> {
    pub(crate) fn new(dialogue: &Dialogue, facts: &'a Facts<'a>) -> Self {
        let mut dialogue = dialogue.clone();
        if dialogue.session == 0 {
            // The tail of a version 7 UUID is random; zero would mean "none yet".
            let [.., a, b, c, d] = facts.fresh.uuid().into_bytes();
            dialogue.session = u32::from_be_bytes([a, b, c, d]).max(1);
        }
        Self { facts, dialogue, notices: Vec::new(), kept: Vec::new(), jobs: Vec::new(), toast: None }
    }

    pub(crate) fn words(&self) -> Words<'a> {
        self.facts.texts.words(self.dialogue.lang)
    }

    /// Puts a line above the next screen.
    pub(crate) fn note(&mut self, id: &str, args: &[(&'static str, Arg<'_>)]) {
        let line = self.words().html(id, args);
        self.notices.push(line);
    }

    /// Answers the tap itself.
    pub(crate) fn toast(&mut self, id: &str) {
        self.toast = Some(Toast { text: self.words().say(id), alert: false });
    }

    /// A button of the screen being drawn.
    pub(crate) fn button(&self, label: String, verb: Verb) -> Button {
        let of = Of::Screen { session: self.dialogue.session, rev: self.dialogue.rev };
        Button { label, action: Action::Data(Callback { of, verb }.to_string()) }
    }

    /// A button labelled with the text `id`.
    pub(crate) fn press(&self, id: &str, verb: Verb) -> Button {
        self.button(self.words().say(id), verb)
    }

    /// A button of a message that stays: it only leads somewhere.
    pub(crate) fn lasting(&self, id: &str, verb: Verb) -> Button {
        debug_assert!(verb.only_leads(), "{verb} acts, and a message that stays must not");
        Button { label: self.words().say(id), action: Action::Data(Callback { of: Of::Kept, verb }.to_string()) }
    }

    /// Whether a later act of this person came before this one, and changed the screen.
    pub(crate) fn overtaken(&self) -> bool {
        self.dialogue.drawn_by.zip(self.facts.arrival).is_some_and(|(drawn_by, arrival)| drawn_by.overtook(arrival))
    }

    pub(crate) fn job(&mut self, job: Job) {
        self.jobs.push(Order::Job(job));
    }

    pub(crate) fn draft(&self) -> Option<&Draft> {
        self.dialogue.draft.as_ref()
    }

    /// The draft, begun if there is none.
    pub(crate) fn draft_mut(&mut self) -> &mut Draft {
        self.dialogue.draft.get_or_insert_default()
    }

    pub(crate) fn on(&self, at: &At) -> bool {
        self.dialogue.at == *at
    }

    pub(crate) fn office(&self, code: &OfficeCode) -> Option<&'a Office> {
        self.facts.offices.get(code)
    }

    /// What people call the office: its code where the list no longer has it.
    pub(crate) fn office_name(&self, code: &OfficeCode) -> String {
        self.office(code).map_or_else(|| code.to_string(), |office| office.name.clone())
    }

    /// The office's zone: Jakarta's where the list no longer has it.
    pub(crate) fn zone(&self, code: &OfficeCode) -> Zone {
        self.office(code).map_or(Zone::Wib, |office| office.zone)
    }

    /// Today at the draft's office, in Jakarta before one is chosen.
    pub(crate) fn today(&self) -> NaiveDate {
        let office = self.draft().and_then(|draft| draft.application.office.as_ref());
        office.map_or(Zone::Wib, |code| self.zone(code)).date(self.facts.now)
    }

    pub(crate) fn month(&self, office: &OfficeCode, class: ServiceClass, month: Month) -> Asked<&'a MonthQuota> {
        let known = self.facts.answers.months.iter().find(|quota| quota.office == *office && quota.class == class && quota.month == month);
        known.ok_or_else(|| Query::Month { office: office.clone(), class, month })
    }

    /// Every booking of this chat that the ledger knows, newest first.
    pub(crate) fn bookings(&self) -> Asked<Vec<&'a BookingView>> {
        if self.dialogue.bookings.is_empty() {
            return Ok(Vec::new());
        }
        let Some(known) = &self.facts.answers.bookings else {
            return Err(Query::Bookings(self.dialogue.bookings.clone()));
        };
        let view = |booking: &BookingRef| known.iter().find(|view| view.booking == *booking && view.chat == self.facts.chat);
        Ok(self.dialogue.bookings.iter().filter_map(view).collect())
    }

    pub(crate) fn booking(&self, booking: &BookingRef) -> Asked<Option<&'a BookingView>> {
        Ok(self.bookings()?.into_iter().find(|view| view.booking == *booking))
    }

    /// How many bookings of this chat are on their way: unpaid, or paid and still to come.
    pub(crate) fn active(&self) -> Asked<usize> {
        let to_come = |view: &&&BookingView| view.slot.starts_at(self.zone(&view.slot.office)) > self.facts.now;
        let bookings = self.bookings()?;
        Ok(bookings.iter().filter(|view| matches!(view.state, State::Held | State::Billed | State::Paid)).filter(to_come).count())
    }

    pub(crate) fn at_limit(&self) -> Asked<bool> {
        let most = usize::try_from(self.facts.terms.rules.active_per_chat_max).unwrap_or(usize::MAX);
        Ok(self.active()? >= most)
    }

    pub(crate) fn go(&mut self, at: At) {
        self.dialogue.at = at;
    }
}
