//! What a bot may send, edit and delete, and in which words it is refused.

use crate::common::{BUDI, SITI, TOKEN, Wishes, World, world, world_with};
use reqwest::header;
use serde_json::{Value, json};

const NOT_MODIFIED: &str = "Bad Request: message is not modified: specified new message content and reply markup are exactly \
                            the same as a current content and reply markup of the message";

async fn begun() -> (World, tempfile::TempDir) {
    let (world, dir) = world().await;
    world.begin(BUDI).await;
    (world, dir)
}

/// A `sendMessage` with these fields must be refused so.
async fn check_refused(world: &World, fields: Value, code: u16, description: &str) {
    let mut body = json!({ "chat_id": BUDI, "text": "x" });
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    assert_eq!(world.refusal("sendMessage", body).await, (code, description.to_owned()));
}

#[tokio::test]
async fn messages_are_refused_in_telegrams_words() {
    let (world, _dir) = begun().await;
    let bad = "Bad Request: ";
    check_refused(&world, json!({ "text": "  \n " }), 400, &format!("{bad}message text is empty")).await;
    check_refused(&world, json!({ "text": "a".repeat(4_097) }), 400, &format!("{bad}message is too long")).await;
    check_refused(&world, json!({ "chat_id": 5 }), 400, &format!("{bad}chat not found")).await;
    check_refused(&world, json!({ "chat_id": null }), 400, &format!("{bad}chat_id is empty")).await;
    check_refused(&world, json!({ "chat_id": SITI }), 403, "Forbidden: bot can't initiate conversation with a user").await;
    check_refused(&world, json!({ "reply_to_message_id": 999 }), 400, &format!("{bad}message to be replied not found")).await;
    check_refused(
        &world,
        json!({ "text": "<b>x", "parse_mode": "HTML" }),
        400,
        &format!("{bad}can't parse entities: Can't find end tag corresponding to start tag \"b\""),
    )
    .await;
    let keyboard = |button: Value| json!({ "reply_markup": { "inline_keyboard": [[button]] } });
    let long = json!({ "text": "A", "callback_data": "é".repeat(33) });
    check_refused(&world, keyboard(long), 400, &format!("{bad}BUTTON_DATA_INVALID")).await;
    let rows = vec![json!([{ "text": "A", "callback_data": "a" }]); 101];
    let many = json!({ "reply_markup": json!({ "inline_keyboard": rows }).to_string() });
    check_refused(&world, many, 400, &format!("{bad}reply markup is too long")).await;
    let nothing = keyboard(json!({ "text": "A" }));
    let words = "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard";
    check_refused(&world, nothing, 400, &format!("{bad}{words}")).await;
    assert_eq!(world.refusal("noSuchMethod", json!({})).await, (404, "Not Found: method not found".to_owned()));
    let wrong = world.post("/bot42:WRONG/getMe", json!({})).await;
    assert_eq!(wrong.status(), 401);
    assert_eq!(wrong.json::<Value>().await.unwrap()["description"], "Unauthorized");
}

#[tokio::test]
async fn html_becomes_entities_that_a_person_sees() {
    let (world, _dir) = begun().await;
    let html = "🟢 <b>Lunas</b>: <code>820551</code> &lt;3";
    let sent = world.call("sendMessage", json!({ "chat_id": BUDI, "text": html, "parse_mode": "HTML" })).await;
    assert_eq!(sent["text"], "🟢 Lunas: 820551 <3");
    assert_eq!(sent["entities"][0], json!({ "type": "bold", "offset": 3, "length": 5 }));
    let chat = world.get("/sim/chats/10001").await;
    assert_eq!(chat["messages"][1]["html"], html);
}

