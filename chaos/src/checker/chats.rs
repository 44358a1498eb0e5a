//! Every chat: each thing a person did was answered, once; what they were shown first came in order; they were told
//! what became of their bookings; and what they see in the end is how things are.
//!
//! A screen's buttons carry its revision, which rises with every screen drawn and never falls. So the outside alone
//! tells what came late, what came again, and how much was taken in.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Broken, broken};
use crate::evidence::{Booking, Chat, Event, Evidence, Line};

pub(super) fn check(evidence: &Evidence) -> Vec<Broken> {
    let mut found = Vec::new();
    for chat in &evidence.chats {
        let events: Vec<_> =
            evidence.journal.iter().filter(|event| event.booking.as_ref().is_some_and(|booking| booking.chat == chat.id)).collect();
        found.extend(answered(chat));
        found.extend(in_order(chat));
        found.extend(taken_in_once(chat));
        found.extend(first_tap_counts(chat));
        if !chat.forbidden {
            found.extend(told(chat, &events));
        }
        found.extend(current(chat, &evidence.records));
    }
    found
}

/// After each thing a person did there is a newer screen, or their tap has its answer.
fn answered(chat: &Chat) -> Option<Broken> {
    if chat.status.is_none() {
        return Some(broken("every update answered", chat.id, "the chat is deaf: nobody answered /status"));
    }
    let answers: HashSet<_> =
        chat.lines.iter().filter_map(|line| if let Line::Answered { tap, .. } = line { Some(tap) } else { None }).collect();
    let last_shown = chat.lines.iter().rposition(|line| matches!(line, Line::Screen { .. }))?;
    let open = chat.lines.iter().skip(last_shown).find(|line| match line {
        Line::Said => true,
        Line::Tapped { tap, .. } => !answers.contains(tap),
        _ => false,
    });
    open.map(|line| broken("every update answered", chat.id, format!("nothing was shown after {line:?}")))
}

/// A screen shown for the first time is newer than all that were shown before, and so is the news of bookings.
fn in_order(chat: &Chat) -> Option<Broken> {
    let mut shown = BTreeSet::new();
    let mut sessions = BTreeSet::new();
    for line in &chat.lines {
        let Line::Screen { session, rev, .. } = line else { continue };
        sessions.insert(session);
        if shown.last().is_some_and(|newest| rev < newest) && !shown.contains(rev) {
            return Some(broken("first deliveries in order", chat.id, format!("screen {rev} came after {:?}", shown.last())));
        }
        shown.insert(*rev);
    }
    if sessions.len() > 1 {
        return Some(broken("no dialogue lost", chat.id, format!("it began anew: {sessions:?}")));
    }
    let last = chat.lines.iter().rev().find_map(|line| if let Line::Screen { rev, .. } = line { Some(rev) } else { None });
    if last != shown.last() {
        return Some(broken(
            "the last screen is the current one",
            chat.id,
            format!("{last:?} stands below, the newest is {:?}", shown.last()),
        ));
    }
    None
}

/// Revisions count what the chat took in, in its order: everything said raises it by one, and so does a tap that was
/// answered without words, for only a tap on the current screen is. So the revision such a tap was made on tells whether
/// all that was said before has been taken in, and, as long as no outcome can have come between, whether once.
fn taken_in_once(chat: &Chat) -> Vec<Broken> {
    let answers = answers(chat);
    let mut found = Vec::new();
    let (mut least, mut most) = (0, Some(0));
    let mut newest = 0;
    for line in &chat.lines {
        match line {
            Line::Said => {
                least += 1;
                most = most.map(|most| most + 1);
            }
            Line::Tapped { tap, screen: Some((_, rev)), verb } => {
                match answers.get(tap) {
                    Some(true) => {
                        found.extend(taken_in(chat, *rev, least, most));
                        (least, most) = (rev + 1, most.map(|_| rev + 1));
                    }
                    // Stale: nothing changed by it.
                    Some(false) => {}
                    // Its answer was lost on the way; perhaps it was the current screen's.
                    None => most = most.map(|most| most + 1),
                }
                // From here on the ledger answers, too.
                most = most.filter(|_| !verb.starts_with("hour|"));
            }
            Line::Tapped { screen: None, .. } => most = None,
            Line::Screen { rev, .. } => newest = newest.max(*rev),
            Line::Answered { .. } | Line::Notice { .. } => {}
        }
    }
    found.extend(taken_in(chat, newest, least, most));
    let hint = |line| if let &Line::Screen { rev, ref text, .. } = line { text.contains('💡').then_some(rev) } else { None };
    let hints: HashSet<u64> = chat.lines.iter().filter_map(hint).collect();
    if hints.len() > chat.loose {
        let what = format!("{} things said were not understood, {} of them were meant to be", hints.len(), chat.loose);
        found.push(broken("no update taken in twice", chat.id, what));
    }
    found
}

