//! The ledger: bookings, places, money, and the journal that proves them.
//!
//! Every transition is one script in `lua/`, which checks, changes, writes the journal's event with the record's new
//! image, leaves outcomes and reminders, and settles the entry: all of it or nothing. What a booking may become is
//! the table in `antrean_domain::booking`; a script is told which states it may start from and refuses the rest.
//!
//! [`run`] drives the scripts that take jobs; [`holding`], [`billing`], [`paying`], [`moving`] and [`telling`] are
//! those jobs by chapter, [`answers`] what a bill keeps sealed. [`quota`], [`reading`], [`journal`] and [`broadcast`] answer and
//! serve everyone else; [`audit`] recounts it all; [`watermark`] notices what Redis itself cannot know that it lost, [`loss`] what
//! is done about it.

mod answers;
mod audit;
mod billing;
mod broadcast;
mod holding;
mod journal;
mod loss;
mod moving;
mod paying;
mod quota;
mod reading;
mod record;
mod run;
pub(crate) mod scripts;
mod telling;
mod watermark;

pub use audit::{Finding, Invariant};
pub use billing::{BillJob, CancelJob};
pub use broadcast::{BroadcastStatus, BulkSend, Sending};
pub use holding::{HoldJob, ReleaseJob};
pub use journal::JournalEvent;
pub use loss::{LossNoted, OpenLoss};
pub use moving::RescheduleJob;
pub use paying::{Accepted, PaymentNotice, SettleJob};
pub use quota::Opened;
pub(crate) use reading::read_owner;
pub use reading::{Bill, BookingPage, RefundCase};
pub(crate) use record::office_of_record;
pub use telling::{RemindJob, SubscribeJob};
pub use watermark::{Loss, Tide, Watermark};
