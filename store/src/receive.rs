//! Taking updates in: durable before anyone is told that we have them.

use antrean_domain::{ChatId, Millis};

use crate::error::{Result, StoreError};
use crate::keys::ChatShard;
use crate::mail::Mail;
use crate::{Store, scripts};

/// How many updates one script call takes in. Bounds how long Redis is busy with it.
const CHUNK: usize = 100;

/// What became of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    New,
    /// Taken in before, today or yesterday. Telegram repeats what it was not told we have.
    Repeated,
}

impl Store {
    /// Appends updates (chat, update id, raw JSON) to their chats' mailboxes, in order, and says what became of each.
    /// In Redis when it returns. After an error some may be in, those of other shards certainly: deliver all of them again.
    pub async fn deliver(&self, updates: &[(ChatId, i64, Vec<u8>)]) -> Result<Vec<Delivered>> {
        let now_ms = self.clock().now_ms();
        let mut delivered = vec![Delivered::New; updates.len()];
        let mut failed = None;
        for shard in self.chat_shards() {
            let of_shard = |n: &usize| ChatShard::of(updates[*n].0, self.shards()) == shard;
            let places: Vec<usize> = (0..updates.len()).filter(of_shard).collect();
            for chunk in places.chunks(CHUNK) {
                match self.deliver_to(shard, now_ms, chunk.iter().map(|place| &updates[*place])).await {
                    Ok(words) => chunk.iter().zip(words).for_each(|(place, word)| delivered[*place] = word),
                    Err(error) => {
                        // The chats of the other shards need not wait for this one's node.
                        failed = Some(error);
                        break;
                    }
                }
            }
        }
        failed.map_or(Ok(delivered), Err)
    }

    async fn deliver_to<'a>(
        &self,
        shard: ChatShard,
        now_ms: Millis,
        updates: impl Iterator<Item = &'a (ChatId, i64, Vec<u8>)>,
    ) -> Result<Vec<Delivered>> {
        let mut call = scripts::DELIVER.call();
        call.key(shard.ready()).key(shard.ready_ids()).key(shard.seen(now_ms, 0)).key(shard.seen(now_ms, 1));
        for (chat, update_id, json) in updates {
            call.key(shard.inbox(*chat)).arg(update_id).arg(chat.0).arg(Mail::write_update(self.seal()?, json));
        }
        let words: Vec<String> = call.run(self).await?;
        let read = |word: String| match word.as_str() {
            "new" => Ok(Delivered::New),
            "repeated" => Ok(Delivered::Repeated),
            _ => Err(StoreError::Answer { script: "deliver", answer: word }),
        };
        words.into_iter().map(read).collect()
    }
}
