//! The way to Redis: one server, a primary that Sentinels name, or a Cluster. Nobody else on this floor knows which.
//!
//! A link has two shapes. [`Commands`] is shared by all, multiplexed, and finds its way again by itself after a restart or
//! a failover; the call that met the fault gets an error ([`crate::StoreError::is_transient`]) and may be repeated. A
//! [`Link::reader`] is one connection to the server that has a stream, for reads that block: whoever holds it drops
//! it at the first error and asks for another, which is looked for anew.
//!
//! On a Cluster a command goes where its first key lives, a script by `KEYS[1]`, a pipeline by its first command with a key:
//! the rule of one hash tag per script (`keys`) is what makes this enough.

mod address;
mod cluster;
mod sentinel;
mod slots;

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use redis::aio::{ConnectionLike, ConnectionManager, ConnectionManagerConfig, MultiplexedConnection};
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, FromRedisValue, Pipeline, RedisError, RedisFuture, RedisResult,
    Value,
};
use secrecy::{ExposeSecret, SecretString};

pub use address::BadAddress;
use address::{Address, Nodes};
use cluster::Cluster;
use sentinel::{Follower, Sentinels};

use crate::error::{Result, StoreError};

/// How long a command may take before its caller is told. Longer than the slowest fsync, shorter than patience.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Reconnecting is tried at least this often: a Redis that is back is noticed at once.
const RECONNECT_DELAY_MAX: Duration = Duration::from_secs(1);

/// Whether `url` can be read as the address of a Redis. The error never shows a password.
pub fn check_address(url: &SecretString) -> Result<(), BadAddress> {
    Address::read(url.expose_secret()).map(drop)
}

/// How Redis is reached. Cheap to clone.
#[derive(Clone)]
pub(crate) enum Link {
    One { client: Client, commands: ConnectionManager },
    Sentinel(Follower),
    Cluster(Cluster),
}

/// The connection for commands. Never for blocking reads.
#[derive(Clone)]
pub(crate) enum Commands {
    One(ConnectionManager),
    Sentinel(Follower),
    Cluster(Cluster),
}

/// One server, to be asked by itself.
pub(crate) struct Node {
    /// Where it is, for people: `127.0.0.1:6379`.
    pub at: String,
    /// Whether it answers for keys. A replica only copies, until it is made a primary.
    pub is_primary: bool,
    client: Client,
}

impl Link {
    pub(crate) async fn open(url: &SecretString) -> Result<Self> {
        match Address::read(url.expose_secret())? {
            Address::One(info) => {
                let client = Client::open(info.set_tcp_settings(at_once()))?;
                let config = ConnectionManagerConfig::new()
                    .set_response_timeout(Some(COMMAND_TIMEOUT))
                    .set_connection_timeout(Some(CONNECT_TIMEOUT))
                    .set_max_delay(RECONNECT_DELAY_MAX);
                let commands = client.get_connection_manager_with_config(config).await?;
                Ok(Self::One { client, commands })
            }
            Address::Sentinel { nodes, primary } => {
                let follower = Follower::new(Sentinels::new(nodes, primary));
                follower.reach().await.map(drop)?;
                Ok(Self::Sentinel(follower))
            }
            Address::Cluster(nodes) => Ok(Self::Cluster(Cluster::open(nodes).await?)),
        }
    }

    /// The shared connection for commands.
    pub(crate) fn commands(&self) -> Commands {
        match self {
            Self::One { commands, .. } => Commands::One(commands.clone()),
            Self::Sentinel(follower) => Commands::Sentinel(follower.clone()),
            Self::Cluster(cluster) => Commands::Cluster(cluster.clone()),
        }
    }

    /// A connection of its own to whoever has `key`, for reads that block. The crate's response timeout of 500 ms would
    /// break every BLOCK, so there is none here; the reader has its own watchdog.
    pub(crate) async fn reader(&self, key: &str) -> Result<MultiplexedConnection> {
        let config = AsyncConnectionConfig::new().set_response_timeout(None).set_connection_timeout(Some(CONNECT_TIMEOUT));
        let client = match self {
            Self::One { client, .. } => client.clone(),
            Self::Sentinel(follower) => follower.sentinels().primary().await?,
            Self::Cluster(cluster) => cluster.owner(key).await?,
        };
        Ok(client.get_multiplexed_async_connection_with_config(&config).await?)
    }

