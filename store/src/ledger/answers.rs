//! An applicant's answers, sealed: base64 in the job that brings them, bare bytes at rest.
//!
//! They are most of what a booking takes of Redis, so they are packed before they are sealed: by position instead of by
//! name, numbers as numbers, and the names Telegram gave to photos, which are base64 themselves, as what they stand for.
//! Compressing would gain little on top: two thirds of what is left is random. Answers of version 1 are JSON; a job of a former
//! release may still bring them.

use std::fmt;

use antrean_domain::job::Sealed;
use antrean_domain::service::{AgeGroup, Passport, Purpose, Service};
use antrean_domain::{Application, BookingRef, Earlier, FileRef, Nik, OfficeCode};
use chrono::NaiveDate;
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Store;
use crate::error::{Result, StoreError};

/// What applications are sealed for.
const PURPOSE: &str = "application";
/// The version this release writes. It reads 1 as well, which begins with a brace: no array does.
const ANSWERS_VERSION: u32 = 2;

impl Store {
    /// The answers given for a booking, once it was billed.
    pub async fn application(&self, booking: &BookingRef) -> Result<Option<Application>> {
        let key = self.office_shard(&booking.office).application(booking.id);
        let sealed: Option<Vec<u8>> = redis::cmd("GET").arg(key).query_async(&mut self.commands()).await?;
        let Some(sealed) = sealed else { return Ok(None) };
        let plain = self.seal()?.open(PURPOSE, &sealed)?;
        let corrupt = |why| StoreError::Corrupt { what: "application", why: format!("{}: {why}", booking.id) };
        unpack(&plain).map(Some).map_err(corrupt)
    }

    /// Seals answers the way a job carries them. [`Store::application`] opens them once the job was done.
    pub fn seal_application(&self, application: &Application) -> Result<Sealed> {
        Ok(Sealed(BASE64.encode(&self.seal()?.seal(PURPOSE, &pack(application)))))
    }
}

/// What a job's sealed answers are at rest.
pub(super) fn at_rest(Sealed(text): &Sealed) -> Vec<u8> {
    // What is no base64 was sealed by nobody. It is kept as it came, and whoever reads it is told that the seal is broken.
    BASE64.decode(text.as_bytes()).unwrap_or_else(|_| text.clone().into_bytes())
}

/// The answers as an array. The order of its fields is part of the version.
#[derive(Deserialize, Serialize)]
struct Packed {
    version: u32,
    service: Option<Service>,
    age: Option<AgeGroup>,
    office: Option<OfficeCode>,
    passport: Option<Passport>,
    purpose: Option<Purpose>,
    earlier: Option<Earlier>,
    name: Option<String>,
    nik: Option<u64>,
    birth_days: Option<i32>,
    ektp: Option<Photo>,
    kk: Option<Photo>,
    old_passport: Option<Photo>,
}

#[derive(Deserialize, Serialize)]
struct Photo {
    file_id: Telegrams,
    unique_id: Telegrams,
    bytes: Option<u64>,
}

/// A name that Telegram gave: bytes where it is base64, as all are so far; a text where it is not.
struct Telegrams(String);

fn pack(answers: &Application) -> Vec<u8> {
    let photo = |file: &Option<FileRef>| {
        let FileRef { file_id, unique_id, bytes } = file.clone()?;
        Some(Photo { file_id: Telegrams(file_id), unique_id: Telegrams(unique_id), bytes })
    };
    let packed = Packed {
        version: ANSWERS_VERSION,
        service: answers.service,
        age: answers.age,
        office: answers.office.clone(),
        passport: answers.passport,
        purpose: answers.purpose,
        earlier: answers.earlier.clone(),
        name: answers.name.clone(),
        nik: answers.nik.as_ref().map(|nik| nik.as_str().parse().expect("a NIK has sixteen digits")),
        birth_days: answers.birth_date.map(|date| date.to_epoch_days()),
        ektp: photo(&answers.ektp),
        kk: photo(&answers.kk),
        old_passport: photo(&answers.old_passport),
    };
    rmp_serde::to_vec(&packed).expect("numbers and strings can be packed")
}

