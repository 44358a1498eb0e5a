//! The parameters of a call, in whichever of the four ways a library sends them.
//!
//! JSON (teloxide, grammY), urlencoded with nested fields as JSON text (aiogram, python-telegram-bot), multipart with
//! files under the field's name or as `attach://name`, or no body at all. The query string counts too.

use std::collections::HashMap;

use axum::{
    extract::{FromRequest as _, Multipart, Request},
    http::header,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::error::{ApiError, ApiResult};
use crate::{
    BODY_BYTES_MAX,
    text::{Entity, Text, parse_html, with_detected},
};

/// Uploads of bots end at 50 MB.
const UPLOAD_BYTES_MAX: usize = 50 * 1024 * 1024;

/// What a call came with.
#[derive(Default)]
pub(super) struct Params {
    fields: Map<String, Value>,
    uploads: HashMap<String, Upload>,
}

/// A file in the body of the call.
pub(super) struct Upload {
    pub(super) name: Option<String>,
    pub(super) mime: Option<String>,
    pub(super) bytes: Vec<u8>,
}

/// Where a file parameter points.
pub(super) enum FileRef<'a> {
    Upload(&'a Upload),
    Id(&'a str),
}

impl Params {
    pub(super) async fn read(request: Request) -> ApiResult<Self> {
        let mut params = Self::default();
        params.add_urlencoded(request.uri().query().unwrap_or_default().as_bytes());
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/form-data") {
            params.add_multipart(request).await?;
            return Ok(params);
        }
        let is_json = kind.starts_with("application/json");
        let body = axum::body::to_bytes(request.into_body(), BODY_BYTES_MAX).await.map_err(|_| ApiError::too_large())?;
        if is_json && !body.is_empty() {
            let fields: Map<String, Value> = serde_json::from_slice(&body).map_err(|_| ApiError::bad("can't parse JSON object"))?;
            params.fields.extend(fields);
        } else {
            params.add_urlencoded(&body);
        }
        Ok(params)
    }

    /// A field as text; absent, null and empty are the same.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A whole number, as a number or as text.
    pub(super) fn int(&self, name: &str) -> ApiResult<Option<i64>> {
        match self.fields.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(value) => value.as_i64(),
        }
        .map(Some)
        .ok_or_else(|| ApiError::bad(format!("invalid {name} specified")))
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        match self.fields.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1"),
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// A nested field: JSON, or JSON as text.
    pub(super) fn json<T: DeserializeOwned>(&self, name: &str, error: &str) -> ApiResult<Option<T>> {
        let parsed = match self.fields.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text),
            Some(value) => T::deserialize(value),
        };
        parsed.map(Some).map_err(|_| ApiError::bad(error))
    }

    /// A text field with its formatting: `parse_mode`, or entities given outright.
    pub(super) fn formatted(&self, field: &str, entities_field: &str) -> ApiResult<Text> {
        let text = self.text(field).unwrap_or_default();
        let entities: Vec<Entity> = self.json(entities_field, "can't parse entities")?.unwrap_or_default();
        formatted(text, self.text("parse_mode"), entities)
    }

    /// A file field. `attach://` points to another part of the body.
    pub(super) fn file(&self, name: &str) -> ApiResult<Option<FileRef<'_>>> {
        // Some libraries send an empty text of the same name beside the file: the file wins.
        if let Some(upload) = self.uploads.get(name) {
            return Ok(Some(FileRef::Upload(upload)));
        }
        self.text(name).map(|text| self.file_named(text)).transpose()
    }

    /// What an `attach://name`, or else a `file_id`, points to.
    pub(super) fn file_named<'a>(&'a self, reference: &'a str) -> ApiResult<FileRef<'a>> {
        match reference.strip_prefix("attach://") {
            Some(part) => self.uploads.get(part).map(FileRef::Upload).ok_or_else(|| ApiError::bad("file must be non-empty")),
            None if reference.starts_with("http") => Err(ApiError::bad("failed to get HTTP URL content")),
            None => Ok(FileRef::Id(reference)),
        }
    }

    fn add_urlencoded(&mut self, body: &[u8]) {
        for (name, value) in form_urlencoded::parse(body) {
            self.fields.insert(name.into_owned(), value.into_owned().into());
        }
    }

    async fn add_multipart(&mut self, request: Request) -> ApiResult<()> {
        let broken = |_| ApiError::bad("can't parse multipart body");
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| ApiError::bad("can't parse multipart body"))?;
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            let file_name = part.file_name().map(str::to_owned);
            let mime = part.content_type().map(str::to_owned);
            let bytes = part.bytes().await.map_err(broken)?;
            if bytes.len() > UPLOAD_BYTES_MAX {
                return Err(ApiError::too_large());
            }
            match (file_name, String::from_utf8(bytes.to_vec())) {
                // A part without a file name is a field, if it can be one.
                (None, Ok(text)) => {
                    self.fields.insert(name, text.into());
                }
                (file_name, _) => {
                    self.uploads.insert(name, Upload { name: file_name, mime, bytes: bytes.to_vec() });
                }
            }
        }
        Ok(())
    }
}

/// Text with its formatting applied, trimmed, and with what Telegram finds in it by itself.
pub(super) fn formatted(text: &str, parse_mode: Option<&str>, entities: Vec<Entity>) -> ApiResult<Text> {
    let text = match parse_mode.map(str::to_ascii_lowercase).as_deref() {
        None | Some("none") => Text { text: text.to_owned(), entities },
        Some("html") => parse_html(text).map_err(|error| ApiError::bad(format!("can't parse entities: {error}")))?,
        Some(_) => return Err(ApiError::bad("unsupported parse_mode")),
    };
    Ok(with_detected(text.trimmed()))
}
