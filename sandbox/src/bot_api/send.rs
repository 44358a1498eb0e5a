//! What a bot sends: texts, photos, documents, albums, places, and that it is typing.

use serde_json::{Value, json};

use super::{
    Call,
    error::{ApiError, ApiResult},
    markup::{self, Markup},
    media::{InputMedia, check_caption},
};
use crate::{
    text::Text,
    world::{Draft, FileKind, Happening, Media, Signal, World},
};

const TEXT_CHARS_MAX: usize = 4_096;

/// The actions the real one knows.
const CHAT_ACTIONS: [&str; 11] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

impl Call<'_> {
    pub(super) fn send_message(&self) -> ApiResult<Value> {
        let text = self.message_text()?;
        self.send(Draft { text, ..Draft::default() })
    }

    pub(super) async fn send_photo(&self) -> ApiResult<Value> {
        self.send_file(FileKind::Photo, "photo").await
    }

    pub(super) async fn send_document(&self) -> ApiResult<Value> {
        self.send_file(FileKind::Document, "document").await
    }

    pub(super) async fn send_media_group(&self) -> ApiResult<Value> {
        let chat = self.chat()?;
        let items: Vec<InputMedia> = self.params.json("media", "can't parse media JSON object")?.unwrap_or_default();
        match items.len() {
            0 | 1 => return Err(ApiError::bad("media group must include 2-10 items")),
            2..=10 => {}
            _ => return Err(ApiError::bad("too many messages to send as an album")),
        }
        let kind = items[0].file_kind()?;
        let mut drafts = Vec::with_capacity(items.len());
        for item in &items {
            if item.file_kind()? != kind {
                return Err(ApiError::bad("document can't be mixed with other media types"));
            }
            let media = self.media(kind, item.file(self.params)?).await?;
            drafts.push(Draft { text: item.caption()?, media: Some(media), ..Draft::default() });
        }
        let now = self.shared.now();
        let mut world = self.shared.world();
        check_reachable(&world, chat)?;
        let album = Some(format!("1{:018}", rand::random_range(0..1_000_000_000_000_000_000_u64)));
        let sent: Vec<_> = drafts.into_iter().map(|draft| world.bot_sends(chat, Draft { album: album.clone(), ..draft }, now)).collect();
        Ok(sent.iter().map(|message| message.to_api(&world)).collect())
    }

    pub(super) fn send_location(&self) -> ApiResult<Value> {
        let coordinate = |name| {
            let value: Option<f64> = self.params.json(name, &format!("invalid {name} specified"))?;
            value.ok_or_else(|| ApiError::bad(format!("{name} is empty")))
        };
        let value = json!({ "latitude": coordinate("latitude")?, "longitude": coordinate("longitude")? });
        self.send(Draft { media: Some(Media::Other { field: "location".into(), value }), ..Draft::default() })
    }

    pub(super) fn send_chat_action(&self) -> ApiResult<Value> {
        let chat = self.chat()?;
        let action = self.params.text("action").unwrap_or_default();
        if !CHAT_ACTIONS.contains(&action) {
            return Err(ApiError::bad("wrong parameter action in request"));
        }
        let world = self.shared.world();
        check_reachable(&world, chat)?;
        world.signal(Signal::Typing { chat, action: action.to_owned() });
        Ok(true.into())
    }

    pub(super) fn copy_message(&self) -> ApiResult<Value> {
        let from = self.params.int("from_chat_id")?.ok_or_else(|| ApiError::bad("chat_id is empty"))?;
        let id = self.message_id()?;
        let original = {
            let world = self.shared.world();
            let chat = world.chats.get(&from).ok_or_else(ApiError::chat_not_found)?;
            chat.messages.get(&id).cloned().ok_or_else(|| ApiError::bad("message to copy not found"))?
        };
        let text = match (&original.media, self.params.text("caption")) {
            (Some(_), Some(_)) => check_caption(self.params.formatted("caption", "caption_entities")?)?,
            _ => original.text.clone(),
        };
        let sent = self.send(Draft { text, media: original.media.clone(), ..Draft::default() })?;
        Ok(json!({ "message_id": sent["message_id"] }))
    }

    /// The text of a message, checked; for sending and editing alike.
    pub(super) fn message_text(&self) -> ApiResult<Text> {
        let text = self.params.formatted("text", "entities")?;
        if text.text.is_empty() {
            return Err(ApiError::bad("message text is empty"));
        }
        if text.chars() > TEXT_CHARS_MAX {
            return Err(ApiError::bad("message is too long"));
        }
        Ok(text)
    }

    pub(super) fn chat(&self) -> ApiResult<i64> {
        // Channels and groups by @name are nobody's chat here.
        let named = self.params.text("chat_id").is_some_and(|text| text.starts_with('@'));
        if named {
            return Err(ApiError::chat_not_found());
        }
        self.params.int("chat_id")?.ok_or_else(|| ApiError::bad("chat_id is empty"))
    }

    pub(super) fn message_id(&self) -> ApiResult<i64> {
        self.params.int("message_id")?.ok_or_else(|| ApiError::bad("message identifier is not specified"))
    }

    async fn send_file(&self, kind: FileKind, field: &str) -> ApiResult<Value> {
        let caption = check_caption(self.params.formatted("caption", "caption_entities")?)?;
        // Before the file is kept: a call that cannot succeed leaves nothing behind.
        check_reachable(&self.shared.world(), self.chat()?)?;
        let file = self.params.file(field)?.ok_or_else(|| ApiError::bad(format!("there is no {field} in the request")))?;
        let media = self.media(kind, file).await?;
        self.send(Draft { text: caption, media: Some(media), ..Draft::default() })
    }

    /// Adds keyboard and reply to a draft, and sends it.
    fn send(&self, draft: Draft) -> ApiResult<Value> {
        let chat = self.chat()?;
        let markup = markup::read(self.params)?;
        let now = self.shared.now();
        let mut world = self.shared.world();
        check_reachable(&world, chat)?;
        let reply_to = self.reply_to(&world, chat)?;
        let keyboard = match markup {
            Markup::Inline(keyboard) => keyboard,
            Markup::Reply(markup) => {
                world.happens(chat, Happening::ReplyKeyboard { markup }, now);
                Vec::new()
            }
            Markup::None => Vec::new(),
        };
        let message = world.bot_sends(chat, Draft { reply_to, keyboard, ..draft }, now);
        Ok(message.to_api(&world))
    }

    fn reply_to(&self, world: &World, chat: i64) -> ApiResult<Option<i64>> {
        let parameters: Option<Value> = self.params.json("reply_parameters", "can't parse reply parameters JSON object")?;
        let id = match &parameters {
            Some(given) => given["message_id"].as_i64(),
            None => self.params.int("reply_to_message_id")?,
        };
        let Some(id) = id else { return Ok(None) };
        if world.chats.get(&chat).is_some_and(|it| it.messages.contains_key(&id)) {
            return Ok(Some(id));
        }
        let may_miss = parameters
            .as_ref()
            .map_or_else(|| self.params.flag("allow_sending_without_reply"), |given| given["allow_sending_without_reply"] == true);
        if may_miss { Ok(None) } else { Err(ApiError::bad("message to be replied not found")) }
    }
}

/// Whether the bot may write there at all.
pub(super) fn check_reachable(world: &World, chat: i64) -> ApiResult<()> {
    let it = world.chats.get(&chat).ok_or_else(ApiError::chat_not_found)?;
    if it.blocked {
        return Err(ApiError::blocked());
    }
    if !it.started {
        return Err(ApiError::not_started());
    }
    Ok(())
}
