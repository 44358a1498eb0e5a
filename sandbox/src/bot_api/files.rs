//! `getFile`, and the download it leads to.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{
    Call, check_token,
    error::{ApiError, ApiResult},
    error_response,
};
use crate::shared::Shared;

/// Bots may not download more.
const DOWNLOAD_BYTES_MAX: u64 = 20 * 1024 * 1024;

impl Call<'_> {
    pub(super) fn get_file(&self) -> ApiResult<Value> {
        let id = self.params.text("file_id").ok_or_else(|| ApiError::bad("file_id not specified"))?;
        let world = self.shared.world();
        let file = world.files.get(id).ok_or_else(|| ApiError::bad("invalid file_id"))?;
        if file.size > DOWNLOAD_BYTES_MAX {
            return Err(ApiError::bad("file is too big"));
        }
        Ok(json!({
            "file_id": file.file_id,
            "file_unique_id": file.unique_id,
            "file_size": file.size,
            "file_path": file.path,
        }))
    }
}

/// `GET /file/bot<token>/<path>`. The path arrives decoded: libraries escape its slash, or the token's colon.
pub(super) async fn download(State(shared): State<Arc<Shared>>, Path((bot, path)): Path<(String, String)>) -> Response {
    if let Err(error) = check_token(&shared, &bot) {
        return error_response(&error);
    }
    let file = shared.world().files.values().find(|file| file.path == path).cloned();
    let Some(file) = file else { return error_response(&ApiError::not_found()) };
    match tokio::fs::read(file.on_disk(&shared.data_dir)).await {
        Ok(bytes) => (StatusCode::OK, [(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response(),
        Err(error) => error_response(&ApiError::internal(&error)),
    }
}
