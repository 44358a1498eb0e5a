//! The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`.
//!
//! This file is the door: token, method name, the faults asked for, the flood limits, and Telegram's envelope around
//! every answer. What a method does is in the file of its chapter. Methods that nobody needs here are
//! `404 Not Found: method not found`, as unknown ones are on the real one.

mod edit;
mod error;
mod files;
mod markup;
mod media;
mod params;
mod profile;
mod send;
mod updates;
mod webhook;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{any, get},
};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::Instant;

pub(crate) use self::webhook::deliver as deliver_webhooks;
use self::{
    error::{ApiError, ApiResult},
    params::Params,
};
use crate::{
    shared::Shared,
    world::{Fault, FaultKind},
};

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        // Static routes win over these, so a segment need not begin with "bot" for the router's sake.
        .route("/{bot}/{method}", any(call))
        .route("/file/{bot}/{*path}", get(files::download))
}

/// One call of one method.
struct Call<'a> {
    shared: &'a Arc<Shared>,
    params: &'a Params,
}

async fn call(State(shared): State<Arc<Shared>>, Path((bot, method)): Path<(String, String)>, request: Request) -> Response {
    let method = method.to_ascii_lowercase();
    let result = match check_token(&shared, &bot) {
        Ok(()) => match Params::read(request).await {
            Ok(params) => answer(&shared, &method, &params).await,
            Err(error) => Err(Failure::Api(error)),
        },
        Err(error) => Err(Failure::Api(error)),
    };
    let mut world = shared.world();
    *world.stats.calls.entry(method).or_default() += 1;
    match result {
        Ok(result) => json_response(StatusCode::OK, format!(r#"{{"ok":true,"result":{result}}}"#)),
        Err(Failure::Api(error)) => {
            *world.stats.errors.entry(error.code).or_default() += 1;
            world.stats.too_many_requests += u64::from(error.code == 429);
            error_response(&error)
        }
        Err(Failure::Connection) => cut_response(),
    }
}

/// What a call can end in, other than an answer.
enum Failure {
    Api(ApiError),
    /// The connection is to end without an answer.
    Connection,
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        Self::Api(error)
    }
}

async fn answer(shared: &Arc<Shared>, method: &str, params: &Params) -> Result<String, Failure> {
    // An unreadable chat_id is the method's to complain about; no fault or limit is meant for it.
    let chat = params.int("chat_id").ok().flatten();
    let fault = {
        let mut world = shared.world();
        let fault = world.faults.take(method, chat);
        world.stats.faults_served += u64::from(fault.is_some());
        fault
    };
    match fault {
        Some(fault) if !fault.after_effect => return Err(suffer(&fault).await),
        Some(fault) => {
            // The reply is lost, not the deed; whether that went well nobody will learn.
            drop(run(shared, method, params).await);
            return Err(suffer(&fault).await);
        }
        None => {}
    }
    if shared.flood_limits
        && is_limited(method)
        && let Some(chat) = chat
    {
        shared.world().flood.take(chat, Instant::now()).map_err(ApiError::too_many_requests)?;
    }
    Ok(run(shared, method, params).await?)
}

/// Runs a method and gives its result as JSON text.
async fn run(shared: &Arc<Shared>, method: &str, params: &Params) -> ApiResult<String> {
    if method == "getupdates" {
        return updates::get_updates(shared, params).await;
    }
    let call = Call { shared, params };
    let result: Value = match method {
        "getme" => call.get_me(),
        "getchat" => call.get_chat()?,
        "setwebhook" => call.set_webhook()?,
        "deletewebhook" => call.delete_webhook(),
        "getwebhookinfo" => call.get_webhook_info(),
        "sendmessage" => call.send_message()?,
        "sendphoto" => call.send_photo().await?,
        "senddocument" => call.send_document().await?,
        "sendmediagroup" => call.send_media_group().await?,
        "sendlocation" => call.send_location()?,
        "sendchataction" => call.send_chat_action()?,
        "copymessage" => call.copy_message()?,
        "editmessagetext" => call.edit_message_text()?,
        "editmessagecaption" => call.edit_message_caption()?,
        "editmessagereplymarkup" => call.edit_message_reply_markup()?,
        "editmessagemedia" => call.edit_message_media().await?,
        "deletemessage" => call.delete_message()?,
        "deletemessages" => call.delete_messages()?,
        "answercallbackquery" => call.answer_callback_query()?,
        "pinchatmessage" => call.pin_chat_message()?,
        "unpinchatmessage" => call.unpin_chat_message()?,
        "unpinallchatmessages" => call.unpin_all_chat_messages()?,
        "getfile" => call.get_file()?,
        "setmycommands" => call.set_my_commands()?,
        "getmycommands" => call.get_my_commands(),
        "deletemycommands" => call.delete_my_commands(),
        "setchatmenubutton" => call.set_chat_menu_button(),
        "getchatmenubutton" => call.get_chat_menu_button(),
        "setmydescription" | "setmyshortdescription" | "setmyname" => call.set_my_text(method),
        "getmydescription" | "getmyshortdescription" | "getmyname" => call.get_my_text(method),
        _ => return Err(ApiError::method_not_found()),
    };
    Ok(result.to_string())
}

/// Sends and edits count against Telegram's limits; reading and answering taps do not.
fn is_limited(method: &str) -> bool {
    let counted = method.starts_with("send") || method.starts_with("edit") || method == "copymessage";
    counted && method != "sendchataction"
}

/// What the bot experiences of a fault, once its time is over.
async fn suffer(fault: &Fault) -> Failure {
    match &fault.fail {
        FaultKind::TooManyRequests { retry_after } => ApiError::too_many_requests(*retry_after).into(),
        FaultKind::Status { code, description } => {
            let fallback = if *code >= 500 { "Internal Server Error" } else { "Bad Request" };
            ApiError::new(*code, description.as_deref().unwrap_or(fallback)).into()
        }
        FaultKind::Forbidden => ApiError::blocked().into(),
        FaultKind::Timeout { ms } => {
            tokio::time::sleep(Duration::from_millis(*ms)).await;
            Failure::Connection
        }
        FaultKind::Cut => Failure::Connection,
    }
}

fn check_token(shared: &Shared, bot: &str) -> ApiResult<()> {
    let token = bot.strip_prefix("bot").ok_or_else(ApiError::not_found)?;
    if token == shared.bot_token { Ok(()) } else { Err(ApiError::unauthorized()) }
}

fn json_response(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn error_response(error: &ApiError) -> Response {
    let mut body = json!({ "ok": false, "error_code": error.code, "description": error.description });
    if let Some(seconds) = error.retry_after {
        body["parameters"] = json!({ "retry_after": seconds });
    }
    let status = StatusCode::from_u16(error.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json_response(status, body.to_string());
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A body that fails at its first byte: the server closes the connection, and the client never gets an answer.
fn cut_response() -> Response {
    let broken = stream::once(async { Err::<Vec<u8>, _>(std::io::Error::other("cut on request")) });
    Response::new(Body::from_stream(broken))
}
