//! What every request handler shares.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use tokio_util::sync::CancellationToken;

use crate::{
    Clock, Error, Settings,
    bank::Bank,
    world::{Bot, World},
};

pub(crate) struct Shared {
    pub(crate) data_dir: PathBuf,
    pub(crate) bot_token: String,
    pub(crate) flood_limits: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) bank: Bank,
    pub(crate) http: reqwest::Client,
    pub(crate) shutdown: CancellationToken,
    world: Mutex<World>,
}

/// Update ids begin somewhere in here when there is no journal, so that a bot that remembers ids of an earlier world
/// does not take new updates for old ones.
const FIRST_UPDATE_ID: std::ops::Range<i64> = 100_000_000..900_000_000;

impl Shared {
    pub(crate) fn open(settings: Settings, clock: Arc<dyn Clock>, shutdown: CancellationToken) -> Result<Arc<Self>, Error> {
        let Settings { listen: _, data_dir, bot_token, flood_limits, bank, people } = settings;
        let id = bot_token.split_once(':').and_then(|(id, _)| id.parse().ok()).ok_or(Error::BotToken)?;
        let bot = Bot { id, name: "Antrean".to_owned(), username: "antrean_bot".to_owned() };
        let mut world = World::open(&data_dir, bot, rand::random_range(FIRST_UPDATE_ID))?;
        for person in people {
            if !world.people.contains_key(&person.id) {
                world.add_person(person);
            }
        }
        Ok(Arc::new(Self {
            bank: Bank::open(bank, &data_dir)?,
            http: reqwest::Client::new(),
            data_dir,
            bot_token,
            flood_limits,
            clock,
            shutdown,
            world: Mutex::new(world),
        }))
    }

    /// The world, for a moment: never held over an `await` (the guard is not `Send`, so the compiler sees to it).
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A panic elsewhere does not make what is recorded wrong.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}
