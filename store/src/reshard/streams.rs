//! The streams: those of all old shards, merged, and dealt out to the new ones.
//!
//! Each old stream keeps its order; between them the older entry goes first. So does the journal: an event belongs to
//! an office, an office's events were all in one journal and stay in their order, and every new journal is numbered
//! from 1 without gaps. What it proves it proves as before.

use std::collections::{BTreeMap, HashMap, VecDeque};

use antrean_domain::{ChatId, JobClass, OfficeCode};
use redis::FromRedisValue;
use redis::streams::{StreamId, StreamRangeReply};

use super::Reshard;
use super::names::{NEXT, Writes};
use crate::Store;
use crate::error::Result;
use crate::keys::{ChatShard, OfficeShard, Tag};
use crate::ledger::office_of_record;

/// How many entries are read and written at once.
const PAGE: usize = 500;

/// By what entries of different streams are compared.
type Age = fn(&StreamId) -> u64;

/// Several streams as one.
struct Merged<'a> {
    store: &'a Store,
    age: Age,
    heads: Vec<Head>,
}

/// One of them, as far as it was read.
struct Head {
    tag: Tag,
    key: String,
    after: Option<String>,
    page: VecDeque<StreamId>,
}

/// Ids for entries of the new streams: the old moment, told apart where two streams had the same.
#[derive(Default)]
struct Moments {
    last: HashMap<String, (u64, u64)>,
}

impl Reshard {
    pub(super) async fn copy_streams(&self) -> Result<()> {
        for class in JobClass::ALL {
            self.copy_jobs(class).await?;
        }
        self.copy_bulk().await?;
        self.copy_dead().await?;
        self.copy_journal().await
    }

    async fn copy_jobs(&self, class: JobClass) -> Result<()> {
        let mut merged = Merged::of(&self.from, Tag::is_office, |tag| OfficeShard(tag.shard()).jobs(class), moment);
        let mut moments = Moments::default();
        while let Some(page) = merged.page().await? {
            let mut writes = Writes::default();
            for (was, entry) in page {
                let home = self.job_home(&entry.get::<String>("p").unwrap_or_default(), OfficeShard(was.shard()));
                let target = format!("{NEXT}{}", home.jobs(class));
                append(&mut writes, Tag::Office(home), &target, &moments.id(&target, &entry), &entry)?;
            }
            writes.send(&self.from).await?;
        }
        Ok(())
    }

    async fn copy_bulk(&self) -> Result<()> {
        let mut merged = Merged::of(&self.from, Tag::is_office, |tag| OfficeShard(tag.shard()).bulk(), moment);
        let mut moments = Moments::default();
        let mut known: HashMap<String, Option<OfficeCode>> = HashMap::new();
        while let Some(page) = merged.page().await? {
            let mut writes = Writes::default();
            for (was, entry) in page {
                let was = OfficeShard(was.shard());
                let broadcast: String = entry.get("b").unwrap_or_default();
                if !known.contains_key(&broadcast) {
                    let office = self.fields_office(was, "broadcast", &[&broadcast]).await?.pop().flatten();
                    known.insert(broadcast.clone(), office);
                }
                let home = self.office_home(known[&broadcast].as_ref(), was);
                let target = format!("{NEXT}{}", home.bulk());
                append(&mut writes, Tag::Office(home), &target, &moments.id(&target, &entry), &entry)?;
            }
            writes.send(&self.from).await?;
        }
        Ok(())
    }

    /// A dead letter goes where it would be tried again.
    async fn copy_dead(&self) -> Result<()> {
        let mut merged = Merged::of(&self.from, |_| true, Tag::dead, moment);
        let mut moments = Moments::default();
        while let Some(page) = merged.page().await? {
            let mut writes = Writes::default();
            for (was, entry) in page {
                let of = entry.get::<String>("w").unwrap_or_default();
                let home = match was {
                    Tag::Chat(shard) => {
                        // Of a hop it is an entry's id, which is no chat.
                        let chat = of.parse().ok().map(ChatId);
                        Tag::Chat(chat.map_or(ChatShard(shard.0 % self.to()), |chat| ChatShard::of(chat, self.to())))
                    }
                    Tag::Office(shard) => Tag::Office(self.job_home(&entry.get::<String>("p").unwrap_or_default(), shard)),
                };
                let target = format!("{NEXT}{}", home.dead());
                append(&mut writes, home, &target, &moments.id(&target, &entry), &entry)?;
            }
            writes.send(&self.from).await?;
        }
        Ok(())
    }