/// Of several taps on one button of one screen the first is the one that acts: after it the screen is an older one. Where a
/// later one was answered without words, the first never came in.
fn first_tap_counts(chat: &Chat) -> Option<Broken> {
    let answers = answers(chat);
    let mut tapped = HashSet::new();
    chat.lines.iter().find_map(|line| {
        let Line::Tapped { tap, screen: Some(screen), verb } = line else { return None };
        let first = tapped.insert((screen, verb));
        // A day may be refused with words that leave the screen as it is, and be free the next time.
        let counts = answers.get(tap) == Some(&true) && !first && !verb.starts_with("day|");
        counts.then(|| broken("no update lost", chat.id, format!("a tap on {verb} of screen {} counted, and not the one before", screen.1)))
    })
}

/// How each tap was answered: without words, or with some.
fn answers(chat: &Chat) -> HashMap<&String, bool> {
    chat.lines.iter().filter_map(|line| if let Line::Answered { tap, plain } = line { Some((tap, *plain)) } else { None }).collect()
}

/// Whether the revision `rev` is what it must be at that point.
fn taken_in(chat: &Chat, rev: u64, least: u64, most: Option<u64>) -> Option<Broken> {
    if rev < least {
        return Some(broken("no update lost", chat.id, format!("screen {rev} was the current one, and must have been {least} at least")));
    }
    let most = most.filter(|most| rev > *most)?;
    Some(broken("no update taken in twice", chat.id, format!("screen {rev} was the current one, and must have been {most} at the most")))
}

/// Each thing that became of a booking was told, and the news came in its order.
fn told(chat: &Chat, events: &[&Event]) -> Vec<Broken> {
    let mut found = Vec::new();
    let mut news = Vec::new();
    let mut expired = 0;
    for (at, event) in events.iter().enumerate() {
        let Some(booking) = &event.booking else { continue };
        let next = events[at + 1..].iter().find(|later| later.id == event.id).map(|later| later.word.as_str());
        match event.word.as_str() {
            // What a screen says, and nothing else does: a newer screen that waits behind an unsent one replaces it. So it
            // is demanded only where nothing came after: time did not leap past the bill, nobody typed in between.
            "bill"
                if next != Some("expire") && chat.loose == 0 && !shown(chat, |_, code| code.is_some() && code == booking.code.as_ref()) =>
            {
                found.push(broken("everybody is told", chat.id, format!("nobody was shown the code of {}", booking.number)));
            }
            "cancel" if next.is_none() && chat.loose == 0 && !shown(chat, |text, _| text.contains("is cancelled")) => {
                found.push(broken("everybody is told", chat.id, format!("nobody said that {} is cancelled", booking.number)));
            }
            "expire" => expired += 1,
            "pay" => news.push((&booking.number, "Paid. Thank you!")),
            "restore" => news.push((&booking.number, "came after the deadline")),
            "refund" => news.push((&booking.number, "but too late")),
            "reschedule" => news.push((&booking.number, "Rescheduled.")),
            _ => {}
        }
    }
    let notice = |line| if let &Line::Notice { ref text, picture, .. } = line { Some((text, picture)) } else { None };
    let notices: Vec<_> = chat.lines.iter().filter_map(notice).collect();
    let mut at = 0;
    for (number, words) in news {
        // A proof is the picture that is shown at the counter.
        let proves = !words.starts_with("but");
        match notices.iter().position(|(text, picture)| text.contains(number) && text.contains(words) && (*picture || !proves)) {
            None => found.push(broken("everybody is told", chat.id, format!("nobody said {words:?} of {number}"))),
            Some(first) if first < at => {
                found.push(broken("first deliveries in order", chat.id, format!("{words:?} of {number} came too early")));
            }
            Some(first) => at = first,
        }
    }
    let said = notices.iter().filter(|(text, _)| text.contains("The billing code expired")).count();
    if said < expired {
        found.push(broken("everybody is told", chat.id, format!("{said} bills were said to be dead, and {expired} died")));
    }
    found
}

