//! The scripts against models of them: random operations run on a real Redis and on a few pages of Rust that say what
//! must come of them. Each machine has its specification and its real side: `booking` and `office`, walked through by
//! `bookings`; `mailbox` and `post`, by `mailboxes`; `jobs`, its own, and `crew`. `kills` drops a worker between every two
//! steps of its loop.
//!
//! `PROPTEST_CASES=3000 cargo test -p antrean-store --test model` walks longer. A seed that failed is kept in
//! `store/proptest-regressions` and tried first from then on.

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
