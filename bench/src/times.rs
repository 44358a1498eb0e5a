//! How long something took, many times over.

use std::time::Duration;

/// The times of one kind of thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time within which `share` (0–1) of them were done, in milliseconds; none where nothing was timed.
    pub(crate) fn within_ms(&self, share: f64) -> f64 {
        let mut times = self.0.clone();
        times.sort();
        // The nearest rank: a time that really occurred.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a rank is a small count")]
        let rank = (share * times.len() as f64).ceil() as usize;
        times.get(rank.saturating_sub(1)).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }
}

impl FromIterator<Duration> for Times {
    fn from_iter<I: IntoIterator<Item = Duration>>(times: I) -> Self {
        Self(times.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_time_that_occurred() {
        let times: Times = (1..=200).map(Duration::from_millis).collect();
        assert_eq!((times.within_ms(0.5), times.within_ms(0.99), times.within_ms(1.0)), (100.0, 198.0, 200.0));
        assert!(Times::default().within_ms(0.5).is_nan());
    }
}
