//! What Redis cannot know that it lost: noticed by a mark kept elsewhere, said until it is mended.

use antrean_domain::State;
use antrean_store::{Accepted, Invariant, Loss, LossNoted, OfficeShard, Tide, Watermark};

use crate::house::{BILL_MS, House};

const SHARD: OfficeShard = OfficeShard(0);

async fn tide(house: &House, mark: Option<&Watermark>) -> Tide {
    house.store.tide(SHARD, mark).await.expect("read")
}

async fn mark(house: &House) -> Watermark {
    let Tide::Kept(Some(mark)) = tide(house, None).await else { panic!("there is a journal") };
    mark
}

/// A house whose last payment is forgotten, and what that loss looks like.
async fn forgetful() -> (House, Loss) {
    let mut house = House::with_places(2).await;
    let (_, code) = house.billed(&house.slot(1, 8)).await;
    let backup = house.backup();
    assert_eq!(house.accept(&code, "p1").await, Accepted::Recorded);
    let marked = mark(&house).await;
    house.roll_back(&backup).await;
    let Tide::Lost(loss) = tide(&house, Some(&marked)).await else { panic!("it was lost") };
    (house, loss)
}

#[tokio::test]
async fn a_journal_that_only_grew_is_kept() {
    let mut house = House::open().await;
    assert_eq!(tide(&house, None).await, Tide::Kept(None), "nothing has happened yet");
    house.store.open_quota(&[house.slot(1, 8)], 2).await.expect("opened");
    let first = mark(&house).await;
    house.billed(&house.slot(1, 8)).await;
    let Tide::Kept(Some(second)) = tide(&house, Some(&first)).await else { panic!("nothing was lost") };
    assert_eq!((first.seq, second.seq), (1, 3));
    let now = house.backup();
    house.roll_back(&now).await;
    assert_eq!(tide(&house, Some(&first)).await, Tide::Kept(Some(second)), "a restart loses nothing");
}

#[tokio::test]
async fn what_an_old_copy_does_not_have_is_noticed() {
    let (house, loss) = forgetful().await;
    assert_eq!((loss.mark.seq, loss.last.as_ref().map(|last| last.seq), loss.events_min()), (4, Some(3), 1));
    assert_eq!(house.store.audit().await.expect("an audit"), [], "from within all is sound");
}

#[tokio::test]
async fn an_event_of_the_same_number_is_not_the_same_event() {
    let (house, loss) = forgetful().await;
    house.billed(&house.slot(1, 8)).await;
    let Tide::Lost(later) = tide(&house, Some(&loss.mark)).await else { panic!("its number is used again, by another") };
    assert_eq!((later.mark, later.last.map(|last| last.seq)), (loss.mark, Some(5)));
}

#[tokio::test]
async fn an_empty_redis_has_lost_everything() {
    let house = House::with_places(1).await;
    let marked = mark(&house).await;
    let empty = House::open().await;
    assert_eq!(tide(&empty, Some(&marked)).await, Tide::Lost(Loss { mark: marked, last: None }));
}

#[tokio::test]
async fn a_loss_is_said_until_it_is_mended() {
    let (house, loss) = forgetful().await;
    assert_eq!(house.store.note_loss(SHARD, &loss).await.expect("noted"), LossNoted::New);
    assert_eq!(house.store.note_loss(SHARD, &loss).await.expect("noted"), LossNoted::Open);
    let [open] = &house.store.open_losses().await.expect("read")[..] else { panic!("one is open") };
    assert_eq!((open.seq, open.last, &open.digest), (4, 3, &loss.mark.digest));
    let findings = house.store.audit().await.expect("an audit");
    assert!(matches!(&findings[..], [finding] if finding.invariant == Invariant::Loss), "{findings:?}");

    house.store.mend_loss(SHARD, "another", 0).await.expect("asked");
    assert_eq!(house.store.open_losses().await.expect("read").len(), 1, "another loss is not this one");
    house.store.mend_loss(SHARD, &loss.mark.digest, 1).await.expect("mended");
    assert_eq!(house.store.note_loss(SHARD, &loss).await.expect("noted"), LossNoted::Mended);
    assert_eq!(house.store.open_losses().await.expect("read"), []);
    assert_eq!(house.store.audit().await.expect("an audit"), [], "the journal says that it was mended, and that is no change");
    assert_eq!(mark(&house).await.seq, 4);
}

#[tokio::test]
async fn expiry_rests_until_a_loss_is_mended_and_not_for_good() {
    let expired = async |house: &House| house.store.expire_overdue(SHARD, 10).await.expect("a tick");
    let (house, loss) = forgetful().await;
    house.pass(BILL_MS).await;
    house.store.note_loss(SHARD, &loss).await.expect("noted");
    assert_eq!(expired(&house).await, 0, "its payment may just be asked for");
    house.store.mend_loss(SHARD, &loss.mark.digest, 0).await.expect("mended");
    assert_eq!(expired(&house).await, 1);

    let (house, loss) = forgetful().await;
    house.pass(BILL_MS).await;
    house.store.note_loss(SHARD, &loss).await.expect("noted");
    house.pass(10 * 60_000).await;
    assert_eq!(expired(&house).await, 1, "a place is not kept for good because a bank is away");
}

#[tokio::test]
async fn codes_that_can_be_paid_or_changed_lately_are_in_doubt() {
    let house = House::with_places(9).await;
    let slot = house.slot(1, 8);
    let (old, _) = house.billed(&slot).await;
    assert_eq!(house.cancel(&old, 3).await, "cancelled");
    house.pass(BILL_MS / 2).await;
    let (_, quiet) = house.billed(&slot).await;
    house.pass(60_000).await;
    let since = house.now();
    let (_, live) = house.billed(&slot).await;
    let (cancelled, dead) = house.billed(&slot).await;
    assert_eq!(house.cancel(&cancelled, 3).await, "cancelled");
    let (_, paid) = house.paid(&slot, "p1").await;
    house.hold(&house.booking(), 1, &slot).await;
    assert_eq!(house.state(&old).await, State::Cancelled);

    let codes = house.store.codes_in_doubt(SHARD, since).await.expect("read");
    assert_eq!(codes, [quiet, live, dead, paid].into());
}
