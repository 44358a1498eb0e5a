//! The scripts: one `lua/*.lua` per transition, assembled with what they share, loaded on connect.
//!
//! A script's hash is its version: in a rolling deploy old and new processes each call their own. All scripts carry
//! a `#!lua` line, so that Redis refuses one *before* its first write when memory is full. `allow-oom` have those that
//! give something back (a place, a lease) and those that only move what is there already (a hop, a retry, a dead
//! letter); what takes in something new has to wait.

use std::time::Instant;

use redis::{Cmd, ErrorKind, FromRedisValue, RedisResult, ServerErrorKind, ToRedisArgs};

use crate::error::{Result, StoreError};
use crate::{Store, counted, ledger};

/// A script and its name in logs.
pub(crate) struct Script {
    name: &'static str,
    code: String,
    /// Of the code: what Redis knows it by.
    hash: String,
}

/// Declares scripts as statics and lists them in `ALL`. `with` names the preludes put before each body; a
/// second string behind a script's file is its flags.
macro_rules! scripts {
    (with $preludes:tt; $($name:ident = $file:literal $(, $flags:literal)?;)+) => {
        $(pub(crate) static $name: std::sync::LazyLock<$crate::scripts::Script> = std::sync::LazyLock::new(|| {
            let flags: &[&str] = &[$($flags)?];
            $crate::scripts::Script::assemble($file, flags, &scripts!(@bodies $preludes), scripts!(@body $file))
        });)+

        /// Every script of this chapter, to be loaded on connect.
        pub(crate) static ALL: &[&std::sync::LazyLock<$crate::scripts::Script>] = &[$(&$name),+];
    };
    (@bodies [$($prelude:literal),+]) => { [$(scripts!(@body $prelude)),+] };
    (@body $file:literal) => { include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/lua/", $file, ".lua")) };
}
pub(crate) use scripts;

scripts! {
    with ["prelude"];
    DELIVER = "deliver";
    TURN = "turn";
    SENT = "sent", "allow-oom";
    PARK = "park", "allow-oom";
    LEAVE = "leave", "allow-oom";
    RECLAIMED = "reclaimed", "allow-oom";
    SURVIVED = "survived", "allow-oom";
    RENEW = "renew", "allow-oom";
    RETRY = "retry", "allow-oom";
    BURY = "bury", "allow-oom";
    PROMOTE = "promote", "allow-oom";
    WAKE = "wake", "allow-oom";
    RELAY_MAIL = "relay_mail", "allow-oom";
    RELAY_JOBS = "relay_jobs", "allow-oom";
    BURY_STRAY = "bury_stray", "allow-oom";
    SWEEP = "sweep", "allow-oom";
    REAP = "reap", "allow-oom";
    LEASE = "lease", "allow-oom";
    UNLEASE = "unlease", "allow-oom";
    BULK_TOKEN = "bulk_token", "allow-oom";
    CLAIM = "claim", "allow-oom";
    RETRY_DEAD = "retry_dead", "allow-oom";
}

impl Script {
    pub(crate) fn assemble(name: &'static str, flags: &[&str], preludes: &[&str], body: &str) -> Self {
        let shebang = if flags.is_empty() { "#!lua\n".to_owned() } else { format!("#!lua flags={}\n", flags.join(",")) };
        let code = shebang + &preludes.concat() + body;
        let hash = redis::Script::new(&code).get_hash().to_owned();
        Self { name, code, hash }
    }

    /// Begins a call of this script.
    pub(crate) fn call(&'static self) -> Call {
        Call { script: self, keys: Vec::new(), args: Vec::new() }
    }
}

/// A call being put together: keys, arguments, run.
pub(crate) struct Call {
    script: &'static Script,
    keys: Vec<Vec<u8>>,
    args: Vec<Vec<u8>>,
}

impl Call {
    pub(crate) fn key(&mut self, key: impl ToRedisArgs) -> &mut Self {
        key.write_redis_args(&mut self.keys);
        self
    }

    pub(crate) fn arg(&mut self, arg: impl ToRedisArgs) -> &mut Self {
        arg.write_redis_args(&mut self.args);
        self
    }

    /// Runs it by its hash, where its first key lives. A Redis that has forgotten the script (restart, failover, SCRIPT
    /// FLUSH) is asked once more with its text, which goes the same way: of a Cluster only the node that has to know.
    pub(crate) async fn run<T: FromRedisValue>(&self, store: &Store) -> Result<T> {
        let mut connection = store.commands();
        let asked = Instant::now();
        let mut answer: RedisResult<T> = self.command("EVALSHA", &self.script.hash).query_async(&mut connection).await;
        if answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)) {
            answer = self.command("EVAL", &self.script.code).query_async(&mut connection).await;
        }
        counted::called(self.script.name, asked.elapsed());
        let answer = answer.map_err(|source| StoreError::Script { script: self.script.name, source });
        if answer.as_ref().is_err_and(StoreError::is_out_of_memory) {
            counted::out_of_memory(self.script.name);
        }
        answer
    }

    fn command(&self, verb: &str, script: &str) -> Cmd {
        let bytes = self.keys.iter().chain(&self.args).map(Vec::len).sum::<usize>();
        let mut command = Cmd::with_capacity(self.keys.len() + self.args.len() + 3, bytes + script.len() + 16);
        command.arg(verb).arg(script).arg(self.keys.len()).arg(&*self.keys).arg(&*self.args);
        command
    }
}

/// Loads every script, so that no first customer waits for it. A node of a Cluster that is away does not hinder this:
/// it is given a script when it is asked for it ([`Call::run`]).
pub(crate) async fn preload(store: &Store) -> Result<()> {
    let mut load = redis::pipe();
    for script in ALL.iter().chain(ledger::scripts::ALL) {
        load.cmd("SCRIPT").arg("LOAD").arg(&script.code).ignore();
    }
    Ok(store.commands().load(&load).await?)
}
