//! Everything that somebody answered, in words, for a clinician who reveals it.

use super::Protocol;
use crate::{
    contact::Language,
    screening::{
        Answers, Item, Value,
        questionnaire::{Sheet, State},
    },
    triage::in_words,
};

/// One question, and what was answered.
#[derive(Clone, PartialEq, Eq)]
pub struct Revealed {
    /// The questionnaire's title.
    pub questionnaire: String,
    /// The item's linkId.
    pub link_id: String,
    /// The question, in words.
    pub label: String,
    /// What was answered, in words; "not answered", "not asked".
    pub value: String,
    /// Whether it bears on safety.
    pub safety: bool,
}

impl Protocol {
    /// Every question of every questionnaire in the order in which it is asked, with what was answered: whole, and also
    /// where it was switched off later.
    #[must_use]
    pub fn reveal(&self, answers: &Answers) -> Vec<Revealed> {
        let mut revealed = Vec::new();
        for (index, instrument) in self.instruments.iter().enumerate() {
            let sheet = Sheet::fill(instrument, answers);
            for (at, item) in instrument.items().iter().enumerate().filter(|(_, item)| item.answerable()) {
                let value = match (sheet.state(at), sheet.withheld().get(&at)) {
                    (State::Answered(values), _) => told(item, values),
                    (State::Blank, _) => "not answered".to_owned(),
                    (State::NotAsked, Some(values)) => format!("not asked, yet answered: {}", told(item, values)),
                    (State::NotAsked, None) => "not asked".to_owned(),
                };
                revealed.push(Revealed {
                    questionnaire: instrument.title(Language::En).to_owned(),
                    link_id: item.link_id.clone(),
                    label: item.text.clone(),
                    value,
                    safety: self.engine.is_safety_item(index, at),
                });
            }
        }
        revealed
    }
}

fn told(item: &Item, values: &[Value]) -> String {
    values.iter().map(|value| in_words(item, value)).collect::<Vec<_>>().join("; ")
}
