//! `POST /v1.0/access-token/b2b`: a token for the calls that follow.

use antrean_domain::Millis;
use serde_json::json;

use super::Bank;
use super::answer::{Granted, Refusal};
use super::body;

const GRANT_TYPE: &str = "/grantType";

/// A token for whoever was authenticated, if `body` asks for what we give.
pub(super) fn issue(bank: &Bank, body: &[u8], now_ms: Millis) -> Result<Granted, Refusal> {
    let body = body::object(body)?;
    if body::text(&body, GRANT_TYPE, 64)? != "client_credentials" {
        return Err(body::malformed(GRANT_TYPE));
    }
    let token_s = bank.settings.token_s;
    let token = bank.keys.issue_token(now_ms + i64::from(token_s) * 1_000, rand::random());
    Ok(Granted::from_iter([
        ("accessToken".to_owned(), json!(token)),
        ("tokenType".to_owned(), json!("Bearer")),
        // A text in the standard, too.
        ("expiresIn".to_owned(), json!(token_s.to_string())),
    ]))
}
