//! What a run that failed leaves behind, for whoever looks for the cause: a file each of what was found, the logs, the
//! journal, the chats and the bank.

use std::fmt::{Debug, Write as _};
use std::io;
use std::path::Path;

use antrean_rig::Event as Happened;

use crate::checker::Broken;
use crate::evidence::Evidence;

/// Writes it all into `folder`.
pub(crate) fn write(folder: &Path, logs: &str, evidence: &Evidence, histories: &[(i64, Vec<Happened>)], broken: &[Broken]) {
    let mut chats = String::new();
    for (chat, history) in histories {
        chats = format!("{chats}--- {chat}\n{}", listed(history));
    }
    let found = lines(broken, |broken, line| write!(line, "{broken}"));
    let files = [
        ("broken.txt", found),
        ("product.log", logs.to_owned()),
        ("journal.txt", listed(&evidence.journal)),
        ("chats.txt", chats),
        ("bank.txt", listed(&evidence.notices)),
    ];
    let written: io::Result<()> =
        std::fs::create_dir_all(folder).and_then(|()| files.iter().try_for_each(|(name, text)| std::fs::write(folder.join(name), text)));
    written.expect("the folder that --keep names can be written to");
}

fn listed<T: Debug>(items: &[T]) -> String {
    lines(items, |item, line| write!(line, "{item:?}"))
}

fn lines<T>(items: &[T], say: impl Fn(&T, &mut String) -> std::fmt::Result) -> String {
    let mut lines = String::new();
    for item in items {
        say(item, &mut lines).expect("a String takes everything");
        lines.push('\n');
    }
    lines
}