#[tokio::test]
async fn edits_follow_telegrams_rules() {
    let (world, _dir) = begun().await;
    let keyboard = json!([[{ "text": "A", "callback_data": "a" }]]);
    let id = world.send(BUDI, "lama", keyboard.clone()).await;
    let edit = |text: &str, keyboard: Value| json!({ "chat_id": BUDI, "message_id": id, "text": text, "reply_markup": { "inline_keyboard": keyboard } });
    assert_eq!(world.refusal("editMessageText", edit("lama", keyboard.clone())).await, (400, NOT_MODIFIED.to_owned()));
    let edited = world.call("editMessageText", edit("baru", json!([]))).await;
    assert_eq!((&edited["text"], edited.get("reply_markup")), (&json!("baru"), None));
    assert!(edited["edit_date"].is_i64());
    world
        .call("editMessageReplyMarkup", json!({ "chat_id": BUDI, "message_id": id, "reply_markup": { "inline_keyboard": keyboard } }))
        .await;
    let nowhere = json!({ "chat_id": BUDI, "message_id": 999, "text": "x" });
    assert_eq!(world.refusal("editMessageText", nowhere).await.1, "Bad Request: message to edit not found");
    let theirs = json!({ "chat_id": BUDI, "message_id": 1, "text": "x" });
    assert_eq!(world.refusal("editMessageText", theirs).await.1, "Bad Request: message can't be edited");
    let caption = json!({ "chat_id": BUDI, "message_id": id, "caption": "x" });
    assert_eq!(world.refusal("editMessageCaption", caption).await.1, "Bad Request: there is no caption in the message to edit");

    let message = &world.get("/sim/chats/10001").await["messages"][1];
    assert_eq!((&message["text"], &message["edited"]), (&json!("baru"), &json!(2)));
    world.call("deleteMessage", json!({ "chat_id": BUDI, "message_id": id })).await;
    let again = world.refusal("deleteMessage", json!({ "chat_id": BUDI, "message_id": id })).await;
    assert_eq!(again.1, "Bad Request: message to delete not found");
    let what: Vec<_> =
        world.get("/sim/chats/10001/history").await["history"].as_array().unwrap().iter().map(|it| it["what"].clone()).collect();
    assert_eq!(what, ["incoming", "sent", "edited", "edited", "deleted"]);
}

#[tokio::test]
async fn parameters_are_read_in_every_way_libraries_send_them() {
    let (world, _dir) = begun().await;
    let form = "chat_id=10001&text=a%20%2B%20b&reply_markup=%7B%22inline_keyboard%22%3A%5B%5B%7B%22text%22%3A%22A%22%2C%22callback_data%22%3A%22a%22%7D%5D%5D%7D";
    let request = world.http.post(world.method_url("sendMessage")).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let sent: Value = request.body(form).send().await.unwrap().json().await.unwrap();
    assert_eq!(sent["result"]["text"], "a + b");
    assert_eq!(sent["result"]["reply_markup"]["inline_keyboard"][0][0]["callback_data"], "a");
    let query = world.get(&format!("/bot{TOKEN}/SENDMESSAGE?chat_id=10001&text=halo")).await;
    assert_eq!(query["result"]["text"], "halo");
    let me = world.http.post(world.method_url("getMe")).send().await.unwrap().json::<Value>().await.unwrap();
    assert_eq!(me["result"]["has_main_web_app"], false);
    assert!(world.call("getChat", json!({ "chat_id": BUDI })).await["accepted_gift_types"].is_object());
}

#[tokio::test]
async fn flood_limits_answer_429_in_header_and_body() {
    let (world, _dir) = world_with(Wishes { flood_limits: true, ..Wishes::default() }).await;
    world.begin(BUDI).await;
    let mut refused = None;
    for _ in 0..10 {
        let body = json!({ "chat_id": BUDI, "text": "x" });
        let answer = world.http.post(world.method_url("sendMessage")).json(&body).send().await.unwrap();
        if answer.status() == 429 {
            refused = Some(answer);
        }
    }
    let refused = refused.unwrap();
    assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["description"], "Too Many Requests: retry after 1");
    assert_eq!(body["parameters"], json!({ "retry_after": 1 }));
}