/// Whether anything they were shown is such: by its text, and the code that can be copied from it.
fn shown(chat: &Chat, is: impl Fn(&str, Option<&String>) -> bool) -> bool {
    chat.lines.iter().any(|line| match line {
        Line::Screen { text, code, .. } | Line::Notice { text, code, .. } => is(text, code.as_ref()),
        _ => false,
    })
}

/// What `/status` says in the end: every booking with a code, in its state.
fn current(chat: &Chat, records: &[Booking]) -> Vec<Broken> {
    let Some(status) = &chat.status else { return Vec::new() };
    let own = records.iter().filter(|record| record.chat == chat.id && record.code.is_some());
    let lines: Vec<_> = status.split("\n\n").collect();
    let wrong = |record: &&Booking| !lines.iter().any(|line| line.contains(&record.number) && line.contains(words(&record.state)));
    own.filter(wrong)
        .map(|record| {
            broken(
                "the last screen is the current one",
                chat.id,
                format!("{} is {}, and /status says {status:?}", record.number, record.state),
            )
        })
        .collect()
}

/// What people read of a state.
fn words(state: &str) -> &'static str {
    match state {
        "billed" => "Waiting for payment",
        "paid" => "Paid",
        "expired" => "Expired",
        "cancelled" => "Cancelled",
        "refund-due" => "Refund on its way",
        _ => "no such state is shown",
    }
}

#[cfg(test)]
mod tests {
    use super::super::by_hand::{opened, rules};
    use super::*;

    fn screen(rev: u64, text: &str) -> Line {
        Line::Screen { session: "s".to_owned(), rev, text: text.to_owned(), code: None }
    }

    fn tapped(rev: u64, tap: &str) -> Line {
        Line::Tapped { tap: tap.to_owned(), screen: Some(("s".to_owned(), rev)), verb: "pick|adult".to_owned() }
    }

    fn answer(tap: &str) -> Line {
        Line::Answered { tap: tap.to_owned(), plain: true }
    }

    fn notice(text: &str) -> Line {
        Line::Notice { text: text.to_owned(), picture: true, code: None }
    }

