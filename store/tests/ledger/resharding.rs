//! Another number of shards: everything is there as before, whatever happens on the way.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

use antrean_domain::{BillingCode, BookingRef, BookingView, ChatId, Job, MonthQuota, OfficeCode, ServiceClass, SlotId, State, Zone};
use antrean_store::{Accepted, Mail, Obstacle, Reshard, ReshardError, Step, Store, StoreError};

use crate::house::{BILL_MS, House, JOBS};

const OFFICES: [&str; 6] = ["JKTSEL", "JKTPUS", "DENPASAR", "BOGOR", "TAHUNA", "RANAI"];
const CHATS: i64 = 12;

/// A ledger with something in every state at every office, and what was noted of it.
struct World {
    house: House,
    bookings: Vec<BookingRef>,
    codes: Vec<BillingCode>,
    /// One whose bill ran out, of each office.
    expired: Vec<(BookingRef, BillingCode)>,
}

/// All that must be the same afterwards.
#[derive(Debug, PartialEq)]
struct Facts {
    bookings: Vec<Option<BookingView>>,
    codes: Vec<Option<(BookingView, bool, bool)>>,
    months: Vec<MonthQuota>,
    refunds: usize,
    subscribers: Vec<u64>,
    broadcasts: usize,
    dead: Vec<(String, Vec<u8>)>,
    depths: BTreeMap<String, u64>,
}

fn office(code: &str) -> OfficeCode {
    code.parse().expect("an office code")
}

async fn raw<T: redis::FromRedisValue>(house: &House, command: &[&str]) -> T {
    let mut cmd = redis::cmd(command[0]);
    cmd.arg(&command[1..]);
    cmd.query_async(&mut house.raw.clone()).await.expect("Redis answers")
}

impl World {
    async fn new() -> Self {
        let mut world = Self { house: House::open().await, bookings: Vec::new(), codes: Vec::new(), expired: Vec::new() };
        for code in OFFICES {
            world.fill(code).await;
        }
        world.house.pass(BILL_MS + 1).await;
        world.house.store.expire_overdue(antrean_store::OfficeShard(0), 100).await.expect("expired");
        for code in OFFICES {
            world.go_on(code).await;
        }
        world.house.outcomes().await;
        for chat in 1..=CHATS {
            world.talk(chat).await;
        }
        let wire = Job::Subscribe { office: office("BOGOR"), chat: ChatId(1), on: true }.to_wire();
        raw::<String>(&world.house, &["XADD", "dead:{o0}", "*", "k", "job", "w", "hi", "a", "3", "p", &wire, "r", "x", "t", "1"]).await;
        raw::<String>(&world.house, &["XADD", "dead:{c0}", "*", "k", "mail", "w", "7", "a", "0", "p", "o{}", "r", "x", "t", "1"]).await;
        raw::<String>(&world.house, &["XADD", "dead:{c0}", "*", "k", "hop", "w", "17-0", "a", "0", "p", "[]", "r", "x", "t", "1"]).await;
        world
    }

    /// A booking of every state at the office, and what people and bank left beside.
    async fn fill(&mut self, code: &str) {
        let house = &self.house;
        let date = Zone::Wib.date(house.now() + 41 * 86_400_000);
        let slot = |hour| SlotId { office: office(code), date, hour, class: ServiceClass::Regular };
        let other = SlotId { date: date + chrono::Days::new(1), ..slot(8) };
        house.store.open_quota(&[slot(8), slot(9), other.clone()], 20).await.expect("opened");
        let fresh = || BookingRef { office: office(code), ..house.booking() };
        let held = fresh();
        assert_eq!(house.hold(&held, 1, &slot(8)).await, "held");
        assert_eq!(house.release(&held, 2).await, "released");
        self.bookings.push(held);
        let mut billed = Vec::new();
        for _ in 0..6 {
            let booking = fresh();
            assert_eq!(house.hold(&booking, 1, &slot(8)).await, "held");
            assert_eq!(house.bill(&booking, 2).await, "billed");
            let bill = house.view(&booking).await.code.expect("a code");
            billed.push((booking, bill));
        }
        self.bookings.extend(billed.iter().map(|(booking, _)| booking.clone()));
        self.codes.extend(billed.iter().map(|(_, bill)| bill.clone()));
        for (n, (booking, bill)) in billed.iter().enumerate().take(3) {
            let payment = format!("{code}-{n}");
            assert_eq!(house.accept(bill, &payment).await, Accepted::Recorded);
            assert_eq!(house.settle(booking, &payment).await, "paid");
        }
        assert_eq!(house.reschedule(&billed[1].0, 3, &other).await, "rescheduled");
        let twice = format!("{code}-twice");
        assert_eq!(house.accept(&billed[0].1, &twice).await, Accepted::Recorded);
        assert_eq!(house.settle(&billed[0].0, &twice).await, "again");
        assert_eq!(house.cancel(&billed[3].0, 3).await, "cancelled");
        self.expired.push(billed[4].clone());
    }

