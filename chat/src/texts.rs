//! The texts: Fluent, one complete set for each language.

use crate::lang::Lang;

/// All texts in all languages.
pub struct Texts {}

/// What is wrong with a set of texts.
#[derive(Debug, thiserror::Error)]
pub enum BadTexts {
    #[error("the {lang} texts lack {id:?}")]
    Missing { lang: Lang, id: String },
}

impl Texts {
    /// Reads the texts from (language, file name, source). The name is for messages only.
    pub fn parse<'a>(_sources: impl IntoIterator<Item = (Lang, &'a str, &'a str)>) -> Result<Self, BadTexts> {
        Ok(Self {})
    }
}

impl std::fmt::Debug for Texts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Texts(…)")
    }
}
