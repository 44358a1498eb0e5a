//! Redis with its memory full: places go back and recorded money is applied; nothing new is taken, and nothing half.

use antrean_domain::State;
use antrean_store::{OfficeShard, StoreError};

use crate::house::{BILL_MS, HOLD_MS, House};

const SHARD: OfficeShard = OfficeShard(0);

async fn maxmemory(house: &House, bytes: u64) {
    let _: String =
        redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(bytes).query_async(&mut house.raw.clone()).await.expect("a setting");
}

async fn journal(house: &House) -> usize {
    redis::cmd("XLEN").arg("journal:{o0}").query_async(&mut house.raw.clone()).await.expect("a length")
}

#[track_caller]
fn refused<T>(answer: Result<T, StoreError>) {
    let error = answer.err().expect("there is no room");
    assert!(error.is_out_of_memory(), "{error}");
}

#[tokio::test]
async fn places_go_back_while_nothing_new_is_taken() {
    let house = House::with_places(5).await;
    let (early, late) = (house.slot(1, 8), house.slot(1, 9));
    let kept = house.booking();
    assert_eq!(house.hold(&kept, 1, &early).await, "held");
    let (billed, code) = house.billed(&early).await;
    let (cancelled, _) = house.billed(&early).await;
    let left = house.booking();
    assert_eq!(house.hold(&left, 1, &late).await, "held");
    let (head, work) = house.work(vec![house.hold_job(&house.booking(), 1, &early)]).await;
    let events = journal(&house).await;

    maxmemory(&house, 1).await;
    refused(house.store.hold(&head, &work).await);
    refused(house.store.accept_payment(&house.notice(&code, "in-vain")).await);
    assert_eq!((house.taken(&early).await, journal(&house).await), (3, events), "what is refused leaves nothing behind");
    // Its entries are read and written by hand in these tests, which needs room: the scripts do not.
    maxmemory(&house, 0).await;
    let (head, release) = house.work(vec![antrean_store::ReleaseJob { booking: left.clone(), seq: 2 }]).await;
    let (_, cancel) = house.work(vec![antrean_store::CancelJob { booking: cancelled.clone(), seq: 3 }]).await;
    maxmemory(&house, 1).await;
    assert_eq!(house.store.release(&head, &release).await.expect("judged")[0].word(), "released");
    assert_eq!(house.store.cancel(&head, &cancel).await.expect("judged")[0].word(), "cancelled");
    assert_eq!((house.taken(&early).await, house.taken(&late).await), (2, 0));

    maxmemory(&house, 0).await;
    house.pass(BILL_MS.max(HOLD_MS) + 1).await;
    maxmemory(&house, 1).await;
    assert_eq!(house.store.release_overdue(SHARD, 10).await.expect("ticked"), 1);
    assert_eq!(house.store.expire_overdue(SHARD, 10).await.expect("ticked"), 1);
    assert_eq!((house.state(&kept).await, house.state(&billed).await), (State::Released, State::Expired));
    assert_eq!(house.taken(&early).await, 0);

    maxmemory(&house, 0).await;
    assert_eq!(house.store.hold(&head, &work).await.expect("judged")[0].word(), "held", "the job that was refused is still there");
}

#[tokio::test]
async fn money_that_is_recorded_is_applied() {
    let house = House::with_places(5).await;
    let (booking, code) = house.billed(&house.slot(1, 8)).await;
    house.accept(&code, "in-time").await;
    let (head, work) = {
        let job = antrean_store::SettleJob {
            booking: booking.clone(),
            payment: crate::house::pay_id("in-time"),
            zone: antrean_domain::Zone::Wib,
            eve_hour: 18,
        };
        let _: i64 =
            redis::cmd("XTRIM").arg(crate::house::JOBS).arg("MAXLEN").arg(0).query_async(&mut house.raw.clone()).await.expect("trimmed");
        house.work(vec![job]).await
    };
    maxmemory(&house, 1).await;
    assert_eq!(house.store.settle(&head, &work).await.expect("judged")[0].word(), "paid");
    assert_eq!(house.state(&booking).await, State::Paid);
}
