//! The independent checker: what must hold of any run, told from the outside's histories and the journal alone.
//!
//! It shares no code with the ledger's scripts or the audit: each rule is written out here once more, in the simplest
//! way there is, from what the product promises. A rule names what it found, never how the product might have come to it.

mod bookings;
mod chats;
mod money;
mod places;

use std::fmt;

use crate::evidence::Evidence;

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Broken {
    pub(crate) rule: &'static str,
    /// A slot, payment, booking or chat.
    pub(crate) of: String,
    pub(crate) what: String,
}

/// Everything that is wrong with a run.
pub(crate) fn check(evidence: &Evidence) -> Vec<Broken> {
    [places::check, money::check, bookings::check, chats::check].iter().flat_map(|rules| rules(evidence)).collect()
}

fn broken(rule: &'static str, of: impl fmt::Display, what: impl fmt::Display) -> Broken {
    Broken { rule, of: of.to_string(), what: what.to_string() }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.rule, self.of, self.what)
    }
}

/// Histories by hand, for the tests of the rules.
#[cfg(test)]
mod by_hand {
    use crate::evidence::{Booking, Event, Evidence};

    pub(super) const SLOT: &str = "JKTSEL:2026-12-01:08:regular";

    /// A journal in which one place was opened in [`SLOT`].
    pub(super) fn opened(capacity: u32) -> Evidence {
        let opened = Event { seq: 1, word: "quota".to_owned(), opened: Some((vec![SLOT.to_owned()], capacity)), ..Event::default() };
        Evidence { journal: vec![opened], ..Evidence::default() }
    }

    /// Booking `id` of chat 1 in `state`; its code is `code-<id>` once it was billed.
    pub(super) fn booking(id: &str, state: &str) -> Booking {
        let code = (!matches!(state, "held" | "released")).then(|| format!("code-{id}"));
        let (id, number) = (id.to_owned(), id.to_uppercase());
        Booking { id, number, chat: 1, state: state.to_owned(), slot: SLOT.to_owned(), places: 1, code }
    }

    impl Evidence {
        /// One more event: `word` brought booking `id` into `state`.
        pub(super) fn then(mut self, word: &str, id: &str, state: &str) -> Self {
            let booking = booking(id, state);
            self.records.retain(|record| record.id != id);
            self.records.push(booking.clone());
            self.event(word, id, Some(booking))
        }

        /// One more event about `payment`, which was made for the code of `id` and changed nothing else.
        pub(super) fn pays(self, word: &str, id: &str, state: &str, payment: &str) -> Self {
            let mut it = if word == "again" { self.event(word, id, None) } else { self.then(word, id, state) };
            let event = it.journal.last_mut().expect("one was added just now");
            event.payment = Some(payment.to_owned());
            if word == "payment" {
                event.money = Some((format!("code-{id}"), 950_000));
            }
            it
        }

        fn event(mut self, word: &str, id: &str, booking: Option<Booking>) -> Self {
            let seq = self.journal.last().map_or(1, |event| event.seq + 1);
            self.journal.push(Event { seq, word: word.to_owned(), id: id.to_owned(), booking, ..Event::default() });
            self
        }
    }

    /// The rules that `found` are of.
    pub(super) fn rules(found: &[super::Broken]) -> Vec<&'static str> {
        found.iter().map(|broken| broken.rule).collect()
    }
}
