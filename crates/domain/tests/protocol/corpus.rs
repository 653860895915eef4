//! Questionnaires that others wrote, from the folder that `RAPPORT_CORPUS` names.

use std::{collections::BTreeMap, fs, path::PathBuf};

use rapport_domain::{
    contact::Language,
    intake::Care,
    protocol::{Files, Protocol, Subject},
    screening::{Answers, Kind, Questionnaire, Value},
    triage::Booking,
};
use serde_json::Value as Json;

use super::{MATCHING, texts};

/// The text of a file of the corpus; `None`, said aloud, where there is no corpus.
fn corpus(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "the corpus stands outside of the project")]
    let folder = std::env::var_os("RAPPORT_CORPUS");
    if folder.is_none() {
        #[expect(clippy::print_stderr, reason = "a skipped test must say so")]
        {
            eprintln!("RAPPORT_CORPUS is unset: {name} was not tried");
        }
    }
    let folder = folder?;
    Some(fs::read_to_string(PathBuf::from(folder).join(name)).unwrap())
}

fn load(name: &str) -> Option<Questionnaire> {
    let json = corpus(name)?;
    match Questionnaire::load(&format!("instruments/{name}"), &json) {
        Ok(loaded) => {
            let warnings = texts(&loaded.warnings);
            assert!(!warnings.iter().any(|warning| warning.contains("texts are not in")), "{warnings:#?}");
            Some(loaded.value)
        }
        Err(problems) => panic!("{:#?}", texts(&problems)),
    }
}

#[test]
fn questionnaires_of_four_publishers_load() {
    for (name, questions) in [
        ("questionnaire-phq-9.json", 10),
        ("questionnaire-gad-7.json", 8),
        ("questionnaire-phq-9-lforms.json", 10),
        ("questionnaire-phq-9-uscore.json", 11),
    ] {
        let Some(questionnaire) = load(name) else { return };
        let answerable = questionnaire.items().iter().filter(|item| item.answerable()).count();
        assert_eq!(answerable, questions, "{name}");
        let json = questionnaire.client_json(Language::En);
        assert!(
            !json.contains("ordinalValue") && !json.contains("Expression") && !json.contains("optionPrefix"),
            "{name}"
        );
    }
}

/// A practice that asks one of these, and sums up its nine items.
fn practice(name: &str, weights: &str) -> Option<Protocol> {
    practice_with(name, weights, "")
}

fn practice_with(name: &str, weights: &str, rule: &str) -> Option<Protocol> {
    let questionnaire = load(name)?;
    let items: Vec<_> = questionnaire
        .items()
        .iter()
        .filter(|item| item.kind == Kind::Choice && item.required || item.link_id == "/44260-8")
        .map(|item| format!("\"{}.{}\"", questionnaire.name(), item.link_id))
        .collect();
    let triage = format!(
        "instruments: [{0}]\nsafety: {{instruments: [], refusal: rather_tell}}\nscales:\n  - id: total\n    label: Total\n    \
         method: sum\n    items: [{1}]\n    missing: no_score\n{weights}    bands: [{{id: none, from: 0}}, {{id: mild, from: 5}}, {{id: moderate, from: 10}}, {{id: more, from: 15}}, {{id: most, from: 20}}]\n\
         drivers: []\nrules:\n  - {{id: minors, safety: true, when: client.age < 18, urgency: PRIORITY, because: Minor., book: never}}\n{2}",
        questionnaire.name(),
        items.join(", "),
        rule.replace("q[", &format!("{}[", questionnaire.name()))
    );
    let files = Files::from([
        (format!("instruments/{name}"), corpus(name)?),
        ("triage.yaml".to_owned(), triage),
        ("matching.yaml".to_owned(), MATCHING.to_owned()),
    ]);
    match Protocol::load(&files) {
        Ok(loaded) => Some(loaded.value),
        Err(problems) => panic!("{:#?}", texts(&problems)),
    }
}

/// The answers of a QuestionnaireResponse without groups.
fn response(json: &str, canonical: &str) -> Answers {
    let json: Json = serde_json::from_str(json).unwrap();
    let mut sheet = BTreeMap::new();
    for item in json["item"].as_array().unwrap() {
        let answer = &item["answer"][0];
        let value = match answer["valueCoding"]["code"].as_str() {
            Some(code) => Value::Code {
                system: answer["valueCoding"]["system"].as_str().unwrap().to_owned(),
                code: code.to_owned(),
            },
            None => Value::Decimal(answer["valueDecimal"].to_string()),
        };
        sheet.insert(item["linkId"].as_str().unwrap().to_owned(), vec![value]);
    }
    Answers(BTreeMap::from([(canonical.to_owned(), sheet)]))
}

