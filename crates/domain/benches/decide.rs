//! What one intake costs to decide, on the sample practice: the safety screen
//! that stands in the way of every answer, the whole triage, and the ranking –
//! over the sample's twelve therapists, and over as many as the load tool makes up.
//! And what it costs to weigh it again under a candidate's rules, and what the
//! worst rule files cost that still load: each must stay under 10 ms.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark stops at what it did not expect")]

#[path = "decide/sample.rs"]
mod sample;
#[path = "decide/worst.rs"]
mod worst;

use std::{fs, hint::black_box, sync::Arc};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    contact::UsState,
    id::{CaseId, IntakeId, TherapistId},
    intake::{Care, Preferences},
    matching::{Busy, Taken, Therapist, Wish, best, rank},
    practice::Practice,
    problem::FieldProblems,
    protocol::{Files, Protocol, Subject},
    replay::{Refit, Tally},
    screening::{Answers, Value},
};
use serde_json::Value as Json;
use uuid::Uuid;

use sample::{files, folder};

const SAMPLE: &str = "samples/01-drift-and-stress.json";

/// The answers of the sample who drifts apart under stress: nothing fires but routine.
fn answers(practice: &Practice) -> Answers {
    let sample: Json = serde_json::from_str(&fs::read_to_string(folder().join(SAMPLE)).unwrap()).unwrap();
    let value = |json: &Json| match (&json["code"]["code"], &json["boolean"]) {
        (Json::String(code), _) => Value::Code { system: String::new(), code: code.clone() },
        (_, Json::Bool(yes)) => Value::Boolean(*yes),
        _ => Value::Text(json["text"].as_str().unwrap().to_owned()),
    };
    let given = sample["screenings"].as_array().unwrap().iter().map(|screening| {
        let url = format!("{}|", screening["questionnaire"].as_str().unwrap());
        let mut instruments = practice.protocol.instruments().iter().map(|each| each.canonical());
        let answers = screening["answers"].as_array().unwrap().iter().map(|answer| {
            let values = answer["values"].as_array().unwrap().iter().map(value).collect();
            (answer["linkId"].as_str().unwrap().to_owned(), values)
        });
        (instruments.find(|each| each.starts_with(&url)).unwrap().to_owned(), answers.collect())
    });
    practice.protocol.check_answers(given.collect(), &mut FieldProblems::default()).unwrap()
}

fn decide(criterion: &mut Criterion) {
    let files = files();
    let practice = Practice::load(&files).unwrap().value;
    let roster = practice.roster(&files).unwrap().value;
    let answers = answers(&practice);
    let subject = Subject { answers: &answers, age: Some(36), care: Care::Individual };
    criterion.bench_function("safety screen", |bench| {
        bench.iter(|| practice.protocol.screen_safety(black_box(&subject)));
    });
    criterion.bench_function("triage", |bench| bench.iter(|| practice.protocol.triage(black_box(&subject))));

    let result = practice.protocol.triage(&subject);
    let preferences = Preferences::default();
    let wish = Wish {
        care: Care::Individual,
        states: vec![Some(UsState::parse("NC").unwrap())],
        preferences: vec![&preferences],
        needs: &result.needs,
        drivers: &result.drivers,
        urgency: result.urgency,
        // A Monday morning in Charlotte.
        now: "2026-11-30T14:00:00Z".parse().unwrap(),
        continuity: None,
        conflicts: Vec::new(),
        outside: false,
    };
    for times in [1, 16] {
        let roster = many(&roster, times);
        let taken = Taken::new(&practice.zone, &half_taken(&roster, wish.now));
        criterion.bench_function(&format!("rank {} therapists", roster.len()), |bench| {
            bench.iter(|| rank(black_box(&wish), &roster, &taken, &practice, practice.protocol.weights()));
        });
        criterion.bench_function(&format!("best of {} therapists", roster.len()), |bench| {
            bench.iter(|| best(black_box(&wish), &roster, &taken, &practice, practice.protocol.weights()));
        });
    }
}

/// The worst rule files that still load.
fn worst(criterion: &mut Criterion) {
    for worst in worst::Worst::ALL {
        let protocol = worst.protocol();
        let answers = worst::Worst::answers(&protocol);
        let subject = Subject { answers: &answers, age: Some(36), care: Care::Individual };
        criterion.bench_function(&format!("worst file: {worst:?}"), |bench| {
            bench.iter(|| protocol.triage(black_box(&subject)));
        });
    }
}

/// Each of them so many times over, under ids of their own.
fn many(roster: &[Therapist], times: u128) -> Vec<Therapist> {
    let another = |therapist: &Therapist, number| {
        let id = TherapistId::new(Uuid::from_u128(therapist.id.uuid().as_u128() ^ number));
        Therapist { id, ..therapist.clone() }
    };
    (0..times).flat_map(|number| roster.iter().map(move |therapist| another(therapist, number))).collect()
}

/// Every second hour of a week.
fn half_taken(roster: &[Therapist], from: Timestamp) -> Vec<Busy> {
    let hours = || (0..84).map(|hour| from + SignedDuration::from_hours(2 * hour));
    let block = |therapist: &Therapist, starts_at| Busy {
        resource: therapist.id.to_string(),
        starts_at,
        ends_at: starts_at + SignedDuration::from_hours(1),
        appointment: None,
        held: false,
    };
    roster.iter().flat_map(|therapist| hours().map(move |starts_at| block(therapist, starts_at))).collect()
}

/// One past intake under its own protocol and under a candidate, which on one core must come above 20,000 a second:
/// once with rules that changed, once with questions that changed as well, so that every answer is fitted anew.
fn replay(criterion: &mut Criterion) {
    let files = files();
    let practice = Practice::load(&files).unwrap().value;
    let answers = answers(&practice);
    let subject = Subject { answers: &answers, age: Some(36), care: Care::Couple };
    let pinned = Arc::new(practice.protocol);
    let mut group = criterion.benchmark_group("replay");
    group.throughput(Throughput::Elements(1));
    for (name, candidate) in [("other rules", other_rules(&files)), ("other questions", other_questions(&files))] {
        let candidate = Arc::new(Protocol::load(&candidate).unwrap().value);
        let refit = Refit::new(Arc::clone(&pinned), candidate);
        let mut tally = Tally::default();
        group.bench_function(name, |bench| {
            bench.iter(|| {
                let weighed = refit.weigh(black_box(&subject));
                let change = weighed.change(IntakeId::new(Uuid::nil()), CaseId::new(Uuid::nil()));
                tally.add(&weighed, change.is_some());
                change
            });
        });
    }
    group.finish();
}

fn other_rules(files: &Files) -> Files {
    let mut files = files.clone();
    files.get_mut("triage.yaml").unwrap().push_str("\n# another digest\n");
    files
}

fn other_questions(files: &Files) -> Files {
    let mut files = files.clone();
    for (_, text) in files.iter_mut().filter(|(path, _)| path.starts_with("instruments/")) {
        let mut form: Json = serde_json::from_str(text).unwrap();
        form["version"] = "999".into();
        *text = form.to_string();
    }
    files
}

criterion_group!(benches, decide, replay, worst);
criterion_main!(benches);
