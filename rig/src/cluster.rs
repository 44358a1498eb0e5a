//! A Redis Cluster of one's own: three primaries on loopback, without replicas.

use std::path::Path;

use futures_util::future::join_all;

use crate::world::Backing;
use crate::{Node, free_port};

/// Three is the fewest that agree on who is gone.
const NODES: u16 = 3;
const SLOTS: u16 = 16_384;

/// The nodes. Each can be killed and started again by itself.
pub struct Cluster {
    pub nodes: Vec<Node>,
}

impl Cluster {
    /// Starts the nodes, gives each a third of the slots, and waits until all know all.
    pub async fn start() -> Self {
        let nodes = join_all((0..NODES).map(|_| async {
            // As OPERATIONS.md advises: where a node is gone, the shards of the others are served.
            let (bus, timeout) = (free_port().to_string(), "2000".to_owned());
            let arguments = ["--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"].map(str::to_owned);
            let ports = ["--cluster-port".to_owned(), bus.clone(), "--cluster-node-timeout".to_owned(), timeout];
            (Node::start(Path::new("redis-server"), arguments.into_iter().chain(ports).collect()).await, bus)
        }))
        .await;
        let first = &nodes[0].0;
        for (at, (node, bus)) in (0..NODES).zip(&nodes) {
            let (from, to) = (at * (SLOTS / NODES), if at + 1 == NODES { SLOTS - 1 } else { (at + 1) * (SLOTS / NODES) - 1 });
            node.told(&format!("CLUSTER ADDSLOTSRANGE {from} {to}")).await;
            // Different from the start, so that nobody has to settle who is right.
            node.told(&format!("CLUSTER SET-CONFIG-EPOCH {}", at + 1)).await;
            if at > 0 {
                first.told(&format!("CLUSTER MEET 127.0.0.1 {} {bus}", node.port())).await;
            }
        }
        let cluster = Self { nodes: nodes.into_iter().map(|(node, _)| node).collect() };
        cluster.is_whole().await;
        cluster
    }

    /// Kills the node at `index` with no warning, starts it again on the same data, and waits until it serves its slots.
    pub async fn crash_and_restart(&mut self, index: usize) {
        self.nodes[index].kill().await;
        self.nodes[index].start_again().await;
        self.is_whole().await;
    }

    async fn is_whole(&self) {
        for node in &self.nodes {
            node.until_says("CLUSTER INFO", &format!("cluster_known_nodes:{NODES}")).await;
            node.until_says("CLUSTER INFO", &format!("cluster_slots_ok:{SLOTS}")).await;
            node.until_says("CLUSTER INFO", "cluster_state:ok").await;
        }
    }
}

impl Backing for Cluster {
    fn url(&self) -> String {
        let nodes: Vec<_> = self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port())).collect();
        format!("redis+cluster://{}", nodes.join(","))
    }
}
