//! What is sent instead of typed: photos, files, and all the rest. Each has its own answer.

use antrean_domain::FileRef;

use crate::dialogue::At;
use crate::draft::Ask;
use crate::input::OtherKind;
use crate::steps::question;
use crate::talk::{Heard, Talk};

/// Image files that the office can read, by media type.
const IMAGES: [&str; 2] = ["image/jpeg", "image/png"];

/// Takes a photo, or says why not.
pub(crate) fn photo(talk: &mut Talk<'_>, file: &FileRef) {
    let Some(ask) = asking(talk) else { return talk.note("photo-not-now", &[]) };
    let most = talk.facts.terms.rules.photo_bytes_max;
    if file.bytes.is_some_and(|bytes| bytes > most) {
        return talk.note("photo-too-large", &[("mb", megabytes(most).into())]);
    }
    if file.bytes == Some(0) || file.file_id.is_empty() {
        return talk.note("photo-empty", &[]);
    }
    if question(ask).picture(talk, file) == Heard::No {
        talk.note("photo-not-now", &[]);
    }
}

/// Takes a file that is a picture as a photo; says of any other what is wrong with it.
pub(crate) fn document(talk: &mut Talk<'_>, file: &FileRef, mime: Option<&str>) {
    let most = talk.facts.terms.rules.photo_bytes_max;
    match mime {
        _ if asking(talk).is_none() => talk.note("photo-not-now", &[]),
        _ if file.bytes.is_some_and(|bytes| bytes > most) => talk.note("photo-too-large", &[("mb", megabytes(most).into())]),
        Some(mime) if IMAGES.contains(&mime) => photo(talk, file),
        Some("application/pdf") => talk.note("photo-pdf", &[]),
        Some(mime) if mime.starts_with("video/") => talk.note("photo-video", &[]),
        _ => talk.note("photo-document", &[]),
    }
}

pub(crate) fn other(talk: &mut Talk<'_>, kind: OtherKind) {
    let photo_due = asking(talk).is_some();
    let id = match kind {
        OtherKind::Video if photo_due => "photo-video",
        OtherKind::EmptyPhoto => "photo-empty",
        OtherKind::Edited => "other-edited",
        OtherKind::Video => "other-video",
        OtherKind::Voice => "other-voice",
        OtherKind::Sticker => "other-sticker",
        OtherKind::Contact => "other-contact",
        OtherKind::Location => "other-location",
        OtherKind::Unknown => "other-unknown",
    };
    talk.note(id, &[]);
}

/// Whole megabytes, as people count them.
pub(crate) fn megabytes(bytes: u64) -> u32 {
    u32::try_from(bytes / 1_000_000).unwrap_or(u32::MAX)
}

/// The question that waits for a photo, if one does.
fn asking(talk: &Talk<'_>) -> Option<Ask> {
    let ask = talk.draft().filter(|_| talk.on(&At::Draft))?.at;
    matches!(ask, Ask::Ektp | Ask::Kk | Ask::OldPassport).then_some(ask)
}
