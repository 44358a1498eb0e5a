//! The files that describe the service: terms, offices, holidays and texts.

use std::path::{Path, PathBuf};

use antrean_chat::{Lang, Texts};
use antrean_domain::{Calendar, Office, Offices, Terms};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::{Config, ConfigError};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfficesFile {
    office: Vec<Office>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidaysFile {
    holidays: Calendar,
}

impl Config {
    /// Fees and rules: `service.toml`.
    pub(crate) fn terms(&self) -> Result<Terms, ConfigError> {
        let path = self.dir().join("service.toml");
        let terms: Terms = read_toml(&path)?;
        match terms.check() {
            Ok(()) => Ok(terms),
            Err(bad) => {
                let key = format!("rules.{}", bad.key);
                Err(ConfigError::Setting { path, key, value: bad.value.to_string(), allowed: bad.allowed.to_owned() })
            }
        }
    }

    /// `offices.toml`.
    pub(crate) fn offices(&self) -> Result<Offices, ConfigError> {
        let path = self.dir().join("offices.toml");
        let file: OfficesFile = read_toml(&path)?;
        Offices::new(file.office).map_err(|error| ConfigError::File { path, problem: error.to_string() })
    }

    /// `holidays.toml`.
    pub(crate) fn calendar(&self) -> Result<Calendar, ConfigError> {
        let file: HolidaysFile = read_toml(&self.dir().join("holidays.toml"))?;
        Ok(file.holidays)
    }

    /// What people read: `locales/{id,en}/*.ftl`.
    pub(crate) fn texts(&self) -> Result<Texts, ConfigError> {
        let locales = self.dir().join("locales");
        let mut sources = Vec::new();
        for lang in Lang::ALL {
            for path in fluent_files(&locales.join(lang.code()))? {
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                sources.push((lang, name, read(&path)?));
            }
        }
        let borrowed = sources.iter().map(|(lang, name, source)| (*lang, name.as_str(), source.as_str()));
        Texts::parse(borrowed).map_err(|error| ConfigError::File { path: locales, problem: error.to_string() })
    }
}

pub(super) fn read_toml<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    toml::from_str(&read(path)?).map_err(|error| ConfigError::File { path: path.to_owned(), problem: error.to_string() })
}

fn read(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|error| unreadable(path, &error))
}

/// The `.ftl` files of `dir`, by name, so that an error is the same on every machine.
fn fluent_files(dir: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    let entries = std::fs::read_dir(dir).map_err(|error| unreadable(dir, &error))?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| unreadable(dir, &error))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "ftl"));
    paths.sort();
    Ok(paths)
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConfigError {
    ConfigError::File { path: path.to_owned(), problem: format!("cannot be read ({error})") }
}
