//! A request as it came in, and whether it is the bank's: headers, moment, token, signature, in this order.

use antrean_domain::Millis;
use axum::body::Bytes;
use axum::http::HeaderMap;
use chrono::DateTime;

use super::answer::Refusal;
use super::signature::{Keys, Signed};

/// The standard's limit for `X-EXTERNAL-ID`.
const EXTERNAL_DIGITS_MAX: usize = 36;

/// A request, read whole.
pub(super) struct Received {
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// The moment a request is judged at, and how far its own clock may be from ours.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) now_ms: Millis,
    pub(super) window_ms: i64,
}

/// Whether `received` asks for a token in the bank's name.
pub(super) fn authenticate_client(keys: &Keys, received: &Received, moment: Moment) -> Result<(), Refusal> {
    must_be_json(&received.headers)?;
    let client = header(&received.headers, "X-CLIENT-KEY")?;
    let timestamp = timestamp(&received.headers, moment)?;
    let signature = header(&received.headers, "X-SIGNATURE")?;
    if !keys.is_client(client) {
        return Err(Refusal::Unauthorized("Unknown client"));
    }
    if keys.signed_token_request(timestamp, signature) { Ok(()) } else { Err(Refusal::Unauthorized("Signature")) }
}

/// Whether `received` is a call of the bank's; its `X-EXTERNAL-ID`. The body is not looked into before that is known.
pub(super) fn authenticate_call<'a>(keys: &Keys, received: &'a Received, moment: Moment) -> Result<&'a str, Refusal> {
    let headers = &received.headers;
    must_be_json(headers)?;
    let token = bearer(headers).ok_or(Refusal::InvalidToken)?;
    let timestamp = timestamp(headers, moment)?;
    let signature = header(headers, "X-SIGNATURE")?;
    let partner = header(headers, "X-PARTNER-ID")?;
    let external = header(headers, "X-EXTERNAL-ID")?;
    if external.len() > EXTERNAL_DIGITS_MAX || !external.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Refusal::FieldFormat("X-EXTERNAL-ID".to_owned()));
    }
    if !keys.is_token(token, moment.now_ms) {
        return Err(Refusal::InvalidToken);
    }
    if !keys.is_client(partner) {
        return Err(Refusal::Unauthorized("X-PARTNER-ID"));
    }
    let signed = Signed { path: &received.path, token, timestamp, body: &received.body };
    if keys.signed_call(&signed, signature) { Ok(external) } else { Err(Refusal::Unauthorized("Signature")) }
}

fn header<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, Refusal> {
    let value = headers.get(name).ok_or_else(|| Refusal::FieldMissing(name.to_owned()))?;
    match value.to_str() {
        Ok("") => Err(Refusal::FieldMissing(name.to_owned())),
        Ok(value) => Ok(value),
        Err(_) => Err(Refusal::FieldFormat(name.to_owned())),
    }
}

fn must_be_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let value = header(headers, "Content-Type")?;
    let media_type = value.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(Refusal::FieldFormat("Content-Type".to_owned())) }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get("Authorization")?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("Bearer").then(|| token.trim())
}

