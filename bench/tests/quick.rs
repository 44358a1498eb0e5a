//! The bench runs, all of it, so that it is there when somebody wants to know. What it says of a debug build means nothing.

use std::process::Command;

use serde_json::Value;

/// Figures others look for by their names.
const PROMISED: [&str; 30] = [
    "/raw/off/per_s",
    "/engine/drain/off/ratio",
    "/engine/drain/everysec/ratio",
    "/engine/drain/always/ratio",
    "/engine/live/everysec/ratio",
    "/engine/relay/always/per_s",
    "/chat/turns_per_s",
    "/chat/turns_per_s_per_core",
    "/chat/cores/world",
    "/booking/per_s",
    "/booking/idle/tap_p50_ms",
    "/booking/idle/tap_p99_ms",
    "/booking/idle/paid_p99_ms",
    "/booking/half/tap_p99_ms",
    "/booking/half/paid_p99_ms",
    "/stampede/all_held_ms",
    "/stampede/all_answered_ms",
    "/stampede/oversold",
    "/stampede/unanswered",
    "/broadcast/enqueue_per_s",
    "/broadcast/memory/subscribers_mb",
    "/broadcast/tap_p99_ratio",
    "/growth/hold/ratio",
    "/growth/calendar/ratio",
    "/growth/bytes_per_booking",
    "/growth/bytes_of/application",
    "/memory/bot_mb",
    "/memory/worker_mb",
    "/memory/web_mb",
    "/machine/cores",
];

#[test]
fn every_chapter_runs_and_says_what_it_promised() {
    let output = Command::new(env!("CARGO_BIN_EXE_antrean-bench")).args(["--quick", "--json"]).output().expect("the bench");
    let (said, log) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{log}");
    let run: Value = serde_json::from_str(&said).expect("one object");
    let missing: Vec<_> = PROMISED.into_iter().filter(|path| !run.pointer(path).is_some_and(Value::is_number)).collect();
    assert!(missing.is_empty(), "no number at {missing:?} in {run:#}");
    // What is true of any machine, however slow.
    assert_eq!(run["targets"]["stampede.oversold"]["met"], true, "{run:#}");
    assert_eq!(run["targets"]["stampede.unanswered"]["met"], true, "{run:#}");
}
