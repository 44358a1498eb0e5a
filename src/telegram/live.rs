//! What `send` remembers of a chat, and which of the shows that wait together are still worth sending.
//!
//! The outbox says *show this screen*. Which message of the chat is the live one, and whether something was sent
//! below it, only this memory knows. It is saved with every settled batch.

use antrean_chat::{How, Show};
use antrean_domain::Millis;
use serde::{Deserialize, Serialize};
use teloxide::types::MessageId;

const VERSION: u32 = 1;

/// The memory of one chat. A lost one costs no more than a message sent anew instead of edited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Live {
    v: u32,
    /// The live message, if it can still be edited.
    message: Option<i32>,
    /// Up to when the messages sent so far use up the chat's pace: see `limiter`.
    pub(super) paid_ms: Millis,
    /// Failures in a row of the show at the head.
    pub(super) failures: u32,
    /// The last message could not be delivered: the person blocked the bot. Every later show tries anew, so that
    /// nothing more is needed when they come back.
    unreachable: bool,
}

impl Live {
    pub(super) fn load(saved: Option<&[u8]>) -> Self {
        let read = |bytes| serde_json::from_slice::<Self>(bytes).ok().filter(|live| live.v == VERSION);
        saved.and_then(read).unwrap_or_default()
    }

    pub(super) fn save(&self) -> Vec<u8> {
        serde_json::to_vec(&Self { v: VERSION, ..self.clone() }).expect("the memory of a chat has string keys only")
    }

    /// The message to edit for `show`; `None`: send it anew.
    pub(super) fn edits(&self, show: &Show) -> Option<MessageId> {
        let in_place = show.how == How::Live && show.screen.picture.is_none();
        self.message.filter(|_| in_place).map(MessageId)
    }

    /// The message to edit is gone.
    pub(super) fn forget(&mut self) {
        self.message = None;
    }

    /// `show` is on the person's screen, as the new message `sent`, or by an edit.
    pub(super) fn shown(&mut self, show: &Show, sent: Option<MessageId>) {
        // A message that stays ends the live one: an edit above it would not be seen. So does a picture: it has no
        // text to edit.
        let lives = show.how != How::Keep && show.screen.picture.is_none();
        self.message = sent.filter(|_| lives).map(|id| id.0);
        self.failures = 0;
        self.unreachable = false;
    }

    /// The person is not there any more; nothing at the head will be sent.
    pub(super) fn lost(&mut self) {
        self.failures = 0;
        self.unreachable = true;
    }
}

/// How many shows at the head nobody needs to see, for a newer screen waits right behind: their buttons are stale, and so
/// is what they say. A message that stays is never one of them.
pub(super) fn superseded(shows: &[Show]) -> usize {
    let screen = |show: &Show| show.how != How::Keep;
    shows.windows(2).take_while(|pair| pair.iter().all(screen)).count()
}

#[cfg(test)]
mod tests {
    use antrean_chat::{Picture, Screen};

    use super::*;

    fn show(how: How, text: &str) -> Show {
        Show { how, screen: Screen { text: text.to_owned(), buttons: Vec::new(), picture: None } }
    }

    #[test]
    fn of_screens_in_a_row_only_the_last_is_worth_sending() {
        let row = [show(How::Live, "a"), show(How::Below, "b"), show(How::Live, "c"), show(How::Keep, "proof"), show(How::Live, "d")];
        assert_eq!(superseded(&row), 2);
        assert_eq!(superseded(&row[2..]), 0, "a message that stays stands between");
        assert_eq!(superseded(&row[4..]), 0, "the last one");
    }

    #[test]
    fn a_message_that_stays_is_never_swallowed() {
        let waiting = [show(How::Keep, "a"), show(How::Keep, "b"), show(How::Live, "c"), show(How::Below, "d")];
        let left = (0..4).map(|at| superseded(&waiting[at..])).collect::<Vec<_>>();
        assert_eq!(left, [0, 0, 1, 0]);
    }

    #[test]
    fn the_live_message_is_edited_while_it_is_the_newest() {
        let mut live = Live::default();
        assert_eq!(live.edits(&show(How::Live, "a")), None);
        live.shown(&show(How::Live, "a"), Some(MessageId(5)));
        assert_eq!(live.edits(&show(How::Live, "b")), Some(MessageId(5)));
        assert_eq!(live.edits(&show(How::Below, "b")), None);
        assert_eq!(Live::load(Some(&live.save())).edits(&show(How::Live, "b")), Some(MessageId(5)));
        live.shown(&show(How::Keep, "proof"), Some(MessageId(6)));
        assert_eq!(live.edits(&show(How::Live, "c")), None);
    }

    #[test]
    fn a_picture_is_never_edited_into() {
        let mut live = Live::default();
        let mut picture = show(How::Live, "a");
        picture.screen.picture = Some(Picture::Qr("x".to_owned()));
        live.shown(&picture, Some(MessageId(5)));
        assert_eq!(live.edits(&show(How::Live, "b")), None);
    }

    #[test]
    fn a_memory_that_cannot_be_read_begins_anew() {
        assert_eq!(Live::load(Some(b"?")), Live::default());
        assert_eq!(Live::load(Some(br#"{"v":9,"message":3}"#)), Live::default());
    }
}
