//! What steers the world from outside: people, blocking, raw updates, faults, counters, the clock.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{SimError, SimResult};
use crate::{
    shared::Shared,
    world::{Fault, FaultKind, Person, Signal},
};

/// A person to be. Without an id they get a free one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPerson {
    id: Option<i64>,
    first_name: String,
    last_name: Option<String>,
    username: Option<String>,
    language_code: Option<String>,
    about: Option<String>,
}

/// How far to move the clock; the parts add up.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub(super) struct Advance {
    seconds: i64,
    minutes: i64,
    hours: i64,
    days: i64,
}

pub(super) async fn people(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "people": shared.world().people.values().collect::<Vec<_>>() }))
}

pub(super) async fn add_person(State(shared): State<Arc<Shared>>, Json(new): Json<NewPerson>) -> SimResult<Json<Person>> {
    if new.first_name.trim().is_empty() {
        return Err(SimError::bad("first_name is empty"));
    }
    let mut world = shared.world();
    let next = world.people.keys().next_back().map_or(Person::OPERATOR, |last| *last) + 1;
    let id = new.id.unwrap_or(next);
    if id <= 0 || id == world.bot.id {
        return Err(SimError::bad("a person's id is positive and not the bot's"));
    }
    let person = Person {
        id,
        first_name: new.first_name.trim().to_owned(),
        last_name: new.last_name,
        username: new.username,
        language_code: new.language_code,
        about: new.about,
    };
    world.add_person(person.clone());
    Ok(Json(person))
}

/// The bot as its page shows it. The page picks the commands for its person.
pub(super) async fn bot(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let world = shared.world();
    Json(json!({
        "id": world.bot.id,
        "name": world.bot.name,
        "username": world.bot.username,
        "commands": world.profile.commands,
        "menu_button": world.profile.menu_button,
        "texts": world.profile.texts,
        "webhook": world.profile.webhook.as_ref().map(|hook| &hook.url),
    }))
}

pub(super) async fn block(State(shared): State<Arc<Shared>>, Path(chat): Path<i64>) -> SimResult<Json<Value>> {
    set_blocked(&shared, chat, true)
}

pub(super) async fn unblock(State(shared): State<Arc<Shared>>, Path(chat): Path<i64>) -> SimResult<Json<Value>> {
    set_blocked(&shared, chat, false)
}

/// `{"update": …}`: queued as it stands, however malformed; its `update_id` may be missing, old or a duplicate.
pub(super) async fn push_update(State(shared): State<Arc<Shared>>, Json(body): Json<Value>) -> SimResult<Json<Value>> {
    let update = body.get("update").cloned().ok_or_else(|| SimError::bad("update is missing"))?;
    let id = shared.world().push_raw_update(update);
    let id = id.ok_or_else(|| SimError::bad("only an object can be given an update_id"))?;
    Ok(Json(json!({ "update_id": id })))
}

pub(super) async fn faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(json!({ "faults": shared.world().faults.wanted }))
}

pub(super) async fn add_fault(State(shared): State<Arc<Shared>>, Json(fault): Json<Fault>) -> SimResult<Json<Value>> {
    if fault.count == 0 {
        return Err(SimError::bad("count must be at least 1"));
    }
    if let FaultKind::Status { code, .. } = fault.fail
        && !(400..=599).contains(&code)
    {
        return Err(SimError::bad("status code must be 400 to 599"));
    }
    shared.world().faults.wanted.push(fault);
    Ok(faults(State(shared)).await)
}

pub(super) async fn clear_faults(State(shared): State<Arc<Shared>>) -> Json<Value> {
    shared.world().faults.wanted.clear();
    faults(State(shared)).await
}

pub(super) async fn stats(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let world = shared.world();
    let mut stats = json!(world.stats);
    stats["pending_updates"] = world.updates.len().into();
    stats["people"] = world.people.len().into();
    Json(stats)
}

pub(super) async fn clock(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(clock_view(&shared))
}

pub(super) async fn advance(State(shared): State<Arc<Shared>>, Json(by): Json<Advance>) -> SimResult<Json<Value>> {
    let parts = [
        TimeDelta::try_days(by.days),
        TimeDelta::try_hours(by.hours),
        TimeDelta::try_minutes(by.minutes),
        TimeDelta::try_seconds(by.seconds),
    ];
    let by = parts
        .into_iter()
        .try_fold(TimeDelta::zero(), |sum, part| sum.checked_add(&part?))
        .filter(|by| *by > TimeDelta::zero())
        .ok_or_else(|| SimError::bad("the clock only goes forward"))?;
    shared.clock.advance(by).await.map_err(SimError::failed)?;
    shared.world().signal(Signal::Clock);
    Ok(clock(State(shared)).await)
}

pub(super) fn clock_view(shared: &Shared) -> Value {
    let now: DateTime<Utc> = shared.now();
    json!({
        "now": now.to_rfc3339_opts(SecondsFormat::Millis, true),
        "now_ms": now.timestamp_millis(),
        "offset_s": shared.clock.offset().num_seconds(),
    })
}

fn set_blocked(shared: &Shared, chat: i64, blocked: bool) -> SimResult<Json<Value>> {
    let now = shared.now();
    let mut world = shared.world();
    let it = world.chats.get(&chat).ok_or_else(|| SimError::missing("no such chat"))?;
    // Blocking twice is blocking once.
    let update = if it.blocked == blocked { None } else { world.set_blocked(chat, blocked, now) };
    Ok(Json(json!({ "blocked": blocked, "update_id": update })))
}
