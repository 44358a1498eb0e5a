//! Intake: which mailbox an update goes to, whichever way it came: fetched by `receive`, or brought to the web role.
//!
//! Whatever has no mailbox is counted, and lost on purpose: an update that nobody can use must stop nobody else's.

use antrean_domain::{ChatId, Millis};
use metrics::counter;
use serde_json::Value;

use super::update::{self, Envelope, Sorted};

/// What `Store::deliver` takes: whose, which, and the envelope.
pub(crate) type Letter = (ChatId, i64, Vec<u8>);

/// The id of an update, by which it is confirmed and recognised when it comes again.
pub(super) fn id(update: &Value) -> Option<i64> {
    update::id(update)
}

/// Those of `updates` that have a mailbox to go to. The others are counted.
pub(crate) fn sort(updates: Vec<Value>, now_ms: Millis) -> Vec<Letter> {
    let mut mail = Vec::with_capacity(updates.len());
    for update in updates {
        let Some(id) = id(&update) else {
            malformed();
            tracing::warn!("an update without an id was left out");
            continue;
        };
        match update::sort(&update) {
            Sorted::Mail(chat) => {
                counted("mail");
                mail.push((chat, id, Envelope::new(update, now_ms).to_bytes()));
            }
            Sorted::Membership { blocked: true } => counted("blocked"),
            Sorted::Membership { blocked: false } => counted("unblocked"),
            Sorted::Group => counted("group"),
            Sorted::UnknownKind => {
                counted("unknown");
                tracing::info!(update.id = id, "an update of an unknown kind was left out");
            }
            Sorted::Malformed => {
                malformed();
                tracing::warn!(update.id = id, "an update without a chat was left out");
            }
        }
    }
    mail
}

/// Counts something that came as an update and is none.
pub(crate) fn malformed() {
    counted("malformed");
}

fn counted(sort: &'static str) {
    counter!("antrean_updates_total", "sort" => sort).increment(1);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_has_a_mailbox_is_delivered_and_nothing_stops_at_garbage() {
        let private = json!({"chat": {"id": 7, "type": "private"}, "text": "hi"});
        let updates = vec![
            json!({"message": private}),
            json!({"update_id": 1, "message": {"chat": {"type": "private"}}}),
            json!({"update_id": 2, "poll": {}}),
            json!({"update_id": 3, "message": {"chat": {"id": -9, "type": "group"}}}),
            json!({"update_id": 4, "message": private}),
            json!("not even an object"),
        ];
        let mail = sort(updates, 0);
        assert_eq!(mail.iter().map(|(chat, id, _)| (*chat, *id)).collect::<Vec<_>>(), [(ChatId(7), 4)]);
    }
}