    /// What is under way at the office, and who is told of it.
    async fn go_on(&mut self, code: &str) {
        let house = &self.house;
        let date = Zone::Wib.date(house.now() + 40 * 86_400_000);
        let slot = |hour| SlotId { office: office(code), date, hour, class: ServiceClass::Regular };
        house.store.open_quota(&[slot(9)], 20).await.expect("opened");
        let fresh = || BookingRef { office: office(code), ..house.booking() };
        let (held, paying) = (fresh(), fresh());
        assert_eq!(house.hold(&paying, 1, &slot(9)).await, "held");
        assert_eq!(house.bill(&paying, 2).await, "billed");
        assert_eq!(house.hold(&held, 1, &slot(9)).await, "held");
        let bill = house.view(&paying).await.code.expect("a code");
        self.codes.push(bill);
        self.bookings.extend([paying, held]);
        for chat in 1..=CHATS {
            let (key, chat) = (format!("subscribers:{{o0}}:{code}"), chat.to_string());
            raw::<i64>(house, &["ZADD", &key, &chat, &chat]).await;
        }
        house.store.create_broadcast(&office(code), "Open").await.expect("entered");
        house.store.walk_broadcasts(antrean_store::OfficeShard(0), 1_000).await.expect("walked");
    }

    /// A chat with a dialogue, mail that waits, and an outbox asleep.
    async fn talk(&self, chat: i64) {
        let house = &self.house;
        house.store.deliver(&[(ChatId(chat), chat, b"{}".to_vec())]).await.expect("delivered");
        let name = chat.to_string();
        raw::<i64>(house, &["HSET", &format!("dialogue:{{c0}}:{chat}"), "rev", "3", "data", "sealed"]).await;
        raw::<i64>(house, &["RPUSH", &format!("out:{{c0}}:{chat}"), "a", "b"]).await;
        raw::<i64>(house, &["HSET", "outready-ids:{c0}", &name, "snoozed"]).await;
        raw::<i64>(house, &["ZADD", "snooze:{c0}", "9000000000000", &name]).await;
        raw::<String>(house, &["SET", &format!("live:{{c0}}:{chat}"), "{}"]).await;
    }

    async fn facts(&self, store: &Store) -> Facts {
        let mut codes = Vec::new();
        for code in &self.codes {
            codes.push(store.find_code(code).await.expect("read").map(|bill| (bill.view, bill.live, bill.paid)));
        }
        let (mut months, mut subscribers) = (Vec::new(), Vec::new());
        let date = Zone::Wib.date(self.house.now() + 41 * 86_400_000);
        for code in OFFICES {
            for month in [antrean_domain::Month::of(date), antrean_domain::Month::of(date).next()] {
                months.push(store.month(&office(code), ServiceClass::Regular, month).await.expect("read"));
            }
            subscribers.push(store.subscribers(&office(code)).await.expect("read"));
        }
        let mut dead: Vec<_> = store.dead_letters(100).await.expect("read").into_iter().map(|letter| (letter.of, letter.payload)).collect();
        dead.sort();
        let mut depths = BTreeMap::new();
        for depth in store.depths().await.expect("read") {
            let kind = depth.name.split(':').next().unwrap_or_default().to_owned();
            *depths.entry(kind).or_default() += depth.depth;
        }
        Facts {
            bookings: store.bookings(&self.bookings).await.expect("read"),
            codes,
            months,
            refunds: store.refunds().await.expect("read").len(),
            subscribers,
            broadcasts: store.broadcasts().await.expect("read").len(),
            dead,
            depths,
        }
    }

    async fn change(&self, to: u8) -> Result<(), ReshardError> {
        Reshard::open(self.house.options(1), to).await?.run(|_| {}).await
    }

