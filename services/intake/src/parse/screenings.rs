//! What the client answered. What fits which item is the protocol's to say;
//! here messages become values.

use rapport_domain::{
    problem::FieldProblems,
    protocol::{GivenAnswers, Protocol},
    screening::{Answers, Value},
};
use rapport_proto::intake::{self as pb, value::Kind};

/// Messages as values; notes each value that has none.
pub(crate) fn given_answers(
    given: Vec<pb::QuestionnaireAnswers>,
    protocol: &Protocol,
    problems: &mut FieldProblems,
) -> Vec<GivenAnswers> {
    let mut screenings = Vec::with_capacity(given.len());
    for (i, screening) in given.into_iter().enumerate() {
        let mut answers = Vec::with_capacity(screening.answers.len());
        for (j, answer) in screening.answers.into_iter().enumerate() {
            let mut values = Vec::with_capacity(answer.values.len());
            for (k, value) in answer.values.into_iter().enumerate() {
                match value.kind {
                    Some(kind) => values.push(read(kind)),
                    None => {
                        problems.add(format!("screenings[{i}].answers[{j}].values[{k}]"), "must have a value");
                    }
                }
            }
            answers.push((answer.link_id, values));
        }
        screenings.push((canonical(screening.questionnaire, protocol), answers));
    }
    screenings
}

/// A whole screening, laid over what a draft holds.
pub(super) fn screenings(
    given: Vec<pb::QuestionnaireAnswers>,
    protocol: &Protocol,
    draft: Answers,
    problems: &mut FieldProblems,
) -> Option<Answers> {
    let given = given_answers(given, protocol, problems);
    protocol.merge(draft, given, problems)
}

/// The questionnaire's full name; a URL without its version will do where only one has it.
fn canonical(given: String, protocol: &Protocol) -> String {
    if given.contains('|') {
        return given;
    }
    let mut of_this_url = protocol
        .instruments()
        .iter()
        .map(|instrument| instrument.canonical())
        .filter(|canonical| canonical.split('|').next() == Some(given.as_str()));
    match (of_this_url.next(), of_this_url.next()) {
        (Some(only), None) => only.to_owned(),
        _ => given,
    }
}

fn read(kind: Kind) -> Value {
    match kind {
        Kind::Boolean(it) => Value::Boolean(it),
        Kind::Integer(it) => Value::Integer(it),
        Kind::Decimal(it) => Value::Decimal(it),
        Kind::Text(it) => Value::Text(it),
        Kind::Code(it) => Value::Code { system: it.system, code: it.code },
        Kind::Date(it) => Value::Date(it),
        Kind::DateTime(it) => Value::DateTime(it),
        Kind::Time(it) => Value::Time(it),
        Kind::Quantity(it) => Value::Quantity { value: it.value, unit: it.unit },
    }
}
