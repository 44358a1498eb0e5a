//! The file with the journals' high-water marks. It must not lie on Redis' own disk, or what takes one takes the other.
//!
//! Several processes of one host may keep the same file: each change says what it was made from, and is refused where
//! that is not what the file says any more. A change is on the disk when it is made.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use antrean_store::Watermark;
use serde::{Deserialize, Serialize};

/// The version this release writes and reads.
const VERSION: u32 = 1;

/// How far the journals have come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Which journals: a change of the number of shards writes them anew.
    pub(super) journals: String,
    /// The mark of each office shard.
    pub(super) marks: BTreeMap<u8, Watermark>,
}

#[derive(Deserialize, Serialize)]
struct Content {
    version: u32,
    /// Empty where they never were others.
    #[serde(default)]
    journals: String,
    marks: BTreeMap<u8, Watermark>,
}

/// The file's path. What it says is read each time.
#[derive(Clone, Debug)]
pub(super) struct MarkFile(PathBuf);

impl MarkFile {
    /// Fails where the file could not be kept: found out at the start, not at the first payment.
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        let file = Self(path);
        file.lock()?;
        file.read()?;
        Ok(file)
    }

    /// No marks where there is no file yet.
    pub(super) fn read(&self) -> io::Result<Marks> {
        let text = match fs::read(&self.0) {
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(Marks::default()),
            read => read?,
        };
        let content: Content = serde_json::from_slice(&text)?;
        if content.version == VERSION {
            return Ok(Marks { journals: content.journals, marks: content.marks });
        }
        Err(io::Error::other(format!("version {}, this release reads {VERSION}", content.version)))
    }

    /// Writes `next` if the file still says `seen`; whether it did.
    pub(super) fn swap(&self, seen: &Marks, next: &Marks) -> io::Result<bool> {
        let _lock = self.lock()?;
        if self.read()? != *seen {
            return Ok(false);
        }
        let fresh = self.beside("new");
        let mut file = File::create(&fresh)?;
        let Marks { journals, marks } = next.clone();
        file.write_all(&serde_json::to_vec(&Content { version: VERSION, journals, marks })?)?;
        file.sync_all()?;
        fs::rename(&fresh, &self.0)?;
        // The new name is on the disk when its folder is.
        let folder = self.0.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
        Ok(true)
    }

    /// Held until it is dropped, over all processes.
    fn lock(&self) -> io::Result<File> {
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(self.beside("lock"))?;
        file.lock()?;
        Ok(file)
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.0.clone().into_os_string();
        name.push(format!(".{ending}"));
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(seq: u64) -> Marks {
        let mark = Watermark { seq, at_ms: 17, digest: "ab".to_owned() };
        Marks { journals: "these".to_owned(), marks: BTreeMap::from([(0, mark)]) }
    }

    #[test]
    fn a_change_made_from_what_is_not_there_any_more_is_refused() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = MarkFile::open(dir.path().join("watermark.json")).expect("a folder of our own");
        assert_eq!(file.read().expect("read"), Marks::default());
        assert!(file.swap(&Marks::default(), &marks(1)).expect("written"));
        assert!(!file.swap(&Marks::default(), &marks(2)).expect("looked"), "somebody else was here");
        assert!(file.swap(&marks(1), &marks(3)).expect("written"));
        assert_eq!(MarkFile::open(dir.path().join("watermark.json")).expect("again").read().expect("read"), marks(3));
    }

    #[test]
    fn what_cannot_be_kept_or_read_is_said_at_once() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(MarkFile::open(dir.path().join("nowhere/watermark.json")).is_err());
        let path = dir.path().join("watermark.json");
        fs::write(&path, "{\"version\":2,\"marks\":{}}").expect("written");
        let error = MarkFile::open(path).expect_err("of another release").to_string();
        assert!(error.contains("version 2"), "{error}");
    }
}
