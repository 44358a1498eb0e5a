//! Reading a chat as its person sees it, at once or as soon as something happens.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    extract::{Path, Query, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{SimError, SimResult};
use crate::{
    shared::Shared,
    text::to_html,
    world::{Chat, Event, Happening, Media, Message, World},
};

/// Answer when the chat's `rev` is beyond `after`, or when `wait_ms` are over, whichever is first.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub(super) struct Since {
    after: u64,
    wait_ms: u64,
    /// Of a chat, the newest so many messages only.
    last: Option<usize>,
}

pub(super) async fn chat(State(shared): State<Arc<Shared>>, Path(id): Path<i64>, Query(since): Query<Since>) -> SimResult<Json<Value>> {
    wait(&shared, id, &since).await?;
    let world = shared.world();
    let it = &world.chats[&id];
    let skipped = since.last.map_or(0, |last| it.messages.len().saturating_sub(last));
    Ok(Json(json!({
        "id": id,
        "rev": it.rev(),
        "person": world.people.get(&id),
        "name": world.people.get(&id).map(crate::Person::full_name),
        "blocked": it.blocked,
        "started": it.started,
        "pinned": it.pinned,
        "reply_keyboard": it.reply_keyboard,
        "messages": it.messages.values().skip(skipped).map(|message| message_view(message, &world)).collect::<Vec<_>>(),
        "last_answer": it.history.iter().rev().find_map(|event| answer_view(&event.what)),
    })))
}

pub(super) async fn history(State(shared): State<Arc<Shared>>, Path(id): Path<i64>, Query(since): Query<Since>) -> SimResult<Json<Value>> {
    wait(&shared, id, &since).await?;
    let world = shared.world();
    let it = &world.chats[&id];
    let events: Vec<_> = it.history.iter().filter(|event| event.rev > since.after).map(|event| event_view(event, &world)).collect();
    Ok(Json(json!({ "id": id, "rev": it.rev(), "history": events })))
}

/// The bytes of a file, for the page: shown in place if a picture, saved under its name otherwise.
pub(super) async fn file(State(shared): State<Arc<Shared>>, Path(unique_id): Path<String>) -> SimResult<Response> {
    let file = shared.world().files.values().find(|file| file.unique_id == unique_id).cloned();
    let file = file.ok_or_else(|| SimError::missing("no such file"))?;
    let bytes = tokio::fs::read(file.on_disk(&shared.data_dir)).await.map_err(SimError::failed)?;
    let disposition = match (&file.name, file.pixels) {
        (_, Some(_)) => "inline".to_owned(),
        (name, None) => {
            let name: String = name.as_deref().unwrap_or("file").chars().filter(|it| it.is_ascii_graphic() && *it != '"').collect();
            format!("attachment; filename=\"{name}\"")
        }
    };
    // What people upload is never run as a page of ours.
    let headers = [
        (header::CONTENT_TYPE, if file.pixels.is_some() { file.mime.clone() } else { "application/octet-stream".to_owned() }),
        (header::CONTENT_DISPOSITION, disposition),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::CACHE_CONTROL, "private, max-age=86400, immutable".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}

/// The answer to this tap, if there was one.
pub(super) fn answer_of(chat: &Chat, tap: &str) -> Option<Value> {
    chat.history.iter().rev().find_map(|event| match &event.what {
        Happening::Answered { tap: answered, .. } if answered == tap => answer_view(&event.what),
        _ => None,
    })
}

pub(super) fn event_view(event: &Event, world: &World) -> Value {
    let mut view = json!({ "rev": event.rev, "at_ms": event.at_ms });
    let mut put = |fields: Value| {
        if let (Some(view), Value::Object(fields)) = (view.as_object_mut(), fields) {
            view.extend(fields);
        }
    };
    match (&event.what, event.what.message()) {
        (what, Some(message)) => {
            let kind = match what {
                Happening::Sent { .. } => "sent",
                Happening::Edited { .. } => "edited",
                Happening::Incoming { .. } => "incoming",
                _ => "incoming_edited",
            };
            put(json!({ "what": kind, "message": message_view(message, world) }));
        }
        // What carries no message reads outside as it is kept.
        (what, None) => put(json!(what)),
    }
    view
}

fn answer_view(what: &Happening) -> Option<Value> {
    match what {
        Happening::Answered { tap, text, alert, url } => {
            Some(json!({ "callback_query_id": tap, "text": text, "alert": alert, "url": url }))
        }
        _ => None,
    }
}

fn message_view(message: &Message, world: &World) -> Value {
    let mut view = json!({
        "id": message.id,
        "from": if message.from == world.bot.id { "bot" } else { "person" },
        "date": message.date,
        "edited": message.edits,
        "text": message.text.text,
        "html": to_html(&message.text),
        "entities": message.text.entities,
        "keyboard": message.keyboard,
    });
    if let Some(album) = &message.album {
        view["album"] = album.as_str().into();
    }
    if let Some(reply_to) = message.reply_to {
        view["reply_to"] = reply_to.into();
    }
    match &message.media {
        None => {}
        Some(Media::Photo { sizes }) => {
            view["photo"] = sizes.last().map_or_else(
                || json!({}),
                |size| {
                    json!({
                        "file_id": size.file_id,
                        "width": size.width,
                        "height": size.height,
                        "size": size.file_size,
                        "url": format!("/sim/files/{}", size.file_unique_id),
                    })
                },
            );
        }
        Some(Media::Document { file_id, file_unique_id, file_name, mime_type, file_size }) => {
            view["document"] = json!({
                "file_id": file_id,
                "name": file_name,
                "mime": mime_type,
                "size": file_size,
                "url": format!("/sim/files/{file_unique_id}"),
            });
        }
        Some(Media::Other { field, value }) => view["other"] = json!({ "kind": field, "value": value }),
    }
    view
}

/// Waits as asked; fails if there is no such chat.
async fn wait(shared: &Shared, id: i64, since: &Since) -> SimResult<()> {
    let mut rev = {
        let world = shared.world();
        world.chats.get(&id).ok_or_else(|| SimError::missing("no such chat"))?.rev.subscribe()
    };
    if since.wait_ms > 0 {
        tokio::select! {
            // The sender lives in the world, which outlives this.
            _ = rev.wait_for(|rev| *rev > since.after) => {}
            () = tokio::time::sleep(Duration::from_millis(since.wait_ms)) => {}
            () = shared.shutdown.cancelled() => {}
        }
    }
    Ok(())
}
