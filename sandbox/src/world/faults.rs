//! Faults the scripted door asked for: "fail the next N calls".

use serde::{Deserialize, Serialize};

/// One wish to see calls fail.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fault {
    /// How many calls are still to fail.
    pub(crate) count: u32,
    /// Only this method, in any case; absent means any but `getUpdates`, which must be named to fail.
    #[serde(default)]
    pub(crate) method: Option<String>,
    /// Only calls with this `chat_id`.
    #[serde(default)]
    pub(crate) chat: Option<i64>,
    /// The call does its work and only then fails: a reply lost on the way.
    #[serde(default)]
    pub(crate) after_effect: bool,
    pub(crate) fail: FaultKind,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FaultKind {
    /// 429 with this `retry_after` in seconds.
    TooManyRequests { retry_after: u32 },
    /// Any 5xx (or 4xx) with Telegram's JSON around it.
    Status { code: u16, description: Option<String> },
    /// `403 Forbidden: bot was blocked by the user`, without the person really blocking it.
    Forbidden,
    /// Nothing comes back for so long, and then the connection ends.
    Timeout { ms: u64 },
    /// The connection ends in the middle of the answer.
    Cut,
}

/// The wishes that are still open, oldest first.
#[derive(Default)]
pub(crate) struct Faults {
    pub(crate) wanted: Vec<Fault>,
}

impl Faults {
    /// Takes the oldest wish that fits this call. `method` is in lower case.
    pub(crate) fn take(&mut self, method: &str, chat: Option<i64>) -> Option<Fault> {
        let index = self.wanted.iter().position(|fault| fault.fits(method, chat))?;
        let fault = &mut self.wanted[index];
        fault.count -= 1;
        let taken = fault.clone();
        if fault.count == 0 {
            self.wanted.remove(index);
        }
        Some(taken)
    }
}

impl Fault {
    fn fits(&self, method: &str, chat: Option<i64>) -> bool {
        let method_fits = self.method.as_ref().map_or(method != "getupdates", |it| it.eq_ignore_ascii_case(method));
        method_fits && (self.chat.is_none() || self.chat == chat)
    }
}
