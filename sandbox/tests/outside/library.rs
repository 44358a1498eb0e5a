//! A library with strict types, teloxide, understands every answer it gets.

use futures_util::StreamExt as _;
use teloxide::{
    ApiError, RequestError,
    net::Download as _,
    payloads::{
        AnswerCallbackQuerySetters as _, EditMessageTextSetters as _, GetUpdatesSetters as _, SendMessageSetters as _,
        SetWebhookSetters as _,
    },
    prelude::{Bot, Request as _, Requester as _},
    types::{ChatAction, ChatId, CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, ParseMode, UpdateKind},
};

use crate::common::{BUDI, TOKEN, World, world};

fn bot(world: &World) -> Bot {
    Bot::new(TOKEN).set_api_url(world.url.parse().unwrap())
}

#[tokio::test]
async fn a_conversation_with_keyboard_tap_edit_and_toast() {
    let (world, _dir) = world().await;
    let bot = bot(&world);
    assert!(!bot.get_me().await.unwrap().has_main_web_app);
    world.sim("/chats/10001/text", serde_json::json!({ "text": "/start" })).await;
    let updates = bot.get_updates().timeout(5).await.unwrap();
    assert!(matches!(updates[0].kind, UpdateKind::Message(_)), "{updates:?}");

    let keyboard = InlineKeyboardMarkup::new([[
        InlineKeyboardButton::callback("Ya", "y"),
        InlineKeyboardButton::copy_text_button("Salin", CopyTextButton { text: "820".to_owned() }),
        InlineKeyboardButton::url("Buka", "https://example.org".parse().unwrap()),
    ]]);
    let sent = bot.send_message(ChatId(BUDI), "<b>Pilih</b>").parse_mode(ParseMode::Html).reply_markup(keyboard).await.unwrap();
    assert_eq!(sent.text(), Some("Pilih"));
    assert_eq!(sent.reply_markup().unwrap().inline_keyboard[0].len(), 3);
    bot.send_chat_action(ChatId(BUDI), ChatAction::Typing).await.unwrap();

    world.sim("/chats/10001/press", serde_json::json!({ "label": "Ya" })).await;
    let offset = i32::try_from(updates[0].id.0 + 1).unwrap();
    let updates = bot.get_updates().offset(offset).timeout(5).await.unwrap();
    let UpdateKind::CallbackQuery(tap) = &updates[0].kind else { panic!("{updates:?}") };
    assert_eq!(tap.data.as_deref(), Some("y"));
    bot.answer_callback_query(tap.id.clone()).text("Siap").show_alert(true).await.unwrap();
    bot.edit_message_text(ChatId(BUDI), sent.id, "Sudah").await.unwrap();
    let same = bot.edit_message_text(ChatId(BUDI), sent.id, "Sudah").parse_mode(ParseMode::Html).send().await;
    assert!(matches!(same, Err(RequestError::Api(ApiError::MessageNotModified))), "{same:?}");
    bot.delete_message(ChatId(BUDI), sent.id).await.unwrap();
    assert_eq!(bot.get_chat(ChatId(BUDI)).await.unwrap().first_name(), Some("Budi"));
}

#[tokio::test]
async fn files_both_ways_and_every_kind_of_message() {
    let (world, _dir) = world().await;
    let bot = bot(&world);
    world.sim("/chats/10001/photo", serde_json::json!({ "photos": [{ "width": 300, "height": 200 }] })).await;
    for kind in ["video", "voice", "audio", "animation", "sticker", "contact", "location", "video_note", "dice"] {
        world.sim("/chats/10001/other", serde_json::json!({ "kind": kind })).await;
    }
    world.sim("/chats/10001/block", serde_json::json!({})).await;
    world.sim("/chats/10001/unblock", serde_json::json!({})).await;
    let updates = bot.get_updates().await.unwrap();
    assert_eq!(updates.len(), 12);
    for update in &updates {
        assert!(!matches!(update.kind, UpdateKind::Error(_)), "{update:?}");
    }
    let UpdateKind::Message(message) = &updates[0].kind else { panic!("{updates:?}") };
    let file = bot.get_file(message.photo().unwrap()[1].file.id.clone()).await.unwrap();
    let bytes: usize =
        bot.download_file_stream(&file.path).map(|part| part.unwrap().len()).fold(0, |sum, part| async move { sum + part }).await;
    assert_eq!(u32::try_from(bytes).unwrap(), file.size);

    let picture = world.http.get(format!("{}/sim/files/{}", world.url, file.unique_id)).send().await.unwrap().bytes().await.unwrap();
    let photo = bot.send_photo(ChatId(BUDI), InputFile::memory(picture).file_name("qr.jpg")).await.unwrap();
    assert_eq!(photo.photo().unwrap()[0].width, 300);
    let document = bot.send_document(ChatId(BUDI), InputFile::memory("%PDF").file_name("bukti.pdf")).await.unwrap();
    let again = InputFile::file_id(document.document().unwrap().file.id.clone());
    bot.send_document(ChatId(BUDI), again).await.unwrap();
}

#[tokio::test]
async fn refusals_and_webhooks_are_told_apart() {
    let (world, _dir) = world().await;
    let bot = bot(&world);
    let unknown = bot.send_message(ChatId(5), "x").await;
    assert!(matches!(unknown, Err(RequestError::Api(ApiError::ChatNotFound))), "{unknown:?}");
    world.begin(BUDI).await;
    world.sim("/faults", serde_json::json!({ "count": 1, "fail": { "too_many_requests": { "retry_after": 9 } } })).await;
    let slow = bot.send_message(ChatId(BUDI), "x").await;
    assert!(matches!(slow, Err(RequestError::RetryAfter(after)) if after.seconds() == 9), "{slow:?}");
    world.sim("/chats/10001/block", serde_json::json!({})).await;
    let blocked = bot.send_message(ChatId(BUDI), "x").await;
    assert!(matches!(blocked, Err(RequestError::Api(ApiError::BotBlocked))), "{blocked:?}");
    bot.set_webhook("http://127.0.0.1:9/hook".parse().unwrap()).secret_token("s").await.unwrap();
    assert_eq!(bot.get_webhook_info().await.unwrap().url.unwrap().as_str(), "http://127.0.0.1:9/hook");
    bot.delete_webhook().await.unwrap();
    assert!(bot.get_webhook_info().await.unwrap().url.is_none());
}
