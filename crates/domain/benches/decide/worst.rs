//! Rule files that take as much as a file that loads can, and the answers that make them take it.
//!
//! `benches/decide.rs` measures their time and `tests/effort.rs` their memory.

use std::{collections::BTreeMap, fmt::Write as _};

use rapport_domain::{
    protocol::{Files, Protocol},
    screening::{Answers, Value},
};

const MATCHING: &str = "methods: {m: m}\ncompetences: {c: c}\ndrivers: {d: {label: d, method: m}}\n\
                        weights: {drivers: 1, preferences: 1, soon: 1, continuity: 1, even_load: 1}\n";
const SYSTEM: &str = "https://example.com/fhir/CodeSystem/worst";
/// As many values as an item can have, and as many items as fit into a form with them.
const OPTIONS: usize = 100;
const TEXTS: usize = 60;

/// What a file takes most of.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Worst {
    /// Scales over questions with a hundred answers of a hundred options.
    Scales,
    /// `exists` over a hundred answers.
    Loops,
    /// Conditions as long as the file can hold.
    Conditions,
    /// Rules that explain themselves by long texts.
    Texts,
}

impl Worst {
    pub(crate) const ALL: [Self; 4] = [Self::Scales, Self::Loops, Self::Conditions, Self::Texts];

    /// The largest such file that loads.
    pub(crate) fn protocol(self) -> Protocol {
        let load = |parts| Protocol::load(&self.files(parts)).ok();
        // Between what loads and what does not.
        let (mut low, mut high) = (1, 4_000);
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            if load(middle).is_some() { low = middle } else { high = middle }
        }
        load(low).unwrap().value
    }

    fn files(self, parts: usize) -> Files {
        Files::from([
            ("instruments/q.json".to_owned(), form()),
            ("triage.yaml".to_owned(), self.triage(parts)),
            ("matching.yaml".to_owned(), MATCHING.to_owned()),
        ])
    }

    fn triage(self, parts: usize) -> String {
        let mut text = "instruments: [q]\nsafety: {instruments: [], refusal: rather_tell}\nscales:\n".to_owned();
        if matches!(self, Self::Scales) {
            for part in 0..parts {
                let _ = writeln!(text, "  - {{id: s{part}, label: S, method: sum, items: [q.r], missing: zero}}");
            }
        } else {
            text.push_str("  []\n");
        }
        text.push_str("drivers: []\nrules:\n  - {id: minors, safety: true, when: client.age < 18, urgency: PRIORITY, because: M, book: never}\n");
        let mut rule = |part: usize, when: &str| {
            let _ = writeln!(text, "  - {{id: a{part}, safety: true, when: '{when}', urgency: PRIORITY, because: B}}");
        };
        match self {
            Self::Scales => rule(0, "scales.s0 > 1.0"),
            Self::Loops => {
                let body = vec!["x==\"c99\""; 40].join("||");
                (0..parts).for_each(|part| rule(part, &format!("q.r.exists(x,{body})")));
            }
            Self::Conditions => {
                let condition = vec!["q.n>1"; 130].join("&&");
                (0..parts).for_each(|part| rule(part, &condition));
            }
            Self::Texts => {
                let condition: Vec<_> = (0..TEXTS).map(|text| format!("has(q.t{text})")).collect();
                (0..parts).for_each(|part| rule(part, &condition.join("||")));
            }
        }
        text
    }

    /// Every question answered at its longest.
    pub(crate) fn answers(protocol: &Protocol) -> Answers {
        let code = |option| Value::Code { system: SYSTEM.to_owned(), code: format!("c{option:02}") };
        let mut sheet = BTreeMap::from([
            ("r".to_owned(), (0..OPTIONS).map(code).collect()),
            ("n".to_owned(), vec![Value::Integer(7)]),
        ]);
        for text in 0..TEXTS {
            sheet.insert(format!("t{text}"), vec![Value::Text("ü".repeat(4_000))]);
        }
        Answers(BTreeMap::from([(protocol.instruments()[0].canonical().to_owned(), sheet)]))
    }
}

fn form() -> String {
    let weight = "http://hl7.org/fhir/StructureDefinition/ordinalValue";
    let option = |option| {
        format!(
            r#"{{"extension": [{{"url": "{weight}", "valueDecimal": 1}}], "valueCoding": {{"system": "{SYSTEM}", "code": "c{option:02}"}}}}"#
        )
    };
    let options: Vec<_> = (0..OPTIONS).map(option).collect();
    let texts: Vec<_> =
        (0..TEXTS).map(|text| format!(r#"{{"linkId": "t{text}", "type": "text", "text": "T"}}"#)).collect();
    format!(
        r#"{{"resourceType": "Questionnaire", "url": "https://example.com/q", "version": "1", "title": "Q", "status": "active", "item": [
          {{"linkId": "r", "type": "choice", "text": "R", "repeats": true, "answerOption": [{}]}}, {{"linkId": "n", "type": "integer", "text": "N"}}, {}]}}"#,
        options.join(", "),
        texts.join(", ")
    )
}
