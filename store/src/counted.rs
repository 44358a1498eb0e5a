//! What the engine counts for those who watch it: one function per metric, so that their names stand in one place.
//! docs/OPERATIONS.md says what each means.

use std::time::Duration;

use metrics::{counter, histogram};

use crate::depth::plain;

/// An entry of a dead owner was taken over.
pub(crate) fn reclaimed(stream: &str) {
    counter!("antrean_reclaimed_total", "stream" => plain(stream)).increment(1);
}

/// A script found that the entry was no longer its caller's: the lease had run out meanwhile, and nothing was changed.
pub(crate) fn lease_lost(of: &'static str) {
    counter!("antrean_leases_lost_total", "of" => of).increment(1);
}

/// Something could not be handled and was parked.
pub(crate) fn dead_letter(kind: &'static str) {
    counter!("antrean_dead_letters_total", "kind" => kind).increment(1);
}

/// A script was refused for want of memory: what it was to take in waits, at Telegram, at the bank or on its stream.
pub(crate) fn out_of_memory(script: &'static str) {
    counter!("antrean_out_of_memory_total", "script" => script).increment(1);
}

/// A script answered, this long after it was called: Redis' own time, its queue and the way there and back.
pub(crate) fn called(script: &'static str, took: Duration) {
    histogram!("antrean_script_seconds", "script" => script).record(took);
}
