//! The files in `config/` are part of the product: what they say must be sound.

use std::collections::BTreeMap;

use antrean_domain::{AgeGroup, Calendar, Office, Offices, Passport, Rupiah, Service, Terms, Zone};
use chrono::{Datelike, NaiveDate};

const OFFICES: &str = include_str!("../../config/offices.toml");
const HOLIDAYS: &str = include_str!("../../config/holidays.toml");
const SERVICE: &str = include_str!("../../config/service.toml");

fn offices() -> Offices {
    let mut file: BTreeMap<String, Vec<Office>> = toml::from_str(OFFICES).expect("a list of offices");
    Offices::new(file.remove("office").expect("the list is called office")).expect("sound offices")
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

#[test]
fn all_143_offices_are_there_in_their_zones() {
    let offices = offices();
    let count = |zone| offices.iter().filter(|office| office.zone == zone).count();
    assert_eq!([count(Zone::Wib), count(Zone::Wita), count(Zone::Wit)], [83 + 11, 32 + 7, 10]);
    assert_eq!(offices.search("jakarta selatan").first().map(|office| office.code.as_str()), Some("JKTSEL"));
    assert_eq!(offices.search("papua").len(), 6, "a province finds its offices");
}

#[test]
fn every_office_issues_something_and_all_four_passports_can_be_seen() {
    let offices = offices();
    let today = day("2026-11-22");
    let mut seen: Vec<Passport> = Vec::new();
    for office in offices.iter() {
        let offered: Vec<_> = Passport::offered(office, AgeGroup::Adult, today).collect();
        assert!(!offered.is_empty(), "{} issues nothing", office.code);
        assert!(Passport::offered(office, AgeGroup::Child, today).all(|passport| passport.years == 5), "{}", office.code);
        seen.extend(offered);
    }
    assert!(Passport::ALL.iter().all(|passport| seen.contains(passport)));
    assert!(offices.iter().any(|office| office.electronic_from.is_none()), "an office without electronic passports is part of the example");
}

#[test]
fn holidays_cover_this_year_and_the_next_and_close_the_offices() {
    let mut file: BTreeMap<String, Calendar> = toml::from_str(HOLIDAYS).expect("a table of holidays");
    let calendar = file.remove("holidays").expect("the table is called holidays");
    for year in [2026, 2027] {
        let known = calendar.holidays.keys().filter(|date| date.year() == year).count();
        assert!(known >= 16, "{known} holidays in {year}: there are at least 16 national ones");
    }
    assert!(!calendar.is_working_day(day("2026-12-24")), "joint leave before Christmas");
    assert!(!calendar.is_working_day(day("2026-12-05")), "a Saturday");
    assert!(calendar.is_working_day(day("2026-12-01")));
}

#[test]
fn the_terms_are_within_their_bounds_and_the_tariffs_those_of_the_decree() {
    let terms: Terms = toml::from_str(SERVICE).expect("the terms");
    terms.check().expect("every rule within its bounds");
    let fees: Vec<_> = Passport::ALL.into_iter().map(|passport| terms.passport_fee(passport)).collect();
    assert_eq!(fees, [350_000, 650_000, 650_000, 950_000].map(Rupiah));
    assert_eq!(terms.fee(Service::Expedited, Passport::ALL[0]), Rupiah(1_350_000));
}
