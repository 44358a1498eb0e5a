//! The plan: who comes when and wants what, and what goes wrong when and where. All of it from the seed.
//!
//! The same seed is the same plan, to the millisecond. What the machine makes of it is not the same twice: how far a
//! process has come when it is killed, no seed can say. So a seed that failed is tried again with the same plan, and
//! mostly, not always, fails again.

use std::collections::BTreeMap;

use crate::dice::Dice;
use crate::troubles::{self, Step};

/// People a minute: as many as two cores can serve while half of it is broken.
const PEOPLE_PER_MINUTE: u64 = 100;
/// The last part of the run brings nobody new: who comes then could not finish.
const DOORS_CLOSE: u64 = 75;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) lasts_ms: u64,
    pub(crate) guests: Vec<Guest>,
    /// By their time.
    pub(crate) steps: Vec<Step>,
}

/// Somebody who will come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Guest {
    pub(crate) number: usize,
    pub(crate) comes_ms: u64,
    /// Whether they ask for the office that has few places first.
    pub(crate) scarce: bool,
    pub(crate) wish: Wish,
    /// Taps everything twice, as people do with slow bots.
    pub(crate) hasty: bool,
    /// Types what nobody asked for, now and then, and taps buttons of old messages.
    pub(crate) muddled: bool,
    /// For the choices they make themselves.
    pub(crate) dice: u64,
}

/// What somebody wants in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Wish {
    Pay,
    /// Pays, and the bank says so several times at once.
    PayRepeatedly,
    /// Pays two times.
    PayTwice,
    /// Pays too little first.
    PayWrongly,
    /// Pays when the bill has died.
    PayLate,
    LetExpire,
    /// Applies again when the bill has died, and pays.
    ApplyAgain,
    Cancel,
    /// Cancels, and pays the dead code nevertheless.
    CancelAndPay,
    /// Pays while it is being cancelled.
    PayAndCancel,
    /// Pays, and moves to another day.
    Move,
    /// Goes back from the review for another hour, and pays.
    GoBack,
}

impl Plan {
    /// The plan of `seed` for a run of so many minutes.
    pub(crate) fn of(seed: u64, minutes: u64) -> Self {
        let lasts_ms = minutes * 60_000;
        Self { seed, lasts_ms, guests: guests(seed, minutes), steps: troubles::all(seed, lasts_ms) }
    }

    /// How many people want what.
    pub(crate) fn wishes(&self) -> BTreeMap<Wish, usize> {
        let mut wishes = BTreeMap::new();
        for guest in &self.guests {
            *wishes.entry(guest.wish).or_default() += 1;
        }
        wishes
    }
}

fn guests(seed: u64, minutes: u64) -> Vec<Guest> {
    let mut dice = Dice::of(seed, 1);
    let people = minutes * PEOPLE_PER_MINUTE;
    let last_ms = minutes * 60_000 * DOORS_CLOSE / 100;
    // Most people pay; those who wait for a bill to die are there from the beginning.
    let wishes = [
        (30, Wish::Pay),
        (8, Wish::PayRepeatedly),
        (6, Wish::PayTwice),
        (6, Wish::PayWrongly),
        (8, Wish::PayLate),
        (8, Wish::LetExpire),
        (8, Wish::ApplyAgain),
        (6, Wish::Cancel),
        (6, Wish::CancelAndPay),
        (4, Wish::PayAndCancel),
        (10, Wish::Move),
        (10, Wish::GoBack),
    ];
    let all: u64 = wishes.iter().map(|(weight, _)| weight).sum();
    let mut guests: Vec<_> = (0..people)
        .map(|_| {
            let mut roll = dice.between(1, all);
            let wish = wishes.iter().find(|(weight, _)| {
                let met = roll <= *weight;
                roll = roll.saturating_sub(*weight);
                met
            });
            let wish = wish.expect("the roll is at most the sum of all weights").1;
            let comes_ms = dice.between(0, last_ms);
            // Late money finds its place taken only where places are few.
            let late = matches!(wish, Wish::PayLate | Wish::CancelAndPay);
            let scarce = dice.chance(if late { 70 } else { 35 });
            Guest { number: 0, comes_ms, scarce, wish, hasty: dice.chance(15), muddled: dice.chance(15), dice: dice.next() }
        })
        .collect();
    guests.sort_by_key(|guest| guest.comes_ms);
    for (number, guest) in guests.iter_mut().enumerate() {
        guest.number = number;
    }
    guests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_plan() {
        assert_eq!(Plan::of(7, 2), Plan::of(7, 2));
        assert_ne!(Plan::of(7, 2).steps, Plan::of(8, 2).steps);
    }
}
