//! The real mailboxes, asked what a walk asks of the model, and seen as the model is seen.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use antrean_domain::{ChatId, Outcome};
use antrean_store::{
    ChatShard, Commit, Committed, Delivered, Mail, OfficeShard, Options, Outbox, OutboxReader, Store, Tag, Turn, TurnReader,
};

use crate::booking::Minutes;
use crate::drive::{LEASE_MS, MINUTE_MS, empty};
use crate::mailbox::{CHATS, Chat, Hand, Item, Known, Mailboxes, READERS};
use crate::mailboxes::{DAY, Model, Operation, Side, given};
use crate::queue_house::{House, job, update};

const SHARD: ChatShard = ChatShard(0);

/// What can be seen of one side.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Picture {
    waiting: Vec<usize>,
    /// Entries on the stream, and in hand.
    depth: (usize, usize),
    /// Chats that are called, and that sleep.
    called: Vec<Chat>,
    snoozed: BTreeMap<Chat, Minutes>,
    alone: BTreeMap<Chat, u32>,
    parked: usize,
}

impl Picture {
    pub(crate) fn of(mailboxes: &Mailboxes) -> Self {
        let chats = || 0..CHATS;
        let known = |chat: Chat| mailboxes.known[chat];
        Self {
            waiting: mailboxes.lists.iter().map(VecDeque::len).collect(),
            depth: mailboxes.depth(),
            called: chats().filter(|chat| matches!(known(*chat), Known::Entry(_))).collect(),
            snoozed: chats().filter_map(|chat| if let Known::Snoozed(until) = known(chat) { Some((chat, until)) } else { None }).collect(),
            alone: chats().filter_map(|chat| Some((chat, mailboxes.alone[chat]?))).collect(),
            parked: mailboxes.parked.len(),
        }
    }
}

/// The real mailboxes, with all that was ever in somebody's hands.
pub(crate) struct Post<'a> {
    house: &'a House,
    store: Store,
    began: i64,
    turn_readers: Vec<TurnReader>,
    outbox_readers: Vec<OutboxReader>,
    turns: Vec<Turn>,
    outboxes: Vec<Outbox>,
    outcomes: u32,
    shows: u32,
    /// What came in and what was taken, in order for each chat.
    arrived: [Vec<Item>; CHATS],
    done: [Vec<Item>; CHATS],
}

impl<'a> Post<'a> {
    pub(crate) async fn open(house: &'a House) -> Self {
        empty(&house.store, &mut house.raw.clone()).await;
        let store = Store::connect(Options { lease_ms: LEASE_MS, ..house.server.options(1) }).await.expect("connected");
        // From one in the morning, so that no walk meets a midnight it does not know of.
        let now = store.clock().now_ms();
        let day_ms = DAY * MINUTE_MS;
        let began = (now / day_ms + 1) * day_ms + 60 * MINUTE_MS;
        store.clock().advance(began - now).await.expect("steered");
        let (mut turn_readers, mut outbox_readers) = (Vec::new(), Vec::new());
        for _ in 0..READERS {
            turn_readers.push(store.turns(0).await.expect("joined"));
            outbox_readers.push(store.outboxes(0).await.expect("joined"));
        }
        let (turns, outboxes, arrived, done) = Default::default();
        Self { house, store, began, turn_readers, outbox_readers, turns, outboxes, outcomes: 0, shows: 0, arrived, done }
    }

    pub(crate) async fn apply(&mut self, operation: &Operation, after: &Model) -> String {
        match operation {
            Operation::Deliver(updates) => self.deliver(updates).await,
            Operation::Tell { chats, dies } => self.tell(chats, *dies).await,
            Operation::Read { side, reader } => self.read(*side, *reader).await,
            Operation::Commit { hand, taken, shows, jobs } => self.commit(*hand, *taken, *shows, *jobs).await,
            Operation::Sent { hand, taken, sleep } => {
                let outbox = &self.outboxes[*hand];
                let sent = match sleep {
                    None => self.store.sent(outbox, *taken, b"live").await,
                    Some(minutes) => {
                        let until = self.began + (after.now + minutes) * MINUTE_MS;
                        self.store.snooze(outbox, *taken, b"live", until).await
                    }
                };
                format!("{:?}", sent.expect("answered"))
            }
            Operation::Park { side, hand } => {
                let parked = match side {
                    Side::In => self.store.park_head(&self.turns[*hand], "tried").await,
                    Side::Out => self.store.park_show(&self.outboxes[*hand], "tried").await,
                };
                if *side == Side::In && parked.as_ref().is_ok_and(|parked| *parked == Committed::Done) {
                    self.take(*hand, 1);
                }
                format!("{:?}", parked.expect("answered"))
            }
            Operation::Restart { side, reader, takes } => self.restart(*side, *reader, *takes, after).await,
            Operation::Lose { side, chat } => {
                let (stream, ids) = streams(*side);
                let entry: String = self.house.redis(&format!("HGET {ids} {}", id(*chat))).await;
                self.house.redis::<usize>(&format!("XACK {stream} {} {entry}", group(*side))).await;
                assert_eq!(self.house.redis::<usize>(&format!("XDEL {stream} {entry}")).await, 1);
                String::new()
            }
            Operation::Double { side, chat } => {
                let (stream, ids) = streams(*side);
                let entry: String = self.house.redis(&format!("XADD {stream} * c {}", id(*chat))).await;
                self.house.redis::<usize>(&format!("HSET {ids} {} {entry}", id(*chat))).await;
                String::new()
            }
            Operation::Sweep => self.store.sweep_mailboxes(SHARD).await.expect("swept").to_string(),
            Operation::Pass(minutes) => {
                self.store.clock().advance(minutes * MINUTE_MS).await.expect("steered");
                String::new()
            }
            Operation::Wake => self.store.wake(SHARD).await.expect("woken").to_string(),
        }
    }

