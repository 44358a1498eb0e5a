//! A primary that Sentinels name. Who it is today is asked when a connection is made, and again when that fails.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{Client, Cmd, Pipeline, RedisError, RedisFuture, RedisResult, Value};

use super::address::Nodes;
use super::cluster::Place;
use super::{COMMAND_TIMEOUT, Node, at_once, connect};
use crate::error::Result;

/// An errand for a connection to the primary, shared by all who need one; it leaves with the first that waits.
type Errand = Shared<BoxFuture<'static, RedisResult<MultiplexedConnection>>>;

/// What a server that is no primary any more answers, and one that is not yet what it will be.
const GONE: [&str; 4] = ["READONLY", "MASTERDOWN", "LOADING", "UNBLOCKED"];

/// The Sentinels, and what they are asked for.
pub(super) struct Sentinels {
    nodes: Nodes,
    primary: String,
}

/// A connection for commands that follows the primary. What fails is dropped, and the next command asks the Sentinels again.
#[derive(Clone)]
pub(crate) struct Follower {
    sentinels: Arc<Sentinels>,
    current: Arc<Mutex<Errand>>,
}

impl Sentinels {
    pub(super) fn new(nodes: Nodes, primary: String) -> Self {
        Self { nodes, primary }
    }

    /// The primary. Whoever is named says itself that it is one, so an old one is never taken for the new.
    pub(super) async fn primary(&self) -> RedisResult<Client> {
        let server =
            SentinelNodeConnectionInfo::default().set_redis_connection_info(self.nodes.settings.clone()).set_tcp_settings(at_once());
        let mut asked = SentinelClient::build(self.nodes.infos.clone(), self.primary.clone(), Some(server), SentinelServerType::Master)?;
        let answer = tokio::time::timeout(COMMAND_TIMEOUT, asked.async_get_client()).await;
        answer.map_err(|_| RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut)))?
    }

    /// The primary, and the replicas it knows of.
    pub(super) async fn nodes(&self) -> Result<Vec<Node>> {
        let client = self.primary().await?;
        let mut connection = connect(&client).await?;
        let role: redis::Role = redis::cmd("ROLE").query_async(&mut connection).await?;
        let mut nodes = vec![Node::new(client, true)];
        if let redis::Role::Primary { replicas, .. } = role {
            for replica in replicas {
                let place = Place { host: replica.ip, port: replica.port, is_primary: false };
                nodes.push(Node::new(Client::open(self.nodes.info(&place))?, false));
            }
        }
        Ok(nodes)
    }
}

impl Follower {
    pub(super) fn new(sentinels: Sentinels) -> Self {
        let sentinels = Arc::new(sentinels);
        let current = Arc::new(Mutex::new(errand(&sentinels)));
        Self { sentinels, current }
    }

    pub(super) fn sentinels(&self) -> &Sentinels {
        &self.sentinels
    }

    /// A connection to the primary, with the errand that brought it.
    pub(super) async fn reach(&self) -> RedisResult<(MultiplexedConnection, Errand)> {
        let errand = self.current.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match errand.clone().await {
            Ok(connection) => Ok((connection, errand)),
            Err(error) => {
                self.leave(&errand);
                Err(error)
            }
        }
    }

    /// Sends the next one out for a connection, unless somebody did so already.
    fn leave(&self, failed: &Errand) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.ptr_eq(failed) {
            *current = errand(&self.sentinels);
        }
    }
}

impl ConnectionLike for Follower {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        async move {
            let (mut connection, errand) = self.reach().await?;
            let answer = connection.req_packed_command(cmd).await;
            if answer.as_ref().map_or_else(is_lost, is_gone) {
                self.leave(&errand);
            }
            answer
        }
        .boxed()
    }

    fn req_packed_commands<'a>(&'a mut self, cmd: &'a Pipeline, offset: usize, count: usize) -> RedisFuture<'a, Vec<Value>> {
        async move {
            let (mut connection, errand) = self.reach().await?;
            let answer = connection.req_packed_commands(cmd, offset, count).await;
            if answer.as_ref().map_or_else(is_lost, |values| values.iter().any(is_gone)) {
                self.leave(&errand);
            }
            answer
        }
        .boxed()
    }

    fn get_db(&self) -> i64 {
        self.sentinels.nodes.settings.db()
    }
}

fn errand(sentinels: &Arc<Sentinels>) -> Errand {
    let sentinels = Arc::clone(sentinels);
    async move { connect(&sentinels.primary().await?).await }.boxed().shared()
}

/// A silence, too: a host that vanished closes nothing.
fn is_lost(error: &RedisError) -> bool {
    error.is_io_error() || error.code().is_some_and(|code| GONE.contains(&code))
}

fn is_gone(answer: &Value) -> bool {
    matches!(answer, Value::ServerError(error) if GONE.contains(&error.code()))
}
