//! People: each is one task, and lives from `/start` to what its wish ends in. How somebody acts and looks is in
//! [`person`], what they do before which screen in `screens`.

mod person;

use std::sync::Arc;
use std::time::Duration;

use antrean_rig::Message;
use tokio::time::{Instant, sleep};

pub(crate) use self::person::Life;
use self::person::Person;
use crate::outside::Outside;
use crate::plan::{Guest, Wish};
use crate::screens::{self, Move, Taste};

/// What everybody's passport costs here.
pub(crate) const FEE: u64 = 950_000;
/// How much later than they could people come to the bank with a dead code, in milliseconds.
const DAWDLE_MS_MAX: u64 = 12_000;
/// How long somebody waits for what the bank promised.
const MONEY_PATIENCE: Duration = Duration::from_secs(90);

/// Comes, lives, and tells how it was. The chat is made already.
pub(crate) async fn lives(outside: Arc<Outside>, chat: i64, guest: Guest) -> Life {
    let mut person = Person::new(outside, chat, guest);
    person.life.content = person.gets_it().await.is_some();
    person.life
}

impl Person {
    /// Everything they want, in order; `None` once it is over.
    async fn gets_it(&mut self) -> Option<()> {
        self.says("/start").await;
        let code = self.gets_billed().await?;
        match self.guest.wish {
            Wish::Pay | Wish::GoBack => self.pays(&code, FEE).await,
            Wish::PayRepeatedly => self.pays_repeatedly(&code).await,
            Wish::PayTwice => {
                self.pays(&code, FEE).await?;
                self.pays(&code, FEE).await
            }
            Wish::PayWrongly => {
                self.hands_over(&code, FEE - 1_000).await;
                self.pays(&code, FEE).await
            }
            Wish::LetExpire => Some(()),
            Wish::PayLate => {
                self.waits_for(|message| message.text.contains("billing code expired")).await?;
                self.dawdles().await;
                self.pays(&code, FEE).await
            }
            Wish::ApplyAgain => {
                self.waits_for(|message| message.text.contains("billing code expired")).await?;
                self.taps_notice("again|").await;
                self.screen = None;
                let code = self.gets_billed().await?;
                self.pays(&code, FEE).await
            }
            Wish::Cancel => self.cancels().await,
            Wish::CancelAndPay => {
                self.cancels().await?;
                self.dawdles().await;
                self.pays(&code, FEE).await
            }
            Wish::PayAndCancel => {
                let (outside, payment, paid) = (Arc::clone(&self.outside), self.payment(), code.clone());
                let paying = tokio::spawn(async move { outside.bank.pays(&payment, &paid, FEE, Instant::now() + MONEY_PATIENCE).await });
                self.cancels().await;
                paying.await.ok().filter(|taken| *taken).map(drop)
            }
            Wish::Move => {
                self.pays(&code, FEE).await?;
                self.moves().await
            }
        }
    }

    // --- What they do, until it is done ------------------------------------------------------------------------------

    /// Fills everything in, takes a place and submits, until there is a code.
    async fn gets_billed(&mut self) -> Option<String> {
        let known: Vec<_> = self.notices.iter().filter_map(Message::copies).map(str::to_owned).collect();
        loop {
            self.looks(0).await;
            let shown = self.screen.iter().chain(&self.notices).filter_map(Message::copies);
            if let Some(code) = shown.map(str::to_owned).find(|code| !known.contains(code)) {
                return Some(code);
            }
            let goes_back = self.guest.wish == Wish::GoBack && !self.went_back;
            let taste = Taste { scarce: self.scarce, goes_back };
            let next = match &self.screen {
                Some(screen) => screens::towards_a_bill(screen, taste, &mut self.dice),
                None => Move::Wait,
            };
            match &next {
                Move::Tap(verb) if verb == "back|" && goes_back => self.went_back = true,
                // There is room elsewhere.
                Move::Tap(verb) if verb == "pick|other-office" => self.scarce = false,
                _ => {}
            }
            self.makes(next).await?;
        }
    }

    /// Comes to the bank when others may have the place.
    async fn dawdles(&mut self) {
        sleep(Duration::from_millis(self.dice.between(0, DAWDLE_MS_MAX))).await;
    }

    async fn cancels(&mut self) -> Option<()> {
        let over = |message: &Message| message.text.contains("is cancelled");
        loop {
            self.looks(0).await;
            if self.screen.iter().chain(&self.notices).any(over) {
                return Some(());
            }
            let paid =
                |message: &Message| message.photo.is_some() || message.text.contains("🔴 Expired") || message.text.contains("🟢 Paid");
            if self.screen.iter().chain(&self.notices).any(paid) {
                // Money, or the clock, was quicker.
                return Some(());
            }
            let next = self.screen.as_ref().map_or(Move::Wait, screens::towards_cancelling);
            self.makes(next).await?;
        }
    }

    async fn moves(&mut self) -> Option<()> {
        loop {
            self.looks(0).await;
            if self.notices.iter().any(|message| message.text.contains("Rescheduled")) {
                return Some(());
            }
            // Moved already, or the day before is over: the booking's own screen offers it no more.
            let offered_no_more = |screen: &Message| screen.text.starts_with("🟢 Paid") && screen.button("move|").is_none();
            if self.screen.as_ref().is_some_and(offered_no_more) {
                return Some(());
            }
            let next = match &self.screen {
                Some(screen) => screens::towards_another_day(screen, &mut self.dice),
                None => Move::Wait,
            };
            self.makes(next).await?;
        }
    }

    /// Pays at the bank, and waits for the proof or for word of the money.
    async fn pays(&mut self, code: &str, amount: u64) -> Option<()> {
        self.looks(0).await;
        let before = self.words_of_money();
        if self.hands_over(code, amount).await {
            self.waits_while(|person| person.words_of_money() == before).await?;
        }
        Some(())
    }

    /// One payment, of which the bank speaks three times at once.
    async fn pays_repeatedly(&mut self, code: &str) -> Option<()> {
        self.looks(0).await;
        let before = self.words_of_money();
        let payment = self.payment();
        let until = Instant::now() + MONEY_PATIENCE;
        let says = || self.outside.bank.pays(&payment, code, FEE, until);
        futures_util::future::join3(says(), says(), says()).await;
        self.waits_while(|person| person.words_of_money() == before).await
    }

    async fn hands_over(&mut self, code: &str, amount: u64) -> bool {
        let payment = self.payment();
        self.outside.bank.pays(&payment, code, amount, Instant::now() + MONEY_PATIENCE).await
    }

    /// The id of the next payment: whose it is, and which of theirs.
    fn payment(&mut self) -> String {
        // Not sixteen digits: those would look like somebody's NIK.
        format!("2026{:010}{:06}", self.life.chat, self.dice.index(1_000_000))
    }

    /// Proofs and words of refunds so far.
    fn words_of_money(&self) -> usize {
        let of_money = |message: &&Message| message.photo.is_some() || message.text.contains("paid back");
        self.notices.iter().filter(of_money).count()
    }
}
