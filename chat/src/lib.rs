//! The conversation, as pure functions: [`step()`] takes a dialogue and one input and gives the next dialogue,
//! what to show, and the jobs that follow.
//!
//! This floor knows questions, screens and texts. It refuses to know Telegram, Redis, tokio, the clock and
//! randomness: whatever it needs of the world comes in as [`Facts`], and what it needs of the ledger it asks for
//! with [`Next::Need`].

mod dialogue;
mod draft;
mod facts;
mod input;
mod lang;
mod offices;
mod screen;
mod step;
mod texts;

pub use dialogue::{BadDialogue, DIALOGUE_VERSION, Dialogue};
pub use facts::{Answers, Facts, Next, Order, Query, Step};
pub use input::{Input, OtherKind, Person, PhotoIn, Tap};
pub use lang::{BadLang, Lang};
pub use screen::{Action, Button, How, Picture, Screen, Show, Toast};
pub use step::step;
pub use texts::{BadTexts, Texts};

/// What `setMyCommands` is told for `lang`: commands without the slash, with their descriptions.
pub fn commands(_texts: &Texts, _lang: Lang) -> Vec<(String, String)> {
    Vec::new()
}
