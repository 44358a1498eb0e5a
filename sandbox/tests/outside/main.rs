//! The imitated world over real HTTP, from outside: one binary, a chapter a file.

#![expect(clippy::unwrap_used, reason = "a test says that something is wrong by panicking")]

mod bank;
mod common;
mod files;
mod library;
mod messages;
mod people;
mod updates;