#[test]
fn a_published_response_scores_12_whatever_total_was_stored_with_it() {
    let Some(protocol) = practice("questionnaire-phq-9-uscore.json", "") else { return };
    let canonical = protocol.instruments().first().unwrap().canonical().to_owned();
    let mut answers = response(&corpus("response-phq-9-uscore.json").unwrap(), &canonical);
    let score = |answers: &Answers| {
        let result = protocol.triage(&Subject { answers, age: Some(40), care: Care::Individual });
        let score = result.scores.first().unwrap().clone();
        (score.value, score.minimum, score.maximum, score.band)
    };
    let expected = (Some(12.0), 0.0, 27.0, Some("moderate".to_owned()));
    assert_eq!(score(&answers), expected);
    answers.0.get_mut(&canonical).unwrap().insert("/44261-6".to_owned(), vec![Value::Decimal("27".to_owned())]);
    assert_eq!(score(&answers), expected);
    answers.0.get_mut(&canonical).unwrap().remove("/44260-8");
    assert_eq!(score(&answers).0, None);
}

/// Goes red where the value set LL358-3 is unknown, or LOINC's answers weigh nothing.
#[test]
fn options_that_stand_outside_of_the_file_are_known_and_weigh_what_loinc_says() {
    for (name, highest) in [("questionnaire-phq-9.json", 27.0), ("questionnaire-gad-7.json", 21.0)] {
        let Some(protocol) = practice(name, "") else { return };
        let questionnaire = protocol.instruments().first().unwrap();
        for (code, share) in [("LA6568-5", 0.0), ("LA6569-3", 1.0), ("LA6570-1", 2.0), ("LA6571-9", 3.0)] {
            let code = Value::Code { system: "http://loinc.org".to_owned(), code: code.to_owned() };
            let required = questionnaire.items().iter().filter(|item| item.required);
            let sheet = required.map(|item| (item.link_id.clone(), vec![code.clone()])).collect();
            let answers = Answers(BTreeMap::from([(questionnaire.canonical().to_owned(), sheet)]));
            let result = protocol.triage(&Subject { answers: &answers, age: Some(40), care: Care::Individual });
            assert_eq!(result.scores.first().unwrap().value, Some(highest / 3.0 * share), "{name}");
        }
        let (english, spanish) = (questionnaire.client_json(Language::En), questionnaire.client_json(Language::Es));
        assert!(english.contains("Almost every day") && spanish.contains("Casi todos los días"), "{name}");
        assert!(!english.contains("answerValueSet") && !english.contains("Nearly every day"), "{name}");
    }
}

#[test]
fn two_lines_in_a_rule_file_bring_a_person_whatever_the_total() {
    let rule = "  - {id: item_9, safety: true, when: 'q[\"/44260-8\"] != \"LA6568-5\"',\n     urgency: URGENT, because: Thoughts of death., book: never, clinician: true}\n";
    let Some(protocol) = practice_with("questionnaire-phq-9-uscore.json", "", rule) else { return };
    let canonical = protocol.instruments().first().unwrap().canonical().to_owned();
    let none = Value::Code { system: "http://loinc.org".to_owned(), code: "LA6568-5".to_owned() };
    for (code, person) in [("LA6568-5", false), ("LA6569-3", true), ("LA6570-1", true), ("LA6571-9", true)] {
        let items = protocol.instruments().first().unwrap().items().iter().filter(|item| item.kind == Kind::Choice);
        let mut sheet: BTreeMap<_, _> = items.map(|item| (item.link_id.clone(), vec![none.clone()])).collect();
        sheet.insert(
            "/44260-8".to_owned(),
            vec![Value::Code { system: "http://loinc.org".to_owned(), code: code.to_owned() }],
        );
        let answers = Answers(BTreeMap::from([(canonical.clone(), sheet)]));
        let result = protocol.triage(&Subject { answers: &answers, age: Some(40), care: Care::Individual });
        assert_eq!(result.flagged && result.booking == Booking::Never, person, "{code}");
    }
}
