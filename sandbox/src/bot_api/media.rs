//! Photos and documents a bot sends: from an upload in the call, or again by `file_id`.

use serde::Deserialize;

use super::{
    Call,
    error::{ApiError, ApiResult},
    params::{FileRef, Params, formatted},
};
use crate::{
    text::{Entity, Text},
    world::{FileKind, FileRecord, Media, PhotoSize, store_bytes},
};

/// Photos end at 10 MB; other files at the 50 MB of any upload.
const PHOTO_BYTES_MAX: usize = 10 * 1024 * 1024;
const CAPTION_CHARS_MAX: usize = 1_024;

/// What `sendMediaGroup` and `editMessageMedia` are given.
#[derive(Deserialize)]
pub(super) struct InputMedia {
    #[serde(rename = "type")]
    kind: String,
    media: String,
    #[serde(default)]
    caption: String,
    #[serde(default)]
    parse_mode: Option<String>,
    #[serde(default)]
    caption_entities: Vec<Entity>,
}

impl InputMedia {
    pub(super) fn file_kind(&self) -> ApiResult<FileKind> {
        match self.kind.as_str() {
            "photo" => Ok(FileKind::Photo),
            "document" => Ok(FileKind::Document),
            other => Err(ApiError::bad(format!("can't parse InputMedia: type \"{other}\" is unsupported"))),
        }
    }

    pub(super) fn caption(&self) -> ApiResult<Text> {
        check_caption(formatted(&self.caption, self.parse_mode.as_deref(), self.caption_entities.clone())?)
    }

    pub(super) fn file<'a>(&'a self, params: &'a Params) -> ApiResult<FileRef<'a>> {
        params.file_named(&self.media)
    }
}

pub(super) fn check_caption(caption: Text) -> ApiResult<Text> {
    if caption.chars() > CAPTION_CHARS_MAX {
        return Err(ApiError::bad("message caption is too long"));
    }
    Ok(caption)
}

impl Call<'_> {
    /// The media that `file` points to; an upload is kept from now on.
    pub(super) async fn media(&self, kind: FileKind, file: FileRef<'_>) -> ApiResult<Media> {
        let record = match file {
            FileRef::Id(id) => {
                let known = self.shared.world().files.get(id).cloned();
                let known = known.ok_or_else(|| ApiError::bad("wrong file identifier/HTTP URL specified"))?;
                if known.kind != kind {
                    return Err(ApiError::bad(format!("can't use file of type {:?} as {kind:?}", known.kind)));
                }
                FileRecord::clone(&known)
            }
            FileRef::Upload(upload) => {
                if upload.bytes.is_empty() {
                    return Err(ApiError::bad("file must be non-empty"));
                }
                if kind == FileKind::Photo {
                    check_photo(&upload.bytes)?;
                }
                let mime = match (kind, upload.mime.clone()) {
                    (FileKind::Photo, _) => "image/jpeg".to_owned(),
                    (_, mime) => mime.unwrap_or_else(|| "application/octet-stream".to_owned()),
                };
                let shared = self.shared;
                let stored = store_bytes(&shared.data_dir, kind, upload.name.clone(), mime, &upload.bytes, None).await;
                let record = stored.map_err(|error| ApiError::internal(&error))?;
                shared.world().add_file(record.clone());
                record
            }
        };
        Ok(media_of(record))
    }
}

/// A file as the media of a message.
pub(super) fn media_of(file: FileRecord) -> Media {
    match file.pixels {
        Some((width, height)) if file.kind == FileKind::Photo => Media::Photo {
            sizes: vec![PhotoSize { file_id: file.file_id, file_unique_id: file.unique_id, width, height, file_size: file.size }],
        },
        _ => Media::Document {
            file_id: file.file_id,
            file_unique_id: file.unique_id,
            file_name: file.name,
            mime_type: Some(file.mime),
            file_size: file.size,
        },
    }
}

fn check_photo(bytes: &[u8]) -> ApiResult<()> {
    if bytes.len() > PHOTO_BYTES_MAX {
        return Err(ApiError::bad("file is too big"));
    }
    let (width, height) = crate::picture::dimensions(bytes).ok_or_else(|| ApiError::bad("IMAGE_PROCESS_FAILED"))?;
    // Documented: both sides together at most 10000, and no side more than 20 times the other.
    let (short, long) = (width.min(height), width.max(height));
    if short == 0 || width + height > 10_000 || long / short > 20 {
        return Err(ApiError::bad("PHOTO_INVALID_DIMENSIONS"));
    }
    Ok(())
}
