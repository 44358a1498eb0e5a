//! JSON without the space between its parts: what the body's digest in a signature is taken over.

/// `json` without space, tab and line ends outside strings. Strings stay as they are, escapes included: a minifier
/// that also strips the spaces of a name refuses honest signatures. Works on bytes and asks for no sound JSON,
/// because the signature is judged before the body is read.
pub(super) fn minify(json: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for &byte in json {
        if in_string {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            in_string = !closes;
        } else {
            if matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                continue;
            }
            in_string = byte == b'"';
        }
        kept.push(byte);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::minify;

    #[track_caller]
    fn check(json: &str, minified: &str) {
        assert_eq!(String::from_utf8(minify(json.as_bytes())).expect("text"), minified);
    }

    #[test]
    fn space_between_parts_goes() {
        check("{\n  \"a\" : [ 1,\t2 ],\r\n  \"b\" : { }\n}\n", r#"{"a":[1,2],"b":{}}"#);
        check("", "");
    }

    #[test]
    fn space_in_strings_stays() {
        check(r#"{ "name" : "Siti  Aminah", "id": "   12345" }"#, r#"{"name":"Siti  Aminah","id":"   12345"}"#);
    }

    #[test]
    fn an_escaped_quote_does_not_end_a_string() {
        check(r#"{ "a" : "x \" y" , "b" : 1 }"#, r#"{"a":"x \" y","b":1}"#);
        check(r#"{ "a" : "x \\" , "b" : 1 }"#, r#"{"a":"x \\","b":1}"#);
    }

    #[test]
    fn minifying_twice_changes_nothing() {
        let once = minify(br#"{ "a" : "x \\\" y" , "b" : [ true ] }"#);
        assert_eq!(minify(&once), once);
    }
}
