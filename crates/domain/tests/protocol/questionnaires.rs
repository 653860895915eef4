//! What a Questionnaire must not be, and what each type, limit and condition does.

use std::collections::BTreeMap;

use rapport_domain::{
    contact::Language,
    problem::FieldProblems,
    protocol::{Files, Protocol},
    screening::{Questionnaire, Value},
};

use super::{MATCHING, code, field_texts, texts};

fn with_items(items: &str) -> String {
    format!(
        "{{\"resourceType\": \"Questionnaire\", \"url\": \"https://example.com/q\", \"version\": \"1\", \"item\": [\n{items}\n]}}"
    )
}

#[track_caller]
fn refused(items: &str, expected: &str) {
    let problems = texts(&Questionnaire::load("instruments/q.json", &with_items(items)).unwrap_err());
    assert!(problems.iter().any(|problem| problem.starts_with(expected)), "{items}: {problems:#?}");
}

const YES_NO: &str = r#""answerOption": [{"valueCoding": {"code": "yes"}}, {"valueCoding": {"code": "no"}}]"#;

#[test]
fn a_wrong_questionnaire_never_loads_and_says_where_it_is_wrong() {
    let at = |place: &str, what: &str| format!("instruments/q.json:{place}: {what}");
    refused("", &at("1:1", "it holds no item"));
    refused(r#"{"type": "string"}"#, &at("2:1", "an item has no linkId, give it one; rules name it by that"));
    refused(r#"{"linkId": "a"}"#, &at("2:1", "\"a\" has no type"));
    refused(
        r#"{"linkId": "a", "type": "attachment"}"#,
        &at("2:25", "\"a\" is of type \"attachment\", which cannot be asked here"),
    );
    refused(
        r#"{"linkId": "a", "type": "group", "repeats": true, "item": []}"#,
        &at("2:45", "\"a\" is a repeating group"),
    );
    refused(
        "{\"linkId\": \"a\", \"type\": \"text\"},\n{\"linkId\": \"a\", \"type\": \"text\"}",
        &at("3:12", "the linkId \"a\" is taken"),
    );
    refused(r#"{"linkId": "a", "type": "choice"}"#, &at("2:1", "\"a\" has nothing to choose from"));
    refused(
        &format!(r#"{{"linkId": "a", "type": "text", {YES_NO}}}"#),
        &at("2:1", "\"a\" has options, but is no choice"),
    );
    refused(
        r##"{"linkId": "a", "type": "choice", "answerValueSet": "#x"}"##,
        &at("2:53", "the file contains no value set \"x\""),
    );
    refused(
        r#"{"linkId": "a", "type": "choice", "answerOption": [{"valueCoding": {"code": "x"}}, {"valueCoding": {"code": "x"}}]}"#,
        &at("2:84", "\"a\" has two options of one code"),
    );
    refused(
        r#"{"linkId": "a", "type": "choice", "answerOption": [{"valueReference": {}}]}"#,
        &at("2:52", "an option of \"a\" cannot be read"),
    );
    refused(
        r#"{"linkId": "a", "type": "text", "enableWhen": [{"question": "b", "operator": "exists", "answerBoolean": true}]}"#,
        &at("2:61", "there is no item \"b\""),
    );
    let when = |answer: &str| {
        format!(
            "{{\"linkId\": \"a\", \"type\": \"choice\", {YES_NO}}},\n{{\"linkId\": \"b\", \"type\": \"text\", \"enableWhen\": [{{\"question\": \"a\", {answer}}}]}}"
        )
    };
    refused(
        &when(r#""operator": "=", "answerCoding": {"code": "yse"}"#),
        &at("3:48", "the condition on \"a\" names an answer that the item cannot have, it has yes, no"),
    );
    refused(
        &when(r#""operator": ">", "answerCoding": {"code": "yes"}"#),
        &at("3:48", "the condition on \"a\" compares what has no order"),
    );
    refused(
        &when(r#""operator": "~", "answerCoding": {"code": "yes"}"#),
        &at("3:48", "the condition on \"a\" has an unknown operator"),
    );
    refused(&when(r#""operator": "=", "answerBoolean": true"#), &at("3:48", "the condition on \"a\" names an answer"));
    let circle = |one: &str, other: &str| {
        format!(
            r#"{{"linkId": "{one}", "type": "boolean", "enableWhen": [{{"question": "{other}", "operator": "=", "answerBoolean": true}}]}}"#
        )
    };
    refused(
        &format!("{},\n{}", circle("a", "b"), circle("b", "a")),
        &at("2:50", "its enableWhen leads back to itself"),
    );
    refused(
        &format!(r#"{{"linkId": "a", "type": "group", "item": [{}]}}"#, circle("b", "a")),
        &at("2:106", "nobody answers \"a\""),
    );
    refused(
        r#"{"linkId": "a", "type": "integer", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 3}, {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 2}]}"#,
        &at("2:49", "\"a\" has no possible value"),
    );
    let problems = texts(&Questionnaire::load("q.json", "{\n  \"a\": }").unwrap_err());
    assert!(problems.first().unwrap().starts_with("q.json:2:8: this is not JSON"), "{problems:?}");
}

/// What is kept of some answers to some items.
fn kept(items: &str, given: &[(&str, Value)]) -> Result<Vec<String>, Vec<String>> {
    let triage = "instruments: [q]\nsafety: {instruments: [], refusal: rather_tell}\nscales: []\ndrivers: []\nrules:\n  - {id: minors, safety: true, when: client.age < 18, urgency: PRIORITY, because: Minor., book: never}\n";
    let files = Files::from([
        ("instruments/q.json".to_owned(), with_items(items)),
        ("triage.yaml".to_owned(), triage.to_owned()),
        ("matching.yaml".to_owned(), MATCHING.to_owned()),
    ]);
    let protocol = Protocol::load(&files).map_err(|problems| texts(&problems))?.value;
    let given = given.iter().map(|(link_id, value)| ((*link_id).to_owned(), vec![value.clone()])).collect();
    let mut problems = FieldProblems::default();
    match protocol.check_answers(vec![("https://example.com/q|1".to_owned(), given)], &mut problems) {
        Some(answers) => Ok(answers.0.into_values().flat_map(BTreeMap::into_keys).collect()),
        None => Err(field_texts(problems)),
    }
}

#[test]
fn conditions_switch_items_on_and_off() {
    let items = |behavior: &str| {
        format!(
            r#"{{"linkId": "a", "type": "choice", {YES_NO}}}, {{"linkId": "n", "type": "integer"}},
           {{"linkId": "g", "type": "group", "enableBehavior": "{behavior}", "enableWhen": [
              {{"question": "a", "operator": "=", "answerCoding": {{"code": "yes"}}}}, {{"question": "n", "operator": ">=", "answerInteger": 3}}],
            "item": [{{"linkId": "inner", "type": "boolean"}}, {{"linkId": "deeper", "type": "text", "enableWhen": [{{"question": "inner", "operator": "!=", "answerBoolean": false}}]}}]}}"#
        )
    };
    let (yes, three, no) = (("a", code("yes")), ("n", Value::Integer(3)), ("inner", Value::Boolean(false)));
    let text = ("deeper", Value::Text("x".to_owned()));
    let all = items("all");
    assert_eq!(kept(&all, &[yes.clone(), three.clone(), text.clone()]).unwrap(), ["a", "deeper", "n"]);
    assert_eq!(kept(&all, &[yes.clone(), text.clone()]).unwrap(), ["a"]);
    assert_eq!(kept(&items("any"), &[yes.clone(), text.clone()]).unwrap(), ["a", "deeper"]);
    assert_eq!(kept(&all, &[yes, three, no, text]).unwrap(), ["a", "inner", "n"]);
}

#[test]
fn a_switched_off_answer_switches_nothing_on() {
    let chain = |link_id: &str, question: &str| {
        format!(
            r#"{{"linkId": "{link_id}", "type": "boolean", "enableWhen": [{{"question": "{question}", "operator": "exists", "answerBoolean": true}}]}}"#
        )
    };
    // Listed backwards: the order of the form decides nothing.
    let items = format!("{}, {}, {}", chain("c", "b"), chain("b", "a"), r#"{"linkId": "a", "type": "boolean"}"#);
    let yes = Value::Boolean(true);
    assert_eq!(kept(&items, &[("b", yes.clone()), ("c", yes.clone())]).unwrap(), Vec::<String>::new());
    assert_eq!(kept(&items, &[("a", yes.clone()), ("b", yes.clone()), ("c", yes)]).unwrap(), ["a", "b", "c"]);
}

#[test]
fn every_type_takes_its_own_values_within_its_limits() {
    let limits = r#""extension": [{"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueDecimal": 1}, {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueDecimal": 2.5}]"#;
    let items = format!(
        r#"{{"linkId": "decimal", "type": "decimal", {limits}}}, {{"linkId": "date", "type": "date"}}, {{"linkId": "instant", "type": "dateTime"}},
           {{"linkId": "time", "type": "time"}}, {{"linkId": "url", "type": "url", "maxLength": 20}},
           {{"linkId": "open", "type": "open-choice", {YES_NO}}}, {{"linkId": "closed", "type": "choice", {YES_NO}}},
           {{"linkId": "amount", "type": "quantity", "extension": [{{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption", "valueCoding": {{"code": "kg"}}}}]}}"#
    );
    let text = |text: &str| Value::Text(text.to_owned());
    let amount = |unit: &str| Value::Quantity { value: "3.5".to_owned(), unit: unit.to_owned() };
    for (link_id, value, good) in [
        ("decimal", Value::Decimal("2.5".to_owned()), true),
        ("decimal", Value::Decimal("2.51".to_owned()), false),
        ("decimal", Value::Decimal("0.99".to_owned()), false),
        ("decimal", Value::Decimal("NaN".to_owned()), false),
        ("date", Value::Date("2026-02-28".to_owned()), true),
        ("date", Value::Date("2026-02-29".to_owned()), false),
        ("date", text("2026-02-28"), false),
        ("instant", Value::DateTime("2026-11-30T17:00:00-05:00".to_owned()), true),
        ("instant", Value::DateTime("2026-11-30T17:00:00".to_owned()), false),
        ("time", Value::Time("17:00:00".to_owned()), true),
        ("time", Value::Time("25:00:00".to_owned()), false),
        ("url", text("https://example.com/"), true),
        ("url", text("https://example.com/1"), false),
        ("url", text("javascript:alert(1)"), false),
        ("url", text("https://"), false),
        ("url", text("http://a b.example/"), false),
        ("url", text("https://x.example/<i>"), false),
        ("open", text("something else"), true),
        ("open", code("maybe"), false),
        ("closed", code("yes"), true),
        ("closed", Value::Code { system: "http://other.example.com".to_owned(), code: "yes".to_owned() }, false),
        ("closed", text("yes"), false),
        ("amount", amount("kg"), true),
        ("amount", amount("lb"), false),
    ] {
        let kept = kept(&items, &[(link_id, value)]);
        assert_eq!(kept.is_ok(), good, "{link_id}: {kept:?}");
    }
}

#[test]
fn a_hidden_item_is_neither_shown_nor_answered_nor_asked_for() {
    let hidden = r#"{"linkId": "h", "type": "group", "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-hidden", "valueBoolean": true}],
                     "item": [{"linkId": "inner", "type": "boolean", "required": true}]}, {"linkId": "shown", "type": "boolean"}"#;
    let loaded = Questionnaire::load("q.json", &with_items(hidden)).unwrap().value;
    assert!(loaded.client_json(Language::En).contains("shown") && !loaded.client_json(Language::En).contains("inner"));
    assert_eq!(kept(hidden, &[("inner", Value::Boolean(true))]).unwrap(), Vec::<String>::new());
}
