//! Refusals of the scripted door: a status and `{"error": "…"}`.

use std::fmt::Display;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::json;

#[derive(Debug)]
pub(crate) struct SimError {
    status: StatusCode,
    what: String,
}

pub(crate) type SimResult<T> = Result<T, SimError>;

impl SimError {
    /// What was asked for makes no sense.
    pub(crate) fn bad(what: impl Display) -> Self {
        Self { status: StatusCode::BAD_REQUEST, what: what.to_string() }
    }

    /// No such person, message, button or file.
    pub(crate) fn missing(what: impl Display) -> Self {
        Self { status: StatusCode::NOT_FOUND, what: what.to_string() }
    }

    /// Someone else (the product, the disk) failed.
    pub(crate) fn failed(what: impl Display) -> Self {
        Self { status: StatusCode::BAD_GATEWAY, what: what.to_string() }
    }
}

impl IntoResponse for SimError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "error": self.what }))).into_response()
    }
}
