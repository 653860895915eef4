//! What was typed into a step, as answers.

use rapport_domain::screening::{Item, Kind, Questionnaire, Value};

use crate::form::Form;

/// The field of an item: its place in the form, which says nothing of what is asked.
pub(crate) fn field(item: usize) -> String {
    format!("q{item}")
}

/// What came for one item.
pub(crate) enum Given {
    /// Nothing: it was not on the page, or nothing was chosen; what is kept stays.
    Nothing,
    /// These values; none of them: left blank on purpose.
    Values(Vec<Value>),
    /// Something that its kind does not hold.
    Unreadable,
}

/// Reads one item. `kept` says whether the page showed an answer that is kept already: then an emptied field blanks it.
pub(crate) fn read(form: &Questionnaire, item: usize, sent: &Form, kept: bool) -> Given {
    let Some(asked) = form.items().get(item).filter(|asked| asked.answerable()) else { return Given::Nothing };
    let name = field(item);
    let mut values = Vec::new();
    for text in sent.all(&name).map(str::trim).filter(|text| !text.is_empty()) {
        match value(asked, text, sent.text(&format!("{name}unit"))) {
            Some(value) => values.push(value),
            None => return Given::Unreadable,
        }
    }
    let other = sent.text(&format!("{name}other")).trim();
    if asked.kind == Kind::OpenChoice && !other.is_empty() {
        values.push(Value::Text(other.to_owned()));
    }
    // A blank that was sent is a press on "clear".
    if values.is_empty() && !kept && !sent.all(&name).any(str::is_empty) {
        Given::Nothing
    } else {
        Given::Values(values)
    }
}

fn value(item: &Item, text: &str, unit: &str) -> Option<Value> {
    Some(match item.kind {
        Kind::Boolean => Value::Boolean(text == "1"),
        Kind::Choice | Kind::OpenChoice if !item.options.is_empty() => {
            item.options.get(text.parse::<usize>().ok()?)?.value.clone()
        }
        // A value set that nobody here knows: its code is typed.
        Kind::Choice | Kind::OpenChoice => Value::Code { system: String::new(), code: text.to_owned() },
        Kind::Integer => Value::Integer(text.parse().ok()?),
        Kind::Decimal => Value::Decimal(text.replace(',', ".")),
        Kind::Quantity => Value::Quantity { value: text.replace(',', "."), unit: unit.to_owned() },
        Kind::Text | Kind::Url => Value::Text(text.to_owned()),
        Kind::Date => Value::Date(text.to_owned()),
        // As browsers send it, without a second; an instant needs its zone, which is the practice's.
        Kind::Time => Value::Time(if text.len() == 5 { format!("{text}:00") } else { text.to_owned() }),
        Kind::DateTime => Value::DateTime(text.to_owned()),
        Kind::Group | Kind::Display => return None,
    })
}

/// A value as its field shows it.
pub(crate) fn shown(item: &Item, value: &Value) -> String {
    match value {
        Value::Boolean(yes) => if *yes { "1" } else { "0" }.to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Text(_) | Value::Code { .. } if item.choice(value).is_some() => {
            item.options.iter().position(|option| option.value == *value).unwrap_or_default().to_string()
        }
        Value::Code { code, .. } => code.clone(),
        Value::Time(text) => text.get(..5).unwrap_or(text).to_owned(),
        Value::Decimal(text) | Value::Text(text) | Value::Date(text) | Value::DateTime(text) => text.clone(),
        Value::Quantity { value, .. } => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = r#"{"resourceType": "Questionnaire", "url": "https://example.com/q", "version": "1", "status": "active", "item": [
        {"linkId": "a", "text": "A", "type": "choice", "answerOption": [{"valueCoding": {"code": "x"}}, {"valueCoding": {"code": "y"}}]},
        {"linkId": "b", "text": "B", "type": "integer"},
        {"linkId": "c", "text": "C", "type": "text"},
        {"linkId": "d", "text": "D", "type": "display"}]}"#;

    fn check(item: usize, sent: &[(&str, &str)], kept: bool) -> Option<Vec<String>> {
        let form = Questionnaire::load("q.json", FORM).unwrap().value;
        match read(&form, item, &Form::of(sent), kept) {
            Given::Nothing => Some(vec!["nothing".to_owned()]),
            Given::Values(values) => Some(values.iter().map(|value| shown(&form.items()[item], value)).collect()),
            Given::Unreadable => None,
        }
    }

    #[test]
    fn what_was_chosen_or_typed_is_read_by_the_items_kind() {
        let nothing = Some(vec!["nothing".to_owned()]);
        assert_eq!(check(0, &[("q0", "1")], false), Some(vec!["1".to_owned()]));
        assert_eq!(check(0, &[], true), Some(vec![]));
        assert_eq!(check(0, &[], false), nothing);
        assert_eq!(check(0, &[("q0", "")], false), Some(vec![]));
        assert_eq!(check(1, &[("q1", " 12 ")], false), Some(vec!["12".to_owned()]));
        assert_eq!(check(2, &[("q2", "<b>é")], false), Some(vec!["<b>é".to_owned()]));
        assert_eq!(check(3, &[("q3", "x")], false), nothing);
    }

    #[test]
    fn what_nobody_could_have_chosen_is_unreadable() {
        for (item, value) in [(0, "2"), (0, "-1"), (0, "x"), (1, "twelve"), (1, "99999999999999999999")] {
            assert_eq!(check(item, &[(&field(item), value)], false), None, "{value}");
        }
    }
}
