//! What a step may know, what it may ask for, and what it gives.

use antrean_domain::view::BookingView;
use antrean_domain::{
    Application, BookingId, BookingRef, Calendar, ChatId, Job, Millis, Month, MonthQuota, OfficeCode, Offices, Rupiah, ServiceClass, Terms,
};

use crate::dialogue::Dialogue;
use crate::input::Person;
use crate::order::Arrival;
use crate::screen::{Show, Toast};
use crate::texts::Texts;

/// All that a step sees of the world.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    pub now: Millis,
    /// The chat all this happens in.
    pub chat: ChatId,
    pub offices: &'a Offices,
    pub terms: &'a Terms,
    pub calendar: &'a Calendar,
    pub texts: &'a Texts,
    pub person: Option<&'a Person>,
    /// How the input came; absent for what the crew answers.
    pub arrival: Option<Arrival>,
    /// A new id, should a booking begin in this step.
    pub fresh: BookingId,
    /// What the queries of this step brought so far.
    pub answers: Answers,
}

/// The ledger's answers, gathered while one input is being stepped.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    pub months: Vec<MonthQuota>,
    /// The bookings asked for that exist, in any order.
    pub bookings: Option<Vec<BookingView>>,
    pub application: Option<(BookingRef, Option<Application>)>,
}

/// Something a step must know of the ledger before it can end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    Month { office: OfficeCode, class: ServiceClass, month: Month },
    Bookings(Vec<BookingRef>),
    Application(BookingRef),
}

/// A step ended, or wants an answer first and is then taken again with it.
#[derive(Clone, Debug)]
pub enum Next {
    Step(Box<Step>),
    Need(Query),
}

/// What one input led to. All of it is committed at once, but for the toast, which answers a tap right away.
#[derive(Clone, Debug)]
pub struct Step {
    pub dialogue: Dialogue,
    pub shows: Vec<Show>,
    pub jobs: Vec<Order>,
    pub toast: Option<Toast>,
}

/// A job, or one that still needs sealing: this floor has no cryptography.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    Job(Job),
    /// Becomes [`Job::Bill`] once `application` is sealed.
    Bill {
        booking: BookingRef,
        seq: u64,
        amount: Rupiah,
        application: Box<Application>,
    },
}
