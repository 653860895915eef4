//! Answers held against the questionnaires that asked.

use rapport_domain::{
    problem::FieldProblems,
    protocol::{GivenAnswers, Protocol},
    screening::{Answers, Value},
};

use super::{code, field_texts, sample, small_rule};

fn check(protocol: &Protocol, canonical: &str, given: Vec<(&str, Vec<Value>)>) -> (Option<Answers>, Vec<String>) {
    let given = given.into_iter().map(|(link_id, values)| (link_id.to_owned(), values)).collect();
    let mut problems = FieldProblems::default();
    let answers = protocol.check_answers(vec![(canonical.to_owned(), given)], &mut problems);
    (answers, field_texts(problems))
}

fn small() -> Protocol {
    Protocol::load(&small_rule("small.flag")).unwrap().value
}

const SMALL: &str = "https://example.com/q|1";

#[test]
fn every_bad_field_is_reported_at_once_with_its_path() {
    let (answers, problems) = check(
        &small(),
        SMALL,
        vec![
            ("choice", vec![code("oftn")]),
            ("nothing", vec![]),
            ("flag", vec![Value::Boolean(true), Value::Boolean(false)]),
            ("number", vec![Value::Integer(1 << 40)]),
            ("number", vec![]),
            ("share", vec![Value::Decimal("1e5".to_owned())]),
            ("words", vec![Value::Integer(3)]),
            ("shown", vec![]),
            ("words", vec![Value::Text("x".repeat(4_001))]),
        ],
    );
    assert!(answers.is_none());
    assert_eq!(
        problems,
        [
            "screenings[0].answers[0].values[0]: must be one of the item's options",
            "screenings[0].answers[1].link_id: must be a linkId of the questionnaire",
            "screenings[0].answers[2].values: must hold one value",
            "screenings[0].answers[3].values[0]: must be a whole number of 32 bits",
            "screenings[0].answers[4].link_id: must stand here only once",
            "screenings[0].answers[5].values[0]: must be a decimal number like 12.50",
            "screenings[0].answers[6].values[0]: must be text",
            "screenings[0].answers[7].link_id: must be the linkId of a question, not of a group or display",
            "screenings[0].answers[8].link_id: must stand here only once",
        ]
    );
}

#[test]
fn an_unknown_questionnaire_is_a_bad_field() {
    let (_, problems) = check(&small(), "https://example.com/q|2", vec![]);
    assert_eq!(problems, ["screenings[0].questionnaire: must be one that GetScreening gave, as url|version"]);
}

#[test]
fn blank_texts_and_stored_totals_are_not_kept_and_ticks_are_sorted() {
    let (answers, problems) = check(
        &small(),
        SMALL,
        vec![
            ("words", vec![Value::Text(" \n".to_owned())]),
            ("total", vec![Value::Integer(99)]),
            ("many", vec![code("b"), code("a"), code("b")]),
        ],
    );
    assert_eq!(problems, Vec::<String>::new());
    let answers = answers.unwrap();
    assert!(answers.values(SMALL, "words").is_empty() && answers.values(SMALL, "total").is_empty());
    assert!(answers.values(SMALL, "many") == [code("a"), code("b")]);
}

#[test]
fn required_items_are_asked_for_but_never_those_about_safety() {
    let (answers, problems) =
        check(&sample(), "https://charlotte.example.com/fhir/Questionnaire/about-you|1.0.0", vec![]);
    assert!(answers.is_none());
    assert!(problems.contains(&"screenings[0].answers: must answer about_you.living".to_owned()));
    assert!(problems.contains(&"screenings: must answer wellbeing.sad".to_owned()));
    assert!(!problems.iter().any(|problem| problem.contains("safety.")), "{problems:#?}");
}

#[test]
fn answers_to_items_that_are_switched_off_are_dropped() {
    let protocol = sample();
    let canonical = "https://charlotte.example.com/fhir/Questionnaire/safety|1.0.0";
    let given = |alone: &str| {
        vec![
            ("alone", vec![code(alone)]),
            ("hitting", vec![code("yes")]),
            ("weapon", vec![code("yes")]),
            ("method", vec![code("yes")]),
        ]
    };
    let kept = |alone: &str| {
        let mut problems = FieldProblems::default();
        let given = given(alone).into_iter().map(|(id, values)| (id.to_owned(), values)).collect();
        // Only what is required elsewhere is missing here, so look at the answers without it.
        let only_safety = rapport_domain::protocol::Files::from_iter(
            super::sample_files()
                .into_iter()
                .map(|(path, text)| (path, text.replace("\"required\": true", "\"required\": false"))),
        );
        let protocol = Protocol::load(&only_safety).unwrap().value;
        let answers = protocol.check_answers(vec![(canonical.to_owned(), given)], &mut problems).unwrap();
        answers.0.get(canonical).unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(kept("yes"), ["alone", "hitting", "weapon"]);
    assert_eq!(kept("no"), ["alone"]);
    assert_eq!(kept("rather_tell"), ["alone"]);
    drop(protocol);
}

/// Answers of one request, laid over a draft.
type Lay = fn(&Protocol, Answers, Vec<GivenAnswers>, &mut FieldProblems) -> Option<Answers>;

#[test]
fn a_request_is_laid_over_its_draft_item_by_item() {
    let protocol = small();
    let draft = Answers([(SMALL.to_owned(), draft_sheet())].into());
    for lay in [Protocol::merge as Lay, Protocol::check_draft] {
        let mut problems = FieldProblems::default();
        let given = [("number", vec![Value::Integer(2)]), ("words", vec![]), ("flag", vec![Value::Boolean(true)])];
        let given = given.into_iter().map(|(link_id, values)| (link_id.to_owned(), values)).collect();
        let merged = lay(&protocol, draft.clone(), vec![(SMALL.to_owned(), given)], &mut problems).unwrap();
        assert!(problems.is_empty());
        assert!(merged.values(SMALL, "number") == [Value::Integer(2)], "what comes replaces");
        assert!(merged.values(SMALL, "words").is_empty(), "what comes empty is left blank");
        assert!(merged.values(SMALL, "choice") == [code("often")], "what does not come is the draft's");
        assert!(merged.values(SMALL, "flag") == [Value::Boolean(true)], "what is new is added");
        let untouched = lay(&protocol, draft.clone(), Vec::new(), &mut problems).unwrap();
        assert!(untouched == draft);
    }
}

fn draft_sheet() -> std::collections::BTreeMap<String, Vec<Value>> {
    let sheet = [("choice", code("often")), ("number", Value::Integer(1)), ("words", Value::Text("x".to_owned()))];
    sheet.into_iter().map(|(link_id, value)| (link_id.to_owned(), vec![value])).collect()
}

#[test]
fn a_draft_may_be_half_filled_in_and_keeps_what_is_switched_off_for_now() {
    let canonical = "https://charlotte.example.com/fhir/Questionnaire/about-you|1.0.0";
    let mut problems = FieldProblems::default();
    let given = vec![(canonical.to_owned(), vec![("tried_what".to_owned(), vec![Value::Text("A walk.".to_owned())])])];
    let draft = sample().check_draft(Answers::default(), given, &mut problems).unwrap();
    assert!(problems.is_empty());
    assert_eq!(draft.values(canonical, "tried_what").len(), 1);
    let mut problems = FieldProblems::default();
    assert!(sample().merge(draft, Vec::new(), &mut problems).is_none());
    assert!(field_texts(problems).contains(&"screenings: must answer about_you.living".to_owned()));
}
