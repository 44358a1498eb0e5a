//! The queue engine on a real Redis, one private server per test. A crash is a reader dropped with its hands full: its
//! heart stops, and nobody says goodbye.

mod faults;
mod hops;
mod house;
mod jobs;
mod links;
mod outboxes;
mod poison;
mod turns;
