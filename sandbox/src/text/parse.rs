//! `parse_mode=HTML`, with the rules and the error texts of Telegram's own parser.

use super::{Entity, Text};

/// A tag that is open while parsing.
struct Open {
    tag: String,
    kind: &'static str,
    /// `href` of a link, `class` of a span or code, `expandable` of a quotation.
    argument: Option<String>,
    /// Where its text begins, UTF-16.
    offset: usize,
}

struct Parser<'a> {
    html: &'a [u8],
    /// The byte that is read next.
    at: usize,
    text: String,
    /// Length of `text` in UTF-16 code units.
    offset: usize,
    open: Vec<Open>,
    entities: Vec<Entity>,
}

/// Takes HTML apart into text and entities. The error is what follows `can't parse entities: `.
pub(crate) fn parse_html(html: &str) -> Result<Text, String> {
    let mut parser =
        Parser { html: html.as_bytes(), at: 0, text: String::with_capacity(html.len()), offset: 0, open: Vec::new(), entities: Vec::new() };
    while let Some(next) = html[parser.at..].chars().next() {
        match next {
            '<' if parser.html.get(parser.at + 1) == Some(&b'/') => parser.end_tag()?,
            '<' => parser.start_tag()?,
            '&' => parser.character_reference(),
            other => parser.push(other, other.len_utf8()),
        }
    }
    if let Some(open) = parser.open.last() {
        return Err(format!("Can't find end tag corresponding to start tag \"{}\"", open.tag));
    }
    let Parser { text, mut entities, .. } = parser;
    // Outer before inner, as Telegram lists them.
    entities.sort_by_key(|entity| (entity.offset, usize::MAX - entity.length));
    Ok(Text { text, entities })
}

impl Parser<'_> {
    fn push(&mut self, character: char, bytes: usize) {
        self.text.push(character);
        self.offset += character.len_utf16();
        self.at += bytes;
    }

    /// `&lt;` and its few kin, and numbers; anything else after `&` stays as it is, as on the real one.
    fn character_reference(&mut self) {
        let rest = &self.html[self.at + 1..];
        let end = rest.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#').unwrap_or(rest.len());
        let name = std::str::from_utf8(&rest[..end]).expect("cut at ASCII characters");
        let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        });
        let character = match name {
            "lt" => Some('<'),
            "gt" => Some('>'),
            "amp" => Some('&'),
            "quot" => Some('"'),
            _ => number.and_then(char::from_u32).filter(|it| *it != '\0'),
        };
        match character {
            Some(character) => {
                let semicolon = usize::from(rest.get(end) == Some(&b';'));
                self.push(character, 1 + end + semicolon);
            }
            None => self.push('&', 1),
        }
    }

    fn start_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        self.at += 1;
        let tag = self.until(|byte| byte.is_ascii_whitespace() || byte == b'>').to_ascii_lowercase();
        if self.at >= self.html.len() {
            return Err(format!("Unclosed start tag at byte offset {begin}"));
        }
        let Some(kind) = kind_of(&tag) else {
            return Err(format!("Unsupported start tag \"{tag}\" at byte offset {begin}"));
        };
        let mut argument = None;
        while let Some((name, value)) = self.attribute(&tag, begin)? {
            match (tag.as_str(), name.as_str()) {
                ("a", "href") | ("tg-emoji", "emoji-id") => argument = Some(value),
                ("code", "class") if value.starts_with("language-") => argument = Some(value["language-".len()..].into()),
                ("span", "class") if value.starts_with("tg-") => argument = Some(value),
                ("blockquote", "expandable") => argument = Some(name),
                _ => {}
            }
        }
        self.at += 1;
        if tag == "span" && argument.as_deref() != Some("tg-spoiler") {
            return Err(format!("Tag \"span\" must have class \"tg-spoiler\" at byte offset {begin}"));
        }
        self.open.push(Open { tag, kind, argument, offset: self.offset });
        Ok(())
    }

    /// The next attribute, or `None` at the closing `>`, on which it stops.
    fn attribute(&mut self, tag: &str, begin: usize) -> Result<Option<(String, String)>, String> {
        self.until(|byte| !byte.is_ascii_whitespace());
        match self.html.get(self.at) {
            None => return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}")),
            Some(b'>') => return Ok(None),
            Some(_) => {}
        }
        let name = self.until(|byte| byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>')).to_ascii_lowercase();
        if name.is_empty() {
            return Err(format!("Empty attribute name in the tag \"{tag}\" at byte offset {begin}"));
        }
        self.until(|byte| !byte.is_ascii_whitespace());
        if self.html.get(self.at) != Some(&b'=') {
            // `<blockquote expandable>` is the one attribute without a value.
            if name == "expandable" {
                return Ok(Some((name, String::new())));
            }
            return Err(format!("Expected equal sign in declaration of an attribute of the tag \"{tag}\" at byte offset {begin}"));
        }
        self.at += 1;
        self.until(|byte| !byte.is_ascii_whitespace());
        let value = match self.html.get(self.at).copied() {
            Some(quote @ (b'"' | b'\'')) => {
                self.at += 1;
                let value = self.until(|byte| byte == quote);
                self.at += 1;
                value
            }
            _ => self.until(|byte| byte.is_ascii_whitespace() || byte == b'>').to_ascii_lowercase(),
        };
        if self.at >= self.html.len() {
            return Err(format!("Unclosed start tag \"{tag}\" at byte offset {begin}"));
        }
        // References inside values are read by the same rules; a value has no tags.
        let value = parse_html(&value.replace('<', "&lt;"))?.text;
        Ok(Some((name, value)))
    }

    fn end_tag(&mut self) -> Result<(), String> {
        let begin = self.at;
        let Some(open) = self.open.pop() else {
            return Err(format!("Unexpected end tag at byte offset {begin}"));
        };
        self.at += 2;
        let tag = self.until(|byte| byte.is_ascii_whitespace() || byte == b'>').to_ascii_lowercase();
        self.until(|byte| !byte.is_ascii_whitespace());
        if self.html.get(self.at) != Some(&b'>') {
            return Err(format!("Unclosed end tag at byte offset {begin}"));
        }
        if !tag.is_empty() && tag != open.tag {
            return Err(format!("Unmatched end tag at byte offset {begin}, expected \"</{}>\", found \"</{tag}>\"", open.tag));
        }
        self.at += 1;
        if self.offset > open.offset {
            self.close(open);
        }
        Ok(())
    }

    /// Adds the entity a tag stood for.
    fn close(&mut self, open: Open) {
        let length = self.offset - open.offset;
        let mut entity = Entity::new(open.kind, open.offset, length);
        match open.tag.as_str() {
            // A link without an address is no link.
            "a" => match open.argument {
                Some(url) => entity.url = Some(url),
                None => return,
            },
            "tg-emoji" => {
                entity.rest.insert("custom_emoji_id".into(), open.argument.unwrap_or_default().into());
            }
            "blockquote" if open.argument.is_some() => "expandable_blockquote".clone_into(&mut entity.kind),
            // `<pre><code class="language-rust">` is one entity; the inner one closes first and leaves its language.
            "code" => entity.language = open.argument,
            "pre" => {
                let inner = self.entities.last().filter(|it| it.kind == "code" && it.offset == open.offset && it.length == length);
                if let Some(language) = inner.map(|it| it.language.clone()) {
                    entity.language = language;
                    self.entities.pop();
                }
            }
            _ => {}
        }
        self.entities.push(entity);
    }

    /// What stands before the first byte that `stop` accepts (or the end); stops on that byte.
    fn until(&mut self, stop: impl Fn(u8) -> bool) -> String {
        let rest = &self.html[self.at..];
        let end = rest.iter().position(|byte| stop(*byte)).unwrap_or(rest.len());
        self.at += end;
        String::from_utf8_lossy(&rest[..end]).into_owned()
    }
}

