//! Indonesia's three time zones. None of them has daylight saving.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::Millis;

/// The zone an office keeps its clock in. Dates, hours and the H-1 rule are always computed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Zone {
    Wib,
    Wita,
    Wit,
}

impl Zone {
    /// Its IANA time zone.
    pub fn tz(self) -> Tz {
        match self {
            Self::Wib => Tz::Asia__Jakarta,
            Self::Wita => Tz::Asia__Makassar,
            Self::Wit => Tz::Asia__Jayapura,
        }
    }

    /// The abbreviation people know it by, printed behind every hour.
    pub fn label(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        }
    }

    /// The wall clock of this zone at `at_ms`.
    pub fn local(self, at_ms: Millis) -> DateTime<Tz> {
        utc(at_ms).with_timezone(&self.tz())
    }

    /// The date in this zone at `at_ms`.
    pub fn date(self, at_ms: Millis) -> NaiveDate {
        self.local(at_ms).date_naive()
    }

    /// The moment at which this zone's clocks show `date` and `time`.
    pub fn at(self, date: NaiveDate, time: NaiveTime) -> Millis {
        self.tz()
            .from_local_datetime(&date.and_time(time))
            .earliest()
            .expect("no Indonesian zone skips or repeats an hour after 1963")
            .timestamp_millis()
    }

    /// The moment `date` begins in this zone.
    pub fn midnight(self, date: NaiveDate) -> Millis {
        self.at(date, NaiveTime::MIN)
    }
}

/// `at_ms` as UTC; moments outside what chrono can show are clamped to its bounds.
pub fn utc(at_ms: Millis) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at_ms).unwrap_or(if at_ms < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_moment_is_another_date_further_east() {
        let new_year_in_wit = Zone::Wit.midnight(NaiveDate::from_ymd_opt(2027, 1, 1).expect("a date"));
        assert_eq!(Zone::Wit.date(new_year_in_wit).to_string(), "2027-01-01");
        assert_eq!(Zone::Wib.date(new_year_in_wit).to_string(), "2026-12-31");
    }
}
