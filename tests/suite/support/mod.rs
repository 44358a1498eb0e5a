//! What every test here stands on: a Redis, an imitated outside world and product processes of its own, and people
//! who talk to the product as people do.
//!
//! [`World`] holds them together. Nothing in here sleeps: whoever waits is woken by what it waits for, and gives up
//! after [`PATIENCE`] with everything it saw.

mod browser;
mod chat;
mod door;
mod ledger;
mod person;
mod process;
mod server;
mod world;

use std::time::Duration;

pub(crate) use self::browser::Browser;
pub(crate) use self::chat::Message;
pub(crate) use self::door::Door;
pub(crate) use self::person::{Bill, Person, SUBMIT, Wishes};
pub(crate) use self::process::Process;
pub(crate) use self::server::{Durability, Redis, free_port};
pub(crate) use self::world::{Flood, World, run};

/// How long anything may take that must happen. A minute and a half: a busy machine is slow, a broken product is
/// silent forever, and no test should fail for the first.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);