    async fn copy_journal(&self) -> Result<()> {
        let mut merged = Merged::of(&self.from, Tag::is_office, |tag| OfficeShard(tag.shard()).journal(), told);
        let mut events: BTreeMap<OfficeShard, u64> = BTreeMap::new();
        while let Some(page) = merged.page().await? {
            let mut writes = Writes::default();
            for (was, entry) in page {
                let was = OfficeShard(was.shard());
                let home = self.office_home(self.office_of_event(was, &entry).await?.as_ref(), was);
                let event = events.entry(home).or_default();
                *event += 1;
                let target = format!("{NEXT}{}", home.journal());
                append(&mut writes, Tag::Office(home), &target, &format!("{event}-0"), &entry)?;
            }
            writes.send(&self.from).await?;
        }
        Ok(())
    }

    /// Of the record an event carries; of quota, of the month it opens; of `again`, of the booking it names.
    async fn office_of_event(&self, shard: OfficeShard, entry: &StreamId) -> Result<Option<OfficeCode>> {
        if let Some(packed) = entry.get::<Vec<u8>>("r") {
            return Ok(office_of_record(&packed));
        }
        if let Some(month) = entry.get::<String>("q") {
            return Ok(month.split(':').next().and_then(|office| office.parse().ok()));
        }
        let booking = entry.get::<String>("b").unwrap_or_default();
        Ok(self.records_office(shard, &[&booking]).await?.pop().flatten())
    }
}

impl<'a> Merged<'a> {
    fn of(store: &'a Store, which: fn(Tag) -> bool, key: impl Fn(Tag) -> String, age: Age) -> Self {
        let head = |tag| Head { tag, key: key(tag), after: Some("-".to_owned()), page: VecDeque::new() };
        Self { store, age, heads: store.tags().filter(|tag| which(*tag)).map(head).collect() }
    }

    /// The next entries, oldest first, and where each was; `None` at the end.
    async fn page(&mut self) -> Result<Option<Vec<(Tag, StreamId)>>> {
        let mut page = Vec::with_capacity(PAGE);
        while page.len() < PAGE {
            for head in &mut self.heads {
                head.fill(self.store).await?;
            }
            let oldest = self.heads.iter_mut().filter(|head| !head.page.is_empty()).min_by_key(|head| (self.age)(&head.page[0]));
            let Some(head) = oldest else { break };
            page.extend(head.page.pop_front().map(|entry| (head.tag, entry)));
        }
        Ok(Some(page).filter(|page| !page.is_empty()))
    }
}

impl Head {
    async fn fill(&mut self, store: &Store) -> Result<()> {
        let Some(after) = self.after.as_ref().filter(|_| self.page.is_empty()) else { return Ok(()) };
        let mut range = redis::cmd("XRANGE");
        range.arg(&self.key).arg(after).arg("+").arg("COUNT").arg(PAGE);
        let reply: StreamRangeReply = range.query_async(&mut store.commands()).await?;
        self.after = reply.ids.last().map(|last| format!("({}", last.id));
        self.page = reply.ids.into();
        Ok(())
    }
}

impl Moments {
    fn id(&mut self, target: &str, entry: &StreamId) -> String {
        let (ms, n) = self.last.entry(target.to_owned()).or_insert((0, 0));
        let at = moment(entry);
        (*ms, *n) = if at > *ms { (at, 0) } else { (*ms, *n + 1) };
        format!("{ms}-{n}")
    }
}

/// The moment an entry was added: the first half of its id.
fn moment(entry: &StreamId) -> u64 {
    entry.id.split('-').next().and_then(|ms| ms.parse().ok()).unwrap_or(0)
}

/// When an event of a journal happened.
fn told(entry: &StreamId) -> u64 {
    entry.get("t").unwrap_or(0)
}

fn append(writes: &mut Writes, tag: Tag, target: &str, id: &str, entry: &StreamId) -> Result<()> {
    let add = writes.to(tag).cmd("XADD").arg(target).arg(id);
    for (field, value) in &entry.map {
        add.arg(field).arg(Vec::<u8>::from_redis_value_ref(value).map_err(redis::RedisError::from)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_of_one_moment_are_told_apart() {
        let mut moments = Moments::default();
        let mut id = |ms: u64| moments.id("a", &StreamId { id: format!("{ms}-7"), ..StreamId::default() });
        assert_eq!([id(5), id(5), id(9), id(4), id(10)], ["5-0", "5-1", "9-0", "9-1", "10-0"]);
    }
}
