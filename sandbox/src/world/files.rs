//! Files: a record in the journal, the bytes beside it under `files/`.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// What a file was sent as; its `file_id` and path begin accordingly, as on the real one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FileKind {
    Photo,
    Document,
    Other,
}

/// A file Telegram knows.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FileRecord {
    pub(crate) file_id: String,
    pub(crate) unique_id: String,
    pub(crate) kind: FileKind,
    /// What `getFile` answers, `documents/file_7.pdf`.
    pub(crate) path: String,
    pub(crate) name: Option<String>,
    pub(crate) mime: String,
    /// What Telegram says the size is. May be more than there is, so that a 21 MB file costs no 21 MB.
    pub(crate) size: u64,
    /// Width and height, for a photo.
    pub(crate) pixels: Option<(u32, u32)>,
}

impl FileRecord {
    /// Where the bytes are.
    pub(crate) fn on_disk(&self, data_dir: &Path) -> PathBuf {
        data_dir.join("files").join(&self.unique_id)
    }
}

/// Writes a file's bytes and makes its record. The caller records it with the message that carries it; a crash
/// in between leaves bytes nobody asks for, never a record without bytes.
pub(crate) async fn store_bytes(
    data_dir: &Path,
    kind: FileKind,
    name: Option<String>,
    mime: String,
    bytes: &[u8],
    declared_size: Option<u64>,
) -> io::Result<FileRecord> {
    let serial: u64 = rand::random();
    let (prefix, folder) = match kind {
        FileKind::Photo => ("AgACAgUAAx", "photos"),
        FileKind::Document => ("BQACAgUAAx", "documents"),
        FileKind::Other => ("CgACAgUAAx", "files"),
    };
    let extension = match (kind, name.as_deref().and_then(|name| Path::new(name).extension()?.to_str())) {
        (FileKind::Photo, _) => ".jpg".to_owned(),
        (_, Some(extension)) => format!(".{}", extension.to_ascii_lowercase()),
        (_, None) => String::new(),
    };
    let pixels = (kind == FileKind::Photo).then(|| crate::picture::dimensions(bytes)).flatten();
    let record = FileRecord {
        file_id: format!("{prefix}{serial:016x}"),
        unique_id: format!("AQAD{serial:016x}"),
        kind,
        path: format!("{folder}/file_{serial:x}{extension}"),
        name,
        mime,
        size: declared_size.unwrap_or(bytes.len() as u64),
        pixels,
    };
    tokio::fs::write(record.on_disk(data_dir), bytes).await?;
    Ok(record)
}