/// `X-TIMESTAMP` as it was sent (it is signed in that form), if it lies within the window: a recorded request cannot
/// be played again later.
fn timestamp(headers: &HeaderMap, moment: Moment) -> Result<&str, Refusal> {
    let text = header(headers, "X-TIMESTAMP")?;
    let at = DateTime::parse_from_rfc3339(text).map_err(|_| Refusal::FieldFormat("X-TIMESTAMP".to_owned()))?;
    let off_ms = moment.now_ms.abs_diff(at.timestamp_millis());
    if off_ms > moment.window_ms.unsigned_abs() { Err(Refusal::Unauthorized("X-TIMESTAMP")) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::super::signature::tests::{CLIENT, RSA_SIGNATURE, TIMESTAMP, keys, sign};
    use super::*;

    const PATH: &str = "/v1.0/transfer-va/inquiry";
    const BODY: &[u8] = br#"{ "customerNo" : "800000000000001" }"#;

    fn moment() -> Moment {
        let now_ms = DateTime::parse_from_rfc3339(TIMESTAMP).expect("a moment").timestamp_millis();
        Moment { now_ms, window_ms: 300_000 }
    }

    fn received(headers: &[(&'static str, &str)]) -> Received {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().expect("a header"));
        }
        Received { path: PATH.to_owned(), headers: map, body: Bytes::from_static(BODY) }
    }

    /// A sound call but for `name`, which is `value`, or absent.
    fn call_with(name: &str, value: Option<&str>) -> Received {
        let token = keys().issue_token(moment().now_ms + 1, [1; 16]);
        let signature = sign(&Signed { path: PATH, token: &token, timestamp: TIMESTAMP, body: BODY });
        let bearer = format!("Bearer {token}");
        let mut headers = vec![
            ("content-type", "application/json"),
            ("authorization", bearer.as_str()),
            ("x-timestamp", TIMESTAMP),
            ("x-signature", signature.as_str()),
            ("x-partner-id", CLIENT),
            ("x-external-id", "20261201080000001"),
        ];
        headers.retain(|(known, _)| *known != name || value.is_some());
        for header in &mut headers {
            if header.0 == name {
                header.1 = value.unwrap_or_default();
            }
        }
        received(&headers)
    }

    #[track_caller]
    fn check(name: &str, value: Option<&str>, refusal: &Refusal) {
        assert_eq!(authenticate_call(&keys(), &call_with(name, value), moment()).as_ref(), Err(refusal), "{name}: {value:?}");
    }

    #[test]
    fn a_sound_call_is_the_banks() {
        assert_eq!(authenticate_call(&keys(), &call_with("", None), moment()), Ok("20261201080000001"));
    }

    #[test]
    fn each_missing_header_is_named() {
        for name in ["Content-Type", "X-TIMESTAMP", "X-SIGNATURE", "X-PARTNER-ID", "X-EXTERNAL-ID"] {
            check(&name.to_lowercase(), None, &Refusal::FieldMissing(name.to_owned()));
        }
        check("authorization", None, &Refusal::InvalidToken);
    }

    #[test]
    fn each_wrong_header_has_its_own_answer() {
        check("content-type", Some("text/plain"), &Refusal::FieldFormat("Content-Type".to_owned()));
        check("authorization", Some("Bearer forged"), &Refusal::InvalidToken);
        check("authorization", Some("Basic abc"), &Refusal::InvalidToken);
        check("x-timestamp", Some("2026-12-01 08:00"), &Refusal::FieldFormat("X-TIMESTAMP".to_owned()));
        check("x-timestamp", Some("2026-12-01T07:54:59+07:00"), &Refusal::Unauthorized("X-TIMESTAMP"));
        check("x-timestamp", Some("2026-12-01T08:05:01+07:00"), &Refusal::Unauthorized("X-TIMESTAMP"));
        // Within the window, but not the moment that was signed.
        check("x-timestamp", Some("2026-12-01T08:04:00+07:00"), &Refusal::Unauthorized("Signature"));
        check("x-signature", Some("AAAA"), &Refusal::Unauthorized("Signature"));
        check("x-partner-id", Some("another"), &Refusal::Unauthorized("X-PARTNER-ID"));
        check("x-external-id", Some("12a"), &Refusal::FieldFormat("X-EXTERNAL-ID".to_owned()));
        check("x-external-id", Some(&"1".repeat(37)), &Refusal::FieldFormat("X-EXTERNAL-ID".to_owned()));
    }

    #[test]
    fn a_token_is_given_to_the_bank_only() {
        let ask = |client: &str, timestamp: &str, signature: &str| {
            let headers =
                [("content-type", "application/json"), ("x-client-key", client), ("x-timestamp", timestamp), ("x-signature", signature)];
            authenticate_client(&keys(), &received(&headers), moment())
        };
        assert_eq!(ask(CLIENT, TIMESTAMP, RSA_SIGNATURE), Ok(()));
        assert_eq!(ask("another", TIMESTAMP, RSA_SIGNATURE), Err(Refusal::Unauthorized("Unknown client")));
        assert_eq!(ask(CLIENT, TIMESTAMP, "AAAA"), Err(Refusal::Unauthorized("Signature")));
        assert_eq!(ask(CLIENT, "2026-12-01T09:00:00+07:00", RSA_SIGNATURE), Err(Refusal::Unauthorized("X-TIMESTAMP")));
    }
}
