//! Entities Telegram finds by itself: commands and web addresses.

use super::{Entity, Text, utf16_len};

/// The text with the entities a client would add to it.
pub(crate) fn with_detected(mut text: Text) -> Text {
    let mut offset = 0;
    for word in text.text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        if let Some(kind) = kind_of(bare) {
            let length = utf16_len(bare);
            let taken = text.entities.iter().any(|it| it.offset < offset + length && offset < it.offset + it.length);
            if !taken {
                text.entities.push(Entity::new(kind, offset, length));
            }
        }
        offset += utf16_len(word);
    }
    text.entities.sort_by_key(|entity| (entity.offset, usize::MAX - entity.length));
    text
}

fn kind_of(word: &str) -> Option<&'static str> {
    if let Some(command) = word.strip_prefix('/') {
        let name = command.split('@').next().unwrap_or_default();
        let is_command = (1..=32).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return is_command.then_some("bot_command");
    }
    let host = word.strip_prefix("https://").or_else(|| word.strip_prefix("http://"))?;
    (!host.is_empty()).then_some("url")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_addresses_are_found() {
        let text = with_detected(Text::plain("🟢 /start https://a.id a/b /"));
        let found: Vec<_> = text.entities.iter().map(|it| (it.kind.as_str(), it.offset, it.length)).collect();
        assert_eq!(found, [("bot_command", 3, 6), ("url", 10, 12)]);
    }
}
