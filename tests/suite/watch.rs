//! What those who run it see: figures of every role, all of them documented, and nothing drawn that is never measured.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use antrean_rig::{Flood, Wishes, World, free_port};

/// Figures that only a fault makes, or a webhook: they are documented and drawn, and seen here only in the code that counts
/// them.
const ELSEWHERE: [&str; 10] = [
    "antrean_webhook_requests_total",
    "antrean_webhook_waiting",
    "antrean_taps_too_late_total",
    "antrean_dialogues_lost_total",
    "antrean_dialogues_foreign_total",
    "antrean_retries_total",
    "antrean_dead_letters_total",
    "antrean_reclaimed_total",
    "antrean_leases_lost_total",
    "antrean_out_of_memory_total",
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The product's metrics that `text` names, without what a histogram adds to its name.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
    let metrics = words.filter(|word| word.starts_with("antrean_"));
    let whole = |word: &str| ["_bucket", "_sum", "_count"].iter().find_map(|part| word.strip_suffix(part)).unwrap_or(word).to_owned();
    metrics.map(whole).collect()
}

async fn figures(address: &str) -> String {
    let answer = reqwest::get(format!("{address}/metrics")).await.expect("the role serves its figures");
    answer.text().await.expect("figures are text")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_figure_that_is_drawn_or_documented_is_measured() {
    let mut world = World::new(Flood::Unlimited).await;
    let mut addresses = vec![world.web()];
    for role in ["bot", "worker"] {
        let addr = format!("127.0.0.1:{}", free_port());
        world.start_with(&[("ANTREAN_METRICS_ADDR", &addr)], &[role]).await;
        addresses.push(format!("http://{addr}"));
    }
    world.start(&["web"]).await;
    world.open_quota("JKTSEL", 4).await;
    let mut budi = world.person("Budi", "id").await;
    let bill = budi.books(&Wishes::default()).await;
    budi.pays(&bill).await;

    let mut measured = BTreeSet::new();
    for address in &addresses {
        measured.extend(named(&figures(address).await));
    }
    let documented = named(&read("docs/OPERATIONS.md"));
    let elsewhere = ELSEWHERE.map(str::to_owned).into();
    assert_eq!(&measured - &documented, BTreeSet::new(), "measured, but not in docs/OPERATIONS.md");
    assert_eq!(&(&documented - &measured) - &elsewhere, BTreeSet::new(), "in docs/OPERATIONS.md, but measured by no role");
    for path in ["config/grafana/dashboards/antrean.json", "config/prometheus/alerts.yml"] {
        assert_eq!(&named(&read(path)) - &documented, BTreeSet::new(), "{path} reads what nobody measures");
    }
    let counting = ["store/src/counted.rs", "workers/src/crew.rs", "src/telegram/turn.rs", "src/telegram/webhook.rs", "src/web/updates.rs"];
    let counting: String = counting.map(read).concat();
    assert_eq!(&elsewhere - &named(&counting), BTreeSet::new(), "a figure that nothing counts");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_shows_the_streams_and_who_reads_them() {
    let mut world = World::new(Flood::Unlimited).await;
    world.start(&["worker"]).await;
    let top = world.operator(&["jobs", "top", "--once"]).await;
    assert_eq!(top.code, 0, "{top:?}");
    let crew = top.stdout.lines().find(|line| line.starts_with("jobs:o0:hi")).expect("a line of the urgent jobs");
    assert_eq!(crew.split_whitespace().collect::<Vec<_>>(), ["jobs:o0:hi", "0", "0", "-", "0", "0", "4"], "four readers are idle");

    let streams = world.operator(&["jobs", "top", "--once", "--json"]).await.json();
    assert_eq!(streams["streams"][0]["name"], "ready:c0");
    // Its output is no terminal here.
    let live = world.operator(&["jobs", "top"]).await;
    assert_eq!((live.code, live.stderr.contains("--once")), (1, true), "{live:?}");
}
