//! What a bot does to messages that are there: edits, deletions, pins, and answers to taps.

use std::sync::Arc;

use serde_json::Value;

use super::{
    Call,
    error::{ApiError, ApiResult},
    markup,
    media::{InputMedia, check_caption},
    send::check_reachable,
};
use crate::world::{Happening, Message, World};

/// Documented: a message older than this stays.
const DELETABLE_S: i64 = 48 * 60 * 60;
const ANSWER_CHARS_MAX: usize = 200;
const NOT_MODIFIED: &str = "message is not modified: specified new message content and reply markup are exactly \
                            the same as a current content and reply markup of the message";

impl Call<'_> {
    pub(super) fn edit_message_text(&self) -> ApiResult<Value> {
        let text = self.message_text()?;
        let keyboard = markup::read_inline(self.params)?;
        self.edit(|message| {
            if message.media.is_some() {
                return Err(ApiError::bad("there is no text in the message to edit"));
            }
            Ok(Message { text, keyboard, ..message })
        })
    }

    pub(super) fn edit_message_caption(&self) -> ApiResult<Value> {
        let text = check_caption(self.params.formatted("caption", "caption_entities")?)?;
        let keyboard = markup::read_inline(self.params)?;
        self.edit(|message| {
            if message.media.is_none() {
                return Err(ApiError::bad("there is no caption in the message to edit"));
            }
            Ok(Message { text, keyboard, ..message })
        })
    }

    pub(super) fn edit_message_reply_markup(&self) -> ApiResult<Value> {
        let keyboard = markup::read_inline(self.params)?;
        self.edit(|message| Ok(Message { keyboard, ..message }))
    }

    pub(super) async fn edit_message_media(&self) -> ApiResult<Value> {
        let item: InputMedia =
            self.params.json("media", "can't parse InputMedia JSON object")?.ok_or_else(|| ApiError::bad("media is empty"))?;
        let text = item.caption()?;
        let keyboard = markup::read_inline(self.params)?;
        // Looked at before the file is kept, and again when it is put in.
        editable(&self.shared.world(), self.chat()?, self.message_id()?)?;
        let media = Some(self.media(item.file_kind()?, item.file(self.params)?).await?);
        self.edit(|message| Ok(Message { text, media, keyboard, ..message }))
    }

    pub(super) fn delete_message(&self) -> ApiResult<Value> {
        let id = self.message_id()?;
        let deleted = self.delete(&[id])?;
        if deleted == 0 {
            return Err(ApiError::bad("message to delete not found"));
        }
        Ok(true.into())
    }

    pub(super) fn delete_messages(&self) -> ApiResult<Value> {
        let ids: Vec<i64> = self.params.json("message_ids", "can't parse message_ids JSON array")?.unwrap_or_default();
        if ids.is_empty() || ids.len() > 100 {
            return Err(ApiError::bad("message identifiers are not specified"));
        }
        // Those that are not there are skipped without a word.
        self.delete(&ids)?;
        Ok(true.into())
    }

    pub(super) fn pin_chat_message(&self) -> ApiResult<Value> {
        let (chat, id) = (self.chat()?, self.message_id()?);
        let now = self.shared.now();
        let mut world = self.shared.world();
        check_reachable(&world, chat)?;
        if !world.chats.get(&chat).is_some_and(|it| it.messages.contains_key(&id)) {
            return Err(ApiError::bad("message to pin not found"));
        }
        world.happens(chat, Happening::Pinned { id }, now);
        Ok(true.into())
    }

    pub(super) fn unpin_chat_message(&self) -> ApiResult<Value> {
        let chat = self.chat()?;
        let id = self.params.int("message_id")?;
        self.unpin(chat, |pinned| id.or_else(|| pinned.last().copied()).into_iter().collect())
    }

    pub(super) fn unpin_all_chat_messages(&self) -> ApiResult<Value> {
        let chat = self.chat()?;
        self.unpin(chat, <[i64]>::to_vec)
    }

    pub(super) fn answer_callback_query(&self) -> ApiResult<Value> {
        let id = self.params.text("callback_query_id").unwrap_or_default();
        let text = self.params.text("text").map(str::to_owned);
        let now = self.shared.now();
        let mut world = self.shared.world();
        let tap = world
            .taps
            .answerable(id)
            .ok_or_else(|| ApiError::bad("query is too old and response timeout expired or query ID is invalid"))?;
        if text.as_ref().is_some_and(|text| text.chars().count() > ANSWER_CHARS_MAX) {
            return Err(ApiError::bad("MESSAGE_TOO_LONG"));
        }
        let answer = Happening::Answered {
            tap: id.to_owned(),
            text,
            alert: self.params.flag("show_alert"),
            url: self.params.text("url").map(str::to_owned),
        };
        world.happens(tap.chat, answer, now);
        Ok(true.into())
    }

    /// Changes a message by `change`; one that stays as it was is refused, as on the real one.
    fn edit(&self, change: impl FnOnce(Message) -> ApiResult<Message>) -> ApiResult<Value> {
        let (chat, id) = (self.chat()?, self.message_id()?);
        let now = self.shared.now();
        let mut world = self.shared.world();
        let message = editable(&world, chat, id)?;
        let edited = change(Message::clone(&message))?;
        if edited == *message {
            return Err(ApiError::bad(NOT_MODIFIED));
        }
        let edited = world.bot_edits(edited, now);
        Ok(edited.to_api(&world))
    }

    fn delete(&self, ids: &[i64]) -> ApiResult<usize> {
        let chat = self.chat()?;
        let now = self.shared.now();
        let mut world = self.shared.world();
        check_reachable(&world, chat)?;
        let it = world.chats.get(&chat).ok_or_else(ApiError::chat_not_found)?;
        let there: Vec<_> = ids.iter().filter_map(|id| it.messages.get(id)).cloned().collect();
        if there.iter().any(|message| now.timestamp() - message.date > DELETABLE_S) {
            return Err(ApiError::bad("message can't be deleted for everyone"));
        }
        if !there.is_empty() {
            let ids = there.iter().map(|message| message.id).collect();
            world.happens(chat, Happening::Deleted { ids }, now);
        }
        Ok(there.len())
    }

    fn unpin(&self, chat: i64, which: impl FnOnce(&[i64]) -> Vec<i64>) -> ApiResult<Value> {
        let now = self.shared.now();
        let mut world = self.shared.world();
        check_reachable(&world, chat)?;
        let it = world.chats.get(&chat).ok_or_else(ApiError::chat_not_found)?;
        let ids = which(&it.pinned);
        if !ids.is_empty() {
            world.happens(chat, Happening::Unpinned { ids }, now);
        }
        Ok(true.into())
    }
}

/// A message the bot may edit.
fn editable(world: &World, chat: i64, id: i64) -> ApiResult<Arc<Message>> {
    check_reachable(world, chat)?;
    let it = world.chats.get(&chat).ok_or_else(ApiError::chat_not_found)?;
    let message = it.messages.get(&id).ok_or_else(|| ApiError::bad("message to edit not found"))?;
    if message.from != world.bot.id {
        return Err(ApiError::bad("message can't be edited"));
    }
    Ok(Arc::clone(message))
}