    /// Rises when connections of readers made before lead nowhere or, worse, to an old primary.
    pub(crate) fn epoch(&self) -> u64 {
        match self {
            Self::Sentinel(follower) => follower.epoch(),
            // One server is what it is; a Cluster's node says itself that a key is another's.
            Self::One { .. } | Self::Cluster(_) => 0,
        }
    }

    /// Every server: on a Cluster all nodes, by Sentinels the primary and its replicas.
    pub(crate) async fn nodes(&self) -> Result<Vec<Node>> {
        match self {
            Self::One { client, .. } => Ok(vec![Node::new(client.clone(), true)]),
            Self::Sentinel(follower) => follower.sentinels().nodes().await,
            Self::Cluster(cluster) => Ok(cluster.nodes().await?),
        }
    }
}

impl Commands {
    /// Asks whoever has `key` something that names no key.
    pub(crate) async fn ask_owner<T: FromRedisValue>(&mut self, key: &str, command: &Cmd) -> Result<T> {
        match self {
            Self::Cluster(cluster) => Ok(redis::from_redis_value(cluster.ask_owner(key, command).await?).map_err(RedisError::from)?),
            _ => Ok(command.query_async(self).await?),
        }
    }

    /// Gives scripts to the server: on a Cluster to every primary that can be reached, and at least to one.
    pub(crate) async fn load(&mut self, scripts: &Pipeline) -> RedisResult<()> {
        match self {
            Self::Cluster(cluster) => cluster.tell_all(scripts).await,
            _ => scripts.exec_async(self).await,
        }
    }

    /// Whether anyone answers. One node of a Cluster is enough: its shards are served, whatever the others do.
    pub(crate) async fn ping(&mut self) -> Result<()> {
        match self {
            Self::Cluster(cluster) => Ok(cluster.ping().await?),
            _ => Ok(redis::cmd("PING").query_async::<String>(self).await.map(drop)?),
        }
    }
}

impl ConnectionLike for Commands {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(connection) => connection.req_packed_command(cmd),
            Self::Sentinel(connection) => connection.req_packed_command(cmd),
            Self::Cluster(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(&'a mut self, cmd: &'a Pipeline, offset: usize, count: usize) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(connection) => connection.req_packed_commands(cmd, offset, count),
            Self::Sentinel(connection) => connection.req_packed_commands(cmd, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(cmd, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(connection) => connection.get_db(),
            Self::Sentinel(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

impl Node {
    fn new(client: Client, is_primary: bool) -> Self {
        Self { at: client.get_connection_info().addr().to_string(), is_primary, client }
    }

    /// A connection to this server and no other, for commands.
    pub(crate) async fn connect(&self) -> Result<MultiplexedConnection> {
        connect(&self.client).await.map_err(|source| StoreError::Node { at: self.at.clone(), source })
    }
}

/// An errand for a connection, shared by all who need it; it leaves with the first that waits.
type Errand = Shared<BoxFuture<'static, RedisResult<MultiplexedConnection>>>;

/// What a server answers that is no primary any more, or not yet what it will be.
const GONE: [&str; 5] = ["READONLY", "MASTERDOWN", "NOREPLICAS", "LOADING", "UNBLOCKED"];

fn errand(go: impl Future<Output = RedisResult<MultiplexedConnection>> + Send + 'static) -> Errand {
    go.boxed().shared()
}

/// Whether a connection is to be given up. For a silence, too: a host that vanished closes nothing.
fn is_lost(error: &RedisError) -> bool {
    error.is_io_error() || error.code().is_some_and(|code| GONE.contains(&code))
}

/// A connection for commands, that ends with its server.
async fn connect(client: &Client) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new().set_response_timeout(Some(COMMAND_TIMEOUT)).set_connection_timeout(Some(CONNECT_TIMEOUT));
    client.get_multiplexed_async_connection_with_config(&config).await
}

/// Without it Nagle's algorithm and delayed acknowledgements add 40 ms to small commands.
fn at_once() -> TcpSettings {
    TcpSettings::default().set_nodelay(true)
}

impl Nodes {
    /// How a server of this Cluster or behind these Sentinels is reached.
    fn info(&self, place: &slots::Place) -> ConnectionInfo {
        place.info(self.settings.clone()).set_tcp_settings(at_once())
    }

    /// Where those named in the address are.
    fn places(&self) -> impl Iterator<Item = slots::Place> {
        self.infos.iter().filter_map(|info| match info.addr() {
            ConnectionAddr::Tcp(host, port) => Some(slots::Place { host: host.clone(), port: *port }),
            _ => None,
        })
    }
}