    /// What is wrong with a chat of these lines, beside an empty journal.
    fn of(lines: Vec<Line>) -> Vec<&'static str> {
        let chat = Chat { id: 1, lines, status: Some(String::new()), ..Chat::default() };
        rules(&check(&Evidence { chats: vec![chat], ..Evidence::default() }))
    }

    /// A chat in which booking `a` was billed and paid, told by `lines`.
    fn paying(lines: Vec<Line>, status: &str) -> Vec<&'static str> {
        let mut evidence = opened(1).then("hold", "a", "held").then("bill", "a", "billed").then("pay", "a", "paid");
        let bill = Line::Screen { session: "s".to_owned(), rev: 1, text: String::new(), code: Some("code-a".to_owned()) };
        let lines = [Line::Said, bill].into_iter().chain(lines).collect();
        evidence.chats = vec![Chat { id: 1, lines, status: Some(status.to_owned()), ..Chat::default() }];
        rules(&check(&evidence))
    }

    const PAID: &str = "🟢 Paid\nNumber A";

    #[test]
    fn a_quiet_talk_is_sound() {
        assert_eq!(of(vec![Line::Said, screen(1, "a"), tapped(1, "t"), answer("t"), screen(2, "b")]), [""; 0]);
        assert_eq!(paying(vec![notice("Paid. Thank you! A")], PAID), [""; 0]);
    }

    #[test]
    fn a_repeated_screen_is_allowed_and_a_late_one_is_found() {
        assert_eq!(of(vec![Line::Said, Line::Said, screen(1, "a"), screen(2, "b"), screen(1, "a"), screen(2, "b")]), [""; 0]);
        assert_eq!(
            of(vec![Line::Said, Line::Said, Line::Said, screen(1, "a"), screen(3, "c"), screen(2, "b"), screen(3, "c")]),
            ["first deliveries in order"]
        );
        assert_eq!(
            of(vec![Line::Said, Line::Said, screen(1, "a"), screen(2, "b"), screen(1, "a")]),
            ["the last screen is the current one"]
        );
    }

    #[test]
    fn what_nobody_answered_is_found() {
        assert_eq!(of(vec![Line::Said, screen(1, "a"), tapped(1, "t")]), ["every update answered"]);
        let deaf = Chat { id: 1, lines: vec![Line::Said, screen(1, "a")], ..Chat::default() };
        assert_eq!(rules(&check(&Evidence { chats: vec![deaf], ..Evidence::default() })), ["every update answered"]);
    }

    #[test]
    fn a_lost_update_is_found() {
        assert_eq!(of(vec![Line::Said, Line::Said, screen(1, "a")]), ["no update lost"]);
        // Said again, since nothing came of it; the tap on the second screen proves that only one was taken in.
        let said_again =
            vec![Line::Said, Line::Said, screen(1, "a"), tapped(1, "t"), answer("t"), screen(2, "b"), Line::Said, screen(3, "c")];
        assert_eq!(of(said_again), ["no update lost"]);
        let tapped_again = vec![Line::Said, screen(1, "a"), tapped(1, "t"), tapped(1, "u"), answer("u"), screen(2, "b")];
        assert_eq!(of(tapped_again), ["no update lost"]);
    }

    #[test]
    fn an_update_taken_in_twice_is_found() {
        assert_eq!(of(vec![Line::Said, screen(2, "a")]), ["no update taken in twice"]);
        assert_eq!(of(vec![Line::Said, screen(1, "💡 Tap one of them")]), ["no update taken in twice"]);
        let lost_answer = vec![Line::Said, screen(1, "a"), tapped(1, "t"), screen(2, "b"), Line::Said, screen(3, "c")];
        assert_eq!(of(lost_answer), [""; 0], "a tap whose answer was lost may count");
        let stale = Line::Answered { tap: "t".to_owned(), plain: false };
        let was_stale = vec![Line::Said, screen(1, "a"), tapped(0, "t"), stale, screen(2, "b"), Line::Said, screen(3, "c")];
        assert_eq!(of(was_stale), ["no update taken in twice"], "a stale one may not");
    }

    #[test]
    fn outcomes_of_the_ledger_draw_screens_of_their_own() {
        let hour = Line::Tapped { tap: "t".to_owned(), screen: Some(("s".to_owned(), 1)), verb: "hour|9".to_owned() };
        assert_eq!(
            of(vec![Line::Said, screen(1, "a"), hour, answer("t"), screen(2, "wait"), screen(3, "held"), screen(4, "over")]),
            [""; 0]
        );
    }

    #[test]
    fn a_dialogue_that_began_anew_is_found() {
        let anew = Line::Screen { session: "other".to_owned(), rev: 2, text: String::new(), code: None };
        assert_eq!(of(vec![Line::Said, screen(1, "a"), Line::Said, anew]), ["no dialogue lost"]);
    }

    #[test]
    fn what_was_never_told_is_found() {
        assert_eq!(paying(vec![], PAID), ["everybody is told"]);
        let bare = Line::Notice { text: "Paid. Thank you! A".to_owned(), picture: false, code: None };
        assert_eq!(paying(vec![bare], PAID), ["everybody is told"], "without the picture it proves nothing");
        let mut evidence = opened(1).then("hold", "a", "held").then("bill", "a", "billed").then("cancel", "a", "cancelled");
        evidence.chats = vec![Chat { id: 1, status: Some("Cancelled A".to_owned()), ..Chat::default() }];
        assert_eq!(rules(&check(&evidence)), ["everybody is told", "everybody is told"], "neither the code nor its end");
        let mut evidence = opened(1).then("hold", "a", "held").then("bill", "a", "billed").then("expire", "a", "expired");
        evidence.chats = vec![Chat { id: 1, status: Some("Expired A".to_owned()), ..Chat::default() }];
        assert_eq!(rules(&check(&evidence)), ["everybody is told"], "the end of a code that was never shown");
    }

    #[test]
    fn news_in_the_wrong_order_is_found() {
        let mut evidence = opened(1).then("hold", "a", "held").then("pay", "a", "paid").then("reschedule", "a", "paid");
        let lines = vec![notice("Rescheduled. A"), notice("Paid. Thank you! A")];
        evidence.chats = vec![Chat { id: 1, lines, status: Some(PAID.to_owned()), ..Chat::default() }];
        assert_eq!(rules(&check(&evidence)), ["first deliveries in order"]);
    }

    #[test]
    fn a_status_that_says_something_else_is_found() {
        assert_eq!(paying(vec![notice("Paid. Thank you! A")], "🔴 Expired\nNumber A"), ["the last screen is the current one"]);
    }
}
