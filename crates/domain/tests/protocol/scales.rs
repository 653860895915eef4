//! Scales: what they count, and what of them never loads.

use rapport_domain::{
    intake::Care,
    protocol::{Protocol, Subject},
    screening::Value,
    triage::REVIEW,
};

use super::{answers, code, small_files, texts};

const CANONICAL: &str = "https://example.com/q|1";

/// The small practice with one more scale, `t`, and a rule.
fn load(scale: &str, rule: &str) -> Result<Protocol, Vec<String>> {
    let mut files = small_files(rule);
    let triage = files.get_mut("triage.yaml").unwrap();
    *triage = triage.replace("drivers: []\n", &format!("  - {{id: t, label: T, {scale}}}\ndrivers: []\n"));
    Protocol::load(&files).map(|loaded| loaded.value).map_err(|problems| texts(&problems))
}

#[track_caller]
fn scores(scale: &str, given: &[(&str, Value)], expected: Option<f64>, bounds: (f64, f64)) {
    let protocol = load(scale, "").unwrap_or_else(|problems| panic!("{scale}: {problems:#?}"));
    let answers = answers(CANONICAL, given);
    let result = protocol.triage(&Subject { answers: &answers, age: Some(30), care: Care::Couple });
    let score = result.scores.iter().find(|score| score.scale == "t").unwrap();
    assert_eq!((score.value, (score.minimum, score.maximum)), (expected, bounds), "{scale}");
}

#[test]
fn every_method_counts_as_it_says() {
    let often = || ("choice", code("often"));
    let flag = || ("flag", Value::Boolean(true));
    let two = "items: [small.choice, small.flag]";
    scores(&format!("method: sum, {two}, missing: zero"), &[often(), flag()], Some(4.0), (0.0, 4.0));
    scores(&format!("method: sum, {two}, missing: zero"), &[flag()], Some(1.0), (0.0, 4.0));
    scores(&format!("method: sum, {two}, missing: no_score"), &[flag()], None, (0.0, 4.0));
    scores(&format!("method: mean, {two}, missing: no_score"), &[often(), flag()], Some(2.0), (0.0, 2.0));
    // One answer stands for both, so that it may count more than the two together.
    scores(&format!("method: prorated_sum, {two}"), &[often()], Some(6.0), (0.0, 6.0));
    scores(&format!("method: sum, {two}, missing: prorate, at_least: 2"), &[often()], None, (0.0, 4.0));
    scores(&format!("method: max, {two}, missing: zero"), &[often(), flag()], Some(3.0), (0.0, 3.0));
    let counted = "method: count, items: [small.choice, small.many], codes: [often, a], missing: zero";
    scores(counted, &[often(), ("many", code("a"))], Some(2.0), (0.0, 2.0));
    scores(counted, &[("choice", code("never")), ("many", code("a"))], Some(1.0), (0.0, 2.0));
    let weighted =
        "method: weighted, items: [{item: small.choice, weight: 2}, {item: small.flag, weight: -0.5}], missing: zero";
    scores(weighted, &[often(), flag()], Some(5.5), (-0.5, 6.0));
    let reversed = "method: sum, items: [{item: small.choice, reverse: true}, small.flag], missing: no_score";
    scores(reversed, &[often(), flag()], Some(1.0), (0.0, 4.0));
    scores(reversed, &[("choice", code("never")), flag()], Some(4.0), (0.0, 4.0));
}

#[test]
fn a_formula_reckons_with_items_and_the_scales_before_it() {
    let formula = |formula: &str| format!("method: expression, formula: '{formula}', missing: no_score");
    let often = || ("choice", code("often"));
    scores(&formula("scales.s * 2.0 + 1.0"), &[often()], Some(7.0), (1.0, 7.0));
    scores(&formula("small.choice == \"often\" ? 5.0 : -1.0"), &[often()], Some(5.0), (-1.0, 5.0));
    scores(&formula("size(small.many) * 2"), &[("many", code("a"))], Some(2.0), (0.0, 6.0));
    // What was not answered leaves no score, unless the formula asks for it.
    scores(&formula("scales.s * 2.0"), &[], None, (0.0, 6.0));
    scores(&formula("has(scales.s) ? scales.s : 1.5"), &[], Some(1.5), (0.0, 3.0));
}

