//! The product's clock in the hands of the imitated world: its page moves the time, its bank signs by it.

use std::pin::Pin;

use antrean_domain::zone;
use antrean_store::Store;
use chrono::{DateTime, TimeDelta, Utc};

pub(super) struct Steering {
    store: Store,
}

impl Steering {
    pub(super) fn new(store: Store) -> Self {
        Self { store }
    }
}

impl antrean_sandbox::Clock for Steering {
    fn now(&self) -> DateTime<Utc> {
        zone::utc(self.store.clock().now_ms())
    }

    fn advance(&self, by: TimeDelta) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async move { self.store.clock().advance(by.num_milliseconds()).await.map_err(|error| error.to_string()) })
    }

    fn offset(&self) -> TimeDelta {
        TimeDelta::milliseconds(self.store.clock().offset_ms())
    }
}
