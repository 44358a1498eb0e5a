//! What processes take of the machine: processor time and memory, on Linux and on a Mac.

use std::process::Command;
use std::time::Instant;

use antrean_rig::World;

use crate::ground::{connect, info};

/// Ticks a second in /proc: `USER_HZ`, which Linux keeps at 100 on every processor (man 5 proc, man 7 time).
const TICKS_PER_S: f64 = 100.0;

/// What one process took so far.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    processor_s: f64,
    resident_mb: f64,
}

/// Processor time of the parties of a run, from its start on.
pub(crate) struct Meter {
    product: Vec<u32>,
    redis: u32,
    begun: Instant,
    at_first: [f64; 3],
}

/// How many cores each party kept busy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores {
    /// All processes of the product.
    pub(crate) product: f64,
    pub(crate) redis: f64,
    /// This process: the people, and the Telegram and bank they see.
    pub(crate) world: f64,
}

impl Meter {
    /// Measures `world`, whose processes have all been started.
    pub(crate) async fn start(world: &mut World) -> Self {
        let product = world.processes().iter().map(antrean_rig::Process::id).collect();
        let redis = redis_id(&world.redis.url()).await;
        let mut meter = Self { product, redis, begun: Instant::now(), at_first: [0.0; 3] };
        meter.at_first = meter.processor_s();
        meter
    }

    pub(crate) fn cores(&self) -> Cores {
        let passed_s = self.begun.elapsed().as_secs_f64();
        let now = self.processor_s();
        let cores = |party: usize| (now[party] - self.at_first[party]) / passed_s;
        Cores { product: cores(0), redis: cores(1), world: cores(2) }
    }

    fn processor_s(&self) -> [f64; 3] {
        let product = self.product.iter().map(|id| taken(*id).processor_s).sum();
        [product, taken(self.redis).processor_s, taken(std::process::id()).processor_s]
    }
}

/// The memory a process has resident now, in megabytes.
pub(crate) fn resident_mb(process: u32) -> f64 {
    taken(process).resident_mb
}

async fn redis_id(url: &str) -> u32 {
    info(&mut connect(url).await, "server", "process_id:").await.parse().expect("a number")
}

fn taken(process: u32) -> Taken {
    from_proc(process).or_else(|| from_ps(process)).unwrap_or_default()
}

fn from_proc(process: u32) -> Option<Taken> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything, the 12th and 13th fields are user and system time (man 5 proc).
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = resident.split_whitespace().next()?.parse().ok()?;
    Some(Taken { processor_s: ticks / TICKS_PER_S, resident_mb: kilobytes * 1_024.0 / 1e6 })
}

fn from_ps(process: u32) -> Option<Taken> {
    let output = Command::new("ps").args(["-o", "rss=,time=", "-p", &process.to_string()]).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let (resident, time) = said.trim().split_once(char::is_whitespace)?;
    // [hours:]minutes:seconds
    let processor_s = time.trim().split(':').try_fold(0.0, |sum, part| Some(sum * 60.0 + part.parse::<f64>().ok()?))?;
    Some(Taken { processor_s, resident_mb: resident.parse::<f64>().ok()? * 1_024.0 / 1e6 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_takes_something() {
        assert!(taken(std::process::id()).resident_mb > 1.0);
    }
}
