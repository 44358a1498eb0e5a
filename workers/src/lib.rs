//! The crew: takes jobs from the streams and does them, one duty, one file, all of one face (`Duty`).
//!
//! [`Crew`] reads and hands out; what the clock asks for has a face of its own (`Tick`), and [`tend_chats`] does for chats
//! what the crew does for offices besides jobs.
//!
//! This floor refuses to know Telegram and prose: what a person is to be told leaves as an outcome.

mod bill;
mod broadcast;
mod cancel;
mod crew;
mod duty;
mod expire;
mod hold;
mod part;
mod prepare;
mod promote;
mod reclaim;
mod relay;
mod release;
mod remind;
mod reschedule;
mod settle;
mod subscribe;
mod tick;

use antrean_store::{ChatShard, Store, Tag};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use crew::{Crew, CrewSettings};
pub use duty::Ctx;
pub use part::{BadPart, Part};

/// Starts what a chat shard needs besides its readers: relay, wake, reclaim. Each runs until `shutdown`.
pub fn tend_chats(store: &Store, shard: ChatShard, tasks: &mut JoinSet<()>, shutdown: &CancellationToken) {
    let tag = Tag::Chat(shard);
    tasks.spawn(relay::run(store.clone(), tag, shutdown.clone()));
    tasks.spawn(reclaim::run(store.clone(), tag, shutdown.clone()));
    tasks.spawn(promote::wake(store.clone(), shard, shutdown.clone()));
}