/// The entity a tag makes, if Telegram knows the tag.
fn kind_of(tag: &str) -> Option<&'static str> {
    let kind = match tag {
        "b" | "strong" => "bold",
        "i" | "em" => "italic",
        "u" | "ins" => "underline",
        "s" | "strike" | "del" => "strikethrough",
        "tg-spoiler" | "span" => "spoiler",
        "tg-emoji" => "custom_emoji",
        "blockquote" => "blockquote",
        "a" => "text_link",
        "pre" => "pre",
        "code" => "code",
        _ => return None,
    };
    Some(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, text: &str, entities: &[(&str, usize, usize)]) {
        let parsed = parse_html(html).unwrap();
        let found: Vec<_> = parsed.entities.iter().map(|it| (it.kind.as_str(), it.offset, it.length)).collect();
        assert_eq!((parsed.text.as_str(), found.as_slice()), (text, entities));
    }

    #[track_caller]
    fn check_error(html: &str, error: &str) {
        assert_eq!(parse_html(html).unwrap_err(), error);
    }

    #[test]
    fn tags_become_entities_counted_in_utf16() {
        check("🟢 <b>Lunas <i>ya</i></b>", "🟢 Lunas ya", &[("bold", 3, 8), ("italic", 9, 2)]);
        check("<a href=\"https://x.id/?a=1&amp;b=2\">x</a>", "x", &[("text_link", 0, 1)]);
        check("<pre><code class=\"language-rust\">fn</code></pre>", "fn", &[("pre", 0, 2)]);
        check("<blockquote expandable>q</blockquote>", "q", &[("expandable_blockquote", 0, 1)]);
        check("<tg-spoiler>a</tg-spoiler><span class=\"tg-spoiler\">b</span>", "ab", &[("spoiler", 0, 1), ("spoiler", 1, 1)]);
        check("a &lt;b&gt; &amp; &nbsp; & &#128994;", "a <b> & &nbsp; & 🟢", &[]);
        check("<b></b>x", "x", &[]);
    }

    #[test]
    fn errors_are_worded_as_telegram_words_them() {
        check_error("a <foo>", "Unsupported start tag \"foo\" at byte offset 2");
        check_error("a <b", "Unclosed start tag at byte offset 2");
        check_error("a < b > c", "Unsupported start tag \"\" at byte offset 2");
        check_error("</b>", "Unexpected end tag at byte offset 0");
        check_error("<b>x</i>", "Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"");
        check_error("<b>x", "Can't find end tag corresponding to start tag \"b\"");
        check_error("<b>x</b", "Unclosed end tag at byte offset 4");
        check_error("<a href>x</a>", "Expected equal sign in declaration of an attribute of the tag \"a\" at byte offset 0");
        check_error("<span>x</span>", "Tag \"span\" must have class \"tg-spoiler\" at byte offset 0");
    }
}