    async fn connect(&self, shards: u8) -> Store {
        Store::connect(self.house.options(shards)).await.expect("connected")
    }

    async fn is_sound(&self, store: &Store) {
        let findings = store.audit().await.expect("audited");
        let findings: Vec<_> = findings.iter().filter(|finding| finding.invariant != antrean_store::Invariant::Overdue).collect();
        assert!(findings.is_empty(), "{findings:#?}");
    }

    /// Nothing is left of the change itself.
    async fn is_tidy(&self) {
        let names: Vec<String> = raw(&self.house, &["KEYS", "*"]).await;
        let left: Vec<_> =
            names.iter().filter(|name| name.starts_with("next:") || name.starts_with("old:") || *name == "antrean:resharding").collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

/// Says which part differs: all of it would fill pages.
#[track_caller]
fn same(now: &Facts, before: &Facts, when: &str) {
    assert_eq!(now.depths, before.depths, "{when}");
    assert_eq!(
        (now.refunds, now.broadcasts, &now.subscribers, &now.dead),
        (before.refunds, before.broadcasts, &before.subscribers, &before.dead),
        "{when}"
    );
    assert!(now.bookings == before.bookings, "{when}: bookings differ");
    assert!(now.codes == before.codes, "{when}: codes differ");
    assert!(now.months == before.months, "{when}: quota differs");
}

#[tokio::test]
async fn everything_is_there_as_before_with_four_two_and_one() {
    let world = World::new().await;
    let before = world.facts(&world.house.store).await;
    for to in [4, 2, 7, 1] {
        world.change(to).await.expect("changed");
        let store = world.connect(to).await;
        same(&world.facts(&store).await, &before, &format!("with {to} shards"));
        world.is_sound(&store).await;
        world.is_tidy().await;
    }
}

#[tokio::test]
async fn late_money_on_an_old_code_finds_its_booking_after_every_change() {
    let world = World::new().await;
    let mut late = world.expired.iter();
    for to in [4, 2, 1] {
        world.change(to).await.expect("changed");
        let store = world.connect(to).await;
        for (booking, code) in late.by_ref().take(2) {
            let notice = world.house.notice(code, &format!("late-{}", booking.office));
            assert_eq!(store.accept_payment(&notice).await.expect("answered"), Accepted::Recorded, "{} with {to}", booking.office);
            assert_eq!(store.accept_payment(&notice).await.expect("answered"), Accepted::Repeated);
        }
        world.is_sound(&store).await;
    }
    // The jobs that settle it came along; their readers' group they make anew.
    raw::<()>(&world.house, &["XGROUP", "CREATE", JOBS, "crew", "0"]).await;
    let waiting = world.expired.len();
    assert_eq!(world.house.depth().await, waiting);
    for (booking, _) in &world.expired {
        assert_eq!(world.house.settle(booking, &format!("late-{}", booking.office)).await, "restored");
        assert_eq!(world.house.state(booking).await, State::Paid);
    }
    world.is_sound(&world.house.store).await;
}

#[tokio::test]
async fn a_code_made_after_a_change_is_never_one_that_was_made_before() {
    let world = World::new().await;
    world.change(4).await.expect("changed");
    // Every code ever issued is on the shard where a new one like it would be made.
    for code in &world.codes {
        let key = format!("code:{{o{}}}:{code}", code.shard() % 4);
        assert!(raw::<bool>(&world.house, &["EXISTS", &key]).await, "{key}");
    }
}

#[tokio::test]
async fn mail_that_waited_is_taken_by_a_turn() {
    let world = World::new().await;
    world.change(3).await.expect("changed");
    let store = world.connect(3).await;
    let mut chats = Vec::new();
    for shard in 0..3 {
        let mut reader = store.turns(shard).await.expect("a reader");
        for turn in reader.next(100).await.expect("turns") {
            assert_eq!((turn.mail.len(), turn.rev), (1, 3));
            assert!(matches!(turn.mail[0], Mail::Update(_)));
            chats.push(turn.chat.0);
        }
    }
    chats.sort_unstable();
    assert_eq!(chats, (1..=CHATS).collect::<Vec<_>>());
}

/// Where a run is killed: so many places, evenly over all of it.
const KILLS: usize = 24;

/// Polls `work` at most so often, and drops it: it is killed where it stands. How often it was polled, if it ended.
async fn killed_after(most: usize, work: impl Future<Output = Result<(), ReshardError>>) -> Option<usize> {
    let mut work = pin!(work);
    let mut polls = 0;
    poll_fn(|context| {
        if polls == most {
            return Poll::Ready(None);
        }
        polls += 1;
        work.as_mut().poll(context).map(|done| done.map(|()| polls).ok())
    })
    .await
}

/// How often a change is polled that nobody kills.
async fn polls_of_all(world: &World) -> usize {
    let polls = killed_after(usize::MAX, world.change(4)).await.expect("changed");
    world.change(1).await.expect("changed back");
    polls
}

#[tokio::test]
async fn killed_at_any_moment_it_is_finished_by_the_next_run() {
    let world = World::new().await;
    let before = world.facts(&world.house.store).await;
    let all = polls_of_all(&world).await;
    let mut killed = 0;
    for (n, to) in (1..=KILLS).zip([2, 3].into_iter().cycle()) {
        if killed_after(all * n / (KILLS + 1), world.change(to)).await.is_none() {
            killed += 1;
        }
        // Half made, nobody starts; then it is finished, and all is there.
        let noted: bool = raw(&world.house, &["EXISTS", "antrean:resharding"]).await;
        let half = Store::connect(world.house.options(to)).await.err();
        assert_eq!(matches!(half, Some(StoreError::Resharding { .. })), noted);
        world.change(to).await.expect("finished");
        same(&world.facts(&world.connect(to).await).await, &before, &format!("killed at {n} of {KILLS}"));
        world.is_tidy().await;
    }
    assert!(killed > KILLS / 2, "it was killed only {killed} times");
    world.is_sound(&world.connect(3).await).await;
}

#[tokio::test]
async fn undone_at_any_moment_all_is_as_it_was() {
    let world = World::new().await;
    let before = world.facts(&world.house.store).await;
    let all = polls_of_all(&world).await;
    for n in 1..=KILLS {
        killed_after(all * n / (KILLS + 1), world.change(4)).await;
        let mut half = Reshard::open(world.house.options(1), 4).await.expect("opened");
        match (half.left_at(), half.undo(|_| {}).await) {
            // The old keys are being deleted: it can only be finished.
            (Some(Step::Clean), Err(ReshardError::NothingToUndo)) => break,
            (None, Err(ReshardError::NothingToUndo)) | (Some(_), Ok(())) => {}
            (left_at, other) => panic!("{left_at:?}: {other:?}"),
        }
        same(&world.facts(&world.connect(1).await).await, &before, &format!("undone at {n} of {KILLS}"));
        world.is_tidy().await;
    }
}

#[tokio::test]
async fn what_this_release_does_not_know_is_not_left_behind() {
    let world = World::new().await;
    raw::<String>(&world.house, &["SET", "waiting:{o0}:1", "of a newer release"]).await;
    match world.change(4).await {
        Err(ReshardError::Differs(kinds)) => assert!(kinds.len() == 1 && kinds[0].starts_with("waiting (unknown"), "{kinds:?}"),
        other => panic!("{other:?}"),
    }
    Reshard::open(world.house.options(1), 4).await.expect("opened").undo(|_| {}).await.expect("undone");
    world.is_sound(&world.connect(1).await).await;
}

#[tokio::test]
async fn while_anybody_works_or_holds_anything_nothing_is_changed() {
    let world = World::new().await;
    let refused = |outcome: Result<(), ReshardError>| match outcome {
        Err(ReshardError::Obstacles(obstacles)) => obstacles,
        other => panic!("{other:?}"),
    };
    world.house.store.beat("web 17").await.expect("beaten");
    let obstacles = refused(world.change(4).await);
    assert!(matches!(&obstacles[..], [Obstacle::Alive { name, .. }] if name == "web 17"), "{obstacles:?}");
    world.house.store.last_beat("web 17").await.expect("beaten");

    let slot = world.house.slot(1, 8);
    let job = world.house.hold_job(&world.house.booking(), 1, &slot);
    let _in_hand = world.house.work(vec![job]).await;
    let obstacles = refused(world.change(4).await);
    assert!(matches!(&obstacles[..], [Obstacle::InFlight { entries: 1, .. }]), "{obstacles:?}");
    // And everybody may start as before.
    world.connect(1).await;
    assert_eq!(raw::<String>(&world.house, &["GET", "antrean:shards"]).await, "1");
}
