//! The scripts: one `lua/*.lua` per transition, assembled with what they share, loaded on connect.
//!
//! A script's hash is its version: in a rolling deploy old and new processes each call their own. All scripts carry
//! a `#!lua` line, so that Redis refuses one *before* its first write when memory is full. `allow-oom` have those that
//! give something back (a place, a lease) and those that only move what is there already (a hop, a retry, a dead
//! letter); what takes in something new has to wait.

use std::sync::LazyLock;
use std::time::Instant;

use redis::{FromRedisValue, ScriptInvocation, ToRedisArgs};

use crate::error::{Result, StoreError};
use crate::{Store, counted, ledger};

/// A script and its name in logs.
pub(crate) struct Script {
    name: &'static str,
    script: redis::Script,
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
    RETRY_DEAD = "retry_dead", "allow-oom";
}

impl Script {
    pub(crate) fn assemble(name: &'static str, flags: &[&str], preludes: &[&str], body: &str) -> Self {
        let shebang = if flags.is_empty() { "#!lua\n".to_owned() } else { format!("#!lua flags={}\n", flags.join(",")) };
        let code = shebang + &preludes.concat() + body;
        Self { name, script: redis::Script::new(&code) }
    }

    /// Begins a call of this script.
    pub(crate) fn call(&'static self) -> Call {
        Call { name: self.name, invocation: self.script.prepare_invoke() }
    }
}

/// A call being put together: keys, arguments, run.
pub(crate) struct Call {
    name: &'static str,
    invocation: ScriptInvocation<'static>,
}

impl Call {
    pub(crate) fn key(&mut self, key: impl ToRedisArgs) -> &mut Self {
        self.invocation.key(key);
        self
    }

    pub(crate) fn arg(&mut self, arg: impl ToRedisArgs) -> &mut Self {
        self.invocation.arg(arg);
        self
    }

    /// Runs it by its hash. A Redis that has forgotten the script (restart, failover, SCRIPT FLUSH) is given
    /// it again and asked once more.
    pub(crate) async fn run<T: FromRedisValue>(&self, store: &Store) -> Result<T> {
        let mut connection = store.commands();
        let asked = Instant::now();
        let answer = self.invocation.invoke_async(&mut connection).await;
        counted::called(self.name, asked.elapsed());
        let answer = answer.map_err(|source| StoreError::Script { script: self.name, source });
        if answer.as_ref().is_err_and(StoreError::is_out_of_memory) {
            counted::out_of_memory(self.name);
        }
        answer
    }
}

/// Loads every script, so that no first customer waits for it.
pub(crate) async fn preload(store: &Store) -> Result<()> {
    let mut connection = store.commands();
    for script in ALL.iter().chain(ledger::scripts::ALL) {
        let script: &LazyLock<Script> = script;
        let loaded: redis::RedisResult<String> = script.script.load_async(&mut connection).await;
        loaded.map_err(|source| StoreError::Script { script: script.name, source })?;
    }
    Ok(())
}
