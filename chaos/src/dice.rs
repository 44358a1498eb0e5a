//! All chance of a run, from one seed.
//!
//! `SplitMix64` written out, not a library's generator: a seed must mean the same plan after every upgrade.

/// A generator of numbers. Two of the same seed give the same numbers.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Dice of their own for one part of the plan, so that a change of one part leaves the others as they are.
    pub(crate) fn of(seed: u64, part: u64) -> Self {
        let mut dice = Self(seed ^ part.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        dice.next();
        dice
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `least` up to and with `most`.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// An index of a list of so many.
    pub(crate) fn index(&mut self, of: usize) -> usize {
        let of = u64::try_from(of.max(1)).expect("a list is shorter than 2^64");
        usize::try_from(self.next() % of).expect("less than a list's length")
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.index(of.len())]
    }

    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }

    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.index(at + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_for_good() {
        let mut dice = Dice::new(1_234_567);
        // The reference values of SplitMix64.
        assert_eq!(
            [dice.next(), dice.next(), dice.next()],
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]
        );
    }
}
