//! A condition that some answers meet is never called impossible, and the other way round.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Truth, ends, truth};
use crate::{
    intake::Care,
    screening::{Answers, Questionnaire, Value, questionnaire::Sheet},
    triage::{
        expression::{Facts, ItemRef, Outcome, Unread, Vocabulary, check, check_number},
        scale::{Band, Entry, Measure, Method, Missing, Scale, Tally},
    },
};

const FORM: &str = r#"{"resourceType": "Questionnaire", "url": "https://example.com/q", "version": "1", "title": "Small", "item": [
  {"linkId": "choice", "type": "choice", "answerOption": [
    {"valueCoding": {"code": "never"}, "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 0}]},
    {"valueCoding": {"code": "often"}, "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 3}]},
    {"valueCoding": {"code": "rather_tell"}}]},
  {"linkId": "many", "type": "choice", "repeats": true, "answerOption": [{"valueCoding": {"code": "a"}}, {"valueCoding": {"code": "b"}}]},
  {"linkId": "open", "type": "open-choice", "answerOption": [{"valueCoding": {"code": "x"}}]},
  {"linkId": "number", "type": "integer", "extension": [
    {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": -2}, {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 3}]},
  {"linkId": "flag", "type": "boolean"},
  {"linkId": "later", "type": "choice", "enableWhen": [{"question": "choice", "operator": "=", "answerCoding": {"code": "often"}}],
    "answerOption": [{"valueCoding": {"code": "yes"}}, {"valueCoding": {"code": "no"}}]},
  {"linkId": "group", "type": "group", "enableWhen": [{"question": "flag", "operator": "=", "answerBoolean": true}], "item": [
    {"linkId": "deep", "type": "boolean", "enableWhen": [{"question": "number", "operator": ">", "answerInteger": 0}]}]}
]}"#;
const CANONICAL: &str = "https://example.com/q|1";

fn form() -> &'static [Questionnaire] {
    static FORMS: std::sync::OnceLock<Vec<Questionnaire>> = std::sync::OnceLock::new();
    FORMS.get_or_init(|| vec![Questionnaire::load("instruments/q.json", FORM).unwrap().value])
}

/// The sum of one item, from 0 to 3.
fn scales() -> Vec<Scale> {
    let item = ItemRef { instrument: 0, item: 0 };
    let tally = Tally {
        method: Method::Sum,
        entries: vec![Entry { item, weight: 1.0, reverse: false, range: (0.0, 3.0) }],
        weights: BTreeMap::new(),
        codes: None,
        missing: Missing::NoScore,
        at_least: 1,
    };
    let band = |id: &str, from| Band { id: id.to_owned(), label: None, from };
    vec![Scale {
        id: "s".to_owned(),
        label: "S".to_owned(),
        measure: Measure::Tally(tally),
        items: vec![item],
        bands: vec![band("low", 0.0), band("high", 2.0)],
        minimum: 0.0,
        maximum: 3.0,
    }]
}

fn of(condition: &str) -> Truth {
    let scales = scales();
    let vocabulary =
        Vocabulary { instruments: form(), scales: &scales, unread: &Unread::default(), as_if_asked: false };
    let checked = check(condition, vocabulary).unwrap_or_else(|refusals| panic!("{condition}: {refusals:?}"));
    truth(&checked.expression, vocabulary)
}

#[test]
fn what_no_answers_meet_is_found() {
    for condition in [
        "false",
        "q.number > 3",
        "q.number < -2 || q.number in [7, 9]",
        "scales.s > 3.0",
        "scales.s + 1.0 > 4.5",
        "client.age < 0 && q.flag",
        "q.choice == \"never\" && q.choice == \"often\"",
        "q.choice == \"never\" && !(q.choice in [\"never\", \"often\"])",
        "q.flag && !q.flag",
        "bands.s == \"low\" && scales.s >= 2.0",
        "bands.s == \"low\" && bands.s == \"high\"",
        "has(q.number) && !has(q.number)",
        "size(q.many) > 2",
        "\"a\" in q.many && !(\"a\" in q.many)",
        "!(\"a\" in q.many) && !(\"b\" in q.many)",
        "size(q.many) == 0 && \"a\" in q.many",
        "q.many.exists(x, x == \"a\" && x == \"b\")",
        "client.care == \"couple\" && client.care == \"individual\"",
        "client.age < 18 && client.age >= 18",
        "q.number * 2 > 6",
        "q.number > 1 ? false : q.number > 2",
        // Only who answered the one was asked the other.
        "q.later == \"yes\" && q.choice == \"never\"",
        "q.later == \"yes\" && !has(q.choice)",
        "has(q.deep) && !q.flag",
        "q.deep && q.number == 0",
    ] {
        assert_eq!(of(condition), Truth::Never, "{condition}");
    }
}

// Guard: `as_if_asked` in Possible::narrow. Without it this goes red.
#[test]
fn a_safety_rule_hears_what_was_not_asked() {
    let scales = scales();
    let vocabulary = Vocabulary { instruments: form(), scales: &scales, unread: &Unread::default(), as_if_asked: true };
    for condition in ["q.later == \"yes\" && q.choice == \"never\"", "q.deep && q.number == 0"] {
        let checked = check(condition, vocabulary).unwrap();
        assert_eq!(truth(&checked.expression, vocabulary), Truth::Depends, "{condition}");
    }
}

#[test]
fn what_all_answers_meet_is_found() {
    for condition in ["true", "client.age >= 0", "size(q.many) >= 0", "has(q.flag) || !has(q.flag)", "1 < 2"] {
        assert_eq!(of(condition), Truth::Always, "{condition}");
    }
}

#[test]
fn what_some_answers_meet_is_let_be() {
    for condition in [
        "q.number == 3",
        "q.open != \"x\"",
        "q.later == \"no\" && q.choice == \"often\"",
        "q.deep && q.number > 2 && q.flag",
        "!(q.choice in [\"never\", \"often\"])",
        // A blank answer is neither, so that this tells those who answered from those who did not.
        "q.flag || !q.flag",
        "scales.s >= 0.0",
        "!has(q.later) && q.choice == \"never\"",
    ] {
        assert_eq!(of(condition), Truth::Depends, "{condition}");
    }
}

fn number() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["q.number", "client.age", "size(q.many)", "0", "1", "2", "3", "18", "-1"]);
    leaf.prop_map(str::to_owned).prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), prop::sample::select(vec!["+", "-", "*"]), inner.clone())
                .prop_map(|(left, sign, right)| format!("({left} {sign} {right})")),
            (inner.clone(), prop::sample::select(vec!["/ 2", "% 2", "/ 3", "% 5"]))
                .prop_map(|(left, by)| format!("({left} {by})")),
            inner.prop_map(|inner| format!("(-({inner}))")),
        ]
    })
}

