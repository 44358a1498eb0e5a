//! Every booking is in the state its history demands, and its record says so.

use std::collections::{BTreeMap, HashMap};

use super::{Broken, broken};
use crate::evidence::{Booking, Event, Evidence};

/// What may follow what: the word, the states it may come from (`-`: there was no booking), the state it leads to.
const TABLE: [(&str, &[&str], &str); 9] = [
    ("hold", &["-", "held", "released"], "held"),
    ("release", &["held"], "released"),
    ("bill", &["held"], "billed"),
    ("expire", &["billed"], "expired"),
    ("cancel", &["billed"], "cancelled"),
    ("pay", &["billed"], "paid"),
    ("restore", &["expired", "cancelled"], "paid"),
    ("refund", &["expired", "cancelled"], "refund-due"),
    ("reschedule", &["paid"], "paid"),
];

pub(super) fn check(evidence: &Evidence) -> Vec<Broken> {
    let mut found = Vec::new();
    let mut last: BTreeMap<&str, &Booking> = BTreeMap::new();
    let mut moves: HashMap<&str, usize> = HashMap::new();
    let mut codes: HashMap<&str, &str> = HashMap::new();
    for event in &evidence.journal {
        let Some(booking) = &event.booking else { continue };
        let before = last.insert(&booking.id, booking);
        found.extend(follows(event, before, booking));
        if event.word == "reschedule" {
            *moves.entry(&booking.id).or_default() += 1;
        }
        if let Some(code) = &booking.code
            && codes.insert(code, &booking.id).is_some_and(|owner| owner != booking.id)
        {
            found.push(broken("a code for one booking", code, format!("it was another's before event {}", event.seq)));
        }
    }
    found.extend(
        moves.iter().filter(|(_, moves)| **moves > 1).map(|(id, moves)| broken("moved once at most", id, format!("moved {moves} times"))),
    );
    found.extend(records(evidence, &last));
    for booking in last.values().filter(|booking| matches!(booking.state.as_str(), "held" | "billed")) {
        found.push(broken("nothing left open", &booking.id, format!("it is {} long after every deadline", booking.state)));
    }
    found.extend(demanded(evidence, &last));
    found
}

/// Whether an event may follow what its booking was before.
fn follows(event: &Event, before: Option<&Booking>, after: &Booking) -> Option<Broken> {
    let from = before.map_or("-", |booking| booking.state.as_str());
    let wrong =
        |what: String| Some(broken("in the state its history demands", &after.id, format!("event {} ({}): {what}", event.seq, event.word)));
    if event.word == "payment" {
        // It writes down that money came, and changes nothing yet.
        let same = before.is_some_and(|before| (&before.state, &before.slot) == (&after.state, &after.slot));
        return if same { None } else { wrong(format!("from {from} to {}", after.state)) };
    }
    let Some((_, allowed, to)) = TABLE.iter().find(|(word, ..)| *word == event.word) else {
        return wrong("no such thing can happen to a booking".to_owned());
    };
    if !allowed.contains(&from) || after.state != *to {
        return wrong(format!("from {from} to {}", after.state));
    }
    let before = before?;
    let moves = matches!(event.word.as_str(), "hold" | "reschedule");
    if (!moves && before.slot != after.slot) || before.chat != after.chat {
        return wrong(format!("from {} of chat {} to {} of chat {}", before.slot, before.chat, after.slot, after.chat));
    }
    None
}

/// The records against the last image of each booking.
fn records(evidence: &Evidence, last: &BTreeMap<&str, &Booking>) -> Vec<Broken> {
    let records: BTreeMap<&str, &Booking> = evidence.records.iter().map(|record| (record.id.as_str(), record)).collect();
    let mut found = Vec::new();
    for (id, booking) in last {
        if records.get(id) != Some(booking) {
            found.push(broken(
                "the record is its history",
                id,
                format!("the journal ends with {booking:?}, the record is {:?}", records.get(id)),
            ));
        }
    }
    found.extend(
        records.keys().filter(|id| !last.contains_key(*id)).map(|id| broken("the record is its history", id, "no event tells of it")),
    );
    found
}

