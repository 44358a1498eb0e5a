//! Standard output, as one careful write.

use std::io::{self, Write};

use anyhow::Context;

/// Writes `text` to standard output, now.
pub(crate) fn print(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // Whoever read us (`head`, a pager) has seen enough; that is no fault.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}
