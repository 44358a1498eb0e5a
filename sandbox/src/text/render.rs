//! Text and entities back into HTML, so that a test can compare what a person would see.

use super::{Entity, Text};

/// The HTML that would make this text. Entities Telegram found by itself (commands, addresses) are left plain.
pub(crate) fn to_html(text: &Text) -> String {
    let mut html = String::with_capacity(text.text.len());
    let mut open: Vec<(&Entity, &'static str)> = Vec::new();
    let mut offset = 0;
    let mut entities = text.entities.iter().filter_map(|it| Some((it, tag_of(&it.kind)?))).peekable();
    for character in text.text.chars() {
        close_ended(&mut open, offset, &mut html);
        while let Some((entity, tag)) = entities.next_if(|(it, _)| it.offset <= offset) {
            html.push_str(&start_tag(entity, tag));
            open.push((entity, tag));
        }
        match character {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            other => html.push(other),
        }
        offset += character.len_utf16();
    }
    while let Some((_, tag)) = open.pop() {
        end_tag(tag, &mut html);
    }
    html
}

/// Closes what ends here, and whatever was opened inside it.
fn close_ended(open: &mut Vec<(&Entity, &'static str)>, offset: usize, html: &mut String) {
    let Some(first) = open.iter().position(|(it, _)| it.offset + it.length <= offset) else { return };
    for (_, tag) in open.drain(first..).rev() {
        end_tag(tag, html);
    }
}

fn start_tag(entity: &Entity, tag: &str) -> String {
    let quoted = |value: &str| value.replace('&', "&amp;").replace('"', "&quot;");
    match (&entity.url, entity.kind.as_str()) {
        (Some(url), _) => format!("<{tag} href=\"{}\">", quoted(url)),
        (None, "expandable_blockquote") => format!("<{tag} expandable>"),
        (None, _) => format!("<{tag}>"),
    }
}

fn end_tag(tag: &str, html: &mut String) {
    html.push_str("</");
    html.push_str(tag);
    html.push('>');
}

fn tag_of(kind: &str) -> Option<&'static str> {
    match kind {
        "bold" => Some("b"),
        "italic" => Some("i"),
        "underline" => Some("u"),
        "strikethrough" => Some("s"),
        "spoiler" => Some("tg-spoiler"),
        "code" => Some("code"),
        "pre" => Some("pre"),
        "text_link" => Some("a"),
        "blockquote" | "expandable_blockquote" => Some("blockquote"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::parse_html;

    #[test]
    fn what_was_parsed_is_rendered_as_it_was() {
        for html in [
            "🟢 <b>Lunas <i>ya</i></b> &lt;3 &amp; <code>x</code>",
            "<a href=\"https://x.id/?a=1&amp;b\">x</a>",
            "<blockquote expandable>q</blockquote>",
        ] {
            assert_eq!(to_html(&parse_html(html).unwrap()), html);
        }
    }
}
