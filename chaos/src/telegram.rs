//! Telegram's moods, and updates that come again.

use std::sync::Mutex;

use antrean_rig::Door;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::troubles::Mood;

/// How many updates are kept to be repeated: the newest ones.
const KEPT: usize = 100;

/// What Telegram has handed out, so that it can do so again.
#[derive(Default)]
pub(crate) struct Updates {
    kept: Mutex<Vec<Value>>,
}

impl Updates {
    /// A text that `chat` sent as this update and message.
    pub(crate) fn said(&self, chat: i64, sent: &Value, text: &str) {
        let message = json!({ "message_id": sent["message_id"], "date": 0, "chat": private(chat), "from": from(chat), "text": text });
        self.keep(json!({ "update_id": sent["update_id"], "message": message }));
    }

    /// A tap of `chat` on a button that carries `data`.
    pub(crate) fn tapped(&self, chat: i64, pressed: &Value, message: i64, data: &str) {
        let shown = json!({ "message_id": message, "date": 0, "chat": private(chat) });
        let query = json!({ "id": pressed["callback_query_id"], "from": from(chat), "message": shown, "chat_instance": "1", "data": data });
        self.keep(json!({ "update_id": pressed["update_id"], "callback_query": query }));
    }

    fn keep(&self, update: Value) {
        let mut kept = self.kept.lock().expect("nobody panics while holding the updates");
        kept.push(update);
        let over = kept.len().saturating_sub(KEPT);
        kept.drain(..over);
    }

    /// Hands some of them out once more, with the ids they had, in another order.
    pub(crate) async fn repeat(&self, door: &Door, count: usize, dice: &mut Dice) {
        let mut chosen = self.kept.lock().expect("nobody panics while holding the updates").clone();
        dice.shuffle(&mut chosen);
        chosen.truncate(count);
        for update in chosen {
            door.try_post("/sim/updates", &json!({ "update": update })).await;
        }
    }
}

fn private(chat: i64) -> Value {
    json!({ "id": chat, "type": "private", "first_name": "Guest" })
}

fn from(chat: i64) -> Value {
    json!({ "id": chat, "is_bot": false, "first_name": "Guest", "language_code": "en" })
}

/// The next `count` calls of `method`, or of any, go wrong like this.
pub(crate) async fn misbehave(door: &Door, mood: Mood, method: Option<&str>, count: u64, after_effect: bool) {
    let fail = match mood {
        Mood::Flood { retry_after_s } => json!({ "too_many_requests": { "retry_after": retry_after_s } }),
        Mood::Status { code } => json!({ "status": { "code": code } }),
        Mood::Timeout { ms } => json!({ "timeout": { "ms": ms } }),
        Mood::Cut => json!("cut"),
    };
    let mut fault = json!({ "count": count, "after_effect": after_effect, "fail": fail });
    if let Some(method) = method {
        fault["method"] = method.into();
    }
    door.post("/sim/faults", fault).await;
}

/// The next `count` messages to `chat` are answered as if it had blocked the bot.
pub(crate) async fn forbid(door: &Door, chat: i64, count: u64) {
    // Taps are answered best effort and tell nothing: it is sends and edits that find out.
    for method in ["sendMessage", "editMessageText", "sendPhoto"] {
        door.post("/sim/faults", json!({ "count": count, "method": method, "chat": chat, "fail": "forbidden" })).await;
    }
}
