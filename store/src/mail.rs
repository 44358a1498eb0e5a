//! What lies in an inbound mailbox: updates, sealed, and outcomes, which name nobody and lie open.

use antrean_domain::Outcome;

use crate::seal::Seal;

/// What sealed bytes are for; each opens for its own purpose only.
pub(crate) const PURPOSE_UPDATE: &str = "update";
pub(crate) const PURPOSE_DIALOGUE: &str = "dialogue";
pub(crate) const PURPOSE_SHOW: &str = "show";

/// The first byte of a sealed update.
const UPDATE: u8 = b'u';
/// The first byte of an outcome: the ledger's scripts write it.
const OUTCOME: u8 = b'o';

/// One message to a chat's dialogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mail {
    /// A raw update, as Telegram sent it.
    Update(Vec<u8>),
    Outcome(Outcome),
    /// Sealed with an unknown key, of another release, or damaged. To be parked as the head, never dropped.
    Unreadable {
        reason: String,
    },
}

impl Mail {
    /// An update as it lies in the mailbox.
    pub(crate) fn write_update(seal: &Seal, json: &[u8]) -> Vec<u8> {
        let mut item = vec![UPDATE];
        item.extend(seal.seal(PURPOSE_UPDATE, json));
        item
    }

    /// An outcome as it lies in the mailbox.
    pub(crate) fn write_outcome(outcome: &Outcome) -> String {
        char::from(OUTCOME).to_string() + &outcome.to_wire()
    }

    pub(crate) fn read(seal: &Seal, item: &[u8]) -> Self {
        let unreadable = |reason: String| Self::Unreadable { reason };
        match item.split_first() {
            Some((kind, sealed)) if *kind == UPDATE => {
                seal.open(PURPOSE_UPDATE, sealed).map_or_else(|error| unreadable(error.to_string()), Self::Update)
            }
            Some((kind, wire)) if *kind == OUTCOME => {
                let wire = String::from_utf8_lossy(wire);
                Outcome::from_wire(&wire).map_or_else(|error| unreadable(error.to_string()), Self::Outcome)
            }
            _ => unreadable("mail of an unknown kind".to_owned()),
        }
    }
}
