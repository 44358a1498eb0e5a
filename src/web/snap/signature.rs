//! Who may call: the bank proves itself with its RSA key for a token, and with the shared secret for every call.
//!
//! Pure functions of what was sent and the moment it came; both comparisons take the same time whatever differs.

use antrean_domain::Millis;
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use ring::{digest, hmac, signature};
use secrecy::{ExposeSecret, SecretString};

use super::minify::minify;

/// Separates the key of tokens from the secret the bank signs with.
const TOKEN_KEY_LABEL: &[u8] = b"antrean snap access token 1";

/// Sixteen random bytes make every token another one.
pub(super) type Nonce = [u8; 16];

/// What tells the bank from everybody else.
pub(super) struct Keys {
    client_id: String,
    /// `RSAPublicKey` in DER.
    public_key: Vec<u8>,
    calls: hmac::Key,
    tokens: hmac::Key,
}

/// What a call's signature covers beside its body.
pub(super) struct Signed<'a> {
    /// Path and query as they were sent.
    pub(super) path: &'a str,
    pub(super) token: &'a str,
    pub(super) timestamp: &'a str,
    pub(super) body: &'a [u8],
}

impl Keys {
    pub(super) fn new(client_id: String, secret: &SecretString, public_key: Vec<u8>) -> Self {
        let secret = secret.expose_secret().as_bytes();
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), TOKEN_KEY_LABEL);
        Self {
            client_id,
            public_key,
            calls: hmac::Key::new(hmac::HMAC_SHA512, secret),
            tokens: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()),
        }
    }

    pub(super) fn is_client(&self, id: &str) -> bool {
        self.client_id == id
    }

    /// Whether `signature` is the bank's `SHA256withRSA`, in base64, over `client_id|timestamp`.
    pub(super) fn signed_token_request(&self, timestamp: &str, signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature.as_bytes()) else { return false };
        let text = format!("{}|{timestamp}", self.client_id);
        signature::UnparsedPublicKey::new(&signature::RSA_PKCS1_2048_8192_SHA256, &self.public_key)
            .verify(text.as_bytes(), &signature)
            .is_ok()
    }

    /// Whether `signature` is the HMAC-SHA512, in base64, over
    /// `POST:path:token:lower(hex(sha256(minify(body)))):timestamp`.
    pub(super) fn signed_call(&self, call: &Signed<'_>, signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature.as_bytes()) else { return false };
        hmac::verify(&self.calls, string_to_sign(call).as_bytes(), &signature).is_ok()
    }

    /// A token good until `expires_ms`: the moment and the nonce, sealed by a key derived from the secret. Nothing is
    /// stored, so every web process honours what another has issued, also after a restart.
    pub(super) fn issue_token(&self, expires_ms: Millis, nonce: Nonce) -> String {
        let mut token = expires_ms.to_be_bytes().to_vec();
        token.extend_from_slice(&nonce);
        let tag = hmac::sign(&self.tokens, &token);
        token.extend_from_slice(tag.as_ref());
        BASE64URL_NOPAD.encode(&token)
    }

    /// Whether `token` was issued here and has not run out at `now_ms`.
    pub(super) fn is_token(&self, token: &str, now_ms: Millis) -> bool {
        let Ok(bytes) = BASE64URL_NOPAD.decode(token.as_bytes()) else { return false };
        let Some((claims, tag)) = bytes.split_at_checked(size_of::<Millis>() + size_of::<Nonce>()) else { return false };
        let Some((expires_ms, _)) = claims.split_first_chunk() else { return false };
        hmac::verify(&self.tokens, claims, tag).is_ok() && now_ms < Millis::from_be_bytes(*expires_ms)
    }
}