#[test]
fn a_formula_that_leaves_what_was_stated_goes_to_a_person() {
    let scale = "method: expression, formula: 'small.number * 2', missing: no_score, minimum: 0, maximum: 20";
    let rule = "  - {id: rule, when: scales.t > 15.0, urgency: PRIORITY, because: B.}\n";
    let protocol = load(scale, rule).unwrap();
    let fired = |number| {
        let answers = answers(CANONICAL, &[("number", Value::Integer(number))]);
        let result = protocol.triage(&Subject { answers: &answers, age: Some(30), care: Care::Couple });
        result.fired.iter().map(|rule| rule.rule.clone()).collect::<Vec<_>>()
    };
    assert_eq!((fired(10), fired(2), fired(11)), (vec!["rule".to_owned()], vec![], vec![REVIEW.to_owned()]));
}

#[track_caller]
fn refused(scale: &str, expected: &str) {
    let problems = load(scale, "").unwrap_err();
    assert!(problems.iter().any(|problem| problem.contains(expected)), "{scale}: {problems:#?}");
}

#[test]
fn what_is_wrong_with_a_scale_is_said_at_its_place() {
    let sum = "method: sum, items: [small.choice], missing: no_score";
    refused(&format!("{sum}, bands: [{{id: a, from: 1}}]"), "the first band begins at 1, the scale at 0");
    refused(&format!("{sum}, bands: [{{id: a, from: 0}}, {{id: b, from: 4}}]"), "no score reaches 4: the highest is 3");
    refused(&format!("{sum}, bands: [{{id: a, from: 0}}, {{id: b, from: 0}}]"), "the bands do not ascend");
    refused(&format!("{sum}, bands: [{{id: a, from: 0}}, {{id: a, from: 1}}]"), "the band \"a\" stands here twice");
    refused(&format!("{sum}, bands: [{{id: a, from: .nan}}]"), "must begin at a number");
    refused("method: sum, items: [small.choice]", "triage.yaml:5:10: \"t\" does not say what a missing answer does");
    refused("method: sum, items: [small.number], missing: zero", "small.number cannot be scored");
    refused("method: sum, items: [], missing: zero", "has no items");
    refused("method: sum, items: [small.choice, small.choice], missing: zero", "stands in the scale twice");
    refused("method: weighted, items: [small.choice], missing: zero", "small.choice has no weight");
    refused("method: weighted, items: [{item: small.choice, weight: 1}], missing: prorate", "use no_score or zero");
    refused("method: sum, items: [{item: small.choice, weight: 2}], missing: zero", "only method: weighted");
    refused("method: sum, items: [{item: small.many, reverse: true}], missing: zero", "small.many cannot be");
    refused("method: count, items: [small.choice], missing: zero", "it counts no codes");
    refused("method: count, items: [small.choice], codes: [oftn], missing: zero", "none of its items is ever \"oftn\"");
    refused("method: count, items: [small.many, small.choice], codes: [a], missing: zero", "has none of the codes");
    refused("method: sum, items: [small.choice], weights: {oftn: 1, often: 1}, missing: zero", "is ever \"oftn\"");
    let formula = |formula: &str| format!("method: expression, missing: no_score, formula: '{formula}'");
    refused(&formula("small.flag"), "a yes or no is not a number");
    refused(&formula("scales.t + 1.0"), "there is no scale \"t\"");
    refused(&formula("small.number + 1"), "nothing bounds what this comes to");
    refused(&formula("scales.s + 1"), "scale \"t\": a whole number meets a decimal one");
    refused("method: expression, missing: zero, formula: '1.0 + scales.s'", "use no_score");
    refused("method: expression, missing: no_score", "has no formula");
    refused(&format!("{}, minimum: 7, maximum: 9", formula("scales.s")), "it goes from 0 to 3, not from 7 to 9");
    refused("method: sum, items: [small.choice], missing: zero, formula: 'scales.s'", "only method: expression");
}
