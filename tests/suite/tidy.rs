//! What the house holds itself to, where a machine can see it. The compiler keeps the floors apart and clippy the
//! clock and the environment; this keeps the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Longer than this, a file says more than one thing.
const LINES_MAX: usize = 400;

/// A file of the repository: its path from the root, and what is in it.
struct File {
    path: String,
    text: String,
}

impl File {
    fn is(&self, extension: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|found| found == extension)
    }

    fn under(&self, folder: &str) -> bool {
        self.path.starts_with(folder)
    }

    /// Its lines with their numbers, without comments and without what only tests see.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let tests = self.text.find("#[cfg(test)]\nmod tests").unwrap_or(self.text.len());
        let lines = self.text[..tests].lines().enumerate();
        lines.map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default())).filter(|(_, line)| !line.trim().is_empty())
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that is written by hand.
fn files() -> Vec<File> {
    let mut files = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the repository") {
            let path: PathBuf = entry.expect("an entry of it").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("names are plain").to_owned();
            let grown = matches!(name.as_str(), "target" | ".git" | "snapshots" | "Cargo.lock" | ".env");
            if grown || path.is_symlink() {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(text) = fs::read_to_string(&path) {
                let path = path.strip_prefix(root()).expect("it is under the root").to_str().expect("names are plain").to_owned();
                files.push(File { path, text });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

/// Fails with everything that was found.
#[track_caller]
fn none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

/// Every line of code of `files` that has one of `words`.
fn lines_with(files: &[File], chosen: impl Fn(&File) -> bool, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| chosen(file)) {
        for (at, line) in file.code().filter(|(_, line)| words.iter().any(|word| line.contains(word))) {
            found.push(format!("{}:{at}: {}", file.path, line.trim()));
        }
    }
    found
}

#[test]
fn redis_is_named_only_in_the_store() {
    let files = files();
    // The bench measures against a plain client of Redis.
    let others = |file: &File| file.path.ends_with("Cargo.toml") && !file.under("store/") && !file.under("bench/");
    none("only the store may depend on redis", &lines_with(&files, others, &["redis.workspace", "redis = { workspace"]));
    none(
        "only the store may use redis",
        &lines_with(
            &files,
            |file| file.is("rs") && !file.under("store") && !file.under("bench") && !file.path.ends_with("tidy.rs"),
            &["redis::", "use redis"],
        ),
    );
}

#[test]
fn the_rules_and_the_conversation_do_nothing_but_think() {
    let thinkers = |file: &File| file.is("rs") && (file.under("domain/src") || file.under("chat/src"));
    let words = ["async fn", "async move", ".await", "tokio", "std::fs", "std::net", "std::env", "std::thread", "std::time", "println!"];
    none("domain and chat have no I/O, no async and no clock", &lines_with(&files(), thinkers, &words));
}

#[test]
fn workers_know_no_telegram() {
    let words = ["teloxide", "telegram", "reqwest", "antrean-chat", "antrean_chat"];
    none("workers speak to no person", &lines_with(&files(), |file| file.under("workers"), &words));
}

#[test]
fn the_imitated_world_knows_nothing_of_ours() {
    let ours = ["antrean-domain", "antrean-store", "antrean-chat", "antrean-workers", "antrean_domain", "antrean_store"];
    none("the sandbox depends on none of our crates", &lines_with(&files(), |file| file.under("sandbox"), &ours));
}

#[test]
fn the_environment_is_read_in_one_place() {
    let others = |file: &File| file.is("rs") && !file.path.starts_with("src/config") && !file.path.ends_with("tidy.rs");
    none("the environment is read in src/config.rs", &lines_with(&files(), others, &["env::var"]));
}

#[test]
fn time_comes_from_the_clock() {
    // The doctor compares the host's clock with Redis'; the sandbox's example has no product to ask.
    let readers = ["store/src/clock.rs", "src/ops/doctor.rs", "sandbox/examples/echo.rs"];
    let others = |file: &File| file.is("rs") && !readers.contains(&file.path.as_str()) && !file.path.ends_with("tidy.rs");
    none("who wants the time asks the Clock", &lines_with(&files(), others, &["Utc::now", "Local::now", "SystemTime::now"]));
}

#[test]
fn no_file_says_more_than_one_thing() {
    let counted = |file: &&File| ["rs", "lua", "js"].iter().any(|kind| file.is(kind));
    let files = files();
    let long: Vec<_> =
        files.iter().filter(counted).map(|file| (file.text.lines().count(), &file.path)).filter(|(lines, _)| *lines > LINES_MAX).collect();
    none("a file has at most 400 lines", &long.iter().map(|(lines, path)| format!("{path} has {lines}")).collect::<Vec<_>>());
}

#[test]
fn every_module_says_what_it_is() {
    let mute = |file: &&File| file.is("rs") && !file.text.starts_with("//!") && !file.text.starts_with("#!");
    let files = files();
    none("a Rust file begins with its module's doc", &files.iter().filter(mute).map(|file| file.path.clone()).collect::<Vec<_>>());
}

#[test]
fn nothing_is_left_half() {
    let words = ["todo!(", "unimplemented!(", "FIXME", "XXX", "for now", "#[allow(", "#![allow("];
    let written = |file: &File| file.is("rs") || file.is("lua") || file.is("js") || file.is("toml");
    let half: Vec<_> = files()
        .iter()
        .filter(|file| written(file) && !file.path.ends_with("tidy.rs"))
        .flat_map(|file| file.text.lines().enumerate().map(move |(at, line)| (file, at + 1, line)))
        .filter(|(_, _, line)| words.iter().any(|word| line.contains(word)))
        .map(|(file, at, line)| format!("{}:{at}: {}", file.path, line.trim()))
        .collect();
    none("nothing is left half, and lints are expected with a reason", &half);
}

#[test]
fn waiting_is_for_something() {
    let tests = |file: &File| file.is("rs") && (file.under("tests/suite") || file.under("rig")) && !file.path.ends_with("tidy.rs");
    none("a test awaits a signal, it does not sleep", &lines_with(&files(), tests, &["sleep("]));
}

#[test]
fn every_script_has_its_contract_and_its_caller() {
    let files = files();
    let callers = |file: &&File| file.is("rs") && (file.under("store/src") || file.under("bench/src"));
    let sources: String = files.iter().filter(callers).map(|file| file.text.as_str()).collect();
    let mut found = Vec::new();
    for script in files.iter().filter(|file| file.is("lua")) {
        let name = Path::new(&script.path).file_name().and_then(|name| name.to_str()).expect("names are plain");
        let stem = name.trim_end_matches(".lua");
        if !sources.contains(&format!("\"{stem}\"")) && !sources.contains(&format!("\"{name}\"")) {
            found.push(format!("{} is used by nobody", script.path));
        }
        let head: String = script.text.lines().take_while(|line| line.starts_with("--") || line.starts_with("#!")).collect();
        // What others build on has functions, each with its own words, instead of one contract.
        let contract =
            if name.starts_with("prelude") || name.starts_with("ledger") { &[][..] } else { &["KEYS", "ARGV", "Returns", "twice"] };
        let head = head.to_lowercase();
        let missing = contract.iter().filter(|part| !head.contains(&part.to_lowercase()));
        found.extend(missing.map(|part| format!("{} does not say its {part}", script.path)));
    }
    none("a script says its contract and has a caller", &found);
}

#[test]
fn every_key_is_in_the_documented_table() {
    let files = files();
    let table = files.iter().find(|file| file.path == "docs/REDIS.md").map(|file| file.text.as_str()).unwrap_or_default();
    let builders = files.iter().filter(|file| file.is("rs") && file.under("store/src/keys"));
    // A builder formats `name:{tag}…`; an untagged key is a literal that begins with the product's name.
    let mut names = BTreeSet::new();
    for literal in builders.flat_map(|file| literals(&file.text)) {
        let name = literal.split(":{").next().unwrap_or_default();
        let tagged = literal.contains(":{") && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if tagged || literal.starts_with("antrean:") {
            names.insert(name.trim_end_matches("{}").to_owned());
        }
    }
    assert!(names.len() > 10, "the builders of keys are in store/src/keys.rs and store/src/keys/: only {names:?} was found");
    let missing: Vec<_> = names.into_iter().filter(|name| !table.contains(&format!("`{name}"))).collect();
    none("docs/REDIS.md lists every key of store/src/keys.rs", &missing);
}

#[test]
fn every_path_the_documents_name_exists() {
    let mut missing = Vec::new();
    for document in files().iter().filter(|file| file.is("md") && (file.under("docs/") || file.path == "README.md")) {
        for word in document.text.split('`').skip(1).step_by(2) {
            let path = word.split(['#', ':', ' ']).next().unwrap_or_default();
            let ours = [
                "domain/", "store/", "chat/", "workers/", "src/", "sandbox/", "rig/", "chaos/", "bench/", "tests/", "config/", "script/",
                "docs/",
            ];
            let plain = !path.contains(['*', '{', '<', '…', '$']);
            if plain && ours.iter().any(|folder| path.starts_with(folder)) && !root().join(path).exists() {
                missing.push(format!("{}: {path}", document.path));
            }
        }
    }
    none("the documents are true: every path in them exists", &missing);
}

#[test]
fn both_languages_say_the_same_things_and_nothing_in_vain() {
    let files = files();
    let ids = |language: &str| -> BTreeMap<String, String> {
        let texts = files.iter().filter(|file| file.is("ftl") && file.under(&format!("config/locales/{language}/")));
        texts.flat_map(|file| text_ids(&file.text).map(|id| (id, file.path.clone()))).collect()
    };
    let (id, en) = (ids("id"), ids("en"));
    let lacking = |a: &BTreeMap<String, String>, b: &BTreeMap<String, String>| {
        a.keys().filter(|id| !b.contains_key(*id)).cloned().collect::<Vec<_>>()
    };
    assert!(!id.is_empty(), "the texts are in config/locales/id");
    none("texts that English lacks", &lacking(&id, &en));
    none("texts that Indonesian lacks", &lacking(&en, &id));

    // An id is used where a literal is it, or where one with holes (`state-{}`) fits it.
    let speakers = files.iter().filter(|file| file.is("rs") && (file.under("chat/src") || file.under("src/")));
    let said: BTreeSet<String> = speakers.flat_map(|file| literals(&file.text)).collect();
    let referred: String = files.iter().filter(|file| file.is("ftl")).map(|file| file.text.as_str()).collect();
    let used = |id: &str| {
        let fits = |literal: &String| match literal.split_once('{') {
            Some((before, rest)) => {
                !before.is_empty() && id.starts_with(before) && id.ends_with(rest.rsplit('}').next().unwrap_or_default())
            }
            None => literal == id,
        };
        said.iter().any(fits) || referred.contains(&format!("{{ {id} }}"))
    };
    let idle: Vec<_> = id.into_iter().filter(|(id, _)| !used(id)).map(|(id, path)| format!("{path}: {id}")).collect();
    none("texts nobody says", &idle);
}

/// The ids a Fluent source defines; terms (`-brand`) are not said by code.
fn text_ids(source: &str) -> impl Iterator<Item = String> {
    let named = source.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()));
    named.filter_map(|line| line.split_once('=')).map(|(id, _)| id.trim().to_owned())
}

/// The string literals of a Rust source, roughly: enough for ids and keys, which have no quotes in them.
fn literals(source: &str) -> Vec<String> {
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.flat_map(|line| line.split('"').skip(1).step_by(2)).map(str::to_owned).collect()
}
