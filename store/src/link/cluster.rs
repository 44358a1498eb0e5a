//! A Cluster: every command goes to the node that has its key, over one connection to each.
//!
//! Why not the crate's own connection to a Cluster? While a node is away it draws its map of slots anew before anything
//! else, again and again, and commands to the nodes that live time out behind that (seen with redis 1.8.1: one
//! of three nodes killed, and nobody was served). Here the nodes have nothing to do with one another: who asks a node that is
//! away gets an error at once and may try again, and one at a time looks whether somebody else has its slots by now.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use futures_util::future::{join_all, select_ok};
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{Client, Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, RedisResult, Value};

use super::address::Nodes;
use super::slots::{Place, Span, key_of, read_spans, slot_of};
use super::{COMMAND_TIMEOUT, Errand, Node, connect, errand, is_lost};

/// A map this young is not drawn again: many meet the same fault at once.
const MAP_YOUNG: Duration = Duration::from_millis(100);
/// How long a node that tells where the slots are is waited for. There are others to ask.
const MAP_TIMEOUT: Duration = Duration::from_secs(1);
/// How often a request is sent on at once. Oftener means that the nodes do not agree yet.
const SENT_ON_MAX: u32 = 4;
/// How long a slot that is on its way to another node is left in peace.
const ON_ITS_WAY: Duration = Duration::from_millis(10);

/// The connections to a Cluster. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Cluster {
    inner: Arc<Inner>,
}

