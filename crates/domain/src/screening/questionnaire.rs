//! A FHIR R4 Questionnaire, as the practice may ask it.
//!
//! [`Questionnaire::load`] checks a file as a whole; what it gives cannot be
//! wrong any more. Items stand flat, in the order of the form; a group is an
//! item with others below it. Left out on purpose: repeating groups (refused),
//! and anything that is computed from answers in the form: totals are always
//! computed here, and an item that is calculated is shown without an answer.
//!
//! An initial value is what a form starts with, never what somebody answered: a
//! blank item stays blank, whatever its form suggested, and that of an item that
//! nobody can change (read-only, hidden, calculated) is only shown, or nothing at
//! all: it is neither stored nor scored, and no condition may ask about it.

mod client_json;
mod enabled;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::{
    contact::Language,
    problem::{FileProblem, Loaded},
    screening::{Value, ValueSets, translation::Translations},
};

pub(crate) use enabled::{Sheet, State};

/// A checked questionnaire.
#[derive(Debug, Clone)]
pub struct Questionnaire {
    file: String,
    name: String,
    canonical: String,
    forms: Forms,
    items: Vec<Item>,
    by_link_id: BTreeMap<String, usize>,
    /// Paths of the practice's value sets that it uses.
    value_sets: BTreeSet<String>,
    /// Indices of `items`, each after those that decide whether it is asked.
    deciding_order: Vec<usize>,
}

/// What front ends get, in each language.
#[derive(Debug, Clone)]
struct Forms {
    en: Form,
    es: Form,
}

/// What front ends get in one language.
#[derive(Debug, Clone)]
struct Form {
    title: String,
    json: String,
}

/// One item of a questionnaire.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its name in the questionnaire.
    pub link_id: String,
    /// What a person reads.
    pub text: String,
    /// What may be answered.
    pub kind: Kind,
    /// Whether a form must not be sent without it.
    pub required: bool,
    /// Whether it takes several values.
    pub repeats: bool,
    /// Not shown, and so not answered.
    pub hidden: bool,
    /// Not answered: hidden, read-only or calculated.
    pub closed: bool,
    /// Whether its form starts with a value, which is never an answer.
    pub prefilled: bool,
    /// What its values must keep to.
    pub limits: Limits,
    /// The options of a choice; empty where they stand in a value set that nobody here knows.
    pub options: Vec<Choice>,
    /// The units of a quantity; empty: any.
    pub units: Vec<Unit>,
    /// Line and column in its file.
    pub(crate) place: (u32, u32),
    /// Whether its options come from a value set, so that a front end must be given them.
    pub(crate) borrowed: bool,
    pub(crate) parent: Option<usize>,
    pub(crate) enable_when: Vec<Condition>,
    pub(crate) enable_any: bool,
}

/// What the values of an item must keep to.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// The lowest value.
    pub minimum: Option<Bound>,
    /// The highest value.
    pub maximum: Option<Bound>,
    /// The fewest characters of a text.
    pub min_length: Option<usize>,
    /// The most characters of a text.
    pub max_length: Option<usize>,
    /// The most digits behind the point of a number.
    pub max_decimal_places: Option<usize>,
    /// The fewest values of an item that repeats, where it is answered at all.
    pub min_values: Option<usize>,
    /// The most values of an item that repeats.
    pub max_values: Option<usize>,
    /// What the whole of a value must match.
    pub(crate) pattern: Option<Regex>,
    /// An example of how to write it, for people.
    pub(crate) entry_format: Option<String>,
}

/// A unit of a quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its code, as answers keep it.
    pub code: String,
    /// What a person reads; a front end may send it instead.
    pub display: String,
}

/// What may be answered to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Others below it.
    Group,
    /// Only shown.
    Display,
    /// Yes or no.
    Boolean,
    /// A whole number of 32 bits.
    Integer,
    /// A decimal number.
    Decimal,
    /// Text of one or of several lines.
    Text,
    /// An address of the web.
    Url,
    /// A day.
    Date,
    /// An instant.
    DateTime,
    /// A time of day.
    Time,
    /// One of the options.
    Choice,
    /// One of the options, or text.
    OpenChoice,
    /// A number with its unit.
    Quantity,
}

/// The lowest or highest value of an item.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub enum Bound {
    /// Of a number.
    Number(f64),
    /// Of a day.
    Date(jiff::civil::Date),
    /// Of an instant.
    DateTime(jiff::Timestamp),
    /// Of a time of day.
    Time(jiff::civil::Time),
}

impl std::fmt::Display for Bound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Date(date) => date.fmt(f),
            Self::DateTime(instant) => instant.fmt(f),
            Self::Time(time) => time.fmt(f),
        }
    }
}

/// One option of a choice.
#[derive(Clone, PartialEq)]
pub struct Choice {
    /// What is answered.
    pub value: Value,
    /// What a person reads.
    pub display: String,
    /// The same in other languages.
    pub(crate) translations: Translations,
    /// What it counts in a scale; absent: it counts as no answer.
    pub weight: Option<f64>,
    /// Whether no other option may be chosen beside it.
    pub exclusive: bool,
}

/// An option stands in the practice's file: nothing in it is anybody's answer.
impl std::fmt::Debug for Choice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Choice").field("display", &self.display).field("weight", &self.weight).finish_non_exhaustive()
    }
}

