//! A headless Chromium in front of the web chat: for the journeys a newcomer makes with their own hands.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use fantoccini::elements::Element;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::PATIENCE;
use crate::server::free_port;

/// The size people look at it in: a telephone's.
const WIDTH: u32 = 412;
const HEIGHT: u32 = 915;

/// One window. Killed with its driver when dropped.
pub struct Browser {
    client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    pub async fn open() -> Self {
        let port = free_port();
        let driver = drive(port).await;
        let profile = tempfile::tempdir().expect("a folder for the browser");
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(profile.path()))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("Chromium starts (script/setup installs it)");
        client.set_window_size(WIDTH, HEIGHT).await.expect("a window has a size");
        Self { client, driver, _profile: profile }
    }

    pub async fn goes_to(&self, address: &str) {
        self.client.goto(address).await.expect("the page opens");
    }

    /// Waits for the element with this test id.
    pub async fn sees(&self, test_id: &str) -> Element {
        self.finds(&format!("//*[@data-testid='{test_id}']")).await
    }

    pub async fn clicks(&self, test_id: &str) {
        self.sees(test_id).await.click().await.expect("it can be clicked");
    }

    /// Waits for an element by its `XPath`.
    pub async fn finds(&self, path: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(path)).await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{path} was awaited in vain ({error}); the page says:\n{}", self.text().await),
        }
    }

    /// Presses the key of the newest message that has it: its data ends in `verb`, and `label` is part of it.
    pub async fn presses(&self, verb: &str, label: &str) {
        let key = format!("button[contains(@data-data, '|{verb}') and contains(., '{label}')]");
        let path = format!("((//article[.//{key}])[last()]//{key})[1]");
        let key = self.finds(&path).await;
        // As a person would: what is under the header is scrolled out from under it first.
        let shown = serde_json::to_value(&key).expect("an element has a reference");
        let scroll = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.client.execute(scroll, vec![shown]).await.expect("the page can be scrolled");
        key.click().await.expect("a key can be pressed");
    }

    /// Writes into the composer and waits for the bot's answer below it.
    pub async fn writes(&self, text: &str) {
        let before = self.messages().await;
        let composer = self.sees("composer").await;
        composer.send_keys(text).await.expect("the composer takes text");
        self.clicks("send").await;
        self.finds(&format!("(//article)[{}][contains(@class, 'bot')]", before + 2)).await;
    }

    /// Sends the sample photo and waits for the bot's answer below it.
    pub async fn sends_sample_photo(&self) {
        let before = self.messages().await;
        self.clicks("attach").await;
        self.clicks("attach-sample").await;
        self.finds(&format!("(//article)[{}][contains(@class, 'bot')]", before + 2)).await;
    }

    async fn messages(&self) -> usize {
        self.client.find_all(Locator::Css("article")).await.expect("the page can be searched").len()
    }

    /// What the page reads, for failures.
    async fn text(&self) -> String {
        let body = self.client.find(Locator::Css("body")).await.expect("a page has a body");
        body.text().await.unwrap_or_default()
    }

    /// Keeps what it looks like as `screens/<name>.png` in the folder of test artefacts, for people to look at.
    pub async fn keeps_picture(&self, artefacts: &str, name: &str) {
        let folder = Path::new(artefacts).join("screens");
        fs::create_dir_all(&folder).expect("a folder for pictures");
        let picture = self.client.screenshot().await.expect("a picture of the page");
        fs::write(folder.join(format!("{name}.png")), picture).expect("the picture can be kept");
    }

    pub async fn close(mut self) {
        self.client.close().await.expect("the session ends");
        self.driver.kill().await.expect("the driver was running");
    }
}

/// Starts the driver and waits until it says that it listens.
async fn drive(port: u16) -> Child {
    let spawn = |name: &str| {
        let mut command = Command::new(name);
        command.arg(format!("--port={port}")).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true).spawn()
    };
    // The second is its name in Ubuntu's snap.
    let driver = spawn("chromedriver").or_else(|_| spawn("chromium.chromedriver"));
    let mut driver = driver.expect("chromedriver is installed (script/setup)");
    let mut lines = BufReader::new(driver.stdout.take().expect("stdout is a pipe")).lines();
    loop {
        let line = lines.next_line().await.expect("the driver writes text").expect("the driver starts");
        if line.contains("started successfully") {
            break;
        }
    }
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    driver
}

/// No sandbox of its own (CI runs as root in a container), no calls home, a profile that goes away.
fn capabilities(profile: &Path) -> Map<String, Value> {
    let arguments = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];
    let mut arguments: Vec<String> = arguments.map(str::to_owned).to_vec();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": { "args": arguments } });
    capabilities.as_object().expect("written as an object").clone()
}
