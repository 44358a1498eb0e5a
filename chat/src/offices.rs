//! A list of offices to choose from: in pages, or narrowed by typing.

use serde::{Deserialize, Serialize};

/// Which part of the list of offices is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OfficeList {
    pub(crate) page: usize,
    /// What was typed to narrow it.
    pub(crate) search: Option<String>,
}
