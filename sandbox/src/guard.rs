//! Keeps other web sites out: only a page that was opened on this machine's own names may talk to us.
//!
//! Listening on loopback keeps other machines out, but not a web site in this machine's browser: it could resolve its
//! own name to 127.0.0.1 (DNS rebinding, seen in `Host`) or simply post here (seen in `Origin`).

use axum::{
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};

pub(crate) async fn loopback_only(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(is_loopback) {
        return (StatusCode::FORBIDDEN, "this server answers to 127.0.0.1, localhost and [::1] only").into_response();
    }
    if !is_own_origin(headers) {
        return (StatusCode::FORBIDDEN, "this server takes no requests from other web sites").into_response();
    }
    next.run(request).await
}

fn is_own_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    origin.to_str().ok().and_then(|origin| origin.split_once("://")).is_some_and(|(_, host)| is_loopback(host))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        // The last colon of a bare [::1] is inside the brackets.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn only_loopback_names_pass() {
        for host in ["127.0.0.1", "127.0.0.1:8081", "localhost:1", "[::1]", "[::1]:80"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "192.168.0.2", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
