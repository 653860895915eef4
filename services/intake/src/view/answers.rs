//! What somebody answered, back in the messages that it came in.

use rapport_domain::screening::{Answers, Value};
use rapport_proto::intake::{self as pb, value::Kind};

/// The answers to those items that `shown` lets through, given questionnaire and linkId.
pub(crate) fn answers(answers: Answers, shown: impl Fn(&str, &str) -> bool) -> Vec<pb::QuestionnaireAnswers> {
    let screenings = answers.0.into_iter().map(|(questionnaire, items)| {
        let items = items.into_iter().filter(|(link_id, _)| shown(&questionnaire, link_id));
        let answers = items
            .map(|(link_id, values)| pb::Answer { link_id, values: values.into_iter().map(value).collect() })
            .collect();
        pb::QuestionnaireAnswers { questionnaire, answers }
    });
    // A questionnaire of which nothing is shown would tell that something in it was answered.
    screenings.filter(|screening| !screening.answers.is_empty()).collect()
}

fn value(value: Value) -> pb::Value {
    let kind = match value {
        Value::Boolean(it) => Kind::Boolean(it),
        Value::Integer(it) => Kind::Integer(it),
        Value::Decimal(it) => Kind::Decimal(it),
        Value::Text(it) => Kind::Text(it),
        Value::Code { system, code } => Kind::Code(pb::Coding { system, code }),
        Value::Date(it) => Kind::Date(it),
        Value::DateTime(it) => Kind::DateTime(it),
        Value::Time(it) => Kind::Time(it),
        Value::Quantity { value, unit } => Kind::Quantity(pb::Quantity { value, unit }),
    };
    pb::Value { kind: Some(kind) }
}
