//! The journeys a newcomer makes in the browser: the web chat, the bank's page and the clock, by mouse and keyboard.
//!
//! Each keeps pictures of what it saw in the folder of test artefacts (`target/tmp/screens`).

use antrean_rig::{Browser, Wishes, World};

/// Where pictures are kept.
const ARTEFACTS: &str = env!("CARGO_TARGET_TMPDIR");

/// What the browser has to know of the outside: where it all is, and whose chat it looks at.
async fn stage(name: &str) -> (World, Browser, String) {
    let world = World::running().await;
    world.open_quota("JKTSEL", 4).await;
    let person = world.person(name, "id").await;
    let chat = format!("{}/#{}", world.door.address(), person.id);
    let browser = Browser::open().await;
    browser.goes_to(&chat).await;
    (world, browser, chat)
}

/// From START to the billing code, by hand.
async fn books(browser: &Browser, wishes: &Wishes) -> String {
    browser.clicks("start").await;
    browser.presses("book|", "").await;
    browser.presses("pick|regular", "").await;
    browser.presses("pick|adult", "").await;
    browser.finds("//button[contains(@data-data, '|office|')]").await;
    browser.writes("jakarta sel").await;
    browser.presses("pick|electronic-10", "").await;
    browser.presses("pick|tourism", "").await;
    browser.presses("pick|never", "").await;
    browser.keeps_picture(ARTEFACTS, "never-doubt").await;
    browser.presses("pick|sure", "").await;
    browser.finds("(//article)[last()][not(.//button[contains(@data-data, '|pick|')])]").await;
    for answer in [wishes.name, wishes.nik, "12-08-1990"] {
        browser.writes(answer).await;
    }
    for _ in ["identity card", "family card"] {
        browser.sends_sample_photo().await;
    }
    reviews(browser).await
}

/// From the calendar to the billing code.
async fn reviews(browser: &Browser) -> String {
    browser.finds("//button[contains(@data-data, '|day|') and contains(., '🟢')]").await;
    browser.keeps_picture(ARTEFACTS, "calendar").await;
    browser.presses("day|", "🟢").await;
    browser.presses("hour|", "🟢").await;
    browser.finds("//button[contains(@data-data, '|pick|submit')]").await;
    browser.keeps_picture(ARTEFACTS, "review").await;
    browser.presses("pick|submit", "").await;
    let copy = browser.finds("(//button[@data-copy])[last()]").await;
    browser.keeps_picture(ARTEFACTS, "bill").await;
    copy.attr("data-copy").await.expect("an attribute can be read").expect("a copy key says what it copies")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_browser_one_books_pays_and_moves() {
    let (world, browser, chat) = stage("Budi").await;
    let code = books(&browser, &Wishes::default()).await;

    browser.goes_to(&format!("{}/bank?code={code}", world.door.address())).await;
    browser.clicks("bank-inquire").await;
    browser.finds("//*[@data-testid='bank-state' and @data-state='open']").await;
    browser.keeps_picture(ARTEFACTS, "bank").await;
    browser.clicks("bank-pay").await;
    browser.sees("bank-receipt").await;
    browser.keeps_picture(ARTEFACTS, "receipt").await;

    browser.goes_to(&chat).await;
    browser.finds("//article[contains(., '🟢 Sudah terbayar')]").await;
    browser.finds("//article//*[@data-testid='photo']").await;
    browser.keeps_picture(ARTEFACTS, "paid").await;

    browser.presses("move|", "").await;
    browser.presses("day|", "🟢").await;
    browser.presses("hour|", "🟢").await;
    browser.presses("yes|", "").await;
    browser.finds("(//*[@data-testid='photo'])[2]").await;
    browser.keeps_picture(ARTEFACTS, "moved").await;
    let [booking] = &world.bookings(&[]).await[..] else { panic!("one booking was made") };
    assert_eq!((&booking["state"], &booking["moves"]), (&"paid".into(), &1.into()));
    world.is_sound().await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_browser_a_bill_expires_by_the_clock_and_one_applies_again() {
    let (world, browser, chat) = stage("Siti").await;
    let first = books(&browser, &Wishes::default()).await;
    browser.clicks("clock").await;
    browser.clicks("clock-advance-7200").await;
    browser.clicks("clock-advance-60").await;
    browser.finds("//button[contains(@data-data, '|again|')]").await;
    browser.keeps_picture(ARTEFACTS, "expired").await;

    browser.goes_to(&format!("{}/bank?code={first}", world.door.address())).await;
    browser.clicks("bank-inquire").await;
    browser.finds("//*[@data-testid='bank-state' and @data-state='expired']").await;

    browser.goes_to(&chat).await;
    browser.presses("again|", "").await;
    browser.presses("day|", "🟢").await;
    browser.presses("hour|", "🟢").await;
    browser.presses("pick|submit", "").await;
    let other = format!("//button[@data-copy and @data-copy != '{first}']");
    browser.finds(&other).await;
    browser.keeps_picture(ARTEFACTS, "applied-again").await;
    world.is_sound().await;
    browser.close().await;
}
