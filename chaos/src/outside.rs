//! The outside world as all people share it: the door, the bank, Telegram's queue of updates, and whether it is over.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use antrean_rig::Door;

use crate::bank::Bank;
use crate::dice::Dice;
use crate::telegram::Updates;

pub(crate) struct Outside {
    pub(crate) door: Door,
    pub(crate) bank: Bank,
    pub(crate) updates: Updates,
    chats: Mutex<Vec<i64>>,
    over: AtomicBool,
}

impl Outside {
    pub(crate) fn new(door: Door) -> Self {
        let bank = Bank::new(door.clone());
        Self { door, bank, updates: Updates::default(), chats: Mutex::default(), over: AtomicBool::new(false) }
    }

    pub(crate) fn arrived(&self, chat: i64) {
        self.chats().push(chat);
    }

    /// Somebody who is there.
    pub(crate) fn somebody(&self, dice: &mut Dice) -> Option<i64> {
        let chats = self.chats();
        (!chats.is_empty()).then(|| dice.pick(&chats))
    }

    /// From now on nobody begins anything.
    pub(crate) fn ends(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn chats(&self) -> std::sync::MutexGuard<'_, Vec<i64>> {
        self.chats.lock().expect("nobody panics while holding the list")
    }
}
