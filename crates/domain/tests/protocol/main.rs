//! The protocol as a whole: the sample practice's own files, rules that must not
//! load, what must hold for any answers, and questionnaires that others wrote.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends where something is not as it should be"
)]

use std::{collections::BTreeMap, fs, path::Path};

use rapport_domain::{
    problem::{FieldProblems, FileProblem},
    protocol::{Files, Protocol},
    screening::{Answers, Value},
};

mod answers;
mod corpus;
mod couple;
mod properties;
mod questionnaires;
mod replay;
mod rules;
mod safety_table;
mod sample;
mod scales;

/// The sample practice's files that decide.
fn sample_files() -> Files {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte");
    let mut files = Files::new();
    for name in ["triage.yaml", "matching.yaml"] {
        files.insert(name.to_owned(), fs::read_to_string(folder.join(name)).unwrap());
    }
    for part in ["instruments", "value_sets"] {
        for entry in fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{part}/{}", path.file_name().unwrap().to_str().unwrap());
            files.insert(name, fs::read_to_string(path).unwrap());
        }
    }
    files
}

fn sample() -> Protocol {
    Protocol::load(&sample_files()).unwrap().value
}

/// Matching weights that belong to no test here.
const MATCHING: &str = "methods: {m: m}\ncompetences: {c: c}\ndrivers: {d: {label: d, method: m}}\n\
                        weights: {drivers: 1, preferences: 1, soon: 1, continuity: 1, even_load: 1}\n";

/// One small instrument with an item of every kind that rules treat differently.
const SMALL: &str = r#"{"resourceType": "Questionnaire", "url": "https://example.com/q", "version": "1", "title": "Small", "item": [
  {"linkId": "choice", "type": "choice", "answerOption": [
    {"valueCoding": {"code": "never"}, "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/ordinalValue", "valueDecimal": 0}]},
    {"valueCoding": {"code": "often"}, "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 3}]},
    {"valueCoding": {"code": "rather_tell"}}]},
  {"linkId": "many", "type": "choice", "repeats": true, "answerOption": [
    {"valueCoding": {"code": "a"}}, {"valueCoding": {"code": "b"}}, {"valueCoding": {"code": "rather_tell"}}]},
  {"linkId": "number", "type": "integer"},
  {"linkId": "share", "type": "decimal"},
  {"linkId": "flag", "type": "boolean"},
  {"linkId": "odd id", "type": "boolean"},
  {"linkId": "words", "type": "text"},
  {"linkId": "shown", "type": "display"},
  {"linkId": "total", "type": "integer", "readOnly": true}
]}"#;

/// A practice with the small instrument and one rule.
fn small_files(rule: &str) -> Files {
    let triage = format!(
        "instruments: [small]\nsafety: {{instruments: [], refusal: rather_tell}}\n\
         scales:\n  - {{id: s, label: S, method: sum, items: [small.choice], missing: no_score, bands: [{{id: low, from: 0}}, {{id: high, from: 2}}]}}\n\
         drivers: []\nrules:\n  - {{id: minors, safety: true, when: client.age < 18, urgency: PRIORITY, because: Minor., book: never}}\n{rule}"
    );
    Files::from([
        ("instruments/small.json".to_owned(), SMALL.to_owned()),
        ("triage.yaml".to_owned(), triage),
        ("matching.yaml".to_owned(), MATCHING.to_owned()),
    ])
}

/// One rule over the small instrument; its condition stands on line 9 from column 12 on.
fn small_rule(when: &str) -> Files {
    small_files(&format!("  - id: rule\n    when: '{when}'\n    urgency: PRIORITY\n    because: Because.\n"))
}

fn texts(problems: &[FileProblem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

fn code(code: &str) -> Value {
    Value::Code { system: String::new(), code: code.to_owned() }
}

/// Answers to one questionnaire.
fn answers(canonical: &str, given: &[(&str, Value)]) -> Answers {
    let items = given.iter().map(|(link_id, value)| ((*link_id).to_owned(), vec![value.clone()]));
    Answers(BTreeMap::from([(canonical.to_owned(), items.collect())]))
}

/// What is wrong with some fields, as `path: description`.
fn field_texts(problems: FieldProblems) -> Vec<String> {
    problems.into_vec().into_iter().map(|problem| format!("{}: {}", problem.field, problem.description)).collect()
}
