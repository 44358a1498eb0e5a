//! What every trial of the product stands on, be it a test, the chaos or the bench: a Redis, an imitated outside world
//! and product processes of its own, and people who talk to the product as people do.
//!
//! It is made for trials: whatever goes wrong in it panics, with what was seen so far.
//!
//! [`World`] holds them together. Nothing in here sleeps: whoever waits is woken by what it waits for, and gives up
//! after [`PATIENCE`] with everything it saw.

mod browser;
mod chat;
mod cluster;
mod door;
mod ledger;
mod node;
mod person;
mod process;
mod server;
mod standby;
mod world;

use std::time::Duration;

pub use self::browser::Browser;
pub use self::chat::{Event, Message};
pub use self::cluster::Cluster;
pub use self::door::{BankAnswer, Door};
pub use self::node::Node;
pub use self::person::{Bill, Person, SUBMIT, Wishes};
pub use self::process::{Environment, Process, antrean};
pub use self::server::{Durability, Redis, free_port};
pub use self::standby::Standby;
pub use self::world::{Backing, Flood, Output, World, run};

/// How long anything may take that must happen. A minute and a half: a busy machine is slow, a broken product is
/// silent forever, and no test should fail for the first.
pub const PATIENCE: Duration = Duration::from_secs(90);