impl Choice {
    /// The name that rules know it by: its code, or its text. Numbers and days have none.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        code_of(&self.value)
    }
}

/// One condition of `enableWhen`.
#[derive(Clone)]
pub(crate) struct Condition {
    /// Index of the item that is asked about.
    pub(crate) question: usize,
    pub(crate) test: Test,
}

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Condition").field("question", &self.question).finish_non_exhaustive()
    }
}

/// What a condition asks of an answer.
#[derive(Clone)]
pub(crate) enum Test {
    Exists(bool),
    Is(Value),
    /// True as well where nothing was answered: FHIR says "no answer is equal".
    IsNot(Value),
    /// In the same unit, where there are units; empty: any.
    Compares(Order, Bound, String),
}

/// How a value stands to a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Questionnaire {
    /// Reads and checks one file that stands for itself; `file` names it in problems, its stem
    /// names it in rules.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn load(file: &str, json: &str) -> Result<Loaded<Self>, Vec<FileProblem>> {
        Self::load_with(file, json, &ValueSets::default())
    }

    /// Reads and checks one file whose questions may share options.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn load_with(file: &str, json: &str, value_sets: &ValueSets) -> Result<Loaded<Self>, Vec<FileProblem>> {
        read::questionnaire(file, json, value_sets)
    }

    /// The path of its file.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The paths of the value sets that it uses.
    #[must_use]
    pub const fn value_sets(&self) -> &BTreeSet<String> {
        &self.value_sets
    }

    /// Its name in rules: the file's stem, with `_` for what a name in a rule cannot hold.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name that a file's instrument has, whatever stands in it.
    pub(crate) fn name_of(file: &str) -> String {
        read::name(file)
    }

    /// Whether options of a question stand in no file of the practice.
    pub(crate) fn lacks_options(&self) -> bool {
        self.items.iter().any(|item| item.kind == Kind::Choice && item.options.is_empty())
    }

    /// `url|version`, as answers name it.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// Whether a name means it: `url|version`, or the url alone, since the protocol pins the version.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        let url = self.canonical.split('|').next();
        name == self.canonical || Some(name) == url
    }

    /// The title a person reads.
    #[must_use]
    pub fn title(&self, language: Language) -> &str {
        &self.form(language).title
    }

    /// The Questionnaire as JSON text for front ends: no weights, scores or hidden items, every
    /// text in that language where the file has it, else in the file's own.
    #[must_use]
    pub fn client_json(&self, language: Language) -> &str {
        &self.form(language).json
    }

    const fn form(&self, language: Language) -> &Form {
        match language {
            Language::En => &self.forms.en,
            Language::Es => &self.forms.es,
        }
    }

    /// Its items in the order of the form.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The item with a linkId, and its index.
    #[must_use]
    pub fn item(&self, link_id: &str) -> Option<(usize, &Item)> {
        let index = *self.by_link_id.get(link_id)?;
        Some((index, self.items.get(index)?))
    }
}

impl Kind {
    /// Whether nobody answers it.
    #[must_use]
    pub const fn is_asked_nothing(self) -> bool {
        matches!(self, Self::Group | Self::Display)
    }
}

impl Item {
    /// The place of the group that it stands in.
    #[must_use]
    pub const fn parent(&self) -> Option<usize> {
        self.parent
    }

    /// The places of the questions whose answers decide whether it is asked; its group's decide as well.
    pub fn asks_about(&self) -> impl Iterator<Item = usize> {
        self.enable_when.iter().map(|condition| condition.question)
    }

    /// Whether a person can answer it at all.
    #[must_use]
    pub const fn answerable(&self) -> bool {
        !self.closed && !self.kind.is_asked_nothing()
    }

    /// The option that a value chooses.
    #[must_use]
    pub fn choice(&self, value: &Value) -> Option<&Choice> {
        self.options.iter().find(|option| chooses(value, &option.value))
    }
}

impl Bound {
    /// Reads the value of an answer that has an order.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            #[expect(clippy::cast_precision_loss, reason = "answers are integers of 32 bits")]
            Value::Integer(number) => Some(Self::Number(*number as f64)),
            Value::Decimal(number) | Value::Quantity { value: number, .. } => {
                number.parse().ok().filter(|number: &f64| number.is_finite()).map(Self::Number)
            }
            Value::Date(date) => date.parse().ok().map(Self::Date),
            Value::DateTime(instant) => instant.parse().ok().map(Self::DateTime),
            Value::Time(time) => time.parse().ok().map(Self::Time),
            Value::Boolean(_) | Value::Text(_) | Value::Code { .. } => None,
        }
    }
}

/// Codes are unique within an item, so that a value may leave out their system.
fn chooses(value: &Value, option: &Value) -> bool {
    match (value, option) {
        (Value::Code { system, code }, Value::Code { system: expected, code: named }) => {
            code == named && (system.is_empty() || system == expected)
        }
        _ => value == option,
    }
}

/// The name that rules know a chosen value by.
pub(crate) fn code_of(value: &Value) -> Option<&str> {
    match value {
        Value::Code { code, .. } => Some(code),
        Value::Text(text) => Some(text),
        _ => None,
    }
}
