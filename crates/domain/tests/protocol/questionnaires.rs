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
    kept_of(items, given.iter().map(|(link_id, value)| ((*link_id).to_owned(), vec![value.clone()])).collect())
}

fn kept_of(items: &str, given: Vec<(String, Vec<Value>)>) -> Result<Vec<String>, Vec<String>> {
    let triage = "instruments: [q]\nsafety: {instruments: [], refusal: rather_tell}\nscales: []\ndrivers: []\nrules:\n  - {id: minors, safety: true, when: client.age < 18, urgency: PRIORITY, because: Minor., book: never}\n";
    let files = Files::from([
        ("instruments/q.json".to_owned(), with_items(items)),
        ("triage.yaml".to_owned(), triage.to_owned()),
        ("matching.yaml".to_owned(), MATCHING.to_owned()),
    ]);
    let protocol = Protocol::load(&files).map_err(|problems| texts(&problems))?.value;
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

/// One item of a type, with more of its properties.
fn item(kind: &str, more: &str) -> String {
    format!(r#"{{"linkId": "a", "type": "{kind}", {more}}}"#)
}

/// One extension of FHIR's own.
fn extended(kind: &str, extension: &str, value: &str) -> String {
    let url = format!("http://hl7.org/fhir/StructureDefinition/{extension}");
    item(kind, &format!(r#""extension": [{{"url": "{url}", {value}}}]"#))
}

#[track_caller]
fn warned(items: &str, expected: &str) {
    let warnings = texts(&Questionnaire::load("instruments/q.json", &with_items(items)).unwrap().warnings);
    assert!(warnings.iter().any(|warning| warning.contains(expected)), "{items}: {warnings:#?}");
}

#[test]
fn limits_initial_values_and_patterns_that_make_no_sense_never_load() {
    for (items, expected) in [
        (extended("text", "minLength", r#""valueString": "3""#), "minLength has no number"),
        (extended("text", "regex", r#""valueString": "(a|b""#), "the pattern cannot be used: unclosed group"),
        (extended("text", "regex", r#""valueString": "(?=a)b""#), "the pattern cannot be used: look-around"),
        (
            extended("text", "regex", r#""valueString": "(\\w{100}){100}""#),
            "the pattern cannot be used: it is too large",
        ),
        (extended("integer", "minValue", r#""valueString": "3""#), "minValue or maxValue does not fit"),
        (item("text", r#""maxLength": "10""#), "maxLength is no number"),
        (item("text", r#""required": "true""#), "required is neither true nor false"),
        (item("boolean", r#""initial": [{"valueString": "yes"}]"#), "\"a\" cannot be answered with its initial value"),
        (
            item("boolean", r#""initial": [{"valueBoolean": true}, {"valueBoolean": false}]"#),
            "\"a\" starts with several",
        ),
        (item("group", r#""initial": [{"valueBoolean": true}], "item": []"#), "\"a\" asks nothing"),
        (
            item("date", r#""initial": [{"valueDate": "2026-02-30"}]"#),
            "\"a\" cannot be answered with its initial value",
        ),
        (
            item(
                "choice",
                r#""initial": [{"valueCoding": {"code": "z"}}], "answerOption": [{"valueCoding": {"code": "x"}}]"#,
            ),
            "\"a\" cannot be answered with its initial value",
        ),
        (
            item(
                "choice",
                r#""answerOption": [{"valueInteger": 1, "initialSelected": true}, {"valueInteger": 2, "initialSelected": true}]"#,
            ),
            "\"a\" starts with several values",
        ),
        (item("choice", r#""answerOption": [{"valueDate": "2026-02-30"}]"#), "an option of \"a\" cannot be read"),
    ] {
        let problems = texts(&Questionnaire::load("instruments/q.json", &with_items(&items)).unwrap_err());
        let found =
            problems.iter().any(|problem| problem.starts_with("instruments/q.json:2:") && problem.contains(expected));
        assert!(found, "{items}: {problems:#?}");
    }
}

#[test]
fn what_is_not_read_is_warned_of() {
    warned(&item("text", r#""requird": true"#), "an item has no property \"requird\"");
    warned(&item("text", r#""ReadOnly": true"#), "did you mean \"readOnly\"?");
    warned(&item("choice", r#""answerValueSet": "http://example.com/vs""#), "any code will be taken");
    warned(&item("text", r#""maxLength": 100000"#), "at most 4000 characters");
    let translated = r#""text": "Hello", "_text": {"extension": [{"url": "http://hl7.org/fhir/StructureDefinition/translation", "extension": [{"url": "lang", "valueCode": "es-US"}, {"url": "content", "valueString": "Hola"}]}]}"#;
    let half = format!(r#"{},{{"linkId": "b", "type": "display", "text": "Bye"}}"#, item("display", translated));
    warned(&half, "1 of 2 texts are not in \"es\"");
    let loaded = Questionnaire::load("q.json", &with_items(&half)).unwrap().value;
    let (english, spanish) = (loaded.client_json(Language::En), loaded.client_json(Language::Es));
    assert!(english.contains("Hello") && spanish.contains("Hola") && spanish.contains("Bye"));
    assert!(!english.contains("translation") && !spanish.contains("translation") && !spanish.contains("Hello"));
}

#[test]
fn a_file_without_url_and_version_is_named_by_itself_and_its_content() {
    let json = r#"{"resourceType": "Questionnaire", "status": "draft", "item": [{"linkId": "a", "type": "text"}]}"#;
    let loaded = Questionnaire::load("instruments/my-form.json", json).unwrap();
    let warnings = texts(&loaded.warnings);
    for expected in ["it has no url", "it has no version", "it is a draft"] {
        assert!(warnings.iter().any(|warning| warning.contains(expected)), "{warnings:#?}");
    }
    let (url, version) = loaded.value.canonical().split_once('|').unwrap();
    assert_eq!((url, version.len()), ("urn:rapport:my_form", 64));
    assert!(loaded.value.client_json(Language::En).contains(version));
    let other = Questionnaire::load("instruments/my-form.json", &json.replace("text", "boolean")).unwrap().value;
    assert_ne!(other.canonical(), loaded.value.canonical());
}

#[test]
fn every_limit_holds_an_answer() {
    let text = |text: &str| Value::Text(text.to_owned());
    let pattern = extended("text", "regex", r#""valueString": "[A-Z]{2}|x""#);
    let exclusive = r#"{"linkId": "a", "type": "choice", "repeats": true, "answerOption": [{"valueCoding": {"code": "x"}}, {"valueCoding": {"code": "none"},
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-optionExclusive", "valueBoolean": true}]}]}"#;
    let pounds = r#"{"linkId": "a", "type": "quantity", "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/questionnaire-unit", "valueCoding": {"code": "[lb_av]", "display": "pounds"}},
        {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueQuantity": {"value": 500}}]}"#;
    let weight = |value: &str, unit: &str| Value::Quantity { value: value.to_owned(), unit: unit.to_owned() };
    for (items, values, good) in [
        (extended("text", "minLength", r#""valueInteger": 3"#), vec![text("ab")], false),
        (extended("text", "minLength", r#""valueInteger": 3"#), vec![text("äbc")], true),
        (
            extended("decimal", "maxDecimalPlaces", r#""valueInteger": 1"#),
            vec![Value::Decimal("1.25".to_owned())],
            false,
        ),
        (extended("decimal", "maxDecimalPlaces", r#""valueInteger": 1"#), vec![Value::Decimal("1.5".to_owned())], true),
        (pattern.clone(), vec![text("NC")], true),
        (pattern.clone(), vec![text("NCx")], false),
        (pattern, vec![text("ax")], false),
        (exclusive.to_owned(), vec![code("none")], true),
        (exclusive.to_owned(), vec![code("x"), code("none")], false),
        (pounds.to_owned(), vec![weight("150", "pounds")], true),
        (pounds.to_owned(), vec![weight("501", "[lb_av]")], false),
        (pounds.to_owned(), vec![weight("150", "kg")], false),
    ] {
        assert_eq!(decided(&items, &[], values).is_ok(), good, "{items}");
    }
}

#[test]
fn conditions_of_every_operator_hold_over_every_kind_of_answer() {
    let date = |date: &str| Value::Date(date.to_owned());
    let time = |time: &str| Value::Time(time.to_owned());
    let number = |number: &str| Value::Decimal(number.to_owned());
    let instant = |instant: &str| Value::DateTime(instant.to_owned());
    let amount = |value: &str, unit: &str| Value::Quantity { value: value.to_owned(), unit: unit.to_owned() };
    let dates = r#""answerOption": [{"valueDate": "2026-01-01"}, {"valueDate": "2026-06-01"}]"#;
    let numbers = r#""answerOption": [{"valueInteger": 1}, {"valueInteger": 5}]"#;
    for (kind, more, condition, value, on) in [
        ("boolean", "", r#""operator": "!=", "answerBoolean": true"#, Value::Boolean(true), false),
        ("integer", "", r#""operator": "<", "answerInteger": 3"#, Value::Integer(2), true),
        ("integer", "", r#""operator": "<=", "answerInteger": 3"#, Value::Integer(3), true),
        ("decimal", "", r#""operator": "=", "answerDecimal": 1"#, number("1.0"), true),
        ("decimal", "", r#""operator": ">", "answerDecimal": 1.5"#, number("1.5"), false),
        ("date", "", r#""operator": ">=", "answerDate": "2026-11-30""#, date("2026-11-30"), true),
        (
            "dateTime",
            "",
            r#""operator": "=", "answerDateTime": "2026-11-30T12:00:00Z""#,
            instant("2026-11-30T07:00:00-05:00"),
            true,
        ),
        ("time", "", r#""operator": "<", "answerTime": "12:00:00""#, time("12:00:00"), false),
        ("string", "", r#""operator": "=", "answerString": "yes""#, Value::Text("yes".to_owned()), true),
        (
            "url",
            "",
            r#""operator": "=", "answerString": "https://example.com""#,
            Value::Text("https://example.com".to_owned()),
            true,
        ),
        ("choice", dates, r#""operator": ">", "answerDate": "2026-03-01""#, date("2026-06-01"), true),
        ("choice", numbers, r#""operator": ">", "answerInteger": 3"#, Value::Integer(1), false),
        ("open-choice", YES_NO, r#""operator": "=", "answerString": "maybe""#, Value::Text("maybe".to_owned()), true),
        ("quantity", "", r#""operator": ">", "answerQuantity": {"value": 3, "unit": "kg"}"#, amount("4", "kg"), true),
        ("quantity", "", r#""operator": ">", "answerQuantity": {"value": 3, "unit": "kg"}"#, amount("4", "lb"), false),
        ("quantity", "", r#""operator": "!=", "answerQuantity": {"value": 3, "unit": "kg"}"#, amount("3", "lb"), true),
    ] {
        let comma = if more.is_empty() { "" } else { ", " };
        let items = format!(
            r#"{{"linkId": "a", "type": "{kind}"{comma}{more}}}, {{"linkId": "b", "type": "boolean", "enableWhen": [{{"question": "a", {condition}}}]}}"#
        );
        let kept = decided(&items, &[("b", Value::Boolean(true))], vec![value]).unwrap();
        assert_eq!(kept.contains(&"b".to_owned()), on, "{kind} {condition}");
    }
    refused(
        r#"{"linkId": "a", "type": "date"}, {"linkId": "b", "type": "text", "enableWhen": [{"question": "a", "operator": "=", "answerDate": "2026-02-30"}]}"#,
        "instruments/q.json:2:81: the condition on \"a\" names an answer that the item cannot have, it must be a date",
    );
}

/// What is kept where "a" is answered with some values.
fn decided(items: &str, given: &[(&str, Value)], values: Vec<Value>) -> Result<Vec<String>, Vec<String>> {
    let given = given.iter().map(|(link_id, value)| ((*link_id).to_owned(), vec![value.clone()]));
    kept_of(items, given.chain([("a".to_owned(), values)]).collect())
}

#[test]
fn an_initial_value_is_shown_and_never_an_answer() {
    let items = r#"{"linkId": "a", "type": "boolean", "initial": [{"valueBoolean": true}]},
        {"linkId": "b", "type": "integer", "readOnly": true, "initial": [{"valueInteger": 7}]},
        {"linkId": "c", "type": "boolean", "enableWhen": [{"question": "a", "operator": "exists", "answerBoolean": true}]}"#;
    let json = Questionnaire::load("q.json", &with_items(items)).unwrap().value.client_json(Language::En).to_owned();
    assert!(json.contains("valueBoolean") && json.contains("\"valueInteger\":7"));
    let kept = kept(items, &[("b", Value::Integer(7)), ("c", Value::Boolean(true))]).unwrap();
    assert_eq!(kept, Vec::<String>::new(), "nobody answered a, and nobody can answer b");
}

/// Goes red where `load::prefilled_safety` finds nothing.
#[test]
fn a_safety_question_that_starts_with_an_answer_never_loads() {
    let mut files = super::sample_files();
    let safety = files.get_mut("instruments/safety.json").unwrap();
    *safety = safety.replacen(
        "\"linkId\": \"fear\",",
        "\"linkId\": \"fear\", \"initial\": [{\"valueCoding\": {\"code\": \"no\"}}],",
        1,
    );
    let problems = texts(&Protocol::load(&files).unwrap_err());
    assert!(
        problems.iter().any(|problem| problem.contains("\"fear\" is about safety and starts with an answer")),
        "{problems:#?}"
    );
}

#[test]
fn options_come_from_value_sets_of_the_file_and_of_the_folder() {
    let contained = |compose: &str| {
        format!(
            r##"{{"resourceType": "Questionnaire", "url": "https://example.com/q", "version": "1", "contained": [
{{"resourceType": "ValueSet", "id": "v", {compose}}}],
"item": [{{"linkId": "a", "type": "choice", "answerValueSet": "#v"}}, {{"linkId": "b", "type": "choice", "answerValueSet": "#v"}}]}}"##
        )
    };
    let codes = |json: &str| {
        let loaded = Questionnaire::load("q.json", json).map_err(|problems| texts(&problems))?.value;
        let (_, item) = loaded.item("b").unwrap();
        Ok::<_, Vec<String>>(
            item.options.iter().filter_map(|option| option.code().map(str::to_owned)).collect::<Vec<_>>(),
        )
    };
    let included = r#""include": [{"system": "s", "concept": [{"code": "x"}, {"code": "y"}, {"code": "z"}]}]"#;
    assert_eq!(codes(&contained(&format!(r#""compose": {{{included}}}"#))).unwrap(), ["x", "y", "z"]);
    let excluded = r#""exclude": [{"system": "s", "concept": [{"code": "y"}]}]"#;
    assert_eq!(codes(&contained(&format!(r#""compose": {{{included}, {excluded}}}"#))).unwrap(), ["x", "z"]);
    let expansion = r#""expansion": {"contains": [{"system": "s", "code": "g", "abstract": true, "contains": [{"system": "s", "code": "x"}]}]}"#;
    assert_eq!(codes(&contained(expansion)).unwrap(), ["x"]);
    for (compose, what) in [
        (
            r#""compose": {"include": [{"system": "s", "filter": []}]}"#,
            "the value set is made by a filter, which is not read",
        ),
        (
            r#""compose": {"include": [{"valueSet": ["v"]}]}"#,
            "the value set is made by another value set, which is not read",
        ),
        (r#""compose": {"include": [{"system": "s"}]}"#, "all of s is included"),
        (r#""compose": {}"#, "the value set lists no concept"),
    ] {
        let problems = codes(&contained(compose)).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].starts_with("q.json:2:") && problems[0].contains(what),
            "{problems:#?}"
        );
    }
}

#[test]
fn value_sets_of_the_folder_belong_to_the_bundle_and_unused_files_only_warn() {
    let mut files = super::sample_files();
    let digest = Protocol::load(&files).unwrap().value.digest().to_owned();
    let side = files.get_mut("value_sets/side.json").unwrap();
    *side = side.replace("No, not really", "No, hardly");
    let changed = Protocol::load(&files).unwrap().value;
    assert_ne!(changed.digest(), digest);
    assert!(Protocol::from_bundle(changed.bundle()).unwrap().digest() == changed.digest());
    let distance = changed.instruments().iter().find(|one| one.name() == "distance").unwrap();
    assert!(
        distance.client_json(Language::En).contains("No, hardly")
            && !distance.client_json(Language::En).contains("answerValueSet")
    );
    files.insert("value_sets/spare.json".to_owned(), files["value_sets/side.json"].replace("/side\"", "/spare\""));
    files.insert("instruments/spare.json".to_owned(), with_items(&item("text", r#""text": "x""#)));
    let warnings = texts(&Protocol::load(&files).unwrap().warnings);
    assert_eq!(
        warnings,
        [
            "value_sets/spare.json:1:1: warning: no question uses it, name its url in answerValueSet, or delete it",
            "instruments/spare.json:1:1: warning: it is never asked, list it under instruments in triage.yaml, or delete it",
        ]
    );
    files.insert("value_sets/twice.json".to_owned(), files["value_sets/side.json"].clone());
    files.insert("value_sets/odd.json".to_owned(), "{\"resourceType\": \"Patient\"}".to_owned());
    files.get_mut("triage.yaml").unwrap().insert_str(0, "]\n");
    let problems = texts(&Protocol::load(&files).unwrap_err());
    for expected in [
        "value_sets/odd.json:1:18: this is no FHIR ValueSet",
        "value_sets/twice.json:3:10: value_sets/side.json has the same url",
        "triage.yaml:1:",
    ] {
        assert!(problems.iter().any(|problem| problem.starts_with(expected)), "{expected}: {problems:#?}");
    }
}

#[test]
fn hostile_files_end_in_an_error() {
    let deep = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
    let mut nested = r#"{"linkId": "x", "type": "group"}"#.to_owned();
    for depth in 0..80 {
        nested = format!(r#"{{"linkId": "{depth}", "type": "group", "item": [{nested}]}}"#);
    }
    let many = vec![r#"{"linkId": "a", "type": "text"}"#; 501].join(",");
    let large = format!("\"{}\"", "x".repeat(1 << 20));
    for (json, expected) in [
        (deep, "this is not JSON, recursion limit exceeded"),
        (with_items(&nested), "recursion limit exceeded"),
        (with_items(&many), "there are more than 500 items"),
        (large, "it is larger than 1048576 bytes"),
        (String::new(), "this is not JSON"),
        ("[]".to_owned(), "this is no FHIR Questionnaire"),
    ] {
        let problems = texts(&Questionnaire::load("q.json", &json).unwrap_err());
        assert!(problems.iter().any(|problem| problem.contains(expected)), "{expected}: {problems:#?}");
    }
}
