//! Personal data as operators see it: enough to compare with a paper in hand, too little to carry away.

use antrean_domain::{BillingCode, ChatId};

/// The first letter of each word: `Siti Aminah` becomes `S*** A***`. The stars do not tell how long a name is.
pub(super) fn name(name: &str) -> String {
    let initials = name.split_whitespace().filter_map(|word| word.chars().next()).map(|initial| format!("{initial}***"));
    initials.collect::<Vec<_>>().join(" ")
}

/// The last three digits: a chat's id is a person's id in Telegram.
pub(super) fn chat(chat: ChatId) -> String {
    format!("***{:03}", chat.0.unsigned_abs() % 1_000)
}

/// The first three and the last four digits.
pub(super) fn code(code: &BillingCode) -> String {
    let digits = code.as_str();
    format!("{}********{}", &digits[..3], &digits[11..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_is_left_of_each() {
        assert_eq!(name("Siti  Aminah binti Élan"), "S*** A*** b*** É***");
        assert_eq!(name(""), "");
        assert_eq!(chat(ChatId(123_456_078)), "***078");
        assert_eq!(code(&BillingCode::new(3, 123_456_789_012)), "803********9012");
    }
}
