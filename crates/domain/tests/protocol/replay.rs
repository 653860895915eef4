//! Past answers under other files.

use std::sync::Arc;

use proptest::prelude::*;
use rapport_domain::{
    id::{CaseId, IntakeId},
    intake::Care,
    problem::FieldProblems,
    protocol::{Files, Protocol, Subject},
    replay::{Change, Refit, Tally, Weighed},
    screening::Answers,
    triage::{REVIEW, Urgency},
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    answers, code,
    properties::{any_picks, built, protocol},
    sample_files, small_files,
};

const CANONICAL: &str = "https://example.com/q|1";

fn load(files: &Files) -> Arc<Protocol> {
    Arc::new(Protocol::load(files).unwrap().value)
}

/// The same files with every questionnaire changed; each gets another version.
fn reworded(files: &Files, change: impl Fn(&mut Json)) -> Files {
    let mut files = files.clone();
    for (_, text) in files.iter_mut().filter(|(path, _)| path.starts_with("instruments/")) {
        let mut form: Json = serde_json::from_str(text).unwrap();
        form["version"] = json!("999");
        change(&mut form);
        *text = form.to_string();
    }
    files
}

fn weigh(before: &Files, after: &Files, answers: &Answers) -> Weighed {
    Refit::new(load(before), load(after)).weigh(&Subject { answers, age: Some(30), care: Care::Couple })
}

fn change(weighed: &Weighed) -> Option<Change> {
    weighed.change(IntakeId::new(Uuid::nil()), CaseId::new(Uuid::nil()))
}

/// Safety by one question of the small instrument; how it is asked is the caller's.
fn careful(rule: &str) -> Files {
    small_files(&format!(
        "  - {{id: often, safety: true, when: small.choice == 'often', urgency: URGENT, because: Often., book: never}}\n{rule}"
    ))
}

fn said(link_id: &str, said: &str) -> Answers {
    answers(CANONICAL, &[(link_id, code(said))])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Once the very same files, once the same questions under another version, so that every answer is refitted.
    #[test]
    fn the_same_rules_over_the_same_questions_change_nothing(picks in any_picks()) {
        static REFITS: std::sync::OnceLock<[Refit; 2]> = std::sync::OnceLock::new();
        let refits = REFITS.get_or_init(|| {
            let files = sample_files();
            [files.clone(), reworded(&files, |_| ())].map(|candidate| Refit::new(load(&files), load(&candidate)))
        });
        let given = built(&picks).0.into_iter().map(|(form, items)| (form, items.into_iter().collect())).collect();
        let mut problems = FieldProblems::default();
        let Some(answers) = protocol().check_answers(given, &mut problems) else { return Ok(()) };
        for refit in refits {
            for care in [Care::Couple, Care::Individual] {
                let weighed = refit.weigh(&Subject { answers: &answers, age: Some(30), care });
                prop_assert_eq!((change(&weighed), weighed.dropped), (None, 0));
            }
        }
    }
}

/// Guard: `Sheet::where_asked`. Without it every intake went to a person, and this went red.
#[test]
fn a_question_that_nobody_asked_then_was_not_left_blank() {
    let before = careful("");
    let after = reworded(&before, |form| {
        let items = form["item"].as_array_mut().unwrap();
        let mut new = items[0].clone();
        new["linkId"] = json!("new");
        items.push(new);
    });
    let after = Files::from_iter(after.into_iter().map(|(path, text)| {
        let asks = text.replace("small.choice == 'often'", "small.choice == 'often' || small.new == 'often'");
        (path, asks)
    }));
    let weighed = weigh(&before, &after, &said("choice", "never"));
    assert_eq!(change(&weighed), None);
    assert!(weighed.before.fired.is_empty());
    // Left blank then, it is open under both.
    let blank = weigh(&before, &after, &said("many", "a"));
    assert!(blank.before.fired.iter().chain(&blank.after.fired).all(|rule| rule.rule == REVIEW));
    assert_eq!(change(&blank), None);
}

/// Guard: `Questionnaire::without_deciders`. Without it the answer was lost, and the case fell to ROUTINE.
#[test]
fn a_new_question_that_decides_whether_an_old_one_is_asked_takes_no_answer_away() {
    let before = careful("");
    let after = reworded(&before, |form| {
        let items = form["item"].as_array_mut().unwrap();
        items[0]["enableWhen"] = json!([{"question": "gate", "operator": "=", "answerBoolean": true}]);
        items.insert(0, json!({"linkId": "gate", "type": "boolean"}));
    });
    let weighed = weigh(&before, &after, &said("choice", "often"));
    assert_eq!((change(&weighed), weighed.dropped), (None, 0));
    assert_eq!(weighed.after.urgency, Urgency::Urgent);
}

