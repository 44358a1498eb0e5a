//! What somebody who books does with the screen before them: a pure choice, so that it is the same on any screen, be
//! it the expected one, an old one or one that nobody expected.

use antrean_rig::{Message, SUBMIT};

use crate::dice::Dice;
use crate::house::{ROOMY, SCARCE};

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// Tap the first button of this verb.
    Tap(String),
    Say(&'static str),
    SendPhoto,
    /// The screen changes by itself.
    Wait,
    /// The screen leads nowhere from here.
    Lost,
}

/// What matters to somebody who fills in an application.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taste {
    pub(crate) scarce: bool,
    /// Wants to go back from the review once.
    pub(crate) goes_back: bool,
}

/// Questions with a typed answer: what they say, and the answer.
const TYPED: [(&str, &str); 4] = [
    ("number of your old passport", "A1234567"),
    ("full name as on the eKTP", "Ratna Kusuma Dewi"),
    ("NIK (16 digits)", "3174095208900001"),
    ("Type the birth date", "12-08-1990"),
];
/// Questions with one answer that suits everybody here.
const TAPPED: [&str; 8] =
    ["pick|regular", "pick|adult", "pick|electronic-10", "pick|tourism", "pick|expired", "pick|right", "book|", "no|"];

/// The way towards a bill.
pub(crate) fn towards_a_bill(screen: &Message, taste: Taste, dice: &mut Dice) -> Move {
    let has = |verb: &str| screen.button(verb).is_some();
    if screen.text.contains('⏳') && screen.free("hour|").is_none() {
        return Move::Wait;
    }
    if has(SUBMIT) {
        return Move::Tap(if taste.goes_back { "back|" } else { SUBMIT }.to_owned());
    }
    if let Some(free) = free(screen, "hour|", dice).or_else(|| free(screen, "day|", dice)) {
        return Move::Tap(free);
    }
    if has("pick|other-office") {
        return Move::Tap("pick|other-office".to_owned());
    }
    if has("office|") {
        return Move::Say(if taste.scarce { SCARCE } else { ROOMY });
    }
    if let Some(verb) = TAPPED.into_iter().find(|verb| has(verb)) {
        return Move::Tap(verb.to_owned());
    }
    if let Some((_, answer)) = TYPED.into_iter().find(|(question, _)| screen.text.contains(question)) {
        return Move::Say(answer);
    }
    if screen.text.contains("Send a photo of") {
        return Move::SendPhoto;
    }
    // An answer given before, a day without a free hour, a list at its limit: each has its way on.
    match ["keep|", "again|", "back|", "home|"].into_iter().find(|verb| has(verb)) {
        Some(verb) => Move::Tap(verb.to_owned()),
        None => Move::Lost,
    }
}

/// The way from anywhere to moving a paid booking.
pub(crate) fn towards_another_day(screen: &Message, dice: &mut Dice) -> Move {
    if screen.text.contains('⏳') {
        return Move::Wait;
    }
    if let Some(free) = free(screen, "hour|", dice).or_else(|| free(screen, "day|", dice)) {
        return Move::Tap(free);
    }
    first_of(screen, &["yes|", "move|", "open|", "list|", "home|"])
}

/// The way from anywhere to cancelling a booking that is not paid.
pub(crate) fn towards_cancelling(screen: &Message) -> Move {
    if screen.text.contains('⏳') {
        return Move::Wait;
    }
    first_of(screen, &["yes|", "cancel|", "open|", "list|", "home|"])
}

fn first_of(screen: &Message, verbs: &[&str]) -> Move {
    match verbs.iter().find(|verb| screen.button(verb).is_some()) {
        Some(verb) => Move::Tap((*verb).to_owned()),
        None => Move::Lost,
    }
}

/// One of the free days or hours. Among the first three: people want to come soon, so they meet one another.
fn free(screen: &Message, verb: &str, dice: &mut Dice) -> Option<String> {
    let mark = "🟢";
    let free = screen.buttons().filter(|button| button.text.contains(mark)).filter_map(|button| button.verb());
    let free: Vec<_> = free.filter(|found| found.starts_with(verb)).take(3).collect();
    (!free.is_empty()).then(|| dice.pick(&free).to_owned())
}

/// Whether it is a screen, with buttons that act, and not a message that stays.
pub(crate) fn is_screen(message: &Message) -> bool {
    drawn_on(message).is_some()
}

/// Which screen it is: the session and the revision its buttons carry.
pub(crate) fn drawn_on(message: &Message) -> Option<(String, u64)> {
    message.buttons().find_map(|button| of_data(button.callback_data.as_deref()?))
}

/// Likewise, of what one button carries.
pub(crate) fn of_data(data: &str) -> Option<(String, u64)> {
    let mut parts = data.split('|').skip(1);
    let (session, rev) = (parts.next()?, parts.next()?);
    Some((session.to_owned(), rev.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A screen with `text` and a button for each label and what it asks for.
    fn screen(text: &str, buttons: &[(&str, &str)]) -> Message {
        let row = |(label, verb): &(&str, &str)| json!([{ "text": label, "callback_data": format!("1|a|7|{verb}") }]);
        let keyboard: Vec<_> = buttons.iter().map(row).collect();
        serde_json::from_value(json!({ "id": 1, "text": text, "keyboard": keyboard })).expect("a message")
    }

    #[track_caller]
    fn check(screen: &Message, expected: &Move) {
        let taste = Taste { scarce: false, goes_back: false };
        assert_eq!(&towards_a_bill(screen, taste, &mut Dice::new(1)), expected);
    }

    #[test]
    fn each_screen_leads_on() {
        let ways_out = [("Back", "back|"), ("Cancel", "leave|")];
        let tap = |verb: &str| Move::Tap(verb.to_owned());
        check(&screen("⏳ Holding your place", &ways_out), &Move::Wait);
        check(&screen("Type your NIK (16 digits). It is on the eKTP.", &ways_out), &Move::Say("3174095208900001"));
        check(&screen("Send a photo of your eKTP.", &ways_out), &Move::SendPhoto);
        check(&screen("Choose the hour", &[("🔴 08:00", "hour|8"), ("🟢 09:00", "hour|9")]), &tap("hour|9"));
        check(&screen("All is full", &[("Another office", "pick|other-office"), ways_out[0]]), &tap("pick|other-office"));
        check(&screen("The day is full", &[("🔴 08:00", "hour|8"), ways_out[0]]), &tap("back|"));
        check(&screen("Nothing here", &[]), &Move::Lost);
    }

    #[test]
    fn a_screen_is_told_from_a_message_that_stays() {
        let shown = screen("Menu", &[("Apply", "book|")]);
        assert_eq!(drawn_on(&shown), Some(("a".to_owned(), 7)));
        let stays = json!({ "id": 2, "text": "Paid", "keyboard": [[{ "text": "Show", "callback_data": "1|-|-|open|x" }]] });
        assert!(!is_screen(&serde_json::from_value(stays).expect("a message")));
    }
}
