//! The whole product against an imitated world: real processes, a real Redis, HTTP on both sides.
//!
//! `rig/` has the worlds and the people in them; each module here is a chapter of claims. `tidy` needs no world: it
//! reads the repository.

mod bad_input;
mod bots;
mod broadcasts;
mod chromium;
mod cli;
mod cluster;
mod environment;
mod failover;
mod faults;
mod journeys;
mod money;
mod poison;
mod privacy;
mod races;
mod resharding;
mod sandbox;
mod telegram;
mod tidy;
mod watch;
mod webhook;
