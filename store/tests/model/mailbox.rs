//! What a mailbox is: in order for its chat, visited by one at a time, kept until somebody says that it was taken. The
//! same for what comes in and for what goes out.

use std::collections::{BTreeMap, VecDeque};

use crate::booking::Minutes;

pub(crate) const CHATS: usize = 3;
pub(crate) const READERS: usize = 2;
/// How many messages one visit is given.
const VISIT_MAX: usize = 32;
/// Crashes in a row, alone with it, that condemn a message.
const CRASHES_MAX: u32 = 3;

pub(crate) type Chat = usize;
/// Which of the visits that ever were.
pub(crate) type Hand = usize;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Update(i64),
    Outcome(u32),
    Show(u32),
}

/// How a mailbox is called to its readers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Known {
    /// Not at all: it is empty.
    #[default]
    Nothing,
    /// By this entry.
    Entry(u64),
    /// It sleeps.
    Snoozed(Minutes),
}

/// A visit in somebody's hands.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    pub chat: Chat,
    pub items: Vec<Item>,
    pub alone: bool,
    entry: u64,
    owner: u64,
}

#[derive(Clone, Debug)]
struct Reader {
    process: u64,
    hand: Option<Hand>,
    /// Whom it took over.
    alone: Option<Chat>,
}

#[derive(Clone, Debug)]
pub(crate) struct Mailboxes {
    pub lists: [VecDeque<Item>; CHATS],
    pub known: [Known; CHATS],
    /// Crashes in a row of those who had a chat alone; present while it is visited carefully.
    pub alone: [Option<u32>; CHATS],
    pub hands: Vec<Visit>,
    pub parked: Vec<Item>,
    /// Entries nobody has read yet.
    waiting: VecDeque<(u64, Chat)>,
    /// Entries somebody has read, by their owners.
    pending: BTreeMap<u64, u64>,
    readers: [Reader; READERS],
    next: u64,
}

impl Default for Mailboxes {
    fn default() -> Self {
        Self {
            lists: Default::default(),
            known: Default::default(),
            alone: Default::default(),
            hands: Vec::new(),
            parked: Vec::new(),
            waiting: VecDeque::new(),
            pending: BTreeMap::new(),
            readers: [1, 2].map(|process| Reader { process, hand: None, alone: None }),
            next: 100,
        }
    }
}

impl Mailboxes {
    pub(crate) fn put(&mut self, chat: Chat, item: Item) {
        self.lists[chat].push_back(item);
        if self.known[chat] == Known::Nothing {
            self.call(chat);
        }
    }

    /// Whether somebody who asks is given an answer at once.
    pub(crate) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    pub(crate) fn is_asleep(&self) -> bool {
        self.known.iter().any(|known| matches!(known, Known::Snoozed(_)))
    }

    /// How many entries the stream has, and how many are in somebody's hands.
    pub(crate) fn depth(&self) -> (usize, usize) {
        (self.waiting.len() + self.pending.len(), self.pending.len())
    }

    /// The visits that are their owners' still.
    pub(crate) fn in_hand(&self) -> Vec<Hand> {
        (0..self.hands.len()).filter(|hand| self.pending.get(&self.hands[*hand].entry) == Some(&self.hands[*hand].owner)).collect()
    }

    /// The oldest chat that waits; what the reader still had in hand it leaves alone. Nothing, if the mailbox does not
    /// know the entry any more.
    pub(crate) fn read(&mut self, reader: usize) -> Option<Hand> {
        self.readers[reader].hand = None;
        // Whoever comes back from being alone with a chat breaks the row of its crashes.
        if let Some(chat) = self.readers[reader].alone.take() {
            self.alone[chat] = self.alone[chat].map(|_| 0);
        }
        let (entry, chat) = self.waiting.pop_front()?;
        self.pending.insert(entry, self.readers[reader].process);
        self.visit(reader, entry, chat)
    }

    /// Whether a new process in a reader's place may find the lease of `hand` run out.
    pub(crate) fn may_be_taken_over(&self, hand: Hand, by: usize) -> bool {
        let Visit { chat, entry, owner, .. } = self.hands[hand];
        let renewed = self.readers.iter().enumerate().any(|(at, reader)| at != by && reader.hand == Some(hand) && reader.process == owner);
        let pending = self.pending.get(&entry) == Some(&owner);
        pending && !renewed && self.known[chat] == Known::Entry(entry)
    }

