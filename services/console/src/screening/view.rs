//! A step as its page shows it.

use std::collections::BTreeMap;

use rapport_domain::screening::{Answers, Item, Kind, Questionnaire, Value};

use super::{
    Step,
    given::{field, shown},
};
use crate::words;

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It must be answered and is not.
    Missing,
    /// It does not fit its question.
    Unfit,
}

/// One part of a page, in order.
pub(crate) enum Block {
    /// Only shown.
    Text { item: usize, text: String, hidden: bool },
    /// What a group is about.
    Heading { item: usize, text: String, hidden: bool },
    /// To be answered.
    Question(Box<Question>),
}

/// A question with its control.
pub(crate) struct Question {
    pub(crate) item: usize,
    pub(crate) field: String,
    pub(crate) legend: String,
    pub(crate) control: Control,
    pub(crate) options: Vec<Opt>,
    /// What is typed.
    pub(crate) value: String,
    /// Units of a quantity, the chosen one marked.
    pub(crate) units: Vec<Opt>,
    pub(crate) many: bool,
    pub(crate) optional: bool,
    pub(crate) hidden: bool,
    /// Options stand side by side.
    pub(crate) pills: bool,
    pub(crate) most: usize,
    pub(crate) wrong: Option<&'static str>,
}

/// How it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// One or several options, with a line for another where that may be.
    Choice { other: bool },
    /// An `<input>` of this type.
    Input(&'static str),
    /// Lines of text.
    Area,
}

/// One option.
pub(crate) struct Opt {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// The longest label that stands beside another.
const SHORT: usize = 28;
/// The most options side by side.
const FEW: usize = 4;

/// The page's title and its parts. Every item of the step is there: one that is switched off is hidden.
pub(crate) fn page(
    step: &Step,
    form: &Questionnaire,
    answers: &Answers,
    wrong: &BTreeMap<usize, Wrong>,
    w: &'static words::Steps,
) -> (String, Vec<Block>) {
    let open = form.shown(answers);
    let mut blocks = Vec::with_capacity(step.items.len());
    for index in &step.items {
        let Some(item) = form.items().get(*index).filter(|item| !item.hidden) else { continue };
        let hidden = open.get(*index) != Some(&true);
        let text = item.text.clone();
        blocks.push(match item.kind {
            Kind::Group => Block::Heading { item: *index, text, hidden },
            Kind::Display => Block::Text { item: *index, text, hidden },
            _ if item.closed => Block::Text { item: *index, text, hidden },
            _ => {
                let values = answers.0.get(form.canonical()).and_then(|given| given.get(&item.link_id));
                let values = values.map(Vec::as_slice).unwrap_or_default();
                let wrong = wrong.get(index).map(|wrong| sentence(item, *wrong, w));
                Block::Question(Box::new(question(*index, item, values, hidden, wrong, w)))
            }
        });
    }
    (title(form, &mut blocks), blocks)
}

/// Whether there are several questions, and each may be left blank.
pub(crate) fn are_all_optional(blocks: &[Block]) -> bool {
    let questions = || blocks.iter().filter_map(|block| if let Block::Question(it) = block { Some(it) } else { None });
    questions().count() > 1 && questions().all(|question| question.optional)
}

/// Whether a question that is asked shows no answer.
pub(crate) fn is_blank(block: &Block) -> bool {
    let Block::Question(question) = block else { return false };
    !question.hidden && question.value.is_empty() && !question.options.iter().any(|option| option.chosen)
}

/// What the page is about: its group, its one question, or else the questionnaire's own title.
fn title(form: &Questionnaire, blocks: &mut Vec<Block>) -> String {
    match blocks.first() {
        Some(Block::Heading { text, hidden: false, .. }) => {
            let text = text.clone();
            blocks.remove(0);
            text
        }
        Some(Block::Question(question)) if blocks.len() == 1 => question.legend.clone(),
        _ => form.title(rapport_domain::contact::Language::En).to_owned(),
    }
}

fn question(
    index: usize,
    item: &Item,
    values: &[Value],
    hidden: bool,
    wrong: Option<&'static str>,
    w: &words::Steps,
) -> Question {
    let options = options(item, values, w);
    let pills = options.len() <= FEW && options.iter().all(|option| option.label.chars().count() <= SHORT);
    let typed = values.iter().find(|value| item.options.is_empty() || item.choice(value).is_none());
    Question {
        item: index,
        field: field(index),
        legend: item.text.clone(),
        control: control(item),
        value: match item.kind {
            Kind::Boolean => String::new(),
            _ => typed.map(|value| shown(item, value)).unwrap_or_default(),
        },
        units: units(item, values),
        options,
        many: item.repeats,
        optional: !item.required,
        hidden,
        pills,
        most: item.limits.max_length.unwrap_or(4_000).min(4_000),
        wrong,
    }
}

const fn control(item: &Item) -> Control {
    match item.kind {
        Kind::OpenChoice if !item.options.is_empty() => Control::Choice { other: true },
        Kind::Boolean => Control::Choice { other: false },
        Kind::Choice if !item.options.is_empty() => Control::Choice { other: false },
        Kind::Date => Control::Input("date"),
        Kind::Time => Control::Input("time"),
        Kind::Url => Control::Input("url"),
        Kind::Text => Control::Area,
        _ => Control::Input("text"),
    }
}

fn options(item: &Item, values: &[Value], w: &words::Steps) -> Vec<Opt> {
    if item.kind == Kind::Boolean {
        let option = |value: &str, label: &str, yes| Opt {
            value: value.to_owned(),
            label: label.to_owned(),
            chosen: values.contains(&Value::Boolean(yes)),
        };
        return vec![option("1", w.yes, true), option("0", w.no, false)];
    }
    let each = item.options.iter().enumerate().map(|(position, option)| Opt {
        value: position.to_string(),
        label: if option.display.is_empty() {
            option.code().unwrap_or_default().to_owned()
        } else {
            option.display.clone()
        },
        chosen: values.contains(&option.value),
    });
    each.collect()
}

fn units(item: &Item, values: &[Value]) -> Vec<Opt> {
    let chosen = values.iter().find_map(|value| match value {
        Value::Quantity { unit, .. } => Some(unit.as_str()),
        _ => None,
    });
    let each = item.units.iter().map(|unit| Opt {
        value: unit.code.clone(),
        label: unit.display.clone(),
        chosen: chosen == Some(unit.code.as_str()),
    });
    each.collect()
}

/// How to mend it, by the item's kind: the intake service says the same in English alone.
fn sentence(item: &Item, wrong: Wrong, w: &'static words::Steps) -> &'static str {
    match (wrong, item.kind) {
        (Wrong::Missing, Kind::Boolean | Kind::Choice | Kind::OpenChoice) => w.choose_one,
        (Wrong::Missing, _) => w.fill_in,
        (Wrong::Unfit, Kind::Integer) => w.whole_number,
        (Wrong::Unfit, Kind::Decimal | Kind::Quantity) => w.number,
        (Wrong::Unfit, Kind::Date | Kind::DateTime | Kind::Time) => w.date,
        (Wrong::Unfit, Kind::Url) => w.web_address,
        (Wrong::Unfit, Kind::Choice | Kind::OpenChoice | Kind::Boolean) => w.choose_fitting,
        (Wrong::Unfit, _) => w.shorter,
    }
}
