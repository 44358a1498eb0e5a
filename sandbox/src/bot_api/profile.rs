//! Who the bot is and who it talks to: `getMe`, `getChat`, commands, the menu button.

use serde_json::{Value, json};

use super::{
    Call,
    error::{ApiError, ApiResult},
};
use crate::world::{Profile, Record, Signal};

/// Documented limits of a command list.
const COMMANDS_MAX: usize = 100;
const COMMAND_CHARS: std::ops::RangeInclusive<usize> = 1..=32;
const DESCRIPTION_CHARS: std::ops::RangeInclusive<usize> = 1..=256;

impl Call<'_> {
    pub(super) fn get_me(&self) -> Value {
        let mut me = self.shared.world().bot_user();
        // Libraries refuse a bot that lacks any of these.
        let abilities = [
            ("can_join_groups", true),
            ("can_read_all_group_messages", false),
            ("supports_inline_queries", false),
            ("can_connect_to_business", false),
            ("has_main_web_app", false),
        ];
        for (ability, has) in abilities {
            me[ability] = has.into();
        }
        me
    }

    pub(super) fn get_chat(&self) -> ApiResult<Value> {
        let id = self.chat()?;
        let world = self.shared.world();
        let person = world.people.get(&id).ok_or_else(ApiError::chat_not_found)?;
        let mut chat = person.chat();
        chat["accent_color_id"] = 0.into();
        chat["max_reaction_count"] = 11.into();
        chat["accepted_gift_types"] = json!({
            "unlimited_gifts": false,
            "limited_gifts": false,
            "unique_gifts": false,
            "premium_subscription": false,
        });
        let it = world.chats.get(&id).ok_or_else(ApiError::chat_not_found)?;
        if let Some(pinned) = it.pinned.last().and_then(|id| it.messages.get(id)) {
            chat["pinned_message"] = pinned.to_api(&world);
        }
        Ok(chat)
    }

    pub(super) fn set_my_commands(&self) -> ApiResult<Value> {
        let commands: Vec<Value> =
            self.params.json("commands", "can't parse commands specified")?.ok_or_else(|| ApiError::bad("commands are not specified"))?;
        if commands.len() > COMMANDS_MAX {
            return Err(ApiError::bad("BOT_COMMANDS_TOO_MUCH"));
        }
        for command in &commands {
            let name = command["command"].as_str().unwrap_or_default().trim_start_matches('/');
            let named_well = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            if !named_well || !COMMAND_CHARS.contains(&name.len()) {
                return Err(ApiError::bad("BOT_COMMAND_INVALID"));
            }
            if !DESCRIPTION_CHARS.contains(&command["description"].as_str().unwrap_or_default().chars().count()) {
                return Err(ApiError::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
            }
        }
        let key = self.commands_key();
        self.change(|profile| {
            profile.commands.insert(key, commands);
        });
        Ok(true.into())
    }

    pub(super) fn get_my_commands(&self) -> Value {
        self.shared.world().profile.commands.get(&self.commands_key()).cloned().unwrap_or_default().into()
    }

    pub(super) fn delete_my_commands(&self) -> Value {
        let key = self.commands_key();
        self.change(|profile| {
            profile.commands.remove(&key);
        });
        true.into()
    }

    pub(super) fn set_chat_menu_button(&self) -> Value {
        let button = self.params.json("menu_button", "").ok().flatten();
        self.change(|profile| profile.menu_button = button);
        true.into()
    }

    pub(super) fn get_chat_menu_button(&self) -> Value {
        self.shared.world().profile.menu_button.clone().unwrap_or_else(|| json!({ "type": "default" }))
    }

    /// `setMyName`, `setMyDescription`, `setMyShortDescription`: kept, so that the getter gives them back.
    pub(super) fn set_my_text(&self, method: &str) -> Value {
        let field = text_field(method);
        let text = self.params.text(field).unwrap_or_default().to_owned();
        let key = format!("{field}|{}", self.language());
        self.change(|profile| {
            profile.texts.insert(key, text);
        });
        true.into()
    }

    pub(super) fn get_my_text(&self, method: &str) -> Value {
        let field = text_field(method);
        let world = self.shared.world();
        let text = world.profile.texts.get(&format!("{field}|{}", self.language()));
        json!({ field: text.cloned().unwrap_or_default() })
    }

    /// Changes what the bot said about itself, and tells open pages.
    pub(super) fn change(&self, change: impl FnOnce(&mut Profile)) {
        let mut world = self.shared.world();
        let mut profile = world.profile.clone();
        change(&mut profile);
        world.record(Record::Profile { profile });
        world.signal(Signal::Profile);
    }

    fn language(&self) -> &str {
        self.params.text("language_code").unwrap_or_default()
    }

    /// Commands are kept per scope and language: `default|`, `chat:10001|id`.
    fn commands_key(&self) -> String {
        let scope: Option<Value> = self.params.json("scope", "").ok().flatten();
        let scope = scope.unwrap_or_else(|| json!({ "type": "default" }));
        let kind = scope["type"].as_str().unwrap_or("default");
        match scope["chat_id"].as_i64() {
            Some(chat) => format!("{kind}:{chat}|{}", self.language()),
            None => format!("{kind}|{}", self.language()),
        }
    }
}

fn text_field(method: &str) -> &'static str {
    match method {
        "setmyname" | "getmyname" => "name",
        "setmyshortdescription" | "getmyshortdescription" => "short_description",
        _ => "description",
    }
}
