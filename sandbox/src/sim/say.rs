//! What people send: texts, photos, documents, and everything else a bot may be sent.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{SimError, SimResult};
use crate::{
    picture,
    shared::Shared,
    text::{Entity, Text, with_detected},
    world::{Draft, FileKind, FileRecord, Media, Message, PhotoSize, store_bytes},
};

/// A text, with formatting if the person used any.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SayText {
    text: String,
    #[serde(default)]
    entities: Vec<Entity>,
    reply_to: Option<i64>,
}

/// One photo, or several as an album.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SayPhoto {
    #[serde(default)]
    caption: String,
    /// Empty: a message whose list of sizes is empty, as a broken client might send.
    photos: Vec<Picture>,
}

/// The bytes of a picture, or how large one to make.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Picture {
    base64: Option<String>,
    #[serde(default = "default_width")]
    width: u16,
    #[serde(default = "default_height")]
    height: u16,
    /// Pads a generated picture to this many bytes.
    bytes: Option<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SayDocument {
    name: Option<String>,
    mime: Option<String>,
    #[serde(default)]
    caption: String,
    base64: Option<String>,
    /// What Telegram is to say the size is, if not that of the bytes.
    size: Option<u64>,
}

/// Another kind of message; `value` replaces what the imitation would make up for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SayOther {
    kind: String,
    value: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EditText {
    message_id: i64,
    text: String,
}

fn default_width() -> u16 {
    1_280
}

fn default_height() -> u16 {
    808
}

pub(super) async fn text(State(shared): State<Arc<Shared>>, Path(chat): Path<i64>, Json(said): Json<SayText>) -> SimResult<Json<Value>> {
    let text = with_detected(Text { text: said.text, entities: said.entities });
    send(&shared, chat, [Draft { text, reply_to: said.reply_to, ..Draft::default() }])
}

pub(super) async fn photo(State(shared): State<Arc<Shared>>, Path(chat): Path<i64>, Json(said): Json<SayPhoto>) -> SimResult<Json<Value>> {
    let mut caption = with_detected(Text::plain(said.caption));
    if said.photos.is_empty() {
        let media = Some(Media::Photo { sizes: Vec::new() });
        return send(&shared, chat, [Draft { text: caption, media, ..Draft::default() }]);
    }
    let album = (said.photos.len() > 1).then(|| format!("1{:018}", rand::random_range(0..1_000_000_000_000_000_000_u64)));
    let mut drafts = Vec::with_capacity(said.photos.len());
    for photo in said.photos {
        let media = Some(keep_photo(&shared, photo).await?);
        // An album's caption is on its first picture.
        drafts.push(Draft { text: std::mem::take(&mut caption), media, album: album.clone(), ..Draft::default() });
    }
    send(&shared, chat, drafts)
}

pub(super) async fn document(
    State(shared): State<Arc<Shared>>,
    Path(chat): Path<i64>,
    Json(said): Json<SayDocument>,
) -> SimResult<Json<Value>> {
    let bytes = match &said.base64 {
        Some(base64) => decode(base64)?,
        None => b"%PDF-1.4\n% a document that was made up\n%%EOF\n".to_vec(),
    };
    let mime = said.mime.unwrap_or_else(|| "application/octet-stream".to_owned());
    let file = keep(&shared, FileKind::Document, said.name, mime, &bytes, said.size).await?;
    let media = Some(Media::Document {
        file_id: file.file_id,
        file_unique_id: file.unique_id,
        file_name: file.name,
        mime_type: Some(file.mime),
        file_size: file.size,
    });
    send(&shared, chat, [Draft { text: with_detected(Text::plain(said.caption)), media, ..Draft::default() }])
}

pub(super) async fn other(State(shared): State<Arc<Shared>>, Path(chat): Path<i64>, Json(said): Json<SayOther>) -> SimResult<Json<Value>> {
    let value = match said.value {
        Some(value) => value,
        None => made_up(&said.kind, chat)?,
    };
    let media = Some(Media::Other { field: said.kind, value });
    send(&shared, chat, [Draft { media, ..Draft::default() }])
}

pub(super) async fn edit(State(shared): State<Arc<Shared>>, Path(chat): Path<i64>, Json(edit): Json<EditText>) -> SimResult<Json<Value>> {
    let now = shared.now();
    let mut world = shared.world();
    let message = world.chats.get(&chat).and_then(|it| it.messages.get(&edit.message_id)).cloned();
    let message = message.filter(|it| it.from == chat).ok_or_else(|| SimError::missing("the person has no such message"))?;
    let update = world.person_edits(&message, with_detected(Text::plain(edit.text)), now);
    Ok(Json(json!({ "message_id": message.id, "update_id": update })))
}

