//! A primary that Sentinels name. Who it is today is asked when a connection is made, again when that fails, and when a
//! Sentinel says that it is another: an old primary that lives goes on taking writes for seconds, and all are lost.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::{FutureExt as _, Stream, StreamExt as _};
use redis::aio::{ConnectionLike, MultiplexedConnection, PubSub};
use redis::sentinel::{SentinelClient, SentinelNodeConnectionInfo, SentinelServerType};
use redis::{Client, Cmd, Msg, Pipeline, RedisError, RedisFuture, RedisResult, Value};
use tokio::task::AbortHandle;

use super::address::Nodes;
use super::slots::Place;
use super::{COMMAND_TIMEOUT, CONNECT_TIMEOUT, Errand, GONE, Node, at_once, connect, errand, is_lost};
use crate::error::Result;

/// What Sentinels publish when a primary is replaced.
const SWITCHED: &str = "+switch-master";
/// How soon another Sentinel is listened to when one falls silent.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

/// The Sentinels, and what they are asked for.
pub(super) struct Sentinels {
    nodes: Nodes,
    primary: String,
}

/// A connection for commands that follows the primary. What fails is dropped, and the next command asks the Sentinels again.
#[derive(Clone)]
pub(crate) struct Follower {
    inner: Arc<Inner>,
}

struct Inner {
    sentinels: Arc<Sentinels>,
    current: Mutex<Errand>,
    /// How often a connection was left: what was made before the last time may lead to an old primary.
    left: AtomicU64,
    listener: AbortHandle,
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

    /// The first Sentinel that lets itself be listened to.
    async fn listen(&self) -> Option<PubSub> {
        for info in &self.nodes.infos {
            let listen = async {
                let mut sentinel = Client::open(info.clone())?.get_async_pubsub().await?;
                sentinel.subscribe(SWITCHED).await.map(|()| sentinel)
            };
            match tokio::time::timeout(CONNECT_TIMEOUT, listen).await {
                Ok(Ok(sentinel)) => return Some(sentinel),
                Ok(Err(error)) => tracing::debug!(sentinel = %info.addr(), %error, "a Sentinel cannot be listened to"),
                Err(_) => tracing::debug!(sentinel = %info.addr(), "a Sentinel does not answer"),
            }
        }
        None
    }

    /// Waits for news of our primary; false when the Sentinel has fallen silent.
    async fn hear(&self, news: &mut (impl Stream<Item = Msg> + Unpin)) -> bool {
        while let Some(said) = news.next().await {
            // Its name, the old address, the new one. A Sentinel may look after other primaries, too.
            let said = said.get_payload::<String>().unwrap_or_default();
            if said.split(' ').next() == Some(&self.primary) {
                return true;
            }
        }
        false
    }

    /// The primary, and the replicas it knows of.
    pub(super) async fn nodes(&self) -> Result<Vec<Node>> {
        let client = self.primary().await?;
        let mut connection = connect(&client).await?;
        let role: redis::Role = redis::cmd("ROLE").query_async(&mut connection).await?;
        let mut nodes = vec![Node::new(client, true)];
        if let redis::Role::Primary { replicas, .. } = role {
            for replica in replicas {
                let place = Place { host: replica.ip, port: replica.port };
                nodes.push(Node::new(Client::open(self.nodes.info(&place))?, false));
            }
        }
        Ok(nodes)
    }
}

impl Follower {
    pub(super) fn new(sentinels: Sentinels) -> Self {
        let sentinels = Arc::new(sentinels);
        let current = Mutex::new(to_primary(&sentinels));
        let inner = Arc::new_cyclic(|inner| {
            let listener = tokio::spawn(keep_listening(inner.clone(), Arc::clone(&sentinels))).abort_handle();
            Inner { sentinels, current, left: AtomicU64::new(0), listener }
        });
        Self { inner }
    }

    pub(super) fn sentinels(&self) -> &Sentinels {
        &self.inner.sentinels
    }

    /// Rises when what was connected before should be let go.
    pub(super) fn epoch(&self) -> u64 {
        self.inner.left.load(Ordering::Acquire)
    }

    /// A connection to the primary, with the errand that brought it.
    pub(super) async fn reach(&self) -> RedisResult<(MultiplexedConnection, Errand)> {
        let errand = self.inner.current().clone();
        match errand.clone().await {
            Ok(connection) => Ok((connection, errand)),
            Err(error) => {
                self.leave(&errand);
                Err(error)
            }
        }
    }

    /// Has the next one sent out for a connection, unless somebody did so already.
    fn leave(&self, failed: &Errand) {
        if self.inner.current().ptr_eq(failed) {
            self.inner.leave();
        }
    }
}

impl Inner {
    fn current(&self) -> MutexGuard<'_, Errand> {
        // Nothing panics while it is held; were it so, the errand would still be one.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leave(&self) {
        *self.current() = to_primary(&self.sentinels);
        self.left.fetch_add(1, Ordering::Release);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.listener.abort();
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
        self.inner.sentinels.nodes.settings.db()
    }
}

fn to_primary(sentinels: &Arc<Sentinels>) -> Errand {
    let sentinels = Arc::clone(sentinels);
    errand(async move { connect(&sentinels.primary().await?).await })
}

/// Leaves the primary when a Sentinel says that it was replaced.
async fn keep_listening(inner: Weak<Inner>, sentinels: Arc<Sentinels>) {
    loop {
        if let Some(mut sentinel) = sentinels.listen().await {
            let mut news = sentinel.on_message();
            // What was said before there was an ear for it is unknown: so this is done once before any news.
            while let Some(inner) = inner.upgrade() {
                inner.leave();
                drop(inner);
                if !sentinels.hear(&mut news).await {
                    break;
                }
                tracing::warn!(primary = sentinels.primary, "Sentinels made another redis the primary");
            }
        }
        tokio::time::sleep(LISTEN_AGAIN).await;
    }
}

fn is_gone(answer: &Value) -> bool {
    matches!(answer, Value::ServerError(error) if GONE.contains(&error.code()))
}
