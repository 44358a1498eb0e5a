//! The conversation, as pure functions: [`step()`] takes a dialogue and one input and gives the next dialogue,
//! what to show, and the jobs that follow.
//!
//! This floor knows questions, screens and texts. It refuses to know Telegram, Redis, tokio, the clock and
//! randomness: whatever it needs of the world comes in as [`Facts`], and what it needs of the ledger it asks for
//! with [`Next::Need`].

mod calendar;
mod callback;
mod dates;
mod dialogue;
mod draft;
mod facts;
mod fit;
mod hold;
mod hours;
mod input;
mod labels;
mod lang;
mod navigate;
mod offices;
mod order;
mod outcomes;
mod photos;
mod screen;
mod screens;
mod step;
mod steps;
mod talk;
mod texts;
mod typed;

pub use dialogue::{BadDialogue, DIALOGUE_VERSION, Dialogue};
pub use facts::{Answers, Facts, Next, Order, Query, Step};
pub use input::{Input, OtherKind, Person, PhotoIn, Tap};
pub use lang::{BadLang, Lang};
pub use navigate::{apology, commands};
pub use order::Arrival;
pub use screen::{Action, Button, How, Picture, Screen, Show, Toast};
pub use step::step;
pub use texts::{BadTexts, Texts};
