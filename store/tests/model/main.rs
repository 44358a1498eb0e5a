//! The scripts against models of them: random operations run on a real Redis and on a few pages of Rust that say what
//! must come of them. `booking` is the specification of a booking and `bookings` walks through it, `mailbox` that of a
//! mailbox and `mailboxes` walks through both sides of some; `kills` drops a worker between every two steps of its loop.
//!
//! `PROPTEST_CASES=2000 cargo test -p antrean-store --test model` walks longer.

mod booking;
mod bookings;
mod crew;
mod drive;
#[path = "../ledger/house.rs"]
#[expect(dead_code, reason = "the ledger's own tests use the rest of it")]
mod house;
mod jobs;
mod kills;
mod mailbox;
mod mailboxes;
mod office;
mod post;
#[path = "../queues/house.rs"]
#[expect(dead_code, reason = "the queues' own tests use the rest of it")]
mod queue_house;
