//! The rules of the house, as plain values and pure functions.
//!
//! This floor knows offices, services, slots, the calendar, identity numbers, money and what may become
//! of a booking. It refuses to know Redis, Telegram, tokio, the clock and the environment: time and
//! randomness come in as parameters. Start with [`booking`], whose transition table is the only judge of
//! what may happen, then [`job`] and [`outcome`], the two kinds of message the floors above exchange.

pub mod application;
pub mod billing;
pub mod booking;
pub mod calendar;
pub mod ids;
pub mod job;
pub mod money;
pub mod nik;
pub mod office;
pub mod outcome;
pub mod quota;
pub mod reschedule;
pub mod service;
pub mod slot;
pub mod view;
pub mod zone;

pub use application::{Application, Earlier, FileRef};
pub use billing::BillingCode;
pub use booking::{State, Transition};
pub use calendar::{Calendar, DayKind};
pub use ids::{BookingId, BookingRef, ChatId, PaymentId};
pub use job::{Job, JobClass};
pub use money::Rupiah;
pub use nik::Nik;
pub use office::{Office, OfficeCode, Offices};
pub use outcome::Outcome;
pub use quota::{HourQuota, MonthQuota};
pub use service::{AgeGroup, Passport, PassportKind, Purpose, Service, ServiceClass, Terms};
pub use slot::{Month, SlotId};
pub use view::BookingView;
pub use zone::Zone;

/// A moment, in milliseconds since the Unix epoch, UTC. The one form in which time travels between floors.
pub type Millis = i64;
