//! The texts: Fluent, one complete set for each language.
//!
//! `required.txt` lists every text the conversation uses with the arguments it is given. Texts are checked
//! against it once, when they are parsed, so that no person ever meets a text that is missing or half filled in.

mod check;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::lang::Lang;

/// All texts in all languages.
pub struct Texts {
    bundles: BTreeMap<Lang, FluentBundle<FluentResource>>,
}

/// What is wrong with a set of texts.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadTexts {
    #[error("{file} cannot be read: {reason}")]
    Syntax { file: String, reason: String },
    #[error("{file} has the text {id} which another file of its language has, too")]
    Twice { file: String, id: String },
    #[error("{file} has the text {id}, which nothing uses")]
    Unused { file: String, id: String },
    #[error("{file} uses ${argument} in the text {id}, which is not given there")]
    Argument { file: String, id: String, argument: String },
    #[error("the {lang} texts lack {id}")]
    Missing { lang: Lang, id: String },
}

impl Texts {
    /// Reads the texts from (language, file name, source). The name is for error texts only.
    pub fn parse<'a>(sources: impl IntoIterator<Item = (Lang, &'a str, &'a str)>) -> Result<Self, BadTexts> {
        let required = check::required();
        let mut bundles: BTreeMap<_, _> = Lang::ALL.into_iter().map(|lang| (lang, empty(lang))).collect();
        for (lang, file, source) in sources {
            let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| BadTexts::Syntax {
                file: file.to_owned(),
                reason: errors.first().map_or_else(String::new, ToString::to_string),
            })?;
            check::used(&required, file, &resource)?;
            let bundle = bundles.entry(lang).or_insert_with(|| empty(lang));
            if let Some(id) = check::ids(&resource).find(|id| bundle.has_message(id)) {
                return Err(BadTexts::Twice { file: file.to_owned(), id: id.to_owned() });
            }
            bundle.add_resource_overriding(resource);
        }
        for (lang, bundle) in &bundles {
            if let Some(id) = required.keys().find(|id| !bundle.has_message(id)) {
                return Err(BadTexts::Missing { lang: *lang, id: (*id).to_owned() });
            }
        }
        Ok(Self { bundles })
    }

    pub(crate) fn words(&self, lang: Lang) -> Words<'_> {
        Words { bundle: &self.bundles[&lang] }
    }
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Texts(…)")
    }
}

fn empty(lang: Lang) -> FluentBundle<FluentResource> {
    let id: LanguageIdentifier = lang.code().parse().expect("id and en are language identifiers");
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Telegram renders the invisible isolation marks as boxes on some devices.
    bundle.set_use_isolating(false);
    bundle
}

/// The texts of one language.
#[derive(Clone, Copy)]
pub(crate) struct Words<'a> {
    bundle: &'a FluentBundle<FluentResource>,
}

/// What fills a gap in a text.
#[derive(Clone, Debug)]
pub(crate) enum Arg<'a> {
    /// Plain text. Escaped where the text around it is HTML.
    Text(Cow<'a, str>),
    /// Already HTML of ours.
    Html(String),
    Number(u32),
}

impl Words<'_> {
    /// The text `id` as it stands.
    pub(crate) fn say(self, id: &str) -> String {
        self.fill(id, &[], false)
    }

    /// The text `id` in HTML: what fills it is escaped.
    pub(crate) fn html(self, id: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        self.fill(id, args, true)
    }

    /// The text `id` for a place that knows no HTML: a button, a toast.
    pub(crate) fn plain(self, id: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        self.fill(id, args, false)
    }

    /// The `n`th word of a text that is a list of words.
    pub(crate) fn nth(self, id: &str, n: usize) -> String {
        self.say(id).split_whitespace().nth(n).unwrap_or_default().to_owned()
    }

    fn fill(self, id: &str, args: &[(&'static str, Arg<'_>)], html: bool) -> String {
        let Some(pattern) = self.bundle.get_message(id).and_then(|message| message.value()) else {
            debug_assert!(false, "the text {id} is not in required.txt");
            return id.to_owned();
        };
        let mut filling = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            let value = match arg {
                Arg::Text(text) if html => FluentValue::from(escape(text)),
                Arg::Text(text) => FluentValue::from(text.as_ref()),
                Arg::Html(html) => FluentValue::from(html.as_str()),
                Arg::Number(number) => FluentValue::from(*number),
            };
            filling.set(*name, value);
        }
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&filling), &mut errors);
        debug_assert!(errors.is_empty(), "the text {id}: {errors:?}");
        text.into_owned()
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(Cow::Owned(text))
    }
}

impl From<u32> for Arg<'_> {
    fn from(number: u32) -> Self {
        Self::Number(number)
    }
}

/// `text` as HTML that shows it. Telegram knows these three and the quote.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
