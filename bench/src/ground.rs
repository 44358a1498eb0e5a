//! What the chapters stand on: a Redis of their own, the store on it, and the crew with the shipped rules.

use std::path::Path;
use std::sync::Arc;

use antrean_domain::{BookingId, BookingRef, Calendar, ChatId, Job, Office, OfficeCode, Offices, ServiceClass, SlotId, Terms, Zone};
use antrean_rig::{Durability, PATIENCE, Redis};
use antrean_store::{ClockMode, Options, Seal, Store};
use antrean_workers::{Crew, CrewSettings, Ctx, Part};
use chrono::{Days, NaiveDate};
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use serde::de::DeserializeOwned;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A Redis with the store on it.
pub(crate) struct Ground {
    pub(crate) redis: Redis,
    pub(crate) store: Store,
}

#[derive(serde::Deserialize)]
struct OfficesFile {
    office: Vec<Office>,
}

#[derive(serde::Deserialize)]
struct HolidaysFile {
    holidays: Calendar,
}

impl Ground {
    pub(crate) async fn new(durability: Durability) -> Self {
        let redis = Redis::start_with(durability).await;
        let seal = Some(Seal::new([7; 32]));
        let options = Options { url: redis.url().into(), shards: 1, seal, clock: ClockMode::System, lease_ms: 8_000 };
        let store = Store::connect(options).await.expect("Redis is there");
        Self { redis, store }
    }

    /// A connection beside the product's, to prepare and to look.
    pub(crate) async fn connection(&self) -> MultiplexedConnection {
        connect(&self.redis.url()).await
    }

    /// What the crew works with: the files as shipped.
    pub(crate) fn ctx(&self) -> Ctx {
        let offices: OfficesFile = shipped("offices.toml");
        let holidays: HolidaysFile = shipped("holidays.toml");
        Ctx {
            store: self.store.clone(),
            offices: Arc::new(Offices::new(offices.office).expect("the shipped offices are sound")),
            terms: Arc::new(shipped::<Terms>("service.toml")),
            calendar: Arc::new(holidays.holidays),
        }
    }

    /// Puts `parts` of the crew to work, as one worker process does.
    pub(crate) fn crew(&self, parts: &[Part]) -> Working {
        let (mut tasks, shutdown) = (JoinSet::new(), CancellationToken::new());
        Crew::start(&self.ctx(), SETTINGS, parts, &mut tasks, &shutdown);
        Working { tasks, shutdown }
    }
}

/// A connection to the Redis at `url`.
pub(crate) async fn connect(url: &str) -> MultiplexedConnection {
    // The crate's own half second is too little for a machine on which somebody builds meanwhile.
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
    let client = redis::Client::open(url).expect("an address of our own");
    client.get_multiplexed_async_connection_with_config(&config).await.expect("Redis is there")
}

/// How many bytes Redis says it uses.
pub(crate) async fn used_memory(connection: &mut MultiplexedConnection) -> usize {
    info(connection, "memory", "used_memory:").await.parse().expect("a number of bytes")
}

/// What Redis says behind `name` in a section of its INFO.
pub(crate) async fn info(connection: &mut MultiplexedConnection, section: &str, name: &str) -> String {
    let said: String = redis::cmd("INFO").arg(section).query_async(connection).await.expect("Redis answers");
    let line = said.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("Redis says no {name} in {section}")).trim().to_owned()
}

/// As `antrean.toml` has them by default.
const SETTINGS: CrewSettings = CrewSettings { batch: 256, readers: 4, retries_max: 8 };

/// A crew at work.
pub(crate) struct Working {
    tasks: JoinSet<()>,
    shutdown: CancellationToken,
}

impl Working {
    pub(crate) async fn ends(mut self) {
        self.shutdown.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

fn shipped<T: DeserializeOwned>(file: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The office all bookings of a bench are at.
pub(crate) fn office() -> OfficeCode {
    "JKTSEL".parse().expect("a code")
}

/// So many hours from tomorrow on, seven a day.
pub(crate) fn slots(store: &Store, count: usize) -> Vec<SlotId> {
    let first: NaiveDate = Zone::Wib.date(store.clock().now_ms()) + Days::new(1);
    let hours = first.iter_days().flat_map(|date| (8..15).map(move |hour| (date, hour)));
    hours.take(count).map(|(date, hour)| SlotId { office: office(), date, hour, class: ServiceClass::Regular }).collect()
}

/// A hold of one place by a person of its own.
pub(crate) fn hold(at: usize, slot: &SlotId) -> Job {
    let chat = ChatId(i64::try_from(at).expect("a count of jobs") + 1);
    Job::Hold { booking: booking(at), seq: 1, chat, slot: slot.clone(), places: 1 }
}

pub(crate) fn booking(at: usize) -> BookingRef {
    BookingRef { office: office(), id: BookingId::new(Uuid::from_u128(at as u128 + 1)) }
}
