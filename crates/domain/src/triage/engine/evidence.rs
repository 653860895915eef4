//! What a rule looked at, in words.

use std::borrow::Cow;

use super::Engine;
use crate::{
    screening::{Item, Questionnaire, Value, questionnaire::State},
    triage::{
        Evidence,
        expression::{Facts, Source, care_name},
    },
};

/// The most bytes of an answer in a rule's evidence: whoever may read it whole can reveal the answers.
pub(super) const LONGEST_VALUE: usize = 600;
/// What stands in for the rest.
const MORE: &str = " …";

impl Engine {
    pub(super) fn evidence(
        &self,
        instruments: &[Questionnaire],
        facts: &Facts<'_>,
        source: Source,
    ) -> Option<Evidence> {
        Some(match source {
            Source::Item(item_ref) => {
                let instrument = instruments.get(item_ref.instrument)?;
                let item = instrument.items().get(item_ref.item)?;
                let sheet = facts.sheets.get(item_ref.instrument)?;
                let in_words = |values: &[Value]| -> String {
                    values.iter().map(|value| words(item, value)).collect::<Vec<_>>().join("; ")
                };
                let value = match sheet.state(item_ref.item) {
                    State::NotAsked => match sheet.withheld().get(&item_ref.item) {
                        Some(values) => format!("not asked, yet answered: {}", in_words(values)),
                        None => "not asked".to_owned(),
                    },
                    State::Blank => "not answered".to_owned(),
                    State::Answered(values) => told(item, values),
                };
                let source = format!("{}.{}", instrument.name(), item.link_id);
                Evidence { source, label: item.text.clone(), value }
            }
            Source::Scale(scale) | Source::Band(scale) => {
                let scored = facts.scores.get(scale)?;
                let scale = self.scales.get(scale)?;
                let value = match (scored.value, scored.band) {
                    (Some(score), Some(band)) => format!("{score} of {} ({})", scale.maximum, band.words()),
                    (Some(score), None) => format!("{score} of {}", scale.maximum),
                    (None, _) => "no score".to_owned(),
                };
                Evidence { source: format!("scales.{}", scale.id), label: scale.label.clone(), value }
            }
            Source::Age => {
                let value = facts.age.map_or_else(|| "not asked".to_owned(), |age| age.to_string());
                Evidence { source: "client.age".to_owned(), label: "Age".to_owned(), value }
            }
            Source::Care => Evidence {
                source: "client.care".to_owned(),
                label: "Care".to_owned(),
                value: care_name(facts.care).to_owned(),
            },
            Source::Element => return None,
        })
    }
}

/// Several values, cut where they become longer than evidence has to be.
fn told(item: &Item, values: &[Value]) -> String {
    let mut told = String::new();
    for value in values {
        if !told.is_empty() {
            told.push_str("; ");
        }
        let words = words(item, value);
        let room = LONGEST_VALUE.saturating_sub(told.len() + MORE.len());
        if words.len() > room {
            let end = (0..=room).rev().find(|end| words.is_char_boundary(*end)).unwrap_or(0);
            told.push_str(words.get(..end).unwrap_or_default());
            told.push_str(MORE);
            break;
        }
        told.push_str(&words);
    }
    told
}

/// One value as a person reads it.
pub(crate) fn words<'v>(item: &'v Item, value: &'v Value) -> Cow<'v, str> {
    if let Some(choice) = item.choice(value) {
        return Cow::Borrowed(&choice.display);
    }
    match value {
        Value::Boolean(true) => Cow::Borrowed("yes"),
        Value::Boolean(false) => Cow::Borrowed("no"),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Decimal(text) | Value::Text(text) | Value::Date(text) | Value::DateTime(text) | Value::Time(text) => {
            Cow::Borrowed(text)
        }
        Value::Code { code, .. } => Cow::Borrowed(code),
        Value::Quantity { value, unit } => Cow::Owned(format!("{value} {unit}")),
    }
}
