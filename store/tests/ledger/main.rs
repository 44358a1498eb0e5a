//! The ledger on a real Redis: every transition, every refusal, and what an audit makes of it.

mod audit;
mod billing;
mod broadcast;
mod chance;
mod holding;
mod house;
mod moving;
mod paying;
mod telling;
mod watermark;
