//! Answers held against the questionnaires that asked.

use std::collections::BTreeMap;

use rapport_domain::{
    intake::Care,
    problem::FieldProblems,
    protocol::{GivenAnswers, Protocol, Subject},
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
    let canonical = "https://charlotte.example.com/fhir/Questionnaire/about-you|1.0.0";
    for (tried, kept) in [(true, 1), (false, 0)] {
        let mut given = BTreeMap::new();
        given.insert("tried".to_owned(), vec![Value::Boolean(tried)]);
        given.insert("tried_what".to_owned(), vec![Value::Text("A walk.".to_owned())]);
        let answers = unhurried().merge(Answers([(canonical.to_owned(), given)].into()), Vec::new(), &mut none());
        assert_eq!(answers.unwrap().values(canonical, "tried_what").len(), kept);
    }
}

/// The sample practice without anything that must be answered.
fn unhurried() -> Protocol {
    let files = super::sample_files().into_iter();
    let files = files.map(|(path, text)| (path, text.replace("\"required\": true", "\"required\": false")));
    Protocol::load(&files.collect()).unwrap().value
}

fn none() -> FieldProblems {
    FieldProblems::default()
}

/// Goes red where `check::settle` drops safety answers, or `Engine::as_if_asked` gives none.
#[test]
fn a_safety_answer_that_nobody_was_asked_for_makes_a_case_no_less_strict() {
    let protocol = unhurried();
    let safety = "https://charlotte.example.com/fhir/Questionnaire/safety|1.0.0";
    let decided = |gate: &[(&str, &str)], answer: (&str, &str)| {
        let given = gate.iter().chain([&answer]).map(|(link_id, value)| ((*link_id).to_owned(), vec![code(value)]));
        let answers = protocol.check_answers(vec![(safety.to_owned(), given.collect())], &mut none()).unwrap();
        let subject = Subject { answers: &answers, age: Some(40), care: Care::Couple };
        (protocol.screen_safety(&subject), protocol.triage(&subject))
    };
    for (asked, unasked, answer, rule) in [
        (&[("thoughts", "yes")][..], &[("thoughts", "no")][..], ("intent", "yes"), "intent_or_plan"),
        (&[("alone", "yes")], &[("alone", "no")], ("hitting", "yes"), "pushing_or_hitting"),
        (
            &[("alone", "yes"), ("fear", "yes")],
            &[("alone", "no"), ("fear", "yes")],
            ("weapon", "yes"),
            "danger_to_life",
        ),
        (&[("alone", "yes")], &[("alone", "no")], ("child_harm", "yes"), "harm_to_a_child"),
    ] {
        let ((_, when_asked), (inline, result)) = (decided(asked, answer), decided(unasked, answer));
        assert!(result.urgency >= when_asked.urgency && result.booking >= when_asked.booking, "{answer:?}");
        assert!(result.flagged && inline.flagged && result.clinician_only && inline.clinician_only, "{answer:?}");
        assert_eq!((result.urgency, result.booking), (inline.urgency, inline.booking), "{answer:?}");
        assert!(result.reports.is_superset(&when_asked.reports), "{answer:?}");
        let fired: Vec<_> = result.fired.iter().map(|fired| fired.rule.as_str()).collect();
        assert!(fired.contains(&rule) && fired.contains(&"review_by_a_person"), "{fired:?}");
        let evidence = result.fired.iter().flat_map(|fired| &fired.evidence);
        assert!(evidence.into_iter().any(|evidence| evidence.value.starts_with("not asked, yet answered: ")));
        assert!(inline.lines.is_empty(), "a screen that somebody else may read tells nothing: {:?}", inline.lines);
    }
    // Kept for a person, though nobody asked.
    let (_, result) = decided(&[("thoughts", "no")], ("plan", "rather_tell"));
    assert!(result.flagged && result.fired.iter().any(|fired| fired.rule == "review_by_a_person"));
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

fn draft_sheet() -> BTreeMap<String, Vec<Value>> {
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
