//! No payment is lost, and none counts twice: what the bank was told, against what the journal did with it.

use std::collections::HashMap;

use super::{Broken, broken};
use crate::bank::Notice;
use crate::evidence::{Event, Evidence};

pub(super) fn check(evidence: &Evidence) -> Vec<Broken> {
    let mut found = Vec::new();
    let mut of_payment: HashMap<&str, Vec<&Event>> = HashMap::new();
    for event in &evidence.journal {
        if let Some(payment) = &event.payment {
            of_payment.entry(payment).or_default().push(event);
        }
    }
    for notice in &evidence.notices {
        let events = of_payment.remove(notice.payment.as_str()).unwrap_or_default();
        found.extend(of_notice(notice, &events));
    }
    for (payment, events) in of_payment {
        found.push(broken(
            "payment known to the bank",
            payment,
            format!("the journal has {} events of it, the bank never made it", events.len()),
        ));
    }
    found
}

/// What is wrong with the journal's `events` of a payment.
fn of_notice(notice: &Notice, events: &[&Event]) -> Vec<Broken> {
    let mut found = Vec::new();
    let mut wrong = |rule, what: String| found.push(broken(rule, &notice.payment, what));
    let count = |words: &[&str]| events.iter().filter(|event| words.contains(&event.word.as_str())).count();
    let (recorded, settled) = (count(&["payment"]), count(&["pay", "restore", "refund", "again"]));
    let taken = notice.taken();
    if taken && (recorded, settled) != (1, 1) {
        let rule = if recorded == 0 || settled == 0 { "no payment lost" } else { "no payment applied twice" };
        wrong(rule, format!("the bank was told that it was taken; it was recorded {recorded} times and settled {settled} times"));
    }
    if !taken && (recorded > 1 || settled > 1) {
        wrong("no payment applied twice", format!("recorded {recorded} times and settled {settled} times"));
    }
    let refused = notice.answered() && !taken;
    if refused && recorded > 0 {
        wrong("no refused payment kept", format!("the bank was told {:?}, and it was recorded", notice.answers));
    }
    if taken && notice.answers.iter().any(|code| code.starts_with("404") || code.starts_with("409")) {
        wrong("same answer every time", format!("the bank was told {:?}", notice.answers));
    }
    for event in events.iter().filter(|event| event.word == "payment") {
        if event.money != Some((notice.code.clone(), notice.amount)) {
            wrong("payment as it was made", format!("{} for {} became {:?}", notice.amount, notice.code, event.money));
        }
    }
    for event in events {
        if let Some(booking) = &event.booking
            && booking.code.as_ref() != Some(&notice.code)
        {
            wrong(
                "money for its booking",
                format!("made for {}, event {} is of a booking with {:?}", notice.code, event.seq, booking.code),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::by_hand::{opened, rules};
    use super::*;

    fn told(payment: &str, answers: &[&str]) -> Notice {
        let answers = answers.iter().map(|answer| (*answer).to_owned()).collect();
        Notice { payment: payment.to_owned(), code: "code-a".to_owned(), amount: 950_000, answers, sent: 1 }
    }

    fn billed() -> Evidence {
        opened(1).then("hold", "a", "held").then("bill", "a", "billed")
    }

    fn with(mut evidence: Evidence, notices: &[Notice]) -> Vec<&'static str> {
        evidence.notices = notices.to_vec();
        rules(&check(&evidence))
    }

    #[test]
    fn each_payment_taken_is_settled_once() {
        let sound = billed().pays("payment", "a", "billed", "p").pays("pay", "a", "paid", "p");
        assert_eq!(with(sound.clone(), &[told("p", &["5032500", "2002500", "2002500"])]), [""; 0]);
        let twice = sound.pays("payment", "a", "paid", "q").pays("again", "a", "paid", "q");
        assert_eq!(with(twice, &[told("p", &["2002500"]), told("q", &["2002500"])]), [""; 0]);
    }

    #[test]
    fn a_lost_payment_is_found() {
        assert_eq!(with(billed(), &[told("p", &["2002500"])]), ["no payment lost"]);
        let unsettled = billed().pays("payment", "a", "billed", "p");
        assert_eq!(with(unsettled, &[told("p", &["2002500"])]), ["no payment lost"]);
    }

    #[test]
    fn a_payment_applied_twice_is_found() {
        let twice = billed().pays("payment", "a", "billed", "p").pays("pay", "a", "paid", "p").pays("again", "a", "paid", "p");
        assert_eq!(with(twice.clone(), &[told("p", &["2002500"])]), ["no payment applied twice"]);
        assert_eq!(with(twice, &[told("p", &[])]), ["no payment applied twice"], "even if the bank never heard of it");
    }

    #[test]
    fn a_payment_whose_answer_was_lost_may_or_may_not_be_there() {
        let there = billed().pays("payment", "a", "billed", "p").pays("pay", "a", "paid", "p");
        assert_eq!(with(there, &[told("p", &["5032500"])]), [""; 0]);
        assert_eq!(with(billed(), &[told("p", &["5032500"])]), [""; 0]);
    }

    #[test]
    fn a_refused_payment_that_is_kept_is_found() {
        let kept = billed().pays("payment", "a", "billed", "p").pays("pay", "a", "paid", "p");
        assert_eq!(with(kept, &[told("p", &["4042513"])]), ["no refused payment kept"]);
    }

    #[test]
    fn another_answer_than_before_is_found() {
        let sound = billed().pays("payment", "a", "billed", "p").pays("pay", "a", "paid", "p");
        assert_eq!(with(sound, &[told("p", &["2002500", "4092500"])]), ["same answer every time"]);
    }

    #[test]
    fn another_amount_another_booking_and_money_from_nowhere_are_found() {
        let sound = billed().pays("payment", "a", "billed", "p").pays("pay", "a", "paid", "p");
        let less = Notice { amount: 1, ..told("p", &["2002500"]) };
        assert_eq!(with(sound.clone(), &[less]), ["payment as it was made"]);
        let elsewhere = billed()
            .pays("payment", "a", "billed", "p")
            .then("hold", "b", "held")
            .then("bill", "b", "billed")
            .pays("pay", "b", "paid", "p");
        assert_eq!(with(elsewhere, &[told("p", &["2002500"])]), ["money for its booking"]);
        assert_eq!(with(sound, &[]), ["payment known to the bank"]);
    }
}
