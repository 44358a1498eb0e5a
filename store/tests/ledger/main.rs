//! The ledger on a real Redis: every transition, every refusal, and what an audit makes of it.

mod audit;
mod billing;
mod broadcast;
mod chance;
mod holding;
mod house;
mod memory;
mod moving;
mod paying;
mod records;
mod resharding;
mod telling;
mod watermark;
