//! The operator's tools: short commands that read and change what the roles work on, and end.
//!
//! Each file is one command: its arguments, `run`, and how its answer is drawn. Answers go to standard output, for
//! people by default and for machines with `--json`; what is wrong goes to standard error with what to do about it.

pub(crate) mod audit;
pub(crate) mod bookings;
pub(crate) mod broadcast;
pub(crate) mod doctor;
pub(crate) mod jobs;
pub(crate) mod journal;
mod mask;
mod print;
pub(crate) mod quota;
pub(crate) mod repair;
pub(crate) mod reshard;
mod table;

use antrean_store::{Seal, Store, StoreError};
use anyhow::Context;

pub(crate) use self::print::print;
use crate::config::Config;

/// The store for a tool that reads nothing personal.
async fn store(config: &Config) -> anyhow::Result<Store> {
    connect(config, None).await
}

/// The store, now or not at all: whoever waits at a terminal wants to know. Roles wait for Redis instead.
async fn connect(config: &Config, seal: Option<Seal>) -> anyhow::Result<Store> {
    match Store::connect(config.store_options(seal)?).await {
        Err(StoreError::Shards { found, .. }) => Err(config.wrong_shards(&found).into()),
        connected => connected.context("cannot use the Redis that REDIS_URL names"),
    }
}