fn string_to_sign(call: &Signed<'_>) -> String {
    let digest = digest::digest(&digest::SHA256, &minify(call.body));
    format!("POST:{}:{}:{}:{}", call.path, call.token, HEXLOWER.encode(digest.as_ref()), call.timestamp)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) const CLIENT: &str = "bank-contoh";
    pub(in super::super) const SECRET: &str = "secret";
    pub(in super::super) const TIMESTAMP: &str = "2026-12-01T08:00:00+07:00";
    /// Made with openssl, as a bank would: `bank-contoh|2026-12-01T08:00:00+07:00`, by the key below.
    pub(in super::super) const RSA_SIGNATURE: &str = "\
        eahko3hOQP7z4IicUiNFl7Dfzc1MXoK5GpceDNzrzG8GVYYFuczy2Da2yuADVlrMtmIPuT0notbPNEIi/Hzn4LsTAErf5zak5d3U\
        C4deLbKmhAVAlXh4vKQfwYMHOrCyQvUe84cRmtR5C6jxI9xzJ19fc+CIsvdEJ7x4CI8Qr7+w8fT/lD+QT+IdL5Hc+M1bHeBEFjYj\
        sQBGP1u73+WbEQFr5klmA3XGAzTFuydCpYCj6KxCox2HKudMYiGmdP2pHc88ZTsmeCb0R0lWlctlWXEwb7GMbxKsEKM+aMh4VcMJ\
        cTSmHmd48sOeiFOXqm3TAUQnL4uDt7iPmgqqUTTnHQ==";
    const PUBLIC_KEY: &str = "\
        MIIBCgKCAQEA5ZDgFJAIDwQgN2lGby0j1LonA25Muh+uTXYt7aKofoU414E3JfRuphyOIdR7yJNwcQwfg5ohj1hLJ9ce/Zf6QmmN\
        FlwDVMHfQzYzL5424zWo3Vuyy7871Kgi+IkbXkWbRAvsRAhZyfoAlqgWDICXnIPTHO58Y5JrmeDfKVR4h2evOMhoM8TwxC0jJttb\
        oyf176q54phUxxrJ5JbCHXWKCEzacycIATgpO0B5FIHE1sSBwVPgt7OuCAmXmQl3s9mrdX/QBmJL5+O8odSUmBMdgIdGd4kmaBN7\
        9C93QMzCGlszmDwFi0oeU5AU4k2Ju26s7cuvnO+gkWfuaUMcnFqoSQIDAQAB";

    /// The keys of the bank that made the signatures above.
    pub(in super::super) fn keys() -> Keys {
        Keys::new(CLIENT.to_owned(), &SECRET.into(), BASE64.decode(PUBLIC_KEY.as_bytes()).expect("base64"))
    }

    /// The signature the bank would send for `call`.
    pub(in super::super) fn sign(call: &Signed<'_>) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA512, SECRET.as_bytes());
        BASE64.encode(hmac::sign(&key, string_to_sign(call).as_bytes()).as_ref())
    }

    #[test]
    fn the_banks_own_signature_opens_the_door_and_no_other() {
        assert!(keys().signed_token_request(TIMESTAMP, RSA_SIGNATURE));
        assert!(!keys().signed_token_request("2026-12-01T08:00:01+07:00", RSA_SIGNATURE));
        assert!(!keys().signed_token_request(TIMESTAMP, &RSA_SIGNATURE.replace("eahk", "eahl")));
        assert!(!keys().signed_token_request(TIMESTAMP, "not base64"));
    }

    #[test]
    fn a_calls_signature_is_the_one_others_compute() {
        // Computed by another implementation, over the minified body.
        let signature = "tyvXnf3w23yWW0x1mJ6K+gtbZD7TGwoRXPzL0V6WSz9GJYKEv8yWEiSPY4ThdvreHd+tqbiaDB6LTeinb6hNzw==";
        let body = br#"{ "partnerServiceId" : "   12345", "name": "Siti  A\"b c" }"#;
        let call = Signed { path: "/v1.0/transfer-va/inquiry", token: "token-1", timestamp: TIMESTAMP, body };
        assert!(keys().signed_call(&call, signature));
        for other in [
            Signed { path: "/v1.0/transfer-va/payment", ..call },
            Signed { token: "token-2", ..call },
            Signed { timestamp: "2026-12-01T08:00:01+07:00", ..call },
            Signed { body: br#"{"partnerServiceId":"   12345","name":"Siti A\"b c"}"#, ..call },
        ] {
            assert!(!keys().signed_call(&other, signature));
        }
    }

    #[test]
    fn a_token_is_good_until_its_last_moment() {
        let token = keys().issue_token(1_000, [7; 16]);
        assert!(keys().is_token(&token, 999));
        assert!(!keys().is_token(&token, 1_000));
    }

    #[test]
    fn only_tokens_issued_with_this_secret_are_honoured() {
        let other = Keys::new(CLIENT.to_owned(), &"another".into(), Vec::new());
        let token = other.issue_token(1_000, [7; 16]);
        assert!(!keys().is_token(&token, 0));
        let own = keys().issue_token(1_000, [7; 16]);
        // A later end, the tag as it was.
        let mut longer = BASE64URL_NOPAD.decode(own.as_bytes()).expect("base64");
        longer[0] ^= 1;
        assert!(!keys().is_token(&BASE64URL_NOPAD.encode(&longer), 0));
        for bad in ["", "AAAA", "not base64!"] {
            assert!(!keys().is_token(bad, 0), "{bad:?} passed");
        }
    }
}
