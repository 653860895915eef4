//! The sample practice's own files.

use std::{fs, path::Path};

use rapport_domain::{protocol::Protocol, triage::run_tests};

use super::{sample, sample_files, texts};

#[test]
fn the_sample_practice_loads_without_a_warning() {
    let loaded = Protocol::load(&sample_files()).unwrap();
    assert_eq!(texts(&loaded.warnings), Vec::<String>::new());
    let names: Vec<_> = loaded.value.instruments().iter().map(|one| one.name()).collect();
    assert_eq!(names, ["about_you", "distance", "wellbeing", "safety"]);
}

#[test]
fn the_practices_own_tests_hold_and_fire_every_rule() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte/triage.tests.yaml");
    let report = match run_tests(&sample(), &fs::read_to_string(path).unwrap()) {
        Ok(report) => report,
        Err(problems) => panic!("{:#?}", texts(&problems)),
    };
    assert_eq!(texts(&report.failures), Vec::<String>::new());
    assert_eq!(report.untested, Vec::<String>::new());
    assert!(report.passed() && report.ran > 40);
}

#[test]
fn a_test_with_a_mistake_says_where_it_is() {
    let text = "base: {}\ntests:\n  - name: one\n    answers:\n      safety: {feer: \"no\"}\n    expect: {urgency: ROUTINE, book: auto}\n";
    let problems = run_tests(&sample(), text).unwrap_err();
    assert_eq!(texts(&problems), ["triage.tests.yaml:5:22: safety asks no \"feer\", did you mean \"fear\"?"]);
    let text = "base: {}\ntests:\n  - name: one\n    expect: {urgency: ROUTINE, book: auto}\n";
    let report = run_tests(&sample(), text).unwrap();
    let expected = "triage.tests.yaml:3:11: \"one\": the urgency is PRIORITY, not ROUTINE (fired: review_by_a_person)";
    assert_eq!(texts(&report.failures).first().map(String::as_str), Some(expected));
}

#[test]
fn a_bundle_gives_the_same_protocol_again() {
    let protocol = sample();
    let again = Protocol::from_bundle(protocol.bundle()).unwrap();
    assert_eq!(again.digest(), protocol.digest());
    assert_eq!(again.bundle(), protocol.bundle());
    assert!(Protocol::from_bundle(b"{}").is_err());
}

#[test]
fn a_front_end_gets_no_weights_and_no_formulas() {
    for instrument in sample().instruments() {
        let json = instrument.client_json();
        assert!(!json.contains("ordinalValue") && !json.contains("itemWeight"), "{}", instrument.name());
        assert!(
            json.contains("linkId")
                && json.contains("enableWhen") == (instrument.name() == "safety" || instrument.name() == "about_you")
        );
    }
}

#[test]
fn the_limits_of_confidentiality_stand_right_before_the_child_item() {
    let protocol = sample();
    let safety = protocol.instruments().iter().find(|one| one.name() == "safety").unwrap();
    let (child, _) = safety.item("child_harm").unwrap();
    let (limits, _) = safety.item("confidentiality_limits").unwrap();
    assert_eq!(limits + 1, child);
}
