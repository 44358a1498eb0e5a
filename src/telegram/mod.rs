//! The conversation's two ends: what comes from people (`receive` fetches it, `webhook` has it brought), what they are answered (`turn` decides, `send`
//! tells), and broadcasts (`bulk`).
//!
//! Nothing here keeps state between two messages: whoever takes a chat's turn or outbox next, in whichever
//! process, goes on from what Redis holds. What may be said and asked is `antrean_chat`'s; this floor only knows how
//! a Bot API server wants it. A message's way is traced in `docs/ARCHITECTURE.md`.

mod apology;
mod backoff;
mod bulk;
mod client;
pub(crate) mod intake;
mod limiter;
mod live;
mod message;
mod order;
mod picture;
mod receive;
mod send;
mod shows;
mod turn;
mod update;
mod webhook;

use std::sync::Arc;

use antrean_chat::{Lang, Texts};
use antrean_domain::{Calendar, ChatId, Offices, Terms};
use antrean_store::Store;
use anyhow::Context;
use ring::hmac;
use teloxide::payloads::{GetMe, SetMyCommands, SetMyCommandsSetters};
use teloxide::types::BotCommand;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) use self::client::{Client, Failure};
use crate::config::{Config, ConfigError, TelegramSettings, Webhook};

/// What all loops of the bot role share.
pub(crate) struct Bot {
    store: Store,
    client: Client,
    settings: TelegramSettings,
    texts: Texts,
    offices: Offices,
    terms: Terms,
    calendar: Calendar,
    tag_key: hmac::Key,
    webhook: Option<Webhook>,
}

impl Bot {
    /// Asks the configuration for all that [`Self::new`] will need.
    pub(crate) fn demand(config: &Config) -> Result<(), ConfigError> {
        config.telegram_api_url()?;
        config.token()?;
        config.webhook()?;
        config.texts()?;
        config.offices()?;
        config.terms()?;
        config.calendar().map(drop)
    }

    pub(crate) fn new(config: &Config, store: Store) -> anyhow::Result<Self> {
        let settings = config.settings.telegram.clone();
        let client = Client::new(config.telegram_api_url()?, config.token()?, settings.request_ms).context("cannot make an HTTP client")?;
        Ok(Self {
            store,
            client,
            settings,
            texts: config.texts()?,
            offices: config.offices()?,
            terms: config.terms()?,
            calendar: config.calendar()?,
            tag_key: hmac::Key::new(hmac::HMAC_SHA256, &config.seal_key()?),
            webhook: config.webhook()?,
        })
    }

    /// A chat in the logs: enough to follow it through all processes. Keyed, because chat ids are few enough to try
    /// them all against a plain hash.
    fn tag(&self, chat: ChatId) -> String {
        let tag = hmac::sign(&self.tag_key, &chat.0.to_le_bytes());
        data_encoding::HEXLOWER.encode(&tag.as_ref()[..4])
    }

    /// Presents itself to the server and gives the bot's name. A refused token is the configuration's fault; a server
    /// that is away is not, and the bot starts without it.
    pub(crate) async fn introduce(&self) -> Result<String, ConfigError> {
        let me = match self.client.call(&GetMe::new()).await {
            Ok(me) => me,
            Err(failure) if failure.is_bad_token() => {
                let problem = format!("is refused by the Bot API server ({failure})");
                return Err(ConfigError::Wrong { name: "TELOXIDE_TOKEN", problem, expected: "the bot's token from @BotFather" });
            }
            Err(failure) => {
                tracing::warn!(%failure, "the Bot API server could not be asked who we are");
                return Ok("unknown".to_owned());
            }
        };
        for (commands, lang) in self.commands() {
            // Commands are a convenience: without them everything still works by typing.
            if let Err(failure) = self.client.call(&commands).await {
                tracing::warn!(%failure, lang, "the list of commands could not be set");
            }
        }
        Ok(me.get("username").and_then(|name| name.as_str()).unwrap_or("unknown").to_owned())
    }

    /// Starts every loop of the role. Each ends by itself after `shutdown`.
    pub(crate) fn start(self: &Arc<Self>, tasks: &mut JoinSet<()>, shutdown: &CancellationToken) {
        if self.webhook.is_some() {
            tasks.spawn(webhook::run(Arc::clone(self), shutdown.clone()));
        } else {
            tasks.spawn(receive::run(Arc::clone(self), shutdown.clone()));
        }
        for shard in self.store.chat_shards() {
            for _ in 0..self.settings.turn_readers {
                tasks.spawn(turn::run(Arc::clone(self), shard, shutdown.clone()));
            }
            for _ in 0..self.settings.send_readers {
                tasks.spawn(send::run(Arc::clone(self), shard, shutdown.clone()));
            }
        }
        for shard in self.store.office_shards() {
            tasks.spawn(bulk::run(Arc::clone(self), shard, shutdown.clone()));
        }
    }

    /// The commands of every language, and of whoever speaks none of them.
    fn commands(&self) -> Vec<(SetMyCommands, &'static str)> {
        let list = |lang| antrean_chat::commands(&self.texts, lang).into_iter().map(|(name, about)| BotCommand::new(name, about));
        let mut all = vec![(SetMyCommands::new(list(Lang::En)), "any")];
        all.extend(Lang::ALL.map(|lang| (SetMyCommands::new(list(lang)).language_code(lang.code()), lang.code())));
        all
    }
}