fn condition() -> impl Strategy<Value = String> {
    const SIGNS: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
    let atoms = vec![
        "q.flag",
        "q.deep",
        "has(q.choice)",
        "has(q.later)",
        "has(q.many)",
        "has(q.number)",
        "has(scales.s)",
        "q.choice == \"never\"",
        "q.choice != \"often\"",
        "q.choice in [\"often\", \"rather_tell\"]",
        "q.later == \"yes\"",
        "q.later != \"yes\"",
        "q.open == \"x\"",
        "q.open != \"x\"",
        "\"a\" in q.many",
        "\"b\" in q.many",
        "q.many.exists(x, x == \"a\")",
        "q.many.all(x, x == \"b\")",
        "q.many.all(x, x == \"b\" || q.flag)",
        "bands.s == \"low\"",
        "bands.s != \"low\"",
        "scales.s >= 2.0",
        "scales.s < 1.5",
        "scales.s - 1.0 == 2.0",
        "client.care == \"couple\"",
        "q.number in [0, 3]",
        "true",
        "false",
    ];
    let leaf = prop_oneof![
        3 => prop::sample::select(atoms).prop_map(str::to_owned),
        2 => (number(), prop::sample::select(SIGNS.to_vec()), number())
            .prop_map(|(left, sign, right)| format!("{left} {sign} {right}")),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} && {right})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("({left} || {right})")),
            inner.clone().prop_map(|inner| format!("!({inner})")),
            (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("(({left}) == ({right}))")),
            (inner.clone(), inner.clone(), inner).prop_map(|(one, yes, no)| format!("(({one}) ? ({yes}) : ({no}))")),
        ]
    })
}

