//! Holds texts against `required.txt`: nothing missing, nothing unused, no gap that nobody fills.

use std::collections::{BTreeMap, BTreeSet};

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};

use super::BadTexts;

/// The texts the conversation uses, each with the names of what it is given.
pub(super) type Required = BTreeMap<&'static str, Vec<&'static str>>;

/// Every text the conversation uses, with the names of what it is given.
pub(super) fn required() -> Required {
    let entry = |line: &'static str| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.collect()))
    };
    include_str!("required.txt").lines().filter_map(entry).collect()
}

/// The ids of all texts in `resource`.
pub(super) fn ids(resource: &FluentResource) -> impl Iterator<Item = &str> {
    messages(resource).map(|message| message.id.name)
}

/// Whether every text of `resource` is used, and is given every argument it names.
pub(super) fn used(required: &Required, file: &str, resource: &FluentResource) -> Result<(), BadTexts> {
    for message in messages(resource) {
        let id = message.id.name;
        let Some(given) = required.get(id) else {
            return Err(BadTexts::Unused { file: file.to_owned(), id: id.to_owned() });
        };
        if let Some(argument) = arguments(message).into_iter().find(|argument| !given.contains(argument)) {
            return Err(BadTexts::Argument { file: file.to_owned(), id: id.to_owned(), argument: argument.to_owned() });
        }
    }
    Ok(())
}

/// The arguments a text names, in all its variants.
fn arguments<'a>(message: &'a Message<&'a str>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    message.value.iter().for_each(|pattern| in_pattern(pattern, &mut found));
    found
}

fn messages(resource: &FluentResource) -> impl Iterator<Item = &Message<&str>> {
    resource.entries().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message),
        _ => None,
    })
}

fn in_pattern<'a>(pattern: &'a Pattern<&'a str>, found: &mut BTreeSet<&'a str>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, found);
        }
    }
}

fn in_expression<'a>(expression: &'a Expression<&'a str>, found: &mut BTreeSet<&'a str>) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, found),
        Expression::Select { selector, variants } => {
            in_inline(selector, found);
            for variant in variants {
                in_pattern(&variant.value, found);
            }
        }
    }
}

fn in_inline<'a>(inline: &'a InlineExpression<&'a str>, found: &mut BTreeSet<&'a str>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.insert(id.name);
        }
        InlineExpression::Placeable { expression } => in_expression(expression, found),
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|argument| in_inline(argument, found));
        }
        _ => {}
    }
}
