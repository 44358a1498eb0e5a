//! The crew: takes jobs from the streams and does them, one duty, one file, all of one face ([`duty`]).
//!
//! This floor refuses to know Telegram and prose: what a person is to be told leaves as an outcome.

mod bill;
mod broadcast;
mod cancel;
mod duty;
mod expire;
mod hold;
mod prepare;
mod release;
mod remind;
mod reschedule;
mod settle;
mod subscribe;

pub use duty::Ctx;
