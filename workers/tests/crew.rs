//! The crew at work on a real Redis: from a tap's job to the outcome in the chat's mailbox, through every hop.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use antrean_domain::{BookingId, BookingRef, ChatId, Job, JobClass, Office, Offices, Outcome, SlotId, Zone};
use antrean_store::{ChatShard, ClockMode, Commit, Committed, Mail, OfficeShard, Options, Seal, Store, Tag, TurnReader};
use antrean_workers::{Crew, CrewSettings, Ctx, Part, tend_chats};
use tempfile::TempDir;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

const BUDI: ChatId = ChatId(7_001);

/// A Redis, a bot's worth of tending, and a crew, ended with the test.
struct House {
    store: Store,
    tasks: JoinSet<()>,
    shutdown: CancellationToken,
    redis: Child,
    _dir: TempDir,
}

impl House {
    async fn open(only: &[Part], retries_max: u32) -> Self {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let redis = Command::new("redis-server")
            .args(["--port", "0", "--unixsocket", "redis.sock", "--save", "", "--appendonly", "no"])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed");
        let url = format!("redis+unix://{}", dir.path().join("redis.sock").display());
        let options =
            || Options { url: url.clone().into(), shards: 1, seal: Some(Seal::new([7; 32])), clock: ClockMode::Steered, lease_ms: 8_000 };
        let store = loop {
            match Store::connect(options()).await {
                Ok(store) => break store,
                Err(error) if error.is_transient() => tokio::time::sleep(Duration::from_millis(5)).await,
                Err(error) => panic!("cannot connect: {error}"),
            }
        };
        let (mut tasks, shutdown) = (JoinSet::new(), CancellationToken::new());
        let settings = CrewSettings { batch: 64, readers: 2, retries_max };
        Crew::start(&ctx(&store), settings, only, &mut tasks, &shutdown);
        tend_chats(&store, ChatShard(0), &mut tasks, &shutdown);
        Self { store, tasks, shutdown, redis, _dir: dir }
    }

    fn slot(&self, hour: u8) -> SlotId {
        let date = Zone::Wib.date(self.store.clock().now_ms() + 30 * 86_400_000);
        SlotId::parse(&format!("JKTSEL:{date}:{hour:02}:regular")).expect("a slot")
    }

    /// Gives `jobs` to the crew by way of a turn of Budi's.
    async fn ask(&self, reader: &mut TurnReader, update: i64, jobs: Vec<Job>) {
        self.store.deliver(&[(BUDI, update, b"{}".to_vec())]).await.expect("delivered");
        let turn = next(reader, &self.store, |mail| matches!(mail, Mail::Update(_))).await;
        let commit = Commit { taken: turn.mail.len(), dialogue: b"{}", shows: vec![], jobs };
        assert_eq!(self.store.commit(&turn, commit).await.expect("answered"), Committed::Done);
    }

    /// Tells the crew to stop and waits until it has.
    async fn stop(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.expect("no part panics");
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.redis.kill().expect("redis-server runs until its test ends");
        self.redis.wait().expect("a killed process ends");
    }
}

fn ctx(store: &Store) -> Ctx {
    let read = |file| std::fs::read_to_string(format!("{}/../config/{file}", env!("CARGO_MANIFEST_DIR"))).expect("a shipped file");
    let mut offices: BTreeMap<String, Vec<Office>> = toml::from_str(&read("offices.toml")).expect("offices");
    Ctx {
        store: store.clone(),
        offices: Arc::new(Offices::new(offices.remove("office").expect("a list")).expect("sound offices")),
        terms: Arc::new(toml::from_str(&read("service.toml")).expect("terms")),
        calendar: Arc::default(),
    }
}

fn hold(n: u32, slot: &SlotId, office: &str) -> Job {
    let id: BookingId = format!("{n:032x}").parse().expect("an id");
    let booking = BookingRef { office: office.parse().expect("a code"), id };
    Job::Hold { booking, seq: 1, chat: BUDI, slot: slot.clone(), places: 1 }
}

/// Budi's next turn whose mail is all `expected`.
async fn next(reader: &mut TurnReader, store: &Store, expected: impl Fn(&Mail) -> bool) -> antrean_store::Turn {
    loop {
        if let Some(turn) = reader.next(1).await.expect("read").pop() {
            if turn.mail.iter().all(&expected) {
                return turn;
            }
            let commit = Commit { taken: turn.mail.len(), dialogue: b"{}", shows: vec![], jobs: vec![] };
            store.commit(&turn, commit).await.expect("answered");
        }
    }
}

