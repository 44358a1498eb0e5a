//! What a Cluster says of itself: which nodes it has, and who has a key.
//!
//! The crate keeps its own map for commands. Readers need connections of their own, and some questions name no key.

use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{MultipleNodeRoutingInfo, ResponsePolicy, Route, RoutingInfo, SingleNodeRoutingInfo, SlotAddr};
use redis::{
    Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, FromRedisValue, IntoConnectionInfo, RedisConnectionInfo, RedisError, RedisResult, Value,
};

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub host: String,
    pub port: u16,
    pub is_primary: bool,
}

/// Some slots in a row, and their nodes: the primary first.
struct Span {
    from: u16,
    to: u16,
    places: Vec<Place>,
}

impl Place {
    pub(super) fn info(&self, settings: RedisConnectionInfo) -> ConnectionInfo {
        let address = ConnectionAddr::Tcp(self.host.clone(), self.port);
        address.into_connection_info().expect("a host and a port are an address").set_redis_settings(settings)
    }
}

/// Every node, each once.
pub(super) async fn places(connection: &ClusterConnection) -> RedisResult<Vec<Place>> {
    let mut places: Vec<Place> = spans(connection).await?.into_iter().flat_map(|span| span.places).collect();
    places.sort();
    places.dedup();
    Ok(places)
}

/// The primary that has `key`.
pub(super) async fn owner(connection: &ClusterConnection, key: &str) -> RedisResult<Place> {
    let slot: u16 = redis::cmd("CLUSTER").arg("KEYSLOT").arg(key).query_async(&mut connection.clone()).await?;
    let spans = spans(connection).await?;
    let span = spans.into_iter().find(|span| (span.from..=span.to).contains(&slot));
    let place = span.and_then(|span| span.places.into_iter().find(|place| place.is_primary));
    place.ok_or_else(|| unknown("no node says that it has this key's slot"))
}

/// Asks whoever has `key` something that names no key.
pub(super) async fn ask_owner<T: FromRedisValue>(connection: &mut ClusterConnection, key: &str, command: &Cmd) -> RedisResult<T> {
    let route = Route::with_key(key, SlotAddr::Master);
    let routing = RoutingInfo::SingleNode(SingleNodeRoutingInfo::SpecificNode(route));
    let answer = connection.route_command(command.clone(), routing).await?.extract_error()?;
    Ok(redis::from_redis_value(answer)?)
}

/// Tells every primary something, and is content when one of them answers.
pub(super) async fn ask_primaries(connection: &mut ClusterConnection, command: Cmd) -> RedisResult<()> {
    let anyone = RoutingInfo::MultiNode((MultipleNodeRoutingInfo::AllMasters, Some(ResponsePolicy::OneSucceeded)));
    connection.route_command(command, anyone).await?.extract_error().map(drop)
}

async fn spans(connection: &ClusterConnection) -> RedisResult<Vec<Span>> {
    let rows: Vec<Vec<Value>> = redis::cmd("CLUSTER").arg("SLOTS").query_async(&mut connection.clone()).await?;
    rows.into_iter().map(read_span).collect()
}

/// A row of `CLUSTER SLOTS`: from, to, and the nodes.
fn read_span(row: Vec<Value>) -> RedisResult<Span> {
    let mut cells = row.into_iter();
    let mut number = || redis::from_redis_value::<u16>(cells.next().unwrap_or(Value::Nil));
    let (from, to) = (number()?, number()?);
    let places = cells.enumerate().map(|(at, cell)| read_place(cell, at == 0)).collect::<RedisResult<_>>()?;
    Ok(Span { from, to, places })
}

/// A node in it: host, port, and what is of no concern here.
fn read_place(cell: Value, is_primary: bool) -> RedisResult<Place> {
    let cells: Vec<Value> = redis::from_redis_value(cell)?;
    let mut cells = cells.into_iter();
    let host: Option<String> = redis::from_redis_value(cells.next().unwrap_or(Value::Nil))?;
    let port: u16 = redis::from_redis_value(cells.next().unwrap_or(Value::Nil))?;
    let host = host.filter(|host| !host.is_empty() && host != "?");
    let host = host.ok_or_else(|| unknown("a node does not say where it is (cluster-announce-ip)"))?;
    Ok(Place { host, port, is_primary })
}

fn unknown(why: &'static str) -> RedisError {
    RedisError::from((ErrorKind::ClusterConnectionNotFound, why))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.into())
    }

    #[test]
    fn a_row_names_its_primary_first() {
        let node = |host: &str, port| Value::Array(vec![text(host), Value::Int(port), text("id"), Value::Array(vec![])]);
        let row = vec![Value::Int(0), Value::Int(5_460), node("10.0.0.1", 7_000), node("10.0.0.2", 7_001)];
        let span = read_span(row).expect("a row");
        assert_eq!((span.from, span.to), (0, 5_460));
        let places: Vec<_> = span.places.iter().map(|place| (place.host.as_str(), place.port, place.is_primary)).collect();
        assert_eq!(places, [("10.0.0.1", 7_000, true), ("10.0.0.2", 7_001, false)]);
    }

    #[test]
    fn a_node_that_hides_is_an_error_not_a_guess() {
        for host in [Value::Nil, text(""), text("?")] {
            assert!(read_place(Value::Array(vec![host, Value::Int(1)]), true).is_err());
        }
    }
}