    /// A reader's process dies and another comes in its place; which may take over a dead one's visit, alone.
    pub(crate) fn restart(&mut self, reader: usize, takes: Option<Hand>) -> Option<Hand> {
        self.next += 1;
        self.readers[reader] = Reader { process: self.next, hand: None, alone: None };
        let Visit { chat, entry, .. } = self.hands[takes?];
        self.pending.insert(entry, self.next);
        let crashes = self.alone[chat].map_or(0, |crashes| crashes + 1);
        self.alone[chat] = Some(crashes);
        let hand = self.visit(reader, entry, chat)?;
        if crashes < CRASHES_MAX {
            self.readers[reader].alone = Some(chat);
            return Some(hand);
        }
        self.park(hand);
        self.hands.pop();
        self.readers[reader].hand = None;
        None
    }

    /// Takes `taken` messages off. False where the visit is not its owner's any more.
    pub(crate) fn take(&mut self, hand: Hand, taken: usize, sleep_until: Option<Minutes>) -> bool {
        if !self.still_visits(hand) {
            return false;
        }
        let Visit { chat, .. } = self.hands[hand];
        self.lists[chat].drain(..taken);
        self.leave(hand, sleep_until);
        true
    }

    /// Puts the head aside. False as for [`Self::take`].
    pub(crate) fn park(&mut self, hand: Hand) -> bool {
        if !self.still_visits(hand) {
            return false;
        }
        let head = self.lists[self.hands[hand].chat].pop_front();
        self.parked.extend(head);
        self.leave(hand, None);
        true
    }

    /// The entry that calls a chat vanishes, from the stream and from whoever holds it.
    pub(crate) fn lose(&mut self, chat: Chat) {
        let Known::Entry(entry) = self.known[chat] else { return };
        self.waiting.retain(|(waiting, _)| *waiting != entry);
        self.pending.remove(&entry);
    }

    pub(crate) fn deaf(&self) -> Vec<Chat> {
        let hears = |chat: &Chat| match self.known[*chat] {
            Known::Entry(entry) => self.waiting.iter().any(|(waiting, _)| *waiting == entry) || self.pending.contains_key(&entry),
            Known::Nothing | Known::Snoozed(_) => true,
        };
        (0..CHATS).filter(|chat| !hears(chat)).collect()
    }

    /// Calls those whose call was lost. How many.
    pub(crate) fn sweep(&mut self) -> usize {
        let deaf = self.deaf();
        for chat in &deaf {
            self.call(*chat);
        }
        deaf.len()
    }

    /// Calls those whose sleep is over, the longest awake first. How many.
    pub(crate) fn wake(&mut self, now: Minutes) -> usize {
        let over = |chat: Chat| if let Known::Snoozed(until) = self.known[chat] { (until <= now).then_some((until, chat)) } else { None };
        let mut woken: Vec<_> = (0..CHATS).filter_map(over).collect();
        woken.sort_unstable();
        for (_, chat) in &woken {
            self.call(*chat);
        }
        woken.len()
    }

    /// Calls a chat by a new entry. A repair may, though the old one is still there.
    pub(crate) fn call(&mut self, chat: Chat) {
        self.next += 1;
        self.known[chat] = Known::Entry(self.next);
        self.waiting.push_back((self.next, chat));
    }

    fn visit(&mut self, reader: usize, entry: u64, chat: Chat) -> Option<Hand> {
        if self.known[chat] != Known::Entry(entry) {
            self.settle(entry);
            return None;
        }
        let alone = self.alone[chat].is_some();
        let items = self.lists[chat].iter().take(if alone { 1 } else { VISIT_MAX }).copied().collect();
        self.hands.push(Visit { chat, items, alone, entry, owner: self.readers[reader].process });
        self.readers[reader].hand = Some(self.hands.len() - 1);
        self.readers[reader].hand
    }

    /// Only the owner of an entry, and only of the one the mailbox knows; another that is its own is over.
    fn still_visits(&mut self, hand: Hand) -> bool {
        let Visit { chat, entry, owner, .. } = self.hands[hand];
        if self.pending.get(&entry) != Some(&owner) {
            return false;
        }
        let known = self.known[chat] == Known::Entry(entry);
        if !known {
            self.settle(entry);
        }
        known
    }

    fn leave(&mut self, hand: Hand, sleep_until: Option<Minutes>) {
        let Visit { chat, entry, .. } = self.hands[hand];
        self.settle(entry);
        // Each new head starts from nothing, and an empty mailbox is nobody's fault.
        self.alone[chat] = self.alone[chat].filter(|_| !self.lists[chat].is_empty()).map(|_| 0);
        match sleep_until {
            _ if self.lists[chat].is_empty() => self.known[chat] = Known::Nothing,
            Some(until) => self.known[chat] = Known::Snoozed(until),
            None => self.call(chat),
        }
    }

    fn settle(&mut self, entry: u64) {
        self.pending.remove(&entry);
    }
}