/// The next `count` outcomes for Budi.
async fn outcomes(house: &House, reader: &mut TurnReader, count: usize) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    while outcomes.len() < count {
        let turn = next(reader, &house.store, |mail| matches!(mail, Mail::Outcome(_))).await;
        let commit = Commit { taken: turn.mail.len(), dialogue: b"{}", shows: vec![], jobs: vec![] };
        house.store.commit(&turn, commit).await.expect("answered");
        outcomes.extend(turn.mail.into_iter().filter_map(|mail| if let Mail::Outcome(outcome) = mail { Some(outcome) } else { None }));
    }
    outcomes
}

#[tokio::test]
async fn a_tap_comes_back_as_an_outcome_without_waiting_for_any_clock() {
    let house = House::open(&[], 3).await;
    let slot = house.slot(8);
    house.store.open_quota(std::slice::from_ref(&slot), 5).await.expect("opened");
    let mut reader = house.store.turns(0).await.expect("joined");
    // The first goes through cold relays; the rest show what a person waits.
    let mut waits = Vec::new();
    for n in 1..=5_u32 {
        let asked = Instant::now();
        house.ask(&mut reader, n.into(), vec![hold(n, &slot, "JKTSEL")]).await;
        assert!(matches!(&outcomes(&house, &mut reader, 1).await[..], [Outcome::Held { .. }]));
        waits.push(asked.elapsed());
    }
    let shortest = waits.iter().min().expect("five of them");
    // Every hop is woken: one poll among them would cost tens of milliseconds each time.
    assert!(*shortest < Duration::from_millis(60), "{waits:?}");
    house.ask(&mut reader, 6, vec![hold(6, &slot, "JKTSEL")]).await;
    assert!(matches!(&outcomes(&house, &mut reader, 1).await[..], [Outcome::Full { .. }]));
    house.stop().await;
}

#[tokio::test]
async fn a_job_that_can_never_be_done_is_buried_and_its_neighbours_are_done() {
    let house = House::open(&[], 3).await;
    let slot = house.slot(9);
    house.store.open_quota(std::slice::from_ref(&slot), 5).await.expect("opened");
    let mut reader = house.store.turns(0).await.expect("joined");
    house.ask(&mut reader, 1, vec![hold(1, &slot, "JKTSEL"), hold(2, &slot, "NOWHERE"), hold(3, &slot, "JKTSEL")]).await;
    assert_eq!(outcomes(&house, &mut reader, 2).await.len(), 2);
    let letters = loop {
        let letters = house.store.dead_letters(10).await.expect("read");
        if !letters.is_empty() {
            break letters;
        }
        tokio::task::yield_now().await;
    };
    assert!(letters[0].reason.contains("NOWHERE"), "{}", letters[0].reason);
    house.stop().await;
}

#[tokio::test]
async fn parts_can_run_apart_from_one_another() {
    // This process relays only; the other one only does the urgent jobs.
    let house = House::open(&[Part::Relay], 3).await;
    let slot = house.slot(10);
    house.store.open_quota(std::slice::from_ref(&slot), 5).await.expect("opened");
    let mut reader = house.store.turns(0).await.expect("joined");
    house.ask(&mut reader, 1, vec![hold(1, &slot, "JKTSEL")]).await;
    let (mut tasks, shutdown) = (JoinSet::new(), CancellationToken::new());
    let settings = CrewSettings { batch: 64, readers: 1, retries_max: 3 };
    Crew::start(&ctx(&house.store), settings, &[Part::Class(JobClass::Hi)], &mut tasks, &shutdown);
    assert_eq!(tasks.len(), 1);
    assert!(matches!(&outcomes(&house, &mut reader, 1).await[..], [Outcome::Held { .. }]));
    shutdown.cancel();
    tasks.join_next().await.expect("a reader").expect("it does not panic");
    // Nothing was left in anyone's hands.
    assert_eq!(house.store.promote(OfficeShard(0)).await.expect("answered"), 0);
    assert!(house.store.depths().await.expect("read").iter().all(|depth| depth.pending == 0));
    assert_eq!(house.store.reap(Tag::Office(OfficeShard(0))).await.expect("answered"), 0, "its heartbeat is recent");
    house.stop().await;
}
