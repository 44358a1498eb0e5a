//! The journal: one line of JSON per durable change, in `world.jsonl`.
//!
//! A thread of its own does the writing, so that a message costs a channel send and no disk. It writes whatever has
//! come in, hands it to the operating system, and waits for more; it does not fsync, because what is kept here is a
//! stage set, not money. A kill loses at most the lines of the last instant, and a torn last line is skipped.
//! At every start the journal is written anew, shortened to what still matters.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::mpsc,
    thread::JoinHandle,
};

use super::Record;

/// The world could not be read from, or written to, its folder.
#[derive(Debug, thiserror::Error)]
#[error("sandbox data {path}: {source}")]
pub struct JournalError {
    path: PathBuf,
    source: io::Error,
}

pub(crate) struct Journal {
    path: PathBuf,
    lines: Option<mpsc::Sender<Vec<u8>>>,
    writer: Option<JoinHandle<()>>,
}

impl Journal {
    /// Makes the folder if need be, and reads what is there.
    pub(super) fn open(data_dir: &Path) -> Result<(Self, Vec<Record>), JournalError> {
        let path = data_dir.join("world.jsonl");
        let fail = |source| JournalError { path: path.clone(), source };
        fs::create_dir_all(data_dir.join("files")).map_err(fail)?;
        let mut records = Vec::new();
        match File::open(&path) {
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(fail(source)),
            Ok(file) => {
                for line in BufReader::new(file).lines() {
                    match serde_json::from_str(&line.map_err(fail)?) {
                        Ok(record) => records.push(record),
                        Err(error) => tracing::warn!(%error, "skipped a line of the sandbox journal"),
                    }
                }
            }
        }
        Ok((Self { path, lines: None, writer: None }, records))
    }

    /// Writes the journal anew with these records, in place of the old one, and starts the writer.
    pub(super) fn start(&mut self, records: &[Record]) -> Result<(), JournalError> {
        let fail = |source| JournalError { path: self.path.clone(), source };
        let fresh = self.path.with_extension("jsonl.new");
        let mut out = BufWriter::new(File::create(&fresh).map_err(fail)?);
        for record in records {
            out.write_all(&line_of(record)).map_err(fail)?;
        }
        out.flush().map_err(fail)?;
        // Renamed only when complete: a kill during compaction leaves the old journal.
        fs::rename(&fresh, &self.path).map_err(fail)?;
        let file = OpenOptions::new().append(true).open(&self.path).map_err(fail)?;
        let (lines, incoming) = mpsc::channel();
        let writer = std::thread::Builder::new()
            .name("sandbox-journal".to_owned())
            .spawn(move || write_all(&mut BufWriter::new(file), &incoming))
            .map_err(fail)?;
        self.lines = Some(lines);
        self.writer = Some(writer);
        Ok(())
    }

    pub(super) fn append(&self, record: &Record) {
        let Some(lines) = &self.lines else { return };
        if lines.send(line_of(record)).is_err() {
            // The writer has already said why it stopped; the world goes on in memory.
            tracing::debug!("sandbox journal is closed");
        }
    }

    /// Lets the writer finish.
    pub(super) fn close(&mut self) {
        self.lines = None;
        if let Some(writer) = self.writer.take()
            && writer.join().is_err()
        {
            tracing::error!("sandbox journal writer panicked");
        }
    }
}

fn line_of(record: &Record) -> Vec<u8> {
    let mut line = serde_json::to_vec(record).expect("records have string keys and no failing serializers");
    line.push(b'\n');
    line
}

/// Writes lines until the last sender is gone; flushes whenever there is nothing more to write.
fn write_all(out: &mut BufWriter<File>, incoming: &mpsc::Receiver<Vec<u8>>) {
    while let Ok(first) = incoming.recv() {
        let waiting = std::iter::once(first).chain(incoming.try_iter());
        let written = waiting.into_iter().try_for_each(|line| out.write_all(&line)).and_then(|()| out.flush());
        if let Err(error) = written {
            tracing::error!(%error, "sandbox journal cannot be written, the world will be forgotten at the end");
            return;
        }
    }
}
