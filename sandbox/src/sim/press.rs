//! Pressing buttons: those that are there, those of old messages, and those that never were.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, State},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{SimError, SimResult, read::answer_of};
use crate::{
    shared::Shared,
    world::{Chat, World},
};

/// Which button. By `label`, or by `data`; on `message_id`, or on the newest message that has it.
/// With `message_id` any `data` is sent as it stands, garbage too.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Press {
    label: Option<String>,
    data: Option<String>,
    message_id: Option<i64>,
    /// Who presses; the person whose chat it is, unless a test says otherwise.
    from: Option<i64>,
    /// Wait so long for the bot to answer the tap.
    #[serde(default)]
    wait_ms: u64,
}

pub(super) async fn press(State(shared): State<Arc<Shared>>, Path(chat): Path<i64>, Json(press): Json<Press>) -> SimResult<Json<Value>> {
    let now = shared.now();
    let (tap, update, mut rev) = {
        let mut world = shared.world();
        let it = world.chats.get(&chat).ok_or_else(|| SimError::missing("no such chat"))?;
        let (message, data) = find(it, &world, &press)?;
        let from = press.from.unwrap_or(chat);
        if !world.people.contains_key(&from) {
            return Err(SimError::missing(format!("no person {from}")));
        }
        let (tap, update) = world.press(chat, message, data, from, now);
        (tap, update, world.chats[&chat].rev.subscribe())
    };
    let answered = async {
        loop {
            rev.mark_unchanged();
            if let Some(answer) = answer_of(&shared.world().chats[&chat], &tap) {
                return answer;
            }
            if rev.changed().await.is_err() {
                return Value::Null;
            }
        }
    };
    let answer = tokio::time::timeout(Duration::from_millis(press.wait_ms), answered).await.ok();
    let rev = shared.world().chats[&chat].rev();
    Ok(Json(json!({ "callback_query_id": tap, "update_id": update, "answer": answer, "rev": rev })))
}

/// Makes every open tap too old to answer.
pub(super) async fn expire_taps(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "expired": shared.world().taps.expire_all() }))
}

/// The message and the data a press means.
fn find(chat: &Chat, world: &World, press: &Press) -> SimResult<(i64, String)> {
    if let (Some(message), Some(data)) = (press.message_id, &press.data) {
        return Ok((message, data.clone()));
    }
    let mut candidates =
        chat.messages.values().rev().filter(|message| message.from == world.bot.id && press.message_id.is_none_or(|id| id == message.id));
    match (&press.label, &press.data) {
        (Some(label), None) => {
            let found = candidates.find_map(|message| Some((message, message.button(|button| button.text == *label)?)));
            let (message, button) = found.ok_or_else(|| SimError::missing(format!("no button {label:?}")))?;
            let data = button.callback_data.clone();
            let data = data.ok_or_else(|| SimError::bad(format!("button {label:?} sends nothing to the bot")))?;
            Ok((message.id, data))
        }
        (None, Some(data)) => {
            let found = candidates.find(|message| message.button(|it| it.callback_data.as_ref() == Some(data)).is_some());
            let message = found.ok_or_else(|| SimError::missing(format!("no button with data {data:?}")))?;
            Ok((message.id, data.clone()))
        }
        _ => Err(SimError::bad("give either label or data")),
    }
}
