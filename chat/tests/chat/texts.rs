//! The texts: complete in both languages, and faults in them named.

use antrean_chat::{BadTexts, Lang, Texts, apology, commands};

use crate::world::{SOURCES, texts};

/// Parses the shipped texts with `file` of Indonesian changed by `change`.
fn with(file: &str, change: impl Fn(&str) -> String) -> Result<Texts, BadTexts> {
    let sources: Vec<(Lang, &str, String)> = SOURCES
        .into_iter()
        .map(|(lang, name, source)| (lang, name, if lang == Lang::Id && name == file { change(source) } else { source.to_owned() }))
        .collect();
    Texts::parse(sources.iter().map(|(lang, name, source)| (*lang, *name, source.as_str())))
}

#[test]
fn a_missing_text_is_named_at_start() {
    let fault = with("menu.ftl", |source| source.replace("welcome-warning =", "# welcome-warning =")).expect_err("a text is missing");
    assert_eq!(fault.to_string(), "the id texts lack welcome-warning");
}

#[test]
fn a_text_that_nothing_uses_is_named() {
    let fault = with("menu.ftl", |source| format!("{source}\nwelkome = Halo\n")).expect_err("a text is unused");
    assert_eq!(fault, BadTexts::Unused { file: "menu.ftl".to_owned(), id: "welkome".to_owned() });
}

#[test]
fn a_gap_that_nobody_fills_is_named() {
    let fault = with("menu.ftl", |source| source.replace("{ $operator }", "{ $owner }")).expect_err("a gap stays empty");
    assert!(matches!(fault, BadTexts::Argument { argument, .. } if argument == "owner"));
}

#[test]
fn a_text_written_twice_is_named() {
    let fault = with("steps.ftl", |source| format!("{source}\nwelcome = Halo\n")).expect_err("a text is there twice");
    assert_eq!(fault, BadTexts::Twice { file: "steps.ftl".to_owned(), id: "welcome".to_owned() });
}

#[test]
fn broken_fluent_is_named_with_its_file() {
    let fault = with("steps.ftl", |source| format!("{source}\nwhat {{ is this\n")).expect_err("not Fluent");
    assert!(matches!(fault, BadTexts::Syntax { file, .. } if file == "steps.ftl"));
}

#[test]
fn both_languages_use_the_same_arguments_in_each_text() {
    let arguments = |lang: Lang| -> Vec<(String, Vec<String>)> {
        let mut found: Vec<(String, Vec<String>)> = Vec::new();
        for (_, _, source) in SOURCES.into_iter().filter(|(of, _, _)| *of == lang) {
            for line in source.lines().filter(|line| !line.starts_with('#')) {
                if let Some((id, _)) = line.split_once(" = ").or_else(|| line.split_once(" =")).filter(|_| !line.starts_with(' ')) {
                    found.push((id.to_owned(), Vec::new()));
                }
                let used = line.split("{ $").skip(1).map(|rest| rest.chars().take_while(char::is_ascii_lowercase).collect::<String>());
                if let Some((_, all)) = found.last_mut() {
                    all.extend(used);
                }
            }
        }
        for (_, all) in &mut found {
            all.sort();
            all.dedup();
        }
        found.sort();
        found
    };
    assert_eq!(arguments(Lang::Id), arguments(Lang::En));
}

#[test]
fn commands_fit_what_telegram_takes() {
    let texts = texts();
    for lang in Lang::ALL {
        for (command, description) in commands(&texts, lang) {
            assert!((1..=32).contains(&command.len()) && command.bytes().all(|byte| byte.is_ascii_lowercase()), "{command}");
            assert!((1..=256).contains(&description.chars().count()), "{description}");
        }
    }
}

#[test]
fn the_apology_fits_the_answer_to_a_tap() {
    for lang in Lang::ALL {
        let length = apology(&texts(), lang).encode_utf16().count();
        assert!(length <= 200, "Telegram takes 200, the {lang} one has {length}");
    }
}
