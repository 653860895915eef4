//! Questionnaires, each within a practice that is made for it.

use std::{fmt::Write as _, fs, sync::Arc};

use rapport_domain::{
    protocol::{Files, Protocol},
    screening::{Item, Kind, Questionnaire, value_set::ValueSets},
};

use super::{
    Input, Reach, Seen, Target, general,
    protocol::{TRIAGE, people},
    refused,
};
use crate::{
    condition::{name_of, spelled},
    ground::Ground,
    through::{Complaint, readable},
    tree::Format,
};

/// The questionnaire that is tried.
const TRIED: &str = "instruments/q.json";
const SAFETY: &str = "instruments/safety.json";

/// Questionnaires, each within a practice that is made for it.
pub(super) struct Questionnaires {
    grounds: Arc<Vec<Ground>>,
    /// Those of every practice.
    value_sets: ValueSets,
}

impl Questionnaires {
    pub(super) fn new(grounds: &Arc<Vec<Ground>>) -> Self {
        let files = grounds.iter().flat_map(|ground| &ground.files);
        let sets = files.filter(|(path, _)| path.starts_with("value_sets/"));
        let (value_sets, _) = ValueSets::load(sets.map(|(path, text)| (path.as_str(), text.as_str())));
        Self { grounds: Arc::clone(grounds), value_sets }
    }

    fn files(&self, text: &str, questionnaire: &Questionnaire) -> Files {
        let small = self.grounds.first().map(|ground| ground.files.clone()).unwrap_or_default();
        let mut files: Files =
            small.into_iter().filter(|(path, _)| !path.starts_with("instruments/") || path == SAFETY).collect();
        let all = self.grounds.iter().flat_map(|ground| &ground.files);
        let sets = all.filter(|(path, _)| path.starts_with("value_sets/"));
        files.extend(sets.map(|(path, text)| (path.clone(), text.clone())));
        files.insert(TRIED.to_owned(), text.to_owned());
        files.insert(TRIAGE.to_owned(), rules_for(questionnaire));
        files
    }
}

impl Target for Questionnaires {
    fn name(&self) -> &'static str {
        "questionnaires"
    }

    fn format(&self) -> Format {
        Format::Json
    }

    fn bases(&self) -> Vec<Input> {
        let beside = self.grounds.first().and_then(|ground| ground.files.get(SAFETY));
        let own = self.grounds.iter().flat_map(|ground| &ground.files);
        let own = own.filter(|(path, text)| path.starts_with("instruments/") && Some(*text) != beside);
        let own = own.map(|(_, text)| text.clone());
        own.chain(corpus()).map(|text| Input { ground: 0, text }).collect()
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            "group",
            "display",
            "boolean",
            "decimal",
            "integer",
            "date",
            "dateTime",
            "time",
            "string",
            "text",
            "url",
            "choice",
            "open-choice",
            "attachment",
            "reference",
            "quantity",
            "question",
            "enableWhen",
            "enableBehavior",
            "all",
            "any",
            "exists",
            "=",
            "!=",
            ">",
            "<",
            ">=",
            "<=",
            "repeats",
            "required",
            "readOnly",
            "initial",
            "maxLength",
            "answerOption",
            "answerValueSet",
            "#often",
            "contained",
            "modifierExtension",
            "extension",
            "valueCoding",
            "valueString",
            "valueInteger",
            "valueDecimal",
            "valueDate",
            "valueTime",
            "valueBoolean",
            "valueReference",
            "concept",
            "compose",
            "include",
            "expansion",
            "contains",
            "version",
            "url",
            "LL358-3",
            "LA6568-5",
            "http://loinc.org/vs/LL358-3",
            "http://hl7.org/fhir/StructureDefinition/itemWeight",
            "http://hl7.org/fhir/StructureDefinition/ordinalValue",
            "http://hl7.org/fhir/StructureDefinition/regex",
            "http://hl7.org/fhir/StructureDefinition/maxDecimalPlaces",
            "http://hl7.org/fhir/StructureDefinition/minLength",
            "http://hl7.org/fhir/StructureDefinition/translation",
            "(a+)+$",
            "[",
            "^.{0,1000}$",
            "(?=x)",
            "\\d{3}-\\d{4}",
        ]
    }

    fn run(&self, input: &Input) -> Result<Seen, Complaint> {
        let loaded = match Questionnaire::load_with(TRIED, &input.text, &self.value_sets) {
            Ok(loaded) => loaded,
            Err(problems) => return refused(self.format(), TRIED, input, &problems),
        };
        let files = self.files(&input.text, &loaded.value);
        let mut signs: Vec<_> = loaded.warnings.iter().map(|warning| general(&warning.what)).collect();
        match Protocol::load(&files) {
            // It has the name of the other one, or cannot be named in a rule.
            Err(problems) => {
                readable(&problems, TRIAGE, files.get(TRIAGE).map_or("", |text| text))?;
                signs.extend(problems.iter().map(|problem| general(&problem.what)));
                Ok(Seen { reach: Reach::Refused, signs })
            }
            Ok(protocol) => {
                signs.extend(people(&protocol.value, &input.text)?);
                Ok(Seen { reach: Reach::Ran, signs })
            }
        }
    }
}

