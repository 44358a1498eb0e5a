//! The scripted door: `POST /sim/...`, JSON in and out. The README lists its routes with examples.
//!
//! Tests act through it as people do, and see what people see. Nothing here is hidden from the chat page or special to
//! it: the page uses the same routes. Whoever waits for something says `wait_ms` and is answered the moment it happens.

mod error;
mod events;
mod press;
mod read;
mod say;
mod steer;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

pub(crate) use self::error::{SimError, SimResult};
use crate::shared::Shared;

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/people", get(steer::people).post(steer::add_person))
        .route("/bot", get(steer::bot))
        .route("/chats/{id}", get(read::chat))
        .route("/chats/{id}/history", get(read::history))
        .route("/chats/{id}/events", get(events::stream))
        .route("/chats/{id}/text", post(say::text))
        .route("/chats/{id}/photo", post(say::photo))
        .route("/chats/{id}/document", post(say::document))
        .route("/chats/{id}/other", post(say::other))
        .route("/chats/{id}/edit", post(say::edit))
        .route("/chats/{id}/press", post(press::press))
        .route("/chats/{id}/block", post(steer::block))
        .route("/chats/{id}/unblock", post(steer::unblock))
        .route("/files/{unique_id}", get(read::file))
        .route("/updates", post(steer::push_update))
        .route("/taps/expire", post(press::expire_taps))
        .route("/faults", get(steer::faults).post(steer::add_fault).delete(steer::clear_faults))
        .route("/stats", get(steer::stats))
        .route("/clock", get(steer::clock))
        .route("/clock/advance", post(steer::advance))
        .route("/bank/inquiry", post(crate::bank::sim_inquiry))
        .route("/bank/pay", post(crate::bank::sim_pay))
        .route("/bank/away", post(crate::bank::sim_away))
}
