//! The sample practice in `deploy/charlotte`, loaded whole: its files fit one
//! another, and every sample gets the urgency and the match that it stands for.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what it did not expect"
)]

use std::{collections::BTreeSet, fs, path::PathBuf};

use jiff::Timestamp;
use rapport_domain::{
    contact::{Language, UsState},
    intake::{Care, Format, Preferences},
    matching::{Ranking, Taken, Therapist, Wish, rank},
    practice::Practice,
    problem::FieldProblems,
    protocol::{Files, Subject},
    screening::Value,
    triage::{Booking, TriageResult, Urgency},
};
use serde_json::Value as Json;

/// A Monday morning in Charlotte, three days before Thanksgiving.
const NOW: &str = "2026-11-23T14:00:00Z";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte")
}

fn files() -> Files {
    let mut files = Files::new();
    for (prefix, folder) in
        [("", folder()), ("instruments/", folder().join("instruments")), ("value_sets/", folder().join("value_sets"))]
    {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.file_name().unwrap().to_str().unwrap();
                files.insert(format!("{prefix}{name}"), fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

fn practice() -> (Practice, Vec<Therapist>) {
    let files = files();
    let practice = Practice::load(&files).unwrap_or_else(|problems| panic!("{}", lines(&problems)));
    assert!(practice.warnings.is_empty(), "{}", lines(&practice.warnings));
    let roster = practice.value.roster(&files).unwrap_or_else(|problems| panic!("{}", lines(&problems)));
    assert!(roster.warnings.is_empty(), "{}", lines(&roster.warnings));
    (practice.value, roster.value)
}

fn lines<P: ToString>(problems: &[P]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

struct Sample(Json);

impl Sample {
    fn read(name: &str) -> Self {
        let text = fs::read_to_string(folder().join("samples").join(name)).unwrap();
        Self(serde_json::from_str(&text).unwrap())
    }

    fn care(&self) -> Care {
        if self.0["care"] == "CARE_COUPLE" { Care::Couple } else { Care::Individual }
    }

    fn triage(&self, practice: &Practice) -> TriageResult {
        let protocol = &practice.protocol;
        let given = self.0["screenings"].as_array().unwrap().iter().map(|screening| {
            let url = format!("{}|", screening["questionnaire"].as_str().unwrap());
            let canonical =
                protocol.instruments().iter().map(|each| each.canonical()).find(|each| each.starts_with(&url));
            let answers = screening["answers"].as_array().unwrap().iter().map(|answer| {
                let values = answer["values"].as_array().unwrap().iter().map(value).collect();
                (answer["linkId"].as_str().unwrap().to_owned(), values)
            });
            (canonical.unwrap().to_owned(), answers.collect())
        });
        let mut problems = FieldProblems::default();
        let answers = protocol.check_answers(given.collect(), &mut problems);
        let problems = problems.into_vec();
        assert!(problems.is_empty(), "{problems:#?}");
        let born: jiff::civil::Date = self.0["client"]["dateOfBirth"].as_str().unwrap().parse().unwrap();
        let today = practice.today(NOW.parse().unwrap());
        let age = today.since((jiff::Unit::Year, born)).unwrap().get_years();
        let answers = answers.unwrap();
        protocol.triage(&Subject { answers: &answers, age: Some(age), care: self.care() })
    }

    fn preferences(&self) -> Preferences {
        let wish = &self.0["preferences"];
        let texts = |key: &str| {
            wish[key].as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let format = |name: String| if name == "FORMAT_VIDEO" { Format::Video } else { Format::InPerson };
        Preferences {
            formats: texts("formats").into_iter().map(format).collect(),
            languages: texts("languages"),
            payer: wish["payer"].as_str().map(str::to_owned),
            ..Preferences::default()
        }
    }

    fn rank(&self, result: &TriageResult, practice: &Practice, roster: &[Therapist], now: Timestamp) -> Ranking {
        let preferences = self.preferences();
        let wish = Wish {
            care: self.care(),
            states: vec![Some(UsState::parse(self.0["client"]["residenceState"].as_str().unwrap()).unwrap())],
            preferences: vec![&preferences],
            needs: &result.needs,
            drivers: &result.drivers,
            urgency: result.urgency,
            now,
            continuity: None,
            conflicts: Vec::new(),
            outside: false,
        };
        rank(&wish, roster, &Taken::new(&practice.zone, &[]), practice, practice.protocol.weights())
    }
}

fn value(json: &Json) -> Value {
    match (&json["code"]["code"], &json["boolean"], &json["text"]) {
        (Json::String(code), ..) => Value::Code { system: String::new(), code: code.clone() },
        (_, Json::Bool(yes), _) => Value::Boolean(*yes),
        (.., Json::String(text)) => Value::Text(text.clone()),
        _ => panic!("a sample holds another kind of value"),
    }
}

#[test]
fn every_sample_is_triaged_as_it_is_named() {
    let (practice, _) = practice();
    for (name, urgency, booking) in [
        ("01-drift-and-stress.json", Urgency::Routine, Booking::Auto),
        ("02-couple.json", Urgency::Routine, Booking::Auto),
        ("03-red-flags.json", Urgency::Priority, Booking::Auto),
        ("04-self-harm-with-intent.json", Urgency::Immediate, Booking::Never),
        ("05-fear-of-partner.json", Urgency::Urgent, Booking::AloneByStaff),
        ("06-nobody-matches.json", Urgency::Routine, Booking::Auto),
        ("07-under-18.json", Urgency::Priority, Booking::Never),
    ] {
        let result = Sample::read(name).triage(&practice);
        let fired: Vec<_> = result.fired.iter().map(|rule| rule.rule.as_str()).collect();
        assert_eq!((result.urgency, result.booking), (urgency, booking), "{name}: {fired:?}");
        assert_eq!(result.under_18, name.starts_with("07"), "{name}");
    }
}

#[test]
fn whoever_may_be_booked_is_matched_all_through_the_year() {
    let (practice, roster) = practice();
    let first: Timestamp = NOW.parse().unwrap();
    for name in ["01-drift-and-stress.json", "02-couple.json", "03-red-flags.json"] {
        let sample = Sample::read(name);
        let result = sample.triage(&practice);
        for day in (0..365).step_by(3) {
            let now = first + jiff::SignedDuration::from_hours(day * 24 + day % 24);
            let ranking = sample.rank(&result, &practice, &roster, now);
            assert!(!ranking.candidates.is_empty(), "{name} at {now}: {:?}", ranking.emptied_by);
        }
    }
}

#[test]
fn the_stressed_sample_meets_somebody_trained_for_stress_and_the_couple_for_conflict() {
    let (practice, roster) = practice();
    for (name, method) in [("01-drift-and-stress.json", "anxiety_transitions"), ("02-couple.json", "gottman")] {
        let sample = Sample::read(name);
        let result = sample.triage(&practice);
        let ranking = sample.rank(&result, &practice, &roster, NOW.parse().unwrap());
        let best = roster.iter().find(|therapist| therapist.id == ranking.candidates[0].therapist).unwrap();
        assert!(best.methods.contains_key(method), "{name}: {:?}", ranking.candidates[0].because);
    }
}

#[test]
fn nobody_is_licensed_where_the_sixth_sample_lives() {
    let (practice, roster) = practice();
    let sample = Sample::read("06-nobody-matches.json");
    let ranking = sample.rank(&sample.triage(&practice), &practice, &roster, NOW.parse().unwrap());
    assert_eq!(ranking.emptied_by.map(|it| it.text).as_deref(), Some("no therapist is licensed for AK"));
    assert!(ranking.candidates.is_empty());
    assert_eq!(ranking.excluded.len(), roster.len());
}

#[test]
fn the_roster_has_somebody_for_every_need_language_payer_and_method() {
    let (practice, roster) = practice();
    assert_eq!(roster.len(), 12);
    let ids: BTreeSet<_> = roster.iter().map(|therapist| therapist.id).collect();
    assert_eq!(ids.len(), 12);
    for need in practice.protocol.needs() {
        assert!(roster.iter().any(|therapist| therapist.competences.contains(need)), "{need}");
    }
    for method in practice.protocol.weights().methods.keys() {
        assert!(roster.iter().any(|therapist| therapist.methods.contains_key(method)), "{method}");
    }
    for language in &practice.session_languages {
        assert!(roster.iter().any(|therapist| therapist.languages.contains(&language.tag)), "{}", language.tag);
    }
    for payer in &practice.payers {
        for care in &payer.pays_for {
            assert!(roster.iter().any(|therapist| therapist.payers[care].contains(&payer.id)), "{} {care:?}", payer.id);
        }
    }
}

#[test]
fn a_safety_answer_gets_its_lines_and_the_promise_that_nobody_else_was_told() {
    let (practice, _) = practice();
    let result = Sample::read("04-self-harm-with-intent.json").triage(&practice);
    let safety = rapport_domain::triage::Safety {
        urgency: result.urgency,
        booking: result.booking,
        flagged: result.flagged,
        clinician_only: result.clinician_only,
        under_18: result.under_18,
        lines: vec!["988".to_owned(), "911".to_owned()],
        notify: BTreeSet::new(),
        reports: BTreeSet::new(),
    };
    let notice = practice.safety_notice(&safety, &[], Language::En, NOW.parse().unwrap()).unwrap();
    assert_eq!(notice.lines.iter().map(|line| line.phone.as_str()).collect::<Vec<_>>(), ["988", "911"]);
    assert_eq!(notice.discretion, "We have contacted nobody else. We will speak with you first.");
    assert_eq!(notice.call_promise, "Our clinician on call is being told now and will call you by 9:15 am today.");
}
