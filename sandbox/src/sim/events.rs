//! A chat as a stream of server-sent events, for the page.
//!
//! Every happening is an event `happened` whose id is the chat's `rev`, so that a browser that lost the connection
//! says by `Last-Event-ID` what it has seen and gets the rest. If that is no longer kept, it is told to `reload`.
//! What is not part of the history (typing, people, commands, the clock) comes as `signal`.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::{
        Sse,
        sse::{Event as SseEvent, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt as _, stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::{broadcast, watch};

use super::{SimError, SimResult, read::event_view, steer::clock_view};
use crate::{shared::Shared, world::Signal};

#[derive(Deserialize)]
pub(super) struct After {
    /// The `rev` the page has loaded.
    #[serde(default)]
    after: u64,
}

/// Where one page is in its chat.
struct Reader {
    shared: Arc<Shared>,
    chat: i64,
    seen: u64,
    rev: watch::Receiver<u64>,
    signals: broadcast::Receiver<Signal>,
    ready: VecDeque<SseEvent>,
}

pub(super) async fn stream(
    State(shared): State<Arc<Shared>>,
    Path(chat): Path<i64>,
    Query(after): Query<After>,
    headers: HeaderMap,
) -> SimResult<Sse<impl Stream<Item = Result<SseEvent, Infallible>>>> {
    let last_id = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let reader = {
        let world = shared.world();
        let it = world.chats.get(&chat).ok_or_else(|| SimError::missing("no such chat"))?;
        Reader {
            chat,
            seen: last_id.unwrap_or(after.after),
            rev: it.rev.subscribe(),
            signals: world.signals.subscribe(),
            ready: VecDeque::from([SseEvent::default().retry(Duration::from_secs(1)).comment("open")]),
            shared: Arc::clone(&shared),
        }
    };
    let events = stream::unfold(reader, Reader::next).map(Ok);
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))))
}

impl Reader {
    async fn next(mut self) -> Option<(SseEvent, Self)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some((event, self));
            }
            self.rev.mark_unchanged();
            self.read();
            if !self.ready.is_empty() {
                continue;
            }
            tokio::select! {
                changed = self.rev.changed() => changed.ok()?,
                signal = self.signals.recv() => match signal {
                    Ok(signal) => self.ready.extend(self.signal_event(signal)),
                    Err(broadcast::error::RecvError::Lagged(_)) => self.ready.push_back(reload()),
                    Err(broadcast::error::RecvError::Closed) => return None,
                },
                () = self.shared.shutdown.cancelled() => return None,
            }
        }
    }

    /// Takes up what happened since the last time.
    fn read(&mut self) {
        let world = self.shared.world();
        let chat = &world.chats[&self.chat];
        let rev = chat.rev();
        let kept_from = chat.history.front().map_or(rev + 1, |event| event.rev);
        // Ahead of the chat: the world was made anew under an open page.
        if self.seen > rev || self.seen + 1 < kept_from {
            self.ready.push_back(reload());
        } else {
            let news = chat.history.iter().rev().take_while(|event| event.rev > self.seen);
            for event in news {
                let json = event_view(event, &world).to_string();
                self.ready.push_front(SseEvent::default().event("happened").id(event.rev.to_string()).data(json));
            }
        }
        self.seen = rev;
    }

    fn signal_event(&self, signal: Signal) -> Option<SseEvent> {
        let data: Value = match signal {
            Signal::Typing { chat, .. } if chat != self.chat => return None,
            Signal::Typing { action, .. } => json!({ "typing": action }),
            Signal::People => json!({ "people": true }),
            Signal::Profile => json!({ "profile": true }),
            Signal::Clock => json!({ "clock": clock_view(&self.shared) }),
        };
        Some(SseEvent::default().event("signal").data(data.to_string()))
    }
}

fn reload() -> SseEvent {
    SseEvent::default().event("reload").data("{}")
}
