//! The outside world, imitated over real HTTP: Telegram's Bot API with a chat page for people, and a bank.
//!
//! A bot is pointed at it by URL and cannot tell the difference in what it relies on: methods, quirks, error texts,
//! long polling, webhooks, flood limits, files. People use the page at `/`; tests and benches use the scripted door
//! under `/sim/` (see the README beside this crate for its routes). The bank at `/bank` pays bills as a client of the
//! national payment standard, SNAP BI, and answers a biller that asks what was paid (`/v1.0/transfer-va/status`).
//!
//! It knows nothing of the bot it serves: no crate of it, no word of its trade. It listens on loopback only.
//!
//! Read next: [`world`] for what is so, [`bot_api`] for what a bot may do, [`sim`] for the scripted door.

pub mod bank;
mod bot_api;
mod guard;
mod picture;
mod shared;
mod sim;
mod text;
mod web;
mod world;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use axum::{Router, extract::DefaultBodyLimit, middleware};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use self::shared::Shared;
pub use self::world::{JournalError, Person};

/// What the imitated world is to be like.
pub struct Settings {
    /// Where it is to listen: a loopback address, or [`serve`] refuses. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// People, chats, ids and files are kept here, so that it can be stopped and started.
    pub data_dir: PathBuf,
    /// The token the bot will call with, `123456:ABC`; what stands before the colon becomes the bot's user id.
    pub bot_token: String,
    /// Whether to imitate Telegram's flood limits (429).
    pub flood_limits: bool,
    pub bank: bank::Settings,
    /// Who is there at first; see [`Person::defaults`].
    pub people: Vec<Person>,
}

/// The time everything here goes by. Given by the caller, so that the bot under test can share it.
pub trait Clock: Send + Sync + 'static {
    fn now(&self) -> DateTime<Utc>;

    /// Moves the time forward for everyone who shares this clock. The error is shown to the person who pressed.
    fn advance(&self, by: TimeDelta) -> BoxFuture<'_, Result<(), String>>;

    /// How far ahead of the machine's time it is.
    fn offset(&self) -> TimeDelta;
}

/// Why the imitated world cannot be.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("sandbox may only listen on loopback, not on {0}")]
    NotLoopback(SocketAddr),
    #[error("bot token must look like 123456:ABC")]
    BotToken,
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Bank(#[from] bank::Error),
    #[error("sandbox server: {0}")]
    Server(#[from] std::io::Error),
}

/// Uploads up to 50 MB, Telegram's limit for bots, and the form around them; base64 through the scripted door is larger.
const BODY_BYTES_MAX: usize = 72 * 1024 * 1024;

/// How long requests in flight may take when shutting down.
const DRAIN: Duration = Duration::from_secs(2);

/// Serves until `shutdown`. What is answered by then is with the operating system when it returns.
pub async fn serve(settings: Settings, listener: TcpListener, clock: Arc<dyn Clock>, shutdown: CancellationToken) -> Result<(), Error> {
    for address in [settings.listen, listener.local_addr()?] {
        if !address.ip().is_loopback() {
            return Err(Error::NotLoopback(address));
        }
    }
    let shared = Shared::open(settings, clock, shutdown.clone())?;
    tokio::spawn(bot_api::deliver_webhooks(Arc::clone(&shared)));
    tokio::spawn(prune(Arc::clone(&shared)));
    shared.bank.resume(&shared);
    let drained = shutdown.clone();
    let server = axum::serve(listener, router(Arc::clone(&shared))).with_graceful_shutdown(async move { drained.cancelled().await });
    tokio::select! {
        ended = server => ended?,
        // Long polls and event streams end by themselves at shutdown; a client that keeps sending does not.
        () = async { shutdown.cancelled().await; tokio::time::sleep(DRAIN).await } => {}
    }
    shared.world().close();
    Ok(())
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .merge(bot_api::routes())
        .nest("/sim", sim::routes())
        .nest("/bank", bank::routes())
        .merge(bank::biller_routes())
        .merge(web::routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn(guard::loopback_only))
        .with_state(shared)
}

/// Forgets updates as Telegram does, also while nobody polls.
async fn prune(shared: Arc<Shared>) {
    let mut every = tokio::time::interval(Duration::from_secs(10));
    while shared.shutdown.run_until_cancelled(every.tick()).await.is_some() {
        shared.world().updates.prune();
    }
}
