//! Where a Cluster keeps a key: the command's key, the key's slot, and who has it by the nodes' own account.

use redis::{Arg, Cmd, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo, RedisConnectionInfo, RedisError, RedisResult, Value};

/// Into how many slots a Cluster spreads its keys.
const SLOTS: u16 = 16_384;

/// Where a server is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Place {
    pub host: String,
    pub port: u16,
}

/// Some slots in a row, and their nodes.
#[derive(Debug)]
pub(super) struct Span {
    pub from: u16,
    pub to: u16,
    pub primary: Place,
    pub replicas: Vec<Place>,
}

impl Place {
    pub(super) fn info(&self, settings: RedisConnectionInfo) -> ConnectionInfo {
        let address = ConnectionAddr::Tcp(self.host.clone(), self.port);
        address.into_connection_info().expect("a host and a port are an address").set_redis_settings(settings)
    }

    /// Reads `host:port`; a node that does not know its own name is where it was asked.
    pub(super) fn read(text: &str, asked: &Self) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        let host = if host.is_empty() { &asked.host } else { host };
        Some(Self { host: host.to_owned(), port: port.parse().ok()? })
    }
}

/// The key a command is sent by: its first. None for one that has none.
pub(super) fn key_of(command: &Cmd) -> Option<&[u8]> {
    let mut words = command.args_iter().map(|word| match word {
        Arg::Simple(bytes) => bytes,
        _ => b"0",
    });
    match words.next()? {
        b"EVALSHA" | b"EVAL" => words.nth(2),
        b"XGROUP" | b"XINFO" => words.nth(1),
        b"PING" | b"TIME" | b"INFO" | b"SCAN" | b"SCRIPT" | b"CLUSTER" => None,
        _ => words.next(),
    }
}

/// The slot of a key: CRC16 (XMODEM) of its hash tag, or of all of it where it has none.
pub(super) fn slot_of(key: &[u8]) -> u16 {
    let tag = || {
        let from = key.iter().position(|byte| *byte == b'{')? + 1;
        let length = key[from..].iter().position(|byte| *byte == b'}')?;
        (length > 0).then(|| &key[from..from + length])
    };
    let crc = tag().unwrap_or(key).iter().fold(0_u16, |crc, byte| {
        let shift = |crc: u16, _| if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
        (0..8).fold(crc ^ u16::from(*byte) << 8, shift)
    });
    crc % SLOTS
}

/// Reads what `CLUSTER SLOTS` answers. A node that hides is where `asked` is, the one that was asked.
pub(super) fn read_spans(answer: Value, asked: &Place) -> RedisResult<Vec<Span>> {
    let rows: Vec<Vec<Value>> = redis::from_redis_value(answer)?;
    let spans: Vec<_> = rows.into_iter().map(|row| read_span(row, asked)).collect::<RedisResult<_>>()?;
    if spans.is_empty() { Err(RedisError::from((ErrorKind::ClusterConnectionNotFound, "a node knows of no slots"))) } else { Ok(spans) }
}

/// A row of it: from, to, and the nodes, the primary first.
fn read_span(row: Vec<Value>, asked: &Place) -> RedisResult<Span> {
    let mut cells = row.into_iter();
    let mut number = || redis::from_redis_value::<u16>(cells.next().unwrap_or(Value::Nil));
    let (from, to) = (number()?, number()?);
    let primary = read_place(cells.next().unwrap_or(Value::Nil), asked)?;
    let replicas = cells.map(|cell| read_place(cell, asked)).collect::<RedisResult<_>>()?;
    Ok(Span { from, to, primary, replicas })
}

/// A node in it: host, port, and what is of no concern here.
fn read_place(cell: Value, asked: &Place) -> RedisResult<Place> {
    let mut cells = redis::from_redis_value::<Vec<Value>>(cell)?.into_iter();
    let host: Option<String> = redis::from_redis_value(cells.next().unwrap_or(Value::Nil))?;
    let port = redis::from_redis_value(cells.next().unwrap_or(Value::Nil))?;
    let host = host.filter(|host| !host.is_empty() && host != "?").unwrap_or_else(|| asked.host.clone());
    Ok(Place { host, port })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::BulkString(text.into())
    }

    fn place(host: &str, port: u16) -> Place {
        Place { host: host.to_owned(), port }
    }

    #[test]
    fn a_slot_is_that_of_the_tag() {
        // As `CLUSTER KEYSLOT` says.
        for (key, slot) in [("foo", 12_182), ("{foo}bar", 12_182), ("hop:{o3}", 7_460), ("foo{}", 5_542), ("123456789", 12_739)] {
            assert_eq!(slot_of(key.as_bytes()), slot, "{key}");
        }
    }

    #[test]
    fn a_command_is_sent_by_its_first_key() {
        for (line, key) in [
            ("EVALSHA hash 2 one two more", Some("one")),
            ("XGROUP CREATE stream group 0", Some("stream")),
            ("XAUTOCLAIM stream group", Some("stream")),
            ("MGET one two", Some("one")),
            ("TIME", None),
        ] {
            let mut command = Cmd::new();
            for word in line.split(' ') {
                command.arg(word);
            }
            assert_eq!(key_of(&command), key.map(str::as_bytes), "{line}");
        }
    }

    #[test]
    fn a_row_names_its_primary_first_and_a_node_that_hides_is_where_it_was_asked() {
        let node = |host: Value, port| Value::Array(vec![host, Value::Int(port), text("id"), Value::Array(vec![])]);
        let row = vec![Value::Int(0), Value::Int(5_460), node(Value::Nil, 7_000), node(text("10.0.0.2"), 7_001)];
        let spans = read_spans(Value::Array(vec![Value::Array(row)]), &place("10.0.0.1", 7_009)).expect("a row");
        assert_eq!((spans[0].from, spans[0].to), (0, 5_460));
        assert_eq!((&spans[0].primary, &spans[0].replicas[..]), (&place("10.0.0.1", 7_000), &[place("10.0.0.2", 7_001)][..]));
        assert!(read_spans(Value::Array(vec![]), &place("10.0.0.1", 7_009)).is_err(), "a node that knows nobody is not believed");
    }

    #[test]
    fn a_redirection_without_a_host_stays_at_the_one_that_was_asked() {
        let asked = place("10.0.0.1", 7_000);
        assert_eq!(Place::read("10.0.0.2:7001", &asked), Some(place("10.0.0.2", 7_001)));
        assert_eq!(Place::read(":7001", &asked), Some(place("10.0.0.1", 7_001)));
        assert_eq!(Place::read("?", &asked), None);
    }
}
