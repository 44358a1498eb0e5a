//! Reminders and subscriptions.

use antrean_domain::job::Reminder;
use antrean_domain::{ChatId, Outcome};
use antrean_store::SubscribeJob;

use crate::house::{House, office, only};

#[tokio::test]
async fn a_bill_is_recalled_only_while_it_is_one() {
    let house = House::with_places(1).await;
    let (booking, code) = house.billed(&house.slot(1, 8)).await;
    let until = house.view(&booking).await.due_ms.expect("a deadline");
    let of = || Reminder::Bill { until };
    house.outcomes().await;
    assert_eq!(house.remind(&booking, of(), until).await, "reminded");
    assert_eq!(house.outcome().await, Outcome::BillReminder { booking: booking.clone(), code: code.clone(), until });
    assert_eq!(house.remind(&booking, of(), house.now()).await, "void", "slept through");
    assert_eq!(house.remind(&booking, Reminder::Bill { until: until - 1 }, until).await, "void", "of another bill");
    house.accept(&code, "p1").await;
    assert_eq!(house.remind(&booking, of(), until).await, "void", "the money is in");
    assert_eq!(house.settle(&booking, "p1").await, "paid");
    assert_eq!(house.remind(&booking, of(), until).await, "void", "paid");
    assert_eq!(house.remind(&house.booking(), of(), until).await, "void", "no such booking");
}

#[tokio::test]
async fn the_eve_is_recalled_only_of_the_slot_that_holds() {
    let house = House::with_places(1).await;
    let (from, to) = (house.slot(1, 8), house.slot(2, 8));
    let (booking, _) = house.paid(&from, "p1").await;
    let late = house.now() + 1_000_000;
    let of = |slot: &antrean_domain::SlotId| Reminder::Eve { slot: slot.clone() };
    house.outcomes().await;
    assert_eq!(house.remind(&booking, of(&from), late).await, "reminded");
    assert_eq!(house.outcome().await, Outcome::EveReminder { booking: booking.clone(), slot: from.clone() });
    assert_eq!(house.reschedule(&booking, 3, &to).await, "rescheduled");
    assert_eq!(house.remind(&booking, of(&from), late).await, "void");
    assert_eq!(house.remind(&booking, of(&to), late).await, "reminded");
}

#[tokio::test]
async fn a_subscription_is_entered_once_and_left_for_good() {
    let house = House::open().await;
    let subscribe = async |on| {
        let (head, work) = house.work(vec![SubscribeJob { office: office(), chat: ChatId(42), on }]).await;
        only(&house.store.subscribe(&head, &work).await.expect("judged"))
    };
    assert_eq!(subscribe(true).await, "subscribed");
    assert_eq!(subscribe(true).await, "subscribed");
    assert_eq!(house.store.subscribers(&office()).await.expect("a count"), 1);
    assert_eq!(subscribe(false).await, "unsubscribed");
    assert_eq!(house.store.subscribers(&office()).await.expect("a count"), 0);
    assert_eq!(house.outcomes().await[2], Outcome::Subscribed { office: office(), on: false });
}