/// Sends drafts as the person whose chat it is, together.
fn send(shared: &Shared, chat: i64, drafts: impl IntoIterator<Item = Draft>) -> SimResult<Json<Value>> {
    let now = shared.now();
    let mut world = shared.world();
    let it = world.chats.get(&chat).ok_or_else(|| SimError::missing("no such chat"))?;
    if it.blocked {
        // As in the apps: whoever blocked the bot unblocks it before writing.
        return Err(SimError::bad("the person has blocked the bot"));
    }
    let (messages, updates): (Vec<_>, Vec<_>) = drafts
        .into_iter()
        .map(|draft| world.person_sends(chat, draft, now))
        .map(|(message, update): (Arc<Message>, _)| (message.id, update))
        .unzip();
    let rev = world.chats[&chat].rev();
    Ok(Json(json!({
        "message_id": messages.first(),
        "message_ids": messages,
        "update_id": updates.first(),
        "update_ids": updates,
        "rev": rev,
    })))
}

/// Keeps a photo in two sizes where one can be made, smallest first, as Telegram does.
async fn keep_photo(shared: &Shared, photo: Picture) -> SimResult<Media> {
    let mut sizes = Vec::new();
    let largest = if let Some(base64) = &photo.base64 {
        decode(base64)?
    } else {
        if photo.width.max(photo.height) > picture::SIDE_MAX {
            return Err(SimError::bad(format!("a generated picture has sides up to {}", picture::SIDE_MAX)));
        }
        let (width, height, bytes) = (photo.width, photo.height, photo.bytes);
        let shrink = (width.max(height) / 320).max(1);
        let small = picture::generate(width / shrink, height / shrink, None);
        sizes.push(keep_size(shared, &small).await?);
        tokio::task::spawn_blocking(move || picture::generate(width, height, bytes)).await.map_err(SimError::failed)?
    };
    sizes.push(keep_size(shared, &largest).await?);
    Ok(Media::Photo { sizes })
}

async fn keep_size(shared: &Shared, bytes: &[u8]) -> SimResult<PhotoSize> {
    let file = keep(shared, FileKind::Photo, None, "image/jpeg".to_owned(), bytes, None).await?;
    // Bytes that are no picture are passed on all the same: that a bot must survive too.
    let (width, height) = file.pixels.unwrap_or((0, 0));
    Ok(PhotoSize { file_id: file.file_id, file_unique_id: file.unique_id, width, height, file_size: file.size })
}

async fn keep(
    shared: &Shared,
    kind: FileKind,
    name: Option<String>,
    mime: String,
    bytes: &[u8],
    size: Option<u64>,
) -> SimResult<FileRecord> {
    let file = store_bytes(&shared.data_dir, kind, name, mime, bytes, size).await.map_err(SimError::failed)?;
    shared.world().add_file(file.clone());
    Ok(file)
}

fn decode(base64: &str) -> SimResult<Vec<u8>> {
    BASE64.decode(base64.as_bytes()).map_err(|error| SimError::bad(format!("base64: {error}")))
}

/// A plausible value for a kind of message nobody looks into.
fn made_up(kind: &str, chat: i64) -> SimResult<Value> {
    let file = |extra: Value| {
        let mut file = json!({ "file_id": format!("CgACAgUAAx{chat:x}"), "file_unique_id": format!("AgAD{chat:x}"), "file_size": 120_000 });
        if let (Some(fields), Value::Object(extra)) = (file.as_object_mut(), extra) {
            fields.extend(extra);
        }
        file
    };
    Ok(match kind {
        "video" => file(json!({ "width": 640, "height": 360, "duration": 7, "mime_type": "video/mp4" })),
        "animation" => file(json!({ "width": 320, "height": 180, "duration": 2, "mime_type": "video/mp4" })),
        "video_note" => file(json!({ "length": 240, "duration": 5 })),
        "voice" => file(json!({ "duration": 3, "mime_type": "audio/ogg" })),
        "audio" => file(json!({ "duration": 180, "mime_type": "audio/mpeg" })),
        "sticker" => file(json!({
            "type": "regular", "width": 512, "height": 512, "is_animated": false, "is_video": false, "emoji": "👍"
        })),
        "contact" => json!({ "phone_number": "+628120000000", "first_name": "Contact", "user_id": chat }),
        "location" => json!({ "latitude": -6.2088, "longitude": 106.8456 }),
        "dice" => json!({ "emoji": "🎲", "value": 4 }),
        other => return Err(SimError::bad(format!("say what a {other} is, in value"))),
    })
}
