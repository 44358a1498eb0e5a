//! Rupiah: whole numbers, never floating point.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;

use serde::{Deserialize, Serialize};

/// An amount in whole rupiah. Passport fees have no cents (PP 45/2024).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rupiah(pub u64);

/// The text is not an amount as the national payment standard writes it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount reads like 350000.00, not {0:?}")]
pub struct BadAmount(String);

impl Rupiah {
    /// Reads SNAP's `value`: digits, a point, two zeros (`350000.00`). At most 13 digits before the point.
    pub fn from_snap(text: &str) -> Result<Self, BadAmount> {
        let bad = || BadAmount(text.to_owned());
        let whole = text.strip_suffix(".00").ok_or_else(bad)?;
        let digits = (1..=13).contains(&whole.len()) && whole.bytes().all(|byte| byte.is_ascii_digit());
        if digits { whole.parse().map(Self).map_err(|_| bad()) } else { Err(bad()) }
    }

    /// SNAP's `value` for this amount.
    pub fn to_snap(self) -> String {
        format!("{}.00", self.0)
    }
}

/// `Rp350.000`, the way receipts write it.
impl fmt::Display for Rupiah {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let head = digits.len() % 3;
        f.write_str("Rp")?;
        f.write_str(&digits[..head])?;
        for (at, group) in digits.as_bytes()[head..].chunks(3).enumerate() {
            if at > 0 || head > 0 {
                f.write_str(".")?;
            }
            f.write_str(std::str::from_utf8(group).expect("digits are ASCII"))?;
        }
        Ok(())
    }
}

impl Add for Rupiah {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sum for Rupiah {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rupiah_are_grouped_by_points() {
        for (amount, text) in [(0, "Rp0"), (999, "Rp999"), (1_000, "Rp1.000"), (350_000, "Rp350.000"), (1_950_000, "Rp1.950.000")] {
            assert_eq!(Rupiah(amount).to_string(), text);
        }
    }

    #[test]
    fn snap_amounts_carry_two_zeros_and_nothing_else() {
        assert_eq!(Rupiah::from_snap("350000.00"), Ok(Rupiah(350_000)));
        for bad in ["350000", "350000.50", "-1.00", "", ".00", "1e3.00", "+5.00", "99999999999999.00"] {
            assert!(Rupiah::from_snap(bad).is_err(), "{bad} passed");
        }
    }
}
