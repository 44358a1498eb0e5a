//! What can go wrong between this crate and Redis. What a customer can meet is a verdict or an outcome, never an error.

use antrean_domain::job::BadPayload;
use redis::ErrorKind;

use crate::link::BadAddress;
use crate::seal::SealError;

/// The result of everything in this crate.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// A fault. Nothing was changed, or the change was made and its answer lost: every script may be called again.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("redis: {0}")]
    Redis(#[from] redis::RedisError),
    /// One of several servers.
    #[error("redis at {at}: {source}")]
    Node { at: String, source: redis::RedisError },
    #[error("the address of redis {0}")]
    Address(#[from] BadAddress),
    #[error("script {script}: {source}")]
    Script { script: &'static str, source: redis::RedisError },
    #[error("script {script} answered {answer:?}, which it never should")]
    Answer { script: &'static str, answer: String },
    /// Two processes of one installation must agree on where a key lives.
    #[error("this redis was set up with {found} shards, the configuration says {wanted}: antrean reshard changes it")]
    Shards { wanted: u8, found: String },
    /// Its keys are being moved.
    #[error("the number of shards of this redis is being changed from {from} to {to}: run antrean reshard --to {to} to its end first")]
    Resharding { from: u8, to: u8 },
    #[error("redis did not answer for {} seconds", after.as_secs())]
    Hung { after: std::time::Duration },
    #[error("no seal key was given to this role")]
    NoSeal,
    #[error(transparent)]
    Seal(#[from] SealError),
    #[error("a stored {what} cannot be read: {why}")]
    Corrupt { what: &'static str, why: String },
    #[error(transparent)]
    Payload(#[from] BadPayload),
    #[error("the steered clock moves forward only, and only where it is steered")]
    ClockNotSteered,
}

/// What a server answers that is on its way up, down or elsewhere: the same call may succeed a moment later.
const PASSING: [&str; 11] =
    ["LOADING", "BUSY", "READONLY", "MASTERDOWN", "MISCONF", "NOREPLICAS", "UNBLOCKED", "TRYAGAIN", "CLUSTERDOWN", "MOVED", "ASK"];

impl StoreError {
    /// Whether the same call may succeed a moment later: Redis or the way to it, not the request, was at fault.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Redis(error) | Self::Node { source: error, .. } | Self::Script { source: error, .. } => {
                let kind = error.kind();
                error.is_io_error()
                    || error.is_connection_dropped()
                    // Nobody is the primary just now, or the node that was cannot be reached.
                    || matches!(kind, ErrorKind::MasterNameNotFoundBySentinel | ErrorKind::ClusterConnectionNotFound)
                    || error.code().is_some_and(|code| PASSING.contains(&code))
                    || self.is_out_of_memory()
            }
            Self::Hung { .. } => true,
            _ => false,
        }
    }

    /// Whether Redis refused it for want of memory, before its first write. Somebody has to give it room.
    pub fn is_out_of_memory(&self) -> bool {
        matches!(self, Self::Redis(error) | Self::Script { source: error, .. } if error.code() == Some("OOM"))
    }
}