/// What the bank was told is what the booking is.
fn demanded(evidence: &Evidence, last: &BTreeMap<&str, &Booking>) -> Vec<Broken> {
    let settled = |booking: &Booking| matches!(booking.state.as_str(), "paid" | "refund-due");
    let mut found = Vec::new();
    for booking in last.values() {
        let Some(code) = &booking.code else { continue };
        let made: Vec<_> = evidence.notices.iter().filter(|notice| notice.code == *code).collect();
        let taken = made.iter().any(|notice| notice.taken());
        if taken && !settled(booking) {
            found.push(broken(
                "in the state its history demands",
                &booking.id,
                format!("its money was taken, and it is {}", booking.state),
            ));
        }
        // An answer that was lost on its way may have been the one that said so.
        if settled(booking) && made.iter().all(|notice| notice.answered() && !notice.taken()) {
            found.push(broken("in the state its history demands", &booking.id, format!("nobody paid for it, and it is {}", booking.state)));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::by_hand::{opened, rules};
    use super::*;
    use crate::bank::Notice;

    fn paid() -> Evidence {
        let mut it = opened(1)
            .then("hold", "a", "held")
            .then("bill", "a", "billed")
            .pays("payment", "a", "billed", "p")
            .pays("pay", "a", "paid", "p");
        let answers = vec!["2002500".to_owned()];
        it.notices = vec![Notice { payment: "p".to_owned(), code: "code-a".to_owned(), amount: 950_000, answers, sent: 1 }];
        it
    }

    #[test]
    fn a_whole_history_is_sound() {
        assert_eq!(check(&paid()), []);
        assert_eq!(check(&opened(1).then("hold", "a", "held").then("release", "a", "released")), []);
    }

    #[test]
    fn a_forbidden_change_is_found() {
        assert_eq!(rules(&check(&paid().then("expire", "a", "expired")))[0], "in the state its history demands");
        let from_nothing = opened(1).then("pay", "a", "paid");
        assert_eq!(rules(&check(&from_nothing))[0], "in the state its history demands");
        assert_eq!(rules(&check(&paid().then("vanish", "a", "paid"))), ["in the state its history demands"]);
    }

    #[test]
    fn a_record_that_says_something_else_is_found() {
        let mut other = paid();
        other.records[0].state = "expired".to_owned();
        assert_eq!(rules(&check(&other)), ["the record is its history"]);
        let mut gone = paid();
        gone.records.clear();
        assert_eq!(rules(&check(&gone)), ["the record is its history"]);
        let mut more = paid();
        more.records.push(super::super::by_hand::booking("z", "paid"));
        assert_eq!(rules(&check(&more)), ["the record is its history"]);
    }

    #[test]
    fn what_is_still_open_in_the_end_is_found() {
        assert_eq!(rules(&check(&opened(1).then("hold", "a", "held"))), ["nothing left open"]);
    }

    #[test]
    fn money_without_its_booking_and_a_booking_without_its_money_are_found() {
        let mut expired = opened(1).then("hold", "a", "held").then("bill", "a", "billed").then("expire", "a", "expired");
        expired.notices = paid().notices;
        assert_eq!(rules(&check(&expired)), ["in the state its history demands"]);
        let mut unpaid = paid();
        unpaid.notices.clear();
        assert_eq!(rules(&check(&unpaid)), ["in the state its history demands"]);
    }

    #[test]
    fn a_second_move_and_a_code_used_twice_are_found() {
        let moved = paid().then("reschedule", "a", "paid").then("reschedule", "a", "paid");
        assert_eq!(rules(&check(&moved)), ["moved once at most"]);
        let mut shared = paid().then("hold", "b", "held").then("release", "b", "released");
        for booking in shared.journal.iter_mut().filter_map(|event| event.booking.as_mut()).chain(&mut shared.records) {
            booking.code = Some("code-a".to_owned());
        }
        assert!(rules(&check(&shared)).contains(&"a code for one booking"));
    }
}
