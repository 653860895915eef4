//! The sample practice's own files.

use std::{fs, path::Path};

use rapport_domain::{
    contact::Language,
    intake::Care,
    problem::FieldProblems,
    protocol::{GivenAnswers, Protocol, Subject},
    screening::Value,
    triage::{Booking, TriageResult, Urgency, run_tests},
};
use serde_json::Value as Json;

use super::{code, field_texts, sample, sample_files, texts};

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
    assert_eq!(texts(&report.untested), Vec::<String>::new());
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
        let json = instrument.client_json(Language::En);
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

/// A sample's outcome at the age of 35, or of 14 where its birthday says so.
fn outcome(name: &str) -> TriageResult {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte/samples").join(name);
    let json: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let given: Vec<GivenAnswers> = json["screenings"].as_array().unwrap().iter().map(screening).collect();
    let protocol = sample();
    let mut problems = FieldProblems::default();
    let answers = protocol.check_answers(given, &mut problems);
    assert_eq!(field_texts(problems), Vec::<String>::new(), "{name}");
    let age = if json["client"]["dateOfBirth"].as_str().unwrap() > "2010" { 14 } else { 35 };
    let care = if json["care"] == "CARE_COUPLE" { Care::Couple } else { Care::Individual };
    protocol.triage(&Subject { answers: &answers.unwrap(), age: Some(age), care })
}

fn screening(json: &Json) -> GivenAnswers {
    let answers = json["answers"].as_array().unwrap().iter().map(|answer| {
        let values = answer["values"].as_array().unwrap().iter().map(|value| match value {
            value if value["boolean"].is_boolean() => Value::Boolean(value["boolean"].as_bool().unwrap()),
            value if value["text"].is_string() => Value::Text(value["text"].as_str().unwrap().to_owned()),
            value => code(value["code"]["code"].as_str().unwrap()),
        });
        (answer["linkId"].as_str().unwrap().to_owned(), values.collect())
    });
    (json["questionnaire"].as_str().unwrap().to_owned(), answers.collect())
}

#[test]
fn the_samples_come_out_as_the_demo_promises() {
    for (name, urgency, booking, flagged) in [
        ("01-drift-and-stress.json", Urgency::Routine, Booking::Auto, false),
        ("02-couple.json", Urgency::Routine, Booking::Auto, false),
        ("03-red-flags.json", Urgency::Priority, Booking::Auto, false),
        ("04-self-harm-with-intent.json", Urgency::Immediate, Booking::Never, true),
        ("05-fear-of-partner.json", Urgency::Urgent, Booking::AloneByStaff, true),
        ("06-nobody-matches.json", Urgency::Routine, Booking::Auto, false),
        ("07-under-18.json", Urgency::Priority, Booking::Never, true),
    ] {
        let result = outcome(name);
        assert_eq!((result.urgency, result.booking, result.flagged), (urgency, booking, flagged), "{name}");
        assert_eq!(result.drivers.len(), 3, "{name}");
    }
    let drivers = outcome("01-drift-and-stress.json").drivers;
    let leading = drivers.iter().max_by(|(_, one), (_, other)| one.total_cmp(other)).unwrap();
    assert_eq!(leading.0, "stress");
}

#[test]
fn bands_cover_their_scale_without_a_gap_and_name_what_a_score_falls_into() {
    let protocol = sample();
    let anxiety = protocol.score_bands("anxiety").into_iter().map(|band| (band.label, band.begin, band.end));
    let parts = [("low", 0.0, 3.0), ("some", 3.0, 5.0), ("high", 5.0, 8.0), ("severe", 8.0, 9.0)];
    assert_eq!(anxiety.collect::<Vec<_>>(), parts.map(|(label, begin, end)| (label.to_owned(), begin, end)));
    assert_eq!(protocol.score_bands("nothing"), []);
    let mut drawn = 0;
    for score in outcome("05-fear-of-partner.json").scores {
        let bands = protocol.score_bands(&score.scale);
        let (Some(first), Some(last)) = (bands.first(), bands.last()) else { continue };
        assert_eq!((first.begin, last.end), (score.minimum, score.maximum), "{}", score.scale);
        assert!(bands.windows(2).all(|pair| pair[0].end == pair[1].begin), "{}", score.scale);
        let Some(value) = score.value else { continue };
        let within = bands.iter().rfind(|band| band.begin <= value).map(|band| band.label.clone());
        assert_eq!(within, score.band_label, "{}", score.scale);
        drawn += 1;
    }
    assert!(drawn > 5);
}

/// Goes red where a text, or an option of a value set, has no Spanish.
#[test]
fn the_whole_screening_is_there_in_both_languages() {
    for instrument in sample().instruments() {
        let read = |language| -> Json { serde_json::from_str(instrument.client_json(language)).unwrap() };
        let (english, spanish) = (read(Language::En), read(Language::Es));
        assert_eq!((&english["language"], &spanish["language"]), (&Json::from("en"), &Json::from("es")));
        assert_ne!(instrument.title(Language::En), instrument.title(Language::Es));
        let (mut in_english, mut in_spanish) = (Vec::new(), Vec::new());
        words(&english, &mut in_english);
        words(&spanish, &mut in_spanish);
        assert_eq!(in_english.len(), in_spanish.len());
        for (english, spanish) in in_english.iter().zip(&in_spanish) {
            assert!(english != spanish || english == "No", "{}: {english}", instrument.name());
        }
    }
}

/// Everything that a person reads.
fn words(json: &Json, found: &mut Vec<String>) {
    match json {
        Json::Object(fields) => {
            for key in ["title", "text", "display"] {
                found.extend(fields.get(key).and_then(Json::as_str).map(str::to_owned));
            }
            fields.values().for_each(|value| words(value, found));
        }
        Json::Array(values) => values.iter().for_each(|value| words(value, found)),
        _ => {}
    }
}
