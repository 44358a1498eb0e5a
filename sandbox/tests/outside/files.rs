//! Photos and documents, both ways.

use crate::common::{BUDI, TOKEN, world};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

#[tokio::test]
async fn a_photo_comes_in_sizes_and_can_be_downloaded_with_escaped_slashes() {
    let (world, _dir) = world().await;
    world.sim("/chats/10001/photo", json!({ "photos": [{ "width": 800, "height": 500, "bytes": 90_000 }] })).await;
    let update = world.call("getUpdates", json!({})).await;
    let sizes = update[0]["message"]["photo"].as_array().unwrap();
    assert_eq!(sizes.len(), 2);
    assert_eq!((&sizes[1]["width"], &sizes[1]["file_size"]), (&json!(800), &json!(90_000)));
    let file = world.call("getFile", json!({ "file_id": sizes[1]["file_id"] })).await;
    let path = file["file_path"].as_str().unwrap();
    assert!(path.starts_with("photos/"));
    for path in [path.to_owned(), path.replace('/', "%2F")] {
        let token = TOKEN.replace(':', "%3A");
        let bytes = world.http.get(format!("{}/file/bot{token}/{path}", world.url)).send().await.unwrap().bytes().await.unwrap();
        assert_eq!(bytes.len(), 90_000);
        assert!(bytes.starts_with(&[0xff, 0xd8]));
    }
    let foreign = world.http.get(format!("{}/file/bot1:x/{path}", world.url)).send().await.unwrap();
    assert_eq!(foreign.status(), 401);
}

#[tokio::test]
async fn an_album_shares_a_group_and_an_empty_photo_has_no_sizes() {
    let (world, _dir) = world().await;
    let small = json!({ "width": 40, "height": 30 });
    let said = world.sim("/chats/10001/photo", json!({ "caption": "KK", "photos": [small, small, small] })).await;
    assert_eq!(said["message_ids"].as_array().unwrap().len(), 3);
    world.sim("/chats/10001/photo", json!({ "photos": [] })).await;
    let updates = world.call("getUpdates", json!({})).await;
    let group = |index: usize| updates[index]["message"]["media_group_id"].clone();
    assert!(group(0).is_string() && group(0) == group(1) && group(1) == group(2));
    assert_eq!(updates[0]["message"]["caption"], "KK");
    assert_eq!(updates[1]["message"].get("caption"), None);
    assert_eq!(updates[3]["message"]["photo"], json!([]));
}

#[tokio::test]
async fn a_declared_size_over_20_mb_cannot_be_fetched() {
    let (world, _dir) = world().await;
    let said = json!({ "name": "kk.pdf", "mime": "application/pdf", "size": 21 * 1024 * 1024 });
    world.sim("/chats/10001/document", said).await;
    let update = world.call("getUpdates", json!({})).await;
    let document = &update[0]["message"]["document"];
    assert_eq!(document["file_size"], 21 * 1024 * 1024);
    let refused = world.refusal("getFile", json!({ "file_id": document["file_id"] })).await;
    assert_eq!(refused, (400, "Bad Request: file is too big".to_owned()));
}

#[tokio::test]
async fn a_bot_uploads_under_the_fields_name_or_attached_and_sends_again_by_id() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    let part = || Part::bytes(b"%PDF".to_vec()).file_name("bukti.pdf").mime_str("application/pdf").unwrap();
    let direct = Form::new().text("chat_id", "10001").text("document", "").part("document", part());
    let attached = Form::new().text("chat_id", "10001").text("document", "attach://random").part("random", part());
    for form in [direct, attached] {
        let answer = world.http.post(world.method_url("SendDocument")).multipart(form).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["result"]["document"]["file_name"], "bukti.pdf", "{answer}");
        let again = json!({ "chat_id": BUDI, "document": answer["result"]["document"]["file_id"], "caption": "lagi" });
        assert_eq!(world.call("sendDocument", again).await["document"]["mime_type"], "application/pdf");
    }
    let shown = &world.get("/sim/chats/10001").await["messages"][1]["document"];
    let download = world.http.get(format!("{}{}", world.url, shown["url"].as_str().unwrap())).send().await.unwrap();
    assert_eq!(download.text().await.unwrap(), "%PDF");

    let not_a_picture = Form::new().text("chat_id", "10001").part("photo", part());
    let refused = world.http.post(world.method_url("sendPhoto")).multipart(not_a_picture).send().await.unwrap();
    assert_eq!(refused.json::<Value>().await.unwrap()["description"], "Bad Request: IMAGE_PROCESS_FAILED");
    assert_eq!(world.refusal("sendPhoto", json!({ "chat_id": BUDI })).await.1, "Bad Request: there is no photo in the request");
}

#[tokio::test]
async fn a_media_group_is_sent_whole_or_not_at_all() {
    let (world, _dir) = world().await;
    world.begin(BUDI).await;
    let part = || Part::bytes(b"x".to_vec()).file_name("a.txt");
    let media = json!([
        { "type": "document", "media": "attach://one", "caption": "<b>satu</b>", "parse_mode": "HTML" },
        { "type": "document", "media": "attach://two" },
    ]);
    let form = Form::new().text("chat_id", "10001").text("media", media.to_string()).part("one", part()).part("two", part());
    let sent: Value = world.http.post(world.method_url("sendMediaGroup")).multipart(form).send().await.unwrap().json().await.unwrap();
    assert_eq!(sent["result"].as_array().unwrap().len(), 2);
    assert_eq!(sent["result"][0]["caption"], "satu");
    assert_eq!(sent["result"][0]["media_group_id"], sent["result"][1]["media_group_id"]);
    let mixed = json!({ "chat_id": BUDI, "media": [{ "type": "document", "media": "no-such-id" }, { "type": "photo", "media": "x" }] });
    assert_eq!(world.refusal("sendMediaGroup", mixed).await.0, 400);
    assert_eq!(world.get("/sim/chats/10001").await["messages"].as_array().unwrap().len(), 3);
}