/// Per question which of its answers is given; the last of each is none.
type Picks = [prop::sample::Index; 9];

fn answers(picks: &Picks) -> Answers {
    let code = |code: &str| Value::Code { system: String::new(), code: code.to_owned() };
    let codes = |codes: &[&str]| codes.iter().map(|one| vec![code(one)]).collect::<Vec<_>>();
    let flags = || vec![vec![Value::Boolean(true)], vec![Value::Boolean(false)]];
    let possible: [(&str, Vec<Vec<Value>>); 7] = [
        ("choice", codes(&["never", "often", "rather_tell"])),
        ("many", vec![vec![code("a")], vec![code("b")], vec![code("a"), code("b")]]),
        ("open", vec![vec![code("x")], vec![Value::Text("else".to_owned())]]),
        ("number", (-2..=3).map(|number| vec![Value::Integer(number)]).collect()),
        ("flag", flags()),
        ("later", codes(&["yes", "no"])),
        ("deep", flags()),
    ];
    let mut sheet = BTreeMap::new();
    for ((link_id, values), pick) in possible.into_iter().zip(picks) {
        if let Some(values) = values.get(pick.index(values.len() + 1)) {
            sheet.insert(link_id.to_owned(), values.clone());
        }
    }
    Answers(BTreeMap::from([(CANONICAL.to_owned(), sheet)]))
}

/// What a condition is run on: the answers, an age, and whom the care is for.
fn facts<'a>(answers: &'a Answers, scales: &'a [Scale], picks: &Picks) -> Facts<'a> {
    let sheets = form().iter().map(|one| Sheet::fill(one, answers)).collect();
    let age = Some(i16::try_from(picks[7].index(121)).unwrap());
    let care = if picks[8].index(2) == 0 { Care::Couple } else { Care::Individual };
    let mut facts = Facts { sheets, scores: Vec::new(), age, care };
    for scale in scales {
        let scored = scale.score(form(), &facts);
        facts.scores.push(scored);
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    // Guard: a comparison that keeps too little, such as `Less` for `AtMost` in Range::standing, turns this red.
    #[test]
    fn no_condition_is_refused_that_some_answers_meet(condition in condition(), people in prop::collection::vec(any::<Picks>(), 40)) {
        let scales = scales();
        let vocabulary = Vocabulary { instruments: form(), scales: &scales, unread: &Unread::default(), as_if_asked: false };
        let checked = match check(&condition, vocabulary) {
            Ok(checked) => checked,
            // Only what is too long or too deep: everything here is well typed.
            Err(refusals) => { prop_assert!(refusals.iter().all(|refusal| refusal.what.contains("is longer")), "{condition}: {refusals:?}"); return Ok(()) }
        };
        let truth = truth(&checked.expression, vocabulary);
        for picks in people {
            let answers = answers(&picks);
            match checked.expression.run(&facts(&answers, &scales, &picks)) {
                Outcome::True => prop_assert!(truth != Truth::Never, "{condition} is met"),
                Outcome::False | Outcome::Absent => prop_assert!(truth != Truth::Always, "{condition} is missed"),
                Outcome::Error => {}
            }
        }
    }

    #[test]
    fn no_formula_comes_to_more_than_its_ends(formula in number(), picks in any::<Picks>()) {
        let scales = scales();
        let vocabulary = Vocabulary { instruments: form(), scales: &scales, unread: &Unread::default(), as_if_asked: false };
        let Ok(checked) = check_number(&formula, vocabulary) else { return Ok(()) };
        let ends = ends(&checked.expression, vocabulary);
        let answers = answers(&picks);
        if let Some(value) = checked.expression.score(&facts(&answers, &scales, &picks)).value {
            let (low, high) = ends.unwrap();
            prop_assert!(low <= value && value <= high, "{formula}: {value} is not from {low} to {high}");
        }
    }
}
