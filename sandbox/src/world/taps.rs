//! Taps on buttons that wait for `answerCallbackQuery`.

use std::{collections::HashMap, time::Duration};

use tokio::time::Instant;

/// Measured on the real one: an answer later than about this is refused.
const ANSWERABLE: Duration = Duration::from_secs(15);

/// Open taps by their id. They are not kept over a restart: by then they are too old anyway.
#[derive(Default)]
pub(crate) struct Taps {
    open: HashMap<String, Tap>,
    count: u64,
}

/// A tap that may still be answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tap {
    pub(crate) chat: i64,
    since: Instant,
}

impl Taps {
    /// Opens a tap and gives its id, unique over restarts through `salt`.
    pub(crate) fn open(&mut self, chat: i64, salt: u64) -> String {
        self.count += 1;
        let id = format!("{}{:06}", salt % 1_000_000_000_000, self.count);
        self.open.insert(id.clone(), Tap { chat, since: Instant::now() });
        // Old taps are dropped now and then, so that a long bench does not keep them all.
        if self.open.len() > 4_096 && self.count.is_multiple_of(1_024) {
            self.open.retain(|_, tap| tap.since.elapsed() < ANSWERABLE);
        }
        id
    }

    /// The tap, if it may still be answered.
    pub(crate) fn answerable(&self, id: &str) -> Option<Tap> {
        self.open.get(id).copied().filter(|tap| tap.since.elapsed() < ANSWERABLE)
    }

    /// Makes every open tap too old to be answered, so that a test need not wait.
    pub(crate) fn expire_all(&mut self) -> usize {
        std::mem::take(&mut self.open).len()
    }
}
