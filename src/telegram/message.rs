//! One screen as requests: sending it anew, editing it in place, and what the server's answer means.
//!
//! teloxide's error types know the wordings of an older server and lose the error code, so answers are told apart
//! here, by code and by how their description begins.

use antrean_chat::{Action, Button, Picture, Screen};
use antrean_domain::{ChatId, Millis};
use reqwest::{Url, multipart};
use serde_json::Value;
use teloxide::payloads::{EditMessageText, EditMessageTextSetters, SendMessage, SendMessageSetters};
use teloxide::types::{
    CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageId, ParseMode, Recipient, ReplyMarkup,
};

use super::client::{Client, Failure};
use super::picture;

/// What stands between a screen and its person.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Not before so long.
    Flood { wait_ms: Millis },
    /// The person blocked the bot, or is no more.
    Unreachable(String),
    /// The message to edit is gone, or too old.
    Gone(String),
    /// This screen can never be sent.
    Unfit(String),
    /// Nobody can tell whether it arrived, or the server is not to be had.
    Unclear(String),
}

impl Trouble {
    /// Its word in metrics.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Flood { .. } => "flood",
            Self::Unreachable(_) => "unreachable",
            Self::Gone(_) => "gone",
            Self::Unfit(_) => "unfit",
            Self::Unclear(_) => "unclear",
        }
    }
}

/// Sends `screen` as a new message and gives its id, unless the server did not say.
pub(super) async fn send(client: &Client, chat: ChatId, screen: &Screen) -> Result<Option<MessageId>, Trouble> {
    let sent = match &screen.picture {
        Some(Picture::Qr(text)) => upload(client, chat, text, screen).await?,
        None => {
            let payload = SendMessage::new(recipient(chat), screen.text.clone())
                .parse_mode(ParseMode::Html)
                .link_preview_options(no_preview())
                .reply_markup(ReplyMarkup::InlineKeyboard(keyboard(&screen.buttons)?));
            client.call(&payload).await?
        }
    };
    Ok(message_id(&sent))
}

/// Makes the message `id` show `screen`. Showing it already is as good.
pub(super) async fn edit(client: &Client, chat: ChatId, id: MessageId, screen: &Screen) -> Result<(), Trouble> {
    let payload = EditMessageText::new(recipient(chat), id, screen.text.clone())
        .parse_mode(ParseMode::Html)
        .link_preview_options(no_preview())
        .reply_markup(keyboard(&screen.buttons)?);
    match client.call(&payload).await {
        Ok(_) => Ok(()),
        Err(failure) if is_unmodified(&failure) => Ok(()),
        Err(failure) => Err(failure.into()),
    }
}

/// Sends a QR code of `text` with the screen as its caption.
async fn upload(client: &Client, chat: ChatId, text: &str, screen: &Screen) -> Result<Value, Trouble> {
    let file = picture::qr_png(text).map_err(|error| Trouble::Unfit(error.to_string()))?;
    let part = multipart::Part::bytes(file).file_name("qr.png");
    let part = part.mime_str("image/png").expect("image/png is a media type");
    let keyboard = serde_json::to_string(&keyboard(&screen.buttons)?).expect("a keyboard has string keys only");
    let form = multipart::Form::new()
        .text("chat_id", chat.to_string())
        .text("caption", screen.text.clone())
        .text("parse_mode", "HTML")
        .text("reply_markup", keyboard)
        .part("photo", part);
    Ok(client.upload("sendPhoto", form).await?)
}

pub(super) fn recipient(chat: ChatId) -> Recipient {
    teloxide::types::ChatId(chat.0).into()
}

fn message_id(message: &Value) -> Option<MessageId> {
    let id = message.get("message_id")?.as_i64()?;
    i32::try_from(id).ok().map(MessageId)
}

pub(super) fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions { is_disabled: true, url: None, prefer_small_media: false, prefer_large_media: false, show_above_text: false }
}

fn keyboard(rows: &[Vec<Button>]) -> Result<InlineKeyboardMarkup, Trouble> {
    let rows: Result<Vec<Vec<_>>, _> = rows.iter().map(|row| row.iter().map(button).collect()).collect();
    Ok(InlineKeyboardMarkup::new(rows?))
}