struct Inner {
    nodes: Nodes,
    map: Mutex<Map>,
    /// Held by whoever draws the map anew.
    drawing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Map {
    spans: Vec<Span>,
    lines: HashMap<Place, Errand>,
    drawn: Option<Instant>,
}

/// What is sent, and comes back whole.
#[derive(Clone, Copy)]
enum Request<'a> {
    One(&'a Cmd),
    Many { pipeline: &'a Pipeline, offset: usize, count: usize },
}

/// Why a node did not answer what it was asked.
enum Refusal {
    /// Another has this slot for good.
    Moved(Option<Place>),
    /// Another has this key already; the slot is moving there.
    Ask(Option<Place>),
    /// Part of the keys are there already.
    TryAgain,
    /// It serves nobody now.
    Away,
}

impl Cluster {
    pub(super) async fn open(nodes: Nodes) -> RedisResult<Self> {
        let cluster = Self { inner: Arc::new(Inner { nodes, map: Mutex::default(), drawing: tokio::sync::Mutex::default() }) };
        cluster.draw().await?;
        Ok(cluster)
    }

    /// Who has `key` now, freshly looked up, to be connected to by itself.
    pub(super) async fn owner(&self, key: &str) -> RedisResult<Client> {
        self.draw().await?;
        Client::open(self.inner.nodes.info(&self.place(slot_of(key.as_bytes()))?))
    }

    /// Every node.
    pub(super) async fn nodes(&self) -> RedisResult<Vec<Node>> {
        self.draw().await?;
        let mut places = Vec::new();
        for span in &self.map().spans {
            places.push((span.primary.clone(), true));
            places.extend(span.replicas.iter().map(|replica| (replica.clone(), false)));
        }
        places.sort();
        places.dedup();
        let node = |(place, is_primary): (Place, bool)| Ok(Node::new(Client::open(self.inner.nodes.info(&place))?, is_primary));
        places.into_iter().map(node).collect()
    }

    /// Asks whoever has `key` something that names no key.
    pub(super) async fn ask_owner(&self, key: &str, command: &Cmd) -> RedisResult<Value> {
        let answers = self.send(slot_of(key.as_bytes()), Request::One(command)).await?;
        answers.into_iter().next().unwrap_or(Value::Nil).extract_error()
    }

    /// Whether any primary answers.
    pub(super) async fn ping(&self) -> RedisResult<()> {
        let asked = self.primaries().into_iter().map(|place| {
            let ping = async move { redis::cmd("PING").query_async::<String>(&mut self.line(&place).await?).await.map(drop) };
            ping.boxed()
        });
        select_ok(asked).await.map(|((), _)| ())
    }

    /// Tells every primary the same, and is content when one of them took it.
    pub(super) async fn tell_all(&self, pipeline: &Pipeline) -> RedisResult<()> {
        let told = self.primaries().into_iter().map(|place| async move { pipeline.exec_async(&mut self.line(&place).await?).await });
        let told = join_all(told).await;
        if told.iter().any(RedisResult::is_ok) { Ok(()) } else { told.into_iter().next().unwrap_or_else(|| Err(nobody())) }
    }

    /// Sends a request to whoever has `slot`, and after it where it is sent on to.
    async fn send(&self, slot: u16, request: Request<'_>) -> RedisResult<Vec<Value>> {
        let deadline = Instant::now() + COMMAND_TIMEOUT;
        let mut sent_on: Option<(Place, bool)> = None;
        let mut round = 0;
        loop {
            let (place, asking) = match sent_on.take() {
                Some(sent_on) => sent_on,
                None => (self.place(slot)?, false),
            };
            let errand = self.errand(&place);
            let answer = match errand.clone().await {
                Ok(mut connection) => request.put(&mut connection, asking).await,
                Err(error) => Err(error),
            };
            let Some(refusal) = refusal(&answer, &place) else { return answer };
            if let Refusal::Away = refusal {
                self.leave(&place, &errand);
                // Whether somebody has taken over is known to the next who asks; this one may try again.
                self.draw().await.ok();
                return answer;
            }
            if Instant::now() > deadline {
                return answer;
            }
            round += 1;
            let at_once = round <= SENT_ON_MAX;
            match refusal {
                Refusal::Moved(Some(to)) if at_once => {
                    // One that cannot be drawn now is drawn by the next who is sent on.
                    self.draw().await.ok();
                    sent_on = Some((to, false));
                }
                Refusal::Ask(Some(to)) if at_once && matches!(request, Request::One(_)) => sent_on = Some((to, true)),
                _ => {
                    tokio::time::sleep(ON_ITS_WAY).await;
                    // Likewise.
                    self.draw().await.ok();
                }
            }
        }
    }

    /// Asks the nodes where the slots are, unless that was done a moment ago.
    async fn draw(&self) -> RedisResult<()> {
        let _drawing = self.inner.drawing.lock().await;
        if self.map().drawn.is_some_and(|drawn| drawn.elapsed() < MAP_YOUNG) {
            return Ok(());
        }
        let mut failed = nobody();
        for place in self.known() {
            let asked = async {
                let slots = redis::cmd("CLUSTER").arg("SLOTS").query_async(&mut self.line(&place).await?).await?;
                read_spans(slots, &place)
            };
            match tokio::time::timeout(MAP_TIMEOUT, asked).await {
                Ok(Ok(spans)) => {
                    let mut map = self.map();
                    map.spans = spans;
                    map.drawn = Some(Instant::now());
                    return Ok(());
                }
                Ok(Err(error)) => failed = error,
                Err(_) => tracing::debug!(node = %place.host, "a node of the Cluster does not say where the slots are"),
            }
        }
        Err(failed)
    }

    /// A connection to a node.
    async fn line(&self, place: &Place) -> RedisResult<MultiplexedConnection> {
        let errand = self.errand(place);
        let connection = errand.clone().await;
        if connection.is_err() {
            self.leave(place, &errand);
        }
        connection
    }

    fn errand(&self, place: &Place) -> Errand {
        let go = || {
            let info = self.inner.nodes.info(place);
            errand(async move { connect(&Client::open(info)?).await })
        };
        self.map().lines.entry(place.clone()).or_insert_with(go).clone()
    }

    /// The next one makes a new connection, unless somebody did so already.
    fn leave(&self, place: &Place, failed: &Errand) {
        let mut map = self.map();
        if map.lines.get(place).is_some_and(|errand| errand.ptr_eq(failed)) {
            map.lines.remove(place);
        }
    }

    fn place(&self, slot: u16) -> RedisResult<Place> {
        let map = self.map();
        let span = map.spans.iter().find(|span| (span.from..=span.to).contains(&slot));
        span.map(|span| span.primary.clone()).ok_or_else(nobody)
    }

    fn primaries(&self) -> Vec<Place> {
        let mut primaries: Vec<_> = self.map().spans.iter().map(|span| span.primary.clone()).collect();
        primaries.sort();
        primaries.dedup();
        primaries
    }

    /// All who may know where the slots are: first those who answered last, then those of the address.
    fn known(&self) -> Vec<Place> {
        let mut known = self.primaries();
        let map = self.map();
        // With a connection first: the others may be away.
        known.sort_by_key(|place| !map.lines.contains_key(place));
        known.extend(self.inner.nodes.places());
        known
    }

    fn map(&self) -> MutexGuard<'_, Map> {
        // Nothing panics while it is held; were it so, the map would still be one.
        self.inner.map.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConnectionLike for Cluster {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        async move {
            let answers = self.send(slot_of(key_of(cmd).unwrap_or_default()), Request::One(cmd)).await?;
            Ok(answers.into_iter().next().unwrap_or(Value::Nil))
        }
        .boxed()
    }

    fn req_packed_commands<'a>(&'a mut self, pipeline: &'a Pipeline, offset: usize, count: usize) -> RedisFuture<'a, Vec<Value>> {
        let key = pipeline.cmd_iter().find_map(key_of).unwrap_or_default();
        async move { self.send(slot_of(key), Request::Many { pipeline, offset, count }).await }.boxed()
    }

    fn get_db(&self) -> i64 {
        0
    }
}

impl Request<'_> {
    async fn put(self, connection: &mut MultiplexedConnection, asking: bool) -> RedisResult<Vec<Value>> {
        match self {
            Self::One(command) if asking => {
                let mut asked = redis::pipe();
                asked.cmd("ASKING").add_command(command.clone());
                connection.req_packed_commands(&asked, 1, 1).await
            }
            Self::One(command) => connection.req_packed_command(command).await.map(|answer| vec![answer]),
            Self::Many { pipeline, offset, count } => connection.req_packed_commands(pipeline, offset, count).await,
        }
    }
}

/// What kept the node at `asked` from answering, if something did.
fn refusal(answer: &RedisResult<Vec<Value>>, asked: &Place) -> Option<Refusal> {
    let read = |error: &RedisError| match error.code() {
        _ if is_lost(error) => Some(Refusal::Away),
        Some("MOVED") => Some(Refusal::Moved(error.redirect_node().and_then(|(to, _)| Place::read(to, asked)))),
        Some("ASK") => Some(Refusal::Ask(error.redirect_node().and_then(|(to, _)| Place::read(to, asked)))),
        // A transaction does not say what its parts were refused for.
        Some("TRYAGAIN" | "EXECABORT") => Some(Refusal::TryAgain),
        Some("CLUSTERDOWN") => Some(Refusal::Away),
        _ => None,
    };
    match answer {
        Err(error) => read(error),
        Ok(values) => values.iter().find_map(|value| match value {
            Value::ServerError(error) => read(&RedisError::from(error.clone())),
            _ => None,
        }),
    }
}

fn nobody() -> RedisError {
    RedisError::from((ErrorKind::ClusterConnectionNotFound, "no node of the Cluster can be asked for this key"))
}
