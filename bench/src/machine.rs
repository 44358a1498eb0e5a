//! On what it was measured: a figure without its machine means nothing.

use std::process::Command;

use serde_json::{Value, json};

/// Processor, cores, memory, system and Redis, and how much was measured there.
pub(crate) fn describe(size: &str) -> Value {
    let cpu = line_of("/proc/cpuinfo", "model name").unwrap_or_else(|| said("sysctl", &["-n", "machdep.cpu.brand_string"]));
    let memory = line_of("/proc/meminfo", "MemTotal").unwrap_or_else(|| said("sysctl", &["-n", "hw.memsize"]));
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let redis = said("redis-server", &["--version"]).split(" sha").next().unwrap_or_default().to_owned();
    json!({ "cpu": cpu, "cores": cores, "memory": memory, "system": said("uname", &["-sr"]), "redis": redis, "size": size })
}

/// One line for people.
pub(crate) fn line(machine: &Value) -> String {
    let word = |key: &str| machine[key].as_str().unwrap_or_default().to_owned();
    format!("{} · {} cores · {} · {} · {}", word("cpu"), machine["cores"], word("memory"), word("system"), word("redis"))
}

fn line_of(path: &str, name: &str) -> Option<String> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// What a program says of itself; nothing where it is not there.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}
