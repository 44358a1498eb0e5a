//! The sandbox is a Bot API server: small bots in four widely used libraries run against it, polling and by webhook.
//!
//! The bots are in `tests/bots`, with a table of what they do; `script/setup` installs their libraries.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use antrean_rig::{Flood, Message, World, free_port};
use serde_json::json;
use tokio::process::{Child, Command};

/// What the bots send: any picture does.
const PICTURE: &str = "docs/pictures/paid.png";
const WEBHOOK_SECRET: &str = "a-secret_of-the-webhook";

#[derive(Clone, Copy)]
enum Mode {
    Polling,
    Webhook,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Starts the bot in `file`, with the interpreter its libraries were installed for.
fn start(world: &World, file: &str, mode: Mode) -> Child {
    let installed = root().join("target/bots");
    let python = Path::new(file).extension().is_some_and(|extension| extension == "py");
    let program: PathBuf = if python { installed.join("venv/bin/python") } else { "node".into() };
    let mut script = root().join("tests/bots").join(file);
    if !python {
        // Node looks for libraries upwards from the program, so it runs a copy beside them.
        let written = std::mem::replace(&mut script, installed.join(file));
        std::fs::copy(written, &script).expect("a folder of ours (script/setup makes it)");
    }
    let mut command = Command::new(program);
    command.arg(script).env("BOT_TOKEN", &world.environment()["TELOXIDE_TOKEN"]).env("API_URL", world.door.address());
    command.env("PICTURE", root().join(PICTURE));
    if matches!(mode, Mode::Webhook) {
        command.env("WEBHOOK_PORT", free_port().to_string()).env("WEBHOOK_SECRET", WEBHOOK_SECRET);
    }
    command.stdout(Stdio::null()).kill_on_drop(true).spawn().expect("the bot starts (script/setup installs its libraries)")
}

/// A message that has a picture, whatever it says.
fn pictured(message: &Message) -> bool {
    message.photo.is_some()
}

async fn check(file: &str, mode: Mode) {
    let world = World::new(Flood::Unlimited).await;
    let bot = start(&world, file, mode);
    let mut budi = world.person("Budi", "id").await;

    budi.says("/start").await;
    let greeting = budi.reads("Hello Budi").await;
    assert_eq!(greeting.buttons().map(|key| key.text.as_str()).collect::<Vec<_>>(), ["Edit", "Toast"]);
    let toast = budi.presses(greeting.id, "toast", 20_000).await;
    assert_eq!(toast.as_deref(), Some("A toast"));
    budi.presses(greeting.id, "edit", 0).await;
    let edited = budi.reads("Edited in place").await;
    assert_eq!((edited.id, edited.buttons().count()), (greeting.id, 0), "the same message, its keys gone");

    budi.sends("photo", json!({ "photos": [{ "width": 640, "height": 480 }] })).await;
    let told = budi.reads("photo 640x480").await;
    assert!(!told.text.ends_with(" 0 bytes"), "{}", told.text);
    budi.sends("photo", json!({ "photos": [{ "width": 320 }, { "width": 321 }, { "width": 322 }] })).await;
    budi.sees_times(3, |message| message.text.starts_with("part of album")).await;
    budi.sends("document", json!({ "name": "kk.pdf", "mime": "application/pdf", "base64": "JVBERi0xLjQK" })).await;
    let back = budi.sees("the document sent back", |message| message.document.is_some()).await;
    assert_eq!(back.document.expect("just seen")["name"], "back-kk.pdf");
    budi.says("/album").await;
    budi.sees_times(2, pictured).await;

    budi.says("/fail").await;
    let error = budi.reads("error: ").await;
    assert!(error.text.to_lowercase().contains("can't parse entities"), "{}", error.text);
    let flood = json!({ "count": 1, "method": "sendMessage", "fail": { "too_many_requests": { "retry_after": 1 } } });
    world.door.post("/sim/faults", flood).await;
    budi.says("/flood").await;
    budi.reads("through after waiting").await;
    let delivered = world.door.get("/sim/stats").await["webhook_deliveries"].as_u64().expect("a count");
    assert_eq!(delivered > 0, matches!(mode, Mode::Webhook), "{delivered} updates went to a webhook");
    drop(bot);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_telegram_bot_runs_against_the_sandbox() {
    check("python_telegram_bot.py", Mode::Polling).await;
    check("python_telegram_bot.py", Mode::Webhook).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn aiogram_runs_against_the_sandbox() {
    check("aiogram_bot.py", Mode::Polling).await;
    check("aiogram_bot.py", Mode::Webhook).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn grammy_runs_against_the_sandbox() {
    check("grammy_bot.js", Mode::Polling).await;
    check("grammy_bot.js", Mode::Webhook).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_telegram_bot_api_runs_against_the_sandbox() {
    check("node_telegram_bot_api.js", Mode::Polling).await;
    check("node_telegram_bot_api.js", Mode::Webhook).await;
}
