//! The pages people use: plain HTML, CSS and JavaScript modules from the crate's `web/` folder, compiled in.
//! Nothing comes from elsewhere, and the content policy says so to the browser.

use std::sync::Arc;

use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::get,
};

use crate::shared::Shared;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const JS: &str = "text/javascript; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";

/// Everything under `/assets/`.
const ASSETS: [(&str, &str, &str); 13] = [
    ("base.css", CSS, include_str!("../../web/base.css")),
    ("chat.css", CSS, include_str!("../../web/chat.css")),
    ("bank.css", CSS, include_str!("../../web/bank.css")),
    ("icon.svg", "image/svg+xml", include_str!("../../web/icon.svg")),
    ("net.js", JS, include_str!("../../web/net.js")),
    ("dom.js", JS, include_str!("../../web/dom.js")),
    ("words.js", JS, include_str!("../../web/words.js")),
    ("clock.js", JS, include_str!("../../web/clock.js")),
    ("message.js", JS, include_str!("../../web/message.js")),
    ("compose.js", JS, include_str!("../../web/compose.js")),
    ("people.js", JS, include_str!("../../web/people.js")),
    ("chat.js", JS, include_str!("../../web/chat.js")),
    ("bank.js", JS, include_str!("../../web/bank.js")),
];

pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/", get(chat_page)).route("/assets/{name}", get(asset))
}

pub(crate) async fn chat_page() -> impl IntoResponse {
    page(include_str!("../../web/chat.html"))
}

pub(crate) async fn bank_page() -> impl IntoResponse {
    page(include_str!("../../web/bank.html"))
}

fn page(html: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")], Html(html))
}

async fn asset(Path(name): Path<String>) -> Response {
    match ASSETS.iter().find(|(it, _, _)| *it == name) {
        Some(&(_, kind, text)) => ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
