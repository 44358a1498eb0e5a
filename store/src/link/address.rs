//! Reading the address of a Redis: `REDIS_URL`.
//!
//! The crate reads addresses of one server. Those of several are taken apart here, and each part is handed to the crate,
//! so that names, passwords and numbers mean the same everywhere.

use redis::{ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo};

/// Where Redis is said to be.
pub(super) enum Address {
    One(ConnectionInfo),
    /// What Sentinels call the primary; [`Nodes::infos`] are the Sentinels.
    Sentinel {
        nodes: Nodes,
        primary: String,
    },
    Cluster(Nodes),
}

/// Several servers that belong together.
#[derive(Clone)]
pub(crate) struct Nodes {
    /// Those named in the address: the first to be asked.
    pub infos: Vec<ConnectionInfo>,
    /// How a server with data wants to be greeted: user, password, database.
    pub settings: RedisConnectionInfo,
}

/// The text is no address of a Redis. It never shows the address itself: there may be a password in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadAddress(String);

impl Address {
    pub(super) fn read(url: &str) -> Result<Self, BadAddress> {
        match url.split_once("://") {
            Some(("redis" | "rediss" | "redis+unix" | "unix", _)) => {
                url.into_connection_info().map(Self::One).map_err(|error| BadAddress(format!("cannot be read: {error}")))
            }
            Some(("redis+sentinel", rest)) => read_sentinel(rest),
            Some(("redis+cluster", rest)) => read_cluster(rest),
            _ => bad("begins with none of redis://, redis+unix://, redis+sentinel:// and redis+cluster://"),
        }
    }
}

/// `[user:pass@]host:port,…/MASTER[?db=N]`
fn read_sentinel(rest: &str) -> Result<Address, BadAddress> {
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let Some((servers, primary)) = rest.split_once('/').filter(|(_, name)| !name.is_empty() && !name.contains('/')) else {
        return bad("does not say what the Sentinels call the primary: redis+sentinel://host:port,host:port/NAME");
    };
    let mut db = 0_u32;
    for (name, value) in query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, ""))) {
        db = match (name, value.parse()) {
            ("db", Ok(number)) => number,
            ("db", Err(_)) => return bad("has a db that is no number"),
            _ => return bad("has something other than db behind its question mark"),
        };
    }
    let (user, hosts) = read_user(servers);
    // The password is for the servers with data. Sentinels are asked without one.
    let infos = read_hosts(hosts, "", 0)?;
    let settings = read_hosts(hosts, user, db)?[0].redis_settings().clone();
    Ok(Address::Sentinel { nodes: Nodes { infos, settings }, primary: primary.to_owned() })
}

/// `[user:pass@]host:port,…`
fn read_cluster(rest: &str) -> Result<Address, BadAddress> {
    let servers = rest.strip_suffix('/').unwrap_or(rest);
    let (user, hosts) = read_user(servers);
    if hosts.contains(['/', '?']) {
        return bad("names a database: a Cluster has only one, leave out what follows the last port");
    }
    let infos = read_hosts(hosts, user, 0)?;
    let settings = infos[0].redis_settings().clone();
    Ok(Address::Cluster(Nodes { infos, settings }))
}

/// Parts `user:pass@` from what follows.
fn read_user(servers: &str) -> (&str, &str) {
    // The last one: a password may hold an @ that nobody escaped.
    servers.rfind('@').map_or(("", servers), |at| servers.split_at(at + 1))
}

/// Never empty when it is right.
fn read_hosts(hosts: &str, user: &str, db: u32) -> Result<Vec<ConnectionInfo>, BadAddress> {
    let read = |host: &str| {
        let port = host.rsplit_once(':').and_then(|(name, port)| port.parse::<u16>().ok().filter(|_| !name.is_empty()));
        match port {
            Some(_) => format!("redis://{user}{host}/{db}").into_connection_info().ok(),
            None => None,
        }
        .ok_or_else(|| BadAddress(format!("has {host:?} where a host:port belongs")))
    };
    hosts.split(',').map(read).collect()
}

fn bad<T>(why: &str) -> Result<T, BadAddress> {
    Err(BadAddress(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(nodes: &Nodes) -> Vec<String> {
        nodes.infos.iter().map(|info| info.addr().to_string()).collect()
    }

    #[test]
    fn sentinels_are_asked_without_the_password_that_is_for_the_primary() {
        let read = Address::read("redis+sentinel://antrean:p%40ss@10.0.0.1:26379,[::1]:26380/kantor?db=3");
        let Ok(Address::Sentinel { nodes, primary }) = read else { panic!("it is right") };
        assert_eq!(primary, "kantor");
        assert_eq!(addresses(&nodes), ["10.0.0.1:26379", "::1:26380"]);
        assert!(nodes.infos.iter().all(|info| info.redis_settings().password().is_none()));
        assert_eq!((nodes.settings.username(), nodes.settings.password()), (Some("antrean"), Some("p@ss")));
        assert_eq!(nodes.settings.db(), 3);
    }

    #[test]
    fn every_node_of_a_cluster_is_greeted_alike() {
        let Ok(Address::Cluster(nodes)) = Address::read("redis+cluster://:s3cret@one:7000,two:7001") else { panic!("it is right") };
        assert_eq!(addresses(&nodes), ["one:7000", "two:7001"]);
        assert!(nodes.infos.iter().all(|info| info.redis_settings().password() == Some("s3cret")));
    }

    #[test]
    fn what_is_wrong_is_said_without_showing_a_password() {
        for (url, why) in [
            ("http://one", "begins with none of"),
            ("rediss://u:s3cret@one", "cannot be read"),
            ("redis+sentinel://one:1", "what the Sentinels call the primary"),
            ("redis+sentinel://one:1/", "what the Sentinels call the primary"),
            ("redis+sentinel://u:s3cret@one/name", "has \"one\" where a host:port belongs"),
            ("redis+sentinel://one:1/name?db=x", "has a db that is no number"),
            ("redis+sentinel://one:1/name?tls=1", "something other than db"),
            ("redis+cluster://u:s3cret@one:1,,two:2", "has \"\" where a host:port belongs"),
            ("redis+cluster://u:s3cret@one:1/2", "a Cluster has only one"),
            ("redis+cluster://", "has \"\" where"),
        ] {
            let Err(error) = Address::read(url) else { panic!("{url} is wrong") };
            assert!(error.to_string().contains(why) && !error.to_string().contains("s3cret"), "{url}: {error}");
        }
    }
}