/// What one form asked only of some, the other asks of all: whoever was not asked left nothing blank.
#[test]
fn a_question_that_this_person_was_not_asked_was_not_left_blank() {
    let gated = |form: &mut Json| {
        form["item"][0]["enableWhen"] = json!([{"question": "flag", "operator": "=", "answerBoolean": true}]);
    };
    let (before, after) = (reworded(&careful(""), gated), careful(""));
    let answers = Answers(
        said("many", "a").0.into_values().map(|items| ("https://example.com/q|999".to_owned(), items)).collect(),
    );
    let weighed = weigh(&before, &after, &answers);
    assert_eq!((change(&weighed), weighed.dropped), (None, 0));
}

#[test]
fn an_answer_that_no_longer_fits_is_dropped_counted_and_open() {
    let before = careful("");
    let after = reworded(&before, |form| form["item"][0]["answerOption"][0]["valueCoding"]["code"] = json!("not_once"));
    let weighed = weigh(&before, &after, &said("choice", "never"));
    assert_eq!(weighed.dropped, 1);
    assert_eq!(change(&weighed).unwrap().rules.now, [REVIEW]);
    // A form that is gone takes all of its answers with it.
    let other = reworded(&before, |form| form["url"] = json!("https://example.com/other"));
    assert_eq!(weigh(&before, &other, &said("choice", "never")).dropped, 1);
}

#[test]
fn a_change_says_why_and_is_counted_in_its_place() {
    let before = careful("");
    let rule = |urgency: &str, when: &str| {
        careful(&format!("  - {{id: words, when: {when}, urgency: {urgency}, because: Because., book: hold}}\n"))
    };
    let after = rule("PRIORITY", "small.choice == 'never'");
    let (never, often) = (said("choice", "never"), said("choice", "often"));
    let mut tally = Tally::default();
    for answers in [&never, &often, &never] {
        let weighed = weigh(&before, &after, answers);
        tally.add(&weighed, change(&weighed).is_some());
    }
    let found = change(&weigh(&before, &after, &never)).unwrap();
    assert_eq!((found.before.urgency, found.after.urgency), (Urgency::Routine, Urgency::Priority));
    assert_eq!((found.rules.now.as_slice(), found.rules.no_longer.len()), (&["words".to_owned()][..], 0));
    assert_eq!(tally.count(Urgency::Routine, Urgency::Priority), 2);
    assert_eq!(tally.count(Urgency::Urgent, Urgency::Urgent), 1);
    assert_eq!((tally.weighed(), tally.changed), (3, 2));
    assert_eq!(tally.silent(&load(&after)), ["minors"]);

    // Back again: the same reasons the other way round.
    let back = change(&weigh(&after, &before, &never)).unwrap();
    assert_eq!((back.rules.now.len(), back.rules.no_longer), (0, found.rules.now));
    assert_eq!((back.before, back.after), (found.after, found.before));

    let mut twice = tally.clone();
    twice.merge(&tally);
    assert_eq!((twice.weighed(), twice.changed, twice.count(Urgency::Routine, Urgency::Priority)), (6, 4, 4));
}

/// Guard: `Engine::altered`. Without it a case moved to another urgency for no reason that was told.
#[test]
fn a_rule_that_fires_as_before_and_asks_for_something_else_is_a_reason() {
    let rule =
        |asks: &str| careful(&format!("  - {{id: words, when: small.choice == 'never', because: Because., {asks}}}\n"));
    let before = rule("urgency: ROUTINE");
    for asks in ["urgency: PRIORITY", "urgency: ROUTINE, book: hold", "urgency: ROUTINE, clinician: true"] {
        let found = change(&weigh(&before, &rule(asks), &said("choice", "never"))).unwrap();
        assert!(found.rules.is_none() && found.altered == ["words"], "{asks}");
        // Whoever it does not fire for is not moved by it.
        assert_eq!(change(&weigh(&before, &rule(asks), &said("choice", "often"))), None, "{asks}");
    }
    // Another reason in words changes nothing for anybody.
    let reworded = Files::from_iter(before.iter().map(|(path, text)| (path.clone(), text.replace("Because.", "Why."))));
    assert_eq!(change(&weigh(&before, &reworded, &said("choice", "never"))), None);
}
