//! What one person answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One value of an answer.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Yes or no.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// Decimal text, as it was given.
    Decimal(String),
    /// Free text.
    Text(String),
    /// One of the item's options.
    Code {
        /// The code system's URI; empty where the option has none.
        system: String,
        /// The code.
        code: String,
    },
    /// `YYYY-MM-DD`.
    Date(String),
    /// RFC 3339.
    DateTime(String),
    /// `HH:MM:SS`.
    Time(String),
    /// A number with its unit.
    Quantity {
        /// Decimal text.
        value: String,
        /// The unit.
        unit: String,
    },
}

/// One person's answers: per questionnaire (`canonical|version`), per linkId.
/// Ordered maps, so that the order in which answers came never matters.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Answers(pub BTreeMap<String, BTreeMap<String, Vec<Value>>>);

impl Answers {
    /// What was answered to an item; empty where nothing was.
    #[must_use]
    pub fn values(&self, questionnaire: &str, link_id: &str) -> &[Value] {
        self.0.get(questionnaire).and_then(|items| items.get(link_id)).map_or(&[], Vec::as_slice)
    }
}
