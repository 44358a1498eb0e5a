//! What a person tells and shows: the answers of one applicant. Sealed wherever it is stored.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::nik::Nik;
use crate::office::OfficeCode;
use crate::service::{AgeGroup, Passport, Purpose, Service};

/// The answers so far. Every field is absent until its step is done; `Debug` shows none of them.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Application {
    pub service: Option<Service>,
    pub age: Option<AgeGroup>,
    pub office: Option<OfficeCode>,
    pub passport: Option<Passport>,
    pub purpose: Option<Purpose>,
    pub earlier: Option<Earlier>,
    pub name: Option<String>,
    pub nik: Option<Nik>,
    pub birth_date: Option<NaiveDate>,
    pub ektp: Option<FileRef>,
    pub kk: Option<FileRef>,
    pub old_passport: Option<FileRef>,
}

impl Application {
    /// Whether the old passport's page is asked for: where there is a booklet to photograph.
    pub fn needs_old_passport(&self) -> bool {
        matches!(self.earlier, Some(Earlier::Expired { .. } | Earlier::Full { .. } | Earlier::Damaged { .. }))
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Application(…)")
    }
}

/// The passport one had before. A wrong `Never` costs the fee: such applications are rejected at the counter.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind")]
pub enum Earlier {
    Never,
    Expired {
        number: String,
    },
    Full {
        number: String,
    },
    /// Number unknown where the person does not remember it.
    Lost {
        number: Option<String>,
    },
    Damaged {
        number: Option<String>,
    },
}

impl fmt::Debug for Earlier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Earlier(…)")
    }
}

/// A photo kept by Telegram, by the ids it gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    pub file_id: String,
    /// The same for the same picture, however often it is sent.
    pub unique_id: String,
    pub bytes: Option<u64>,
}
