//! What a rule looked at, in words.

use super::Engine;
use crate::{
    screening::{Item, Questionnaire, Value, questionnaire::State},
    triage::{
        Evidence,
        expression::{Facts, Source, care_name},
    },
};

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
                let value = match facts.sheets.get(item_ref.instrument)?.state(item_ref.item) {
                    State::NotAsked => "not asked".to_owned(),
                    State::Blank => "not answered".to_owned(),
                    State::Answered(values) => {
                        values.iter().map(|value| words(item, value)).collect::<Vec<_>>().join("; ")
                    }
                };
                let source = format!("{}.{}", instrument.name(), item.link_id);
                Evidence { source, label: item.text.clone(), value }
            }
            Source::Scale(scale) | Source::Band(scale) => {
                let (score, band) = facts.scores.get(scale)?;
                let scale = self.scales.get(scale)?;
                let value = match (score, band) {
                    (Some(score), Some(band)) => format!("{score} of {} ({band})", scale.maximum),
                    (Some(score), None) => format!("{score} of {}", scale.maximum),
                    (None, _) => "no score".to_owned(),
                };
                Evidence { source: format!("scales.{}", scale.id), label: scale.label.clone(), value }
            }
            Source::Age => {
                Evidence { source: "client.age".to_owned(), label: "Age".to_owned(), value: facts.age.to_string() }
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

fn words(item: &Item, value: &Value) -> String {
    if let Some(choice) = item.choice(value) {
        return choice.display.clone();
    }
    match value {
        Value::Boolean(true) => "yes".to_owned(),
        Value::Boolean(false) => "no".to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Decimal(text) | Value::Text(text) | Value::Date(text) | Value::DateTime(text) | Value::Time(text) => {
            text.clone()
        }
        Value::Code { code, .. } => code.clone(),
        Value::Quantity { value, unit } => format!("{value} {unit}"),
    }
}
