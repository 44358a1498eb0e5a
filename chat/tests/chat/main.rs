//! The conversation from outside: what a person sends, what they see, which jobs follow.

mod anything;
mod bad_input;
mod journey;
mod order;
mod saved;
mod screens;
mod texts;
mod world;