    async fn deliver(&mut self, updates: &[(Chat, i64)]) -> String {
        let sent: Vec<_> = updates.iter().map(|(chat, n)| (ChatId(id(*chat)), *n, update(*n))).collect();
        let words = self.store.deliver(&sent).await.expect("delivered");
        for ((chat, n), _) in updates.iter().zip(&words).filter(|(_, word)| **word == Delivered::New) {
            self.arrived[*chat].push(Item::Update(*n));
        }
        format!("{words:?}")
    }

    async fn tell(&mut self, chats: &[Chat], dies: bool) -> String {
        for chat in chats {
            self.outcomes += 1;
            self.arrived[*chat].push(Item::Outcome(self.outcomes));
            let outcome = format!(r#"o{{"v":1,"kind":"subscribed","office":"AA{}","on":true}}"#, self.outcomes);
            self.house.redis::<String>(&format!("XADD hop:{{o0}} * t c0:mail:{} p {outcome}", id(*chat))).await;
        }
        self.house.redis::<usize>("COPY hop:{o0} saved:{o0} REPLACE").await;
        let mut relay = self.store.relay(Tag::Office(OfficeShard(0)));
        let mut carried = relay.next().await;
        if dies {
            self.house.redis::<String>("RENAME saved:{o0} hop:{o0}").await;
            carried = self.store.relay(Tag::Office(OfficeShard(0))).next().await;
        }
        carried.to_string()
    }

    async fn read(&mut self, side: Side, reader: usize) -> String {
        match side {
            Side::In => {
                let turn = self.turn_readers[reader].next(1).await.expect("read").pop();
                self.in_hand(turn)
            }
            Side::Out => {
                let outbox = self.outbox_readers[reader].next(1).await.expect("read").pop();
                self.out_in_hand(outbox)
            }
        }
    }

    fn in_hand(&mut self, turn: Option<Turn>) -> String {
        let Some(turn) = turn else { return "nothing".to_owned() };
        let items: Vec<_> = turn.mail.iter().map(item).collect();
        let answer = given(chat(turn.chat), &items, turn.rev, turn.alone);
        self.turns.push(turn);
        answer
    }

    fn out_in_hand(&mut self, outbox: Option<Outbox>) -> String {
        let Some(outbox) = outbox else { return "nothing".to_owned() };
        let number = |show: &Vec<u8>| Item::Show(String::from_utf8_lossy(show).parse().expect("a number"));
        let answer = given(chat(outbox.chat), &outbox.shows.iter().map(number).collect::<Vec<_>>(), 0, false);
        self.outboxes.push(outbox);
        answer
    }

    async fn commit(&mut self, hand: Hand, taken: usize, shows: u32, jobs: usize) -> String {
        let number = |n: u32| (self.shows + 1 + n).to_string().into_bytes();
        let commit = Commit { taken, dialogue: b"{}", shows: (0..shows).map(number).collect(), jobs: vec![job(1); jobs] };
        let committed = self.store.commit(&self.turns[hand], commit).await.expect("answered");
        if committed == Committed::Done {
            self.shows += shows;
            self.take(hand, taken);
        }
        format!("{committed:?}")
    }

    fn take(&mut self, hand: Hand, taken: usize) {
        let turn = &self.turns[hand];
        self.done[chat(turn.chat)].extend(turn.mail[..taken].iter().map(item));
    }

    /// Drops a reader, as a crash does, and opens another; the lease of what it takes over has run out.
    async fn restart(&mut self, side: Side, reader: usize, takes: Option<Hand>, after: &Model) -> String {
        if let Some(hand) = takes {
            let (consumer, ready) = match side {
                Side::In => (&self.turns[hand].consumer, &self.turns[hand].ready),
                Side::Out => (&self.outboxes[hand].consumer, &self.outboxes[hand].ready),
            };
            let lapse = format!("XCLAIM {} {} {consumer} 0 {ready} IDLE {} JUSTID", streams(side).0, group(side), LEASE_MS + 1);
            assert_eq!(self.house.redis::<Vec<String>>(&lapse).await.len(), 1);
        }
        match side {
            Side::In => self.turn_readers[reader] = self.store.turns(0).await.expect("joined"),
            Side::Out => self.outbox_readers[reader] = self.store.outboxes(0).await.expect("joined"),
        }
        let Some(hand) = takes else { return "nothing".to_owned() };
        let answer = self.read(side, reader).await;
        if side == Side::In && answer == "nothing" {
            // Condemned: the head was put aside.
            assert_eq!(
                after.inbox.parked.len(),
                self.house.redis::<Vec<redis::Value>>("XRANGE dead:{c0} - +").await.len() - after.outbox.parked.len()
            );
            let chat = chat(self.turns[hand].chat);
            let head = self.arrived[chat][self.done[chat].len()];
            self.done[chat].push(head);
        }
        answer
    }

    pub(crate) async fn picture(&self, side: Side) -> Picture {
        let (house, (stream, ids)) = (self.house, streams(side));
        let (list, group, kind) = if side == Side::In { ("in", group(side), "mail") } else { ("out", group(side), "show") };
        let mut waiting = Vec::new();
        for chat in 0..CHATS {
            waiting.push(house.redis(&format!("LLEN {list}:{{c0}}:{}", id(chat))).await);
        }
        let (pending, ..): (usize, Option<String>, Option<String>, redis::Value) = house.redis(&format!("XPENDING {stream} {group}")).await;
        let depth = (house.redis(&format!("XLEN {stream}")).await, pending);
        let known: BTreeMap<i64, String> = house.redis(&format!("HGETALL {ids}")).await;
        let called = known.iter().filter(|(_, entry)| *entry != "snoozed").map(|(chat_id, _)| chat(ChatId(*chat_id))).collect();
        let asleep: BTreeSet<_> =
            known.iter().filter(|(_, entry)| *entry == "snoozed").map(|(chat_id, _)| chat(ChatId(*chat_id))).collect();
        let mut snoozed = BTreeMap::new();
        if side == Side::Out {
            let all: Vec<(i64, i64)> = house.redis("ZRANGE snooze:{c0} 0 -1 WITHSCORES").await;
            snoozed = all.into_iter().map(|(of, until)| (chat(ChatId(of)), (until - self.began).div_euclid(MINUTE_MS))).collect();
        }
        assert_eq!(asleep, snoozed.keys().copied().collect(), "who sleeps is called one day");
        let counts: BTreeMap<String, u32> = house.redis("HGETALL alone:{c0}").await;
        let of = |field: &String| field.strip_prefix(group)?.strip_prefix(':')?.parse().ok().map(|of| chat(ChatId(of)));
        let alone = counts.iter().filter_map(|(field, crashes)| Some((of(field)?, *crashes))).collect();
        let letters = self.store.dead_letters(1_000).await.expect("read");
        let parked = letters.iter().filter(|letter| letter.kind.word() == kind).count();
        Picture { waiting, depth, called, snoozed, alone, parked }
    }

    /// What came in was taken in its order, once, or still waits.
    pub(crate) fn nothing_lost(&self, model: &Model) {
        for (at, (arrived, done)) in self.arrived.iter().zip(&self.done).enumerate() {
            assert!(arrived.starts_with(done), "chat {at} was given {arrived:?} and took {done:?}");
            assert_eq!(arrived.len() - done.len(), model.inbox.lists[at].len());
        }
    }
}

/// A chat's id.
fn id(chat: Chat) -> i64 {
    7_001 + i64::try_from(chat).expect("few")
}

fn chat(id: ChatId) -> Chat {
    usize::try_from(id.0 - 7_001).expect("one of ours")
}

fn item(mail: &Mail) -> Item {
    match mail {
        Mail::Update(json) => {
            let json: serde_json::Value = serde_json::from_slice(json).expect("JSON");
            Item::Update(json["n"].as_i64().expect("a number"))
        }
        Mail::Outcome(Outcome::Subscribed { office, .. }) => Item::Outcome(office.as_str()[2..].parse().expect("a number")),
        other => panic!("not mail of these tests: {other:?}"),
    }
}

fn streams(side: Side) -> (&'static str, &'static str) {
    match side {
        Side::In => ("ready:{c0}", "ready-ids:{c0}"),
        Side::Out => ("outready:{c0}", "outready-ids:{c0}"),
    }
}

fn group(side: Side) -> &'static str {
    match side {
        Side::In => "turn",
        Side::Out => "send",
    }
}