/// What `RAPPORT_CORPUS` holds; nothing where it is not named.
fn corpus() -> Vec<String> {
    #[expect(clippy::disallowed_methods, reason = "the corpus stands outside of the project")]
    let folder = std::env::var_os("RAPPORT_CORPUS");
    let entries = folder.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    let is_one = |text: &String| Questionnaire::load(TRIED, text).is_ok();
    paths.iter().filter_map(|path| fs::read_to_string(path).ok()).filter(is_one).collect()
}

/// A triage.yaml that scores and asks about whatever a questionnaire has.
fn rules_for(questionnaire: &Questionnaire) -> String {
    let items: Vec<_> = questionnaire.items().iter().filter(|item| item.answerable()).take(40).collect();
    let mut scales = String::new();
    let scored: Vec<_> = items.iter().filter(|item| scorable(item)).collect();
    for (number, item) in scored.iter().enumerate().take(6) {
        let (method, missing) = match number % 4 {
            0 => ("sum", "zero"),
            1 => ("mean", "prorate"),
            2 => ("max", "no_score"),
            _ => ("sum", "prorate"),
        };
        let path = spelled(&format!("q.{}", item.link_id));
        let _ =
            writeln!(scales, "  - {{id: s{number}, label: S, method: {method}, missing: {missing}, items: [{path}]}}");
    }
    let mut rules = String::new();
    for (number, item) in items.iter().enumerate() {
        let name = name_of("q", &item.link_id);
        let safety = number % 3 == 0;
        let when = match item.options.first().and_then(|option| option.code()) {
            Some(code) if item.repeats => format!("{} in {name} || size({name}) > 1", spelled(code)),
            Some(code) if item.options.iter().all(|option| option.code().is_some()) => {
                format!("{name} == {}", spelled(code))
            }
            // A choice of any code cannot be named at all.
            _ if item.options.is_empty() && item.kind == Kind::Choice => continue,
            // CEL asks has() of plain names alone.
            _ if name.ends_with(']') => continue,
            _ => format!("has({name})"),
        };
        let _ = writeln!(
            rules,
            "  - {{id: r{number}, safety: {safety}, when: {}, urgency: PRIORITY, because: B}}",
            spelled(&when)
        );
    }
    if !scored.is_empty() {
        rules.push_str("  - {id: scored, when: scales.s0 * 2.0 > 1.5, urgency: PRIORITY, because: B}\n");
    }
    let scales = if scales.is_empty() { "scales: []".to_owned() } else { format!("scales:\n{scales}") };
    format!(
        "instruments: [q, safety]\nsafety: {{instruments: [safety], refusal: rather_tell}}\n{scales}\ndrivers: []\nrules:\n  \
         - {{id: minors, safety: true, when: client.age < 18, urgency: PRIORITY, because: Minor, book: never}}\n{rules}"
    )
}

fn scorable(item: &Item) -> bool {
    match item.kind {
        Kind::Boolean => true,
        Kind::Integer | Kind::Decimal => item.limits.minimum.is_some() && item.limits.maximum.is_some(),
        Kind::Choice | Kind::OpenChoice => item.options.iter().any(|option| option.weight.is_some()),
        _ => false,
    }
}