/// Reads answers of any version, or tells what is wrong with them: only with their shape, never what they say.
fn unpack(plain: &[u8]) -> Result<Application, String> {
    if plain.starts_with(b"{") {
        return serde_json::from_slice(plain).map_err(|error| format!("{:?} at {}", error.classify(), error.column()));
    }
    let packed: Packed = rmp_serde::from_slice(plain).map_err(|_| "not of the shape this release reads".to_owned())?;
    if packed.version != ANSWERS_VERSION {
        return Err(format!("version {}, this release reads {ANSWERS_VERSION}", packed.version));
    }
    packed.answers().ok_or_else(|| "an answer is out of its range".to_owned())
}

impl Packed {
    fn answers(self) -> Option<Application> {
        let photo = |photo: Option<Photo>| {
            photo.map(|Photo { file_id, unique_id, bytes }| FileRef { file_id: file_id.0, unique_id: unique_id.0, bytes })
        };
        Some(Application {
            service: self.service,
            age: self.age,
            office: self.office,
            passport: self.passport,
            purpose: self.purpose,
            earlier: self.earlier,
            name: self.name,
            nik: self.nik.map(|digits| Nik::parse(&digits.to_string())).transpose().ok()?,
            birth_date: match self.birth_days {
                Some(days) => Some(NaiveDate::from_epoch_days(days)?),
                None => None,
            },
            ektp: photo(self.ektp),
            kk: photo(self.kk),
            old_passport: photo(self.old_passport),
        })
    }
}

impl Serialize for Telegrams {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // Only what is decoded without a rest is given back letter for letter.
        match BASE64URL_NOPAD.decode(self.0.as_bytes()) {
            Ok(bytes) => serializer.serialize_bytes(&bytes),
            Err(_) => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Telegrams {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrBytes;

        impl Visitor<'_> for TextOrBytes {
            type Value = Telegrams;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or bytes")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Telegrams, E> {
                Ok(Telegrams(text.to_owned()))
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Telegrams, E> {
                Ok(Telegrams(BASE64URL_NOPAD.encode(bytes)))
            }
        }

        deserializer.deserialize_any(TextOrBytes)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Everything that can be told, with photos as Telegram names them.
    fn all() -> Value {
        let photo = |file_id: &str| json!({ "file_id": file_id, "unique_id": "AQADBAADqacxG8nKyVZ-", "bytes": 123_456 });
        json!({
            "service": "expedited", "age": "child", "office": "JKTSEL", "passport": { "kind": "electronic", "years": 10 },
            "purpose": "migrantwork", "earlier": { "kind": "full", "number": "A1234567" }, "name": "Ratna Kusuma Dewi",
            "nik": "3174095208900001", "birth_date": "1890-08-12", "kk": photo("not base64, some day"), "old_passport": photo("AgAD"),
            "ektp": photo("AgACAgUAAxkBAAIBY2Zk3vJ0gXQ7mA9sP1dLw-u8_kT5bR2cE6fH4iO0nY3zAAJqvzEbycnJVgAB7tQpXwAD"),
        })
    }

    fn read(json: Value) -> Application {
        serde_json::from_value(json).expect("answers of this release")
    }

    #[test]
    fn answers_are_unpacked_as_they_were_packed() {
        let lost = json!({ "earlier": { "kind": "lost", "number": null }, "birth_date": "2011-02-28" });
        for answers in [all(), lost, json!({ "earlier": { "kind": "never" } }), json!({})].map(read) {
            assert!(unpack(&pack(&answers)).as_ref() == Ok(&answers), "not what was packed");
        }
    }

    #[test]
    fn json_is_read_as_former_jobs_bring_it() {
        assert!(unpack(all().to_string().as_bytes()).as_ref() == Ok(&read(all())));
    }

    #[test]
    fn names_of_photos_are_packed_as_what_they_stand_for() {
        let name = "AgACAgUAAxkBAAIBY2Zk3vJ0";
        let packed = |name: &str| rmp_serde::to_vec(&Telegrams(name.to_owned())).expect("packed").len();
        assert_eq!(packed(name), 2 + name.len() * 3 / 4);
        assert_eq!(packed("AgB"), 1 + 3, "bits are left over: it would come back as another");
    }

    #[test]
    fn what_is_wrong_is_told_without_what_they_say() {
        let mut packed = pack(&read(all()));
        packed[1] = 3;
        assert_eq!(unpack(&packed).expect_err("of the future"), "version 3, this release reads 2");
        packed.truncate(40);
        assert_eq!(unpack(&packed).expect_err("cut off"), "not of the shape this release reads");
        assert_eq!(unpack(br#"{"nik":"3174"}"#).expect_err("no NIK"), "Data at 14");
    }
}
