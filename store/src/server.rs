//! What the servers say of themselves: can they be trusted with records? Asked by the doctor and by probes.

use std::collections::HashMap;

use crate::error::Result;
use crate::{Store, scripts};

/// A server's own account. `None` where it does not say: managed services forbid `CONFIG`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Where it is: `127.0.0.1:6379`.
    pub at: String,
    /// `Redis 7.0.15` or `Valkey 8.1.0`.
    pub name: String,
    /// Major and minor version of the Redis it is, or is compatible with.
    pub version: (u32, u32),
    /// Whether it keeps an append-only file.
    pub appends: bool,
    /// `always`, `everysec` or `no`.
    pub fsync: Option<String>,
    /// What it throws away when memory is full. Only `noeviction` throws away nothing.
    pub eviction: Option<String>,
    /// Whether its last write to the append-only file went well.
    pub last_write_ok: bool,
}

impl Store {
    /// Asks every server about itself, replicas too: one of them may hold the records tomorrow.
    pub async fn servers(&self) -> Result<Vec<Server>> {
        let mut servers = Vec::new();
        for node in self.link().nodes().await? {
            let mut connection = node.connect().await?;
            let info: String = redis::cmd("INFO").query_async(&mut connection).await?;
            let asked: redis::RedisResult<HashMap<String, String>> =
                redis::cmd("CONFIG").arg("GET").arg("appendfsync").arg("maxmemory-policy").query_async(&mut connection).await;
            // Forbidden is an answer, too: the doctor says what to look at by hand.
            servers.push(Server::read(node.at, &info, &asked.unwrap_or_default()));
        }
        Ok(servers)
    }

    /// Whether a request sent now would be served: Redis answers, and knows every script.
    pub async fn ready(&self) -> Result<()> {
        self.ping().await?;
        scripts::preload(self).await
    }
}

impl Server {
    fn read(at: String, info: &str, config: &HashMap<String, String>) -> Self {
        let fields: HashMap<_, _> = info.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
        let field = |name| fields.get(name).copied().unwrap_or_default();
        let redis = field("redis_version");
        let mut numbers = redis.split('.').map(|number| number.parse().unwrap_or(0));
        let name = match field("valkey_version") {
            "" => format!("Redis {redis}"),
            valkey => format!("Valkey {valkey}"),
        };
        Self {
            at,
            name,
            version: (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)),
            appends: field("aof_enabled") == "1",
            fsync: config.get("appendfsync").cloned(),
            eviction: Some(field("maxmemory_policy")).filter(|policy| !policy.is_empty()).map(str::to_owned),
            last_write_ok: field("aof_last_write_status") != "err",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_read_from_its_own_words() {
        let info = "# Server\r\nredis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.0\r\n\
                    maxmemory_policy:noeviction\r\naof_enabled:1\r\naof_last_write_status:ok\r\n";
        let config = HashMap::from([("appendfsync".to_owned(), "always".to_owned())]);
        let server = Server::read("one:6379".to_owned(), info, &config);
        assert_eq!((server.name.as_str(), server.version), ("Valkey 8.1.0", (7, 2)));
        assert!(server.appends && server.last_write_ok);
        assert_eq!((server.fsync.as_deref(), server.eviction.as_deref()), (Some("always"), Some("noeviction")));
    }

    #[test]
    fn what_is_not_said_is_not_assumed() {
        let server = Server::read(String::new(), "redis_version:6.2.1\r\n", &HashMap::new());
        assert_eq!((server.version, server.appends, server.fsync, server.eviction), ((6, 2), false, None, None));
    }
}