fn button(button: &Button) -> Result<InlineKeyboardButton, Trouble> {
    let label = button.label.clone();
    match &button.action {
        Action::Data(data) => Ok(InlineKeyboardButton::callback(label, data.clone())),
        Action::Copy(text) => Ok(InlineKeyboardButton::copy_text_button(label, CopyTextButton { text: text.clone() })),
        Action::Url(url) => match Url::parse(url) {
            Ok(url) => Ok(InlineKeyboardButton::url(label, url)),
            Err(error) => Err(Trouble::Unfit(format!("button with an unfit address: {error}"))),
        },
    }
}

fn is_unmodified(failure: &Failure) -> bool {
    matches!(failure, Failure::Refused { description, .. } if description.starts_with("Bad Request: message is not modified"))
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        /// Refusals that are about the person, not about the message.
        const UNREACHABLE: [&str; 3] = ["Bad Request: chat not found", "Bad Request: user not found", "Bad Request: PEER_ID_INVALID"];
        /// Refusals that sending anew gets round.
        const GONE: [&str; 4] = [
            "Bad Request: message to edit not found",
            "Bad Request: message can't be edited",
            "Bad Request: there is no text in the message to edit",
            "Bad Request: MESSAGE_ID_INVALID",
        ];
        // A refused token is no fault of the screen: it waits until the token is right again.
        if failure.is_bad_token() {
            return Self::Unclear(failure.to_string());
        }
        match failure {
            Failure::Flood { wait_ms } => Self::Flood { wait_ms },
            Failure::Unreached(what) | Failure::Unclear(what) => Self::Unclear(what),
            Failure::Refused { code, description } => {
                let begins = |prefix: &&str| description.starts_with(*prefix);
                if code == 403 || UNREACHABLE.iter().any(begins) {
                    Self::Unreachable(description)
                } else if GONE.iter().any(begins) {
                    Self::Gone(description)
                } else {
                    Self::Unfit(description)
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: u16, description: &str, expected: &Trouble) {
        assert_eq!(&Trouble::from(Failure::Refused { code, description: description.to_owned() }), expected);
    }

    #[test]
    fn refusals_are_told_apart_by_what_they_mean_for_the_chat() {
        for words in ["bot was blocked by the user", "user is deactivated", "bot can't initiate conversation with a user"] {
            let description = format!("Forbidden: {words}");
            check(403, &description, &Trouble::Unreachable(description.clone()));
        }
        check(400, "Bad Request: chat not found", &Trouble::Unreachable("Bad Request: chat not found".to_owned()));
        for description in ["Bad Request: message to edit not found", "Bad Request: message can't be edited"] {
            check(400, description, &Trouble::Gone(description.to_owned()));
        }
        let entities = "Bad Request: can't parse entities: unclosed start tag at byte offset 3";
        check(400, entities, &Trouble::Unfit(entities.to_owned()));
        check(401, "Unauthorized", &Trouble::Unclear("Unauthorized".to_owned()));
        assert_eq!(Trouble::from(Failure::Flood { wait_ms: 3_000 }), Trouble::Flood { wait_ms: 3_000 });
    }

    #[test]
    fn showing_it_already_is_as_good() {
        let description =
            "Bad Request: message is not modified: specified new message content and reply markup are exactly the same".to_owned();
        assert!(is_unmodified(&Failure::Refused { code: 400, description }));
    }

    #[test]
    fn buttons_travel_in_the_words_of_the_bot_api() {
        let row = vec![
            Button { label: "Salin".to_owned(), action: Action::Copy("812345678901234".to_owned()) },
            Button { label: "Lanjut".to_owned(), action: Action::Data("1|2|3".to_owned()) },
        ];
        let json = serde_json::to_value(keyboard(&[row]).expect("a keyboard")).expect("json");
        let expected = serde_json::json!({"inline_keyboard": [[
            {"text": "Salin", "copy_text": {"text": "812345678901234"}},
            {"text": "Lanjut", "callback_data": "1|2|3"},
        ]]});
        assert_eq!(json, expected);
        let bad = Button { label: "?".to_owned(), action: Action::Url("not a url".to_owned()) };
        assert!(matches!(keyboard(&[vec![bad]]), Err(Trouble::Unfit(_))));
    }
}
