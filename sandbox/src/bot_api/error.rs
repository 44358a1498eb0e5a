//! Refusals, in Telegram's own words and codes.

/// A refused call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub(super) code: u16,
    pub(super) description: String,
    /// Whole seconds, with a 429.
    pub(super) retry_after: Option<u32>,
}

pub(super) type ApiResult<T> = Result<T, ApiError>;

impl ApiError {
    pub(super) fn new(code: u16, description: impl Into<String>) -> Self {
        Self { code, description: description.into(), retry_after: None }
    }

    /// `400 Bad Request: …`
    pub(super) fn bad(what: impl std::fmt::Display) -> Self {
        Self::new(400, format!("Bad Request: {what}"))
    }

    pub(super) fn chat_not_found() -> Self {
        Self::bad("chat not found")
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized")
    }

    pub(super) fn blocked() -> Self {
        Self::new(403, "Forbidden: bot was blocked by the user")
    }

    pub(super) fn not_started() -> Self {
        Self::new(403, "Forbidden: bot can't initiate conversation with a user")
    }

    pub(super) fn not_found() -> Self {
        Self::new(404, "Not Found")
    }

    pub(super) fn method_not_found() -> Self {
        Self::new(404, "Not Found: method not found")
    }

    pub(super) fn conflict(what: &str) -> Self {
        Self::new(409, format!("Conflict: {what}"))
    }

    pub(super) fn too_large() -> Self {
        Self::new(413, "Request Entity Too Large")
    }

    pub(super) fn too_many_requests(seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..Self::new(429, format!("Too Many Requests: retry after {seconds}")) }
    }

    pub(super) fn internal(error: &std::io::Error) -> Self {
        Self::new(500, format!("Internal Server Error: {error}"))
    }
}
