//! `reply_markup`: keyboards, and Telegram's limits on them.

use serde_json::Value;

use super::error::{ApiError, ApiResult};
use super::params::Params;
use crate::world::{Button, Keyboard};

/// Documented: 1–64 bytes of data, 1–256 characters to copy.
const DATA_BYTES_MAX: usize = 64;
const COPY_CHARS_MAX: usize = 256;
/// Not documented, measured by the community: 100 buttons, 8 in a row, and about 10 kB in all.
const BUTTONS_MAX: usize = 100;
const ROW_MAX: usize = 8;
const KEYBOARD_BYTES_MAX: usize = 10 * 1024;

/// What a message's `reply_markup` asks for.
#[derive(Debug)]
pub(super) enum Markup {
    Inline(Keyboard),
    /// A keyboard in place of the person's own, or its removal.
    Reply(Option<Value>),
    /// Nothing said, or something that changes nothing here (`force_reply`).
    None,
}

/// Reads and checks the `reply_markup` of a call.
pub(super) fn read(params: &Params) -> ApiResult<Markup> {
    let Some(markup) = params.json::<Value>("reply_markup", "can't parse reply keyboard markup JSON object")? else {
        return Ok(Markup::None);
    };
    let fields = markup.as_object().ok_or_else(|| ApiError::bad("object expected as reply markup"))?;
    if let Some(rows) = fields.get("inline_keyboard") {
        return inline(rows).map(Markup::Inline);
    }
    if fields.contains_key("keyboard") {
        return Ok(Markup::Reply(Some(markup)));
    }
    if fields.contains_key("remove_keyboard") {
        return Ok(Markup::Reply(None));
    }
    Ok(Markup::None)
}

/// The inline keyboard of a call that takes no other kind.
pub(super) fn read_inline(params: &Params) -> ApiResult<Keyboard> {
    match read(params)? {
        Markup::Inline(keyboard) => Ok(keyboard),
        Markup::Reply(_) => Err(ApiError::bad("inline keyboard expected")),
        Markup::None => Ok(Keyboard::new()),
    }
}

fn inline(rows: &Value) -> ApiResult<Keyboard> {
    let rows = rows.as_array().ok_or_else(|| ApiError::bad("field \"inline_keyboard\" must be of type Array"))?;
    let mut keyboard = Keyboard::new();
    for row in rows {
        let row =
            row.as_array().ok_or_else(|| ApiError::bad("can't parse reply keyboard markup JSON object: expected an array of arrays"))?;
        let buttons = row.iter().map(button).collect::<ApiResult<Vec<_>>>()?;
        if !buttons.is_empty() {
            keyboard.push(buttons);
        }
    }
    let bytes = serde_json::to_string(&keyboard).map_or(0, |json| json.len());
    let is_too_long = keyboard.iter().map(Vec::len).sum::<usize>() > BUTTONS_MAX
        || keyboard.iter().any(|row| row.len() > ROW_MAX)
        || bytes > KEYBOARD_BYTES_MAX;
    if is_too_long {
        return Err(ApiError::bad("reply markup is too long"));
    }
    Ok(keyboard)
}

fn button(button: &Value) -> ApiResult<Button> {
    let unreadable = |what: &str| ApiError::bad(format!("can't parse inline keyboard button: {what}"));
    let button: Button = serde_json::from_value(button.clone()).map_err(|_| unreadable("InlineKeyboardButton must be an Object"))?;
    // Blanks alone pass: the cells of many a bot's calendar are such keys.
    if button.text.is_empty() {
        return Err(unreadable("Field \"text\" must be non-empty"));
    }
    let other_actions = ["web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat", "pay"];
    let has_other = other_actions.iter().any(|action| button.rest.contains_key(*action));
    match (&button.callback_data, &button.url, &button.copy_text) {
        (None, None, None) if !has_other => Err(unreadable("Text buttons are unallowed in the inline keyboard")),
        (Some(data), _, _) if data.is_empty() || data.len() > DATA_BYTES_MAX => Err(ApiError::bad("BUTTON_DATA_INVALID")),
        (_, Some(url), _) if !is_address(url) => {
            Err(ApiError::bad(format!("inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")))
        }
        (_, _, Some(copy)) if copy.text.is_empty() || copy.text.chars().count() > COPY_CHARS_MAX => {
            Err(ApiError::bad("BUTTON_COPY_TEXT_INVALID"))
        }
        _ => Ok(button),
    }
}

fn is_address(url: &str) -> bool {
    reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "tg"))
}
