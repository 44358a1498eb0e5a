//! The crew: takes jobs from the streams and does them, one duty, one file, all of one face ([`duty`]).
//!
//! This floor refuses to know Telegram and prose: what a person is to be told leaves as an outcome.

mod duty;

pub use duty::Ctx;
