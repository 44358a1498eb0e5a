//! A list of offices to choose from: in pages, or narrowed by typing.

use antrean_domain::{Office, OfficeCode, Offices};
use serde::{Deserialize, Serialize};

use crate::callback::Verb;
use crate::screen::Button;
use crate::talk::Talk;

/// Eight: a phone shows them without scrolling past the question.
const PER_PAGE: usize = 8;

/// Forty letters: longer than any office's name, short enough to repeat.
const SEARCH_MAX: usize = 40;

/// Which part of the list of offices is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct OfficeList {
    pub(crate) page: usize,
    /// What was typed to narrow it.
    pub(crate) search: Option<String>,
}

/// What a typed part of a name leads to.
pub(crate) enum Found {
    One(OfficeCode),
    Several(OfficeList),
    None,
}

/// Looks for `text`: an office whose whole name or code it is, or all that have it as a part.
pub(crate) fn find(offices: &Offices, text: &str) -> Found {
    let text = shown(text);
    let found = offices.search(&text);
    let whole = |office: &&&Office| office.name.eq_ignore_ascii_case(&text) || office.code.as_str().eq_ignore_ascii_case(&text);
    match (found.iter().find(whole), found.as_slice()) {
        (Some(office), _) | (None, [office]) => Found::One(office.code.clone()),
        (None, []) => Found::None,
        (None, _) => Found::Several(OfficeList { page: 0, search: Some(text) }),
    }
}

/// What was typed, as far as it is repeated.
pub(crate) fn shown(text: &str) -> String {
    text.trim().chars().take(SEARCH_MAX).collect()
}

/// A line that says which part of the list is shown.
pub(crate) fn caption(talk: &Talk<'_>, list: &OfficeList) -> String {
    let all = all(talk, list);
    let (page, pages) = (page(list, all.len()), pages(all.len()));
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let place = [("page", count(page + 1).into()), ("pages", count(pages).into()), ("count", count(all.len()).into())];
    let mut caption = talk.words().html("office-page", &place);
    if let Some(search) = &list.search {
        caption = format!("{}\n{caption}", talk.words().html("office-search", &[("text", search.into())]));
    }
    caption
}

/// The offices of the page, one a row, with `mark` before the name; below them the way to other pages.
pub(crate) fn rows(talk: &Talk<'_>, list: &OfficeList, mark: &dyn Fn(&OfficeCode) -> &'static str) -> Vec<Vec<Button>> {
    let all = all(talk, list);
    let page = page(list, all.len());
    let row = |office: &&Office| {
        let label = format!("{}{} · {}", mark(&office.code), office.name, office.zone.label());
        vec![talk.button(label, Verb::Office(office.code.clone()))]
    };
    let mut rows: Vec<_> = all.iter().skip(page * PER_PAGE).take(PER_PAGE).map(row).collect();
    let mut turn = Vec::new();
    if page > 0 {
        turn.push(talk.press("button-page-before", Verb::Page(page - 1)));
    }
    if page + 1 < pages(all.len()) {
        turn.push(talk.press("button-page-after", Verb::Page(page + 1)));
    }
    if !turn.is_empty() {
        rows.push(turn);
    }
    rows
}

/// What the list is narrowed to; all offices where nothing matches any more.
fn all<'a>(talk: &Talk<'a>, list: &OfficeList) -> Vec<&'a Office> {
    let found = list.search.as_ref().map(|search| talk.facts.offices.search(search)).unwrap_or_default();
    if found.is_empty() { talk.facts.offices.iter().collect() } else { found }
}

fn pages(count: usize) -> usize {
    count.div_ceil(PER_PAGE).max(1)
}

fn page(list: &OfficeList, count: usize) -> usize {
    list.page.min(pages(count) - 1)
}
