//! FHIR ValueSets: lists of options that several questions share.
//!
//! They stand in the practice's folder (`value_sets/*.json`), in a questionnaire
//! itself, or are known here because many forms name them without bringing them.
//! Only lists are read: a filter or another value set would need a terminology
//! server, and options that nobody has seen could not be checked against rules.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{
    Value,
    questionnaire::Choice,
    source::{Source, extension, list, text},
    translation,
};
use crate::{contact::Language, problem::FileProblem};

/// A value set holds this many options at most: more is no list that a person reads.
const MOST_OPTIONS: usize = 1_000;
const WEIGHTS: [&str; 5] = [
    "http://hl7.org/fhir/StructureDefinition/itemWeight",
    "http://hl7.org/fhir/StructureDefinition/ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/questionnaire-ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/codesystem-ordinalValue",
    "http://hl7.org/fhir/StructureDefinition/valueset-ordinalValue",
];
const LOINC: &str = "http://loinc.org";
/// How often something was felt, in our own words: LOINC's display texts are not ours to ship.
const HOW_OFTEN: [(&str, &str, &str); 4] = [
    ("LA6568-5", "Never", "Nunca"),
    ("LA6569-3", "On some days", "Algunos días"),
    ("LA6570-1", "On most days", "La mayoría de los días"),
    ("LA6571-9", "Almost every day", "Casi todos los días"),
];
const HOW_OFTEN_URL: &str = "http://loinc.org/vs/LL358-3";

/// The value sets of a practice's folder, by url.
#[derive(Debug, Clone, Default)]
pub struct ValueSets(BTreeMap<String, Vec<ValueSet>>);

/// One of them.
#[derive(Debug, Clone)]
struct ValueSet {
    file: String,
    version: Option<String>,
    options: Vec<Choice>,
}

/// What an `answerValueSet` names.
pub(super) enum Found {
    /// A file of the practice.
    File {
        file: String,
        options: Vec<Choice>,
    },
    /// One that this program knows.
    Known(Vec<Choice>),
    /// The url is there, in another version.
    OtherVersion(String),
    Nowhere,
}

impl ValueSets {
    /// Reads files of `value_sets/` (path, text), with everything that is wrong with any of them. A set
    /// that is not right is there as far as it goes, so that the questions naming it are not blamed.
    pub fn load<'f>(files: impl Iterator<Item = (&'f str, &'f str)>) -> (Self, Vec<FileProblem>) {
        let mut sets: BTreeMap<String, Vec<ValueSet>> = BTreeMap::new();
        let mut problems = Vec::new();
        for (file, json) in files {
            let source = match Source::read(file, json) {
                Ok(source) => source,
                Err(problem) => {
                    problems.push(problem);
                    continue;
                }
            };
            if text(source.root(), "resourceType") != Some("ValueSet") {
                problems.push(source.error(
                    "/resourceType",
                    "this is no FHIR ValueSet",
                    "resourceType must be \"ValueSet\"",
                ));
                continue;
            }
            let options = options(&source, "", &mut problems);
            let Some(url) = text(source.root(), "url").filter(|url| !url.is_empty()) else {
                problems.push(source.error("", "it has no url", "questions name it by that in answerValueSet"));
                continue;
            };
            let version = text(source.root(), "version").map(str::to_owned);
            let of_this_url = sets.entry(url.to_owned()).or_default();
            if let Some(other) = of_this_url.iter().find(|other| other.version == version) {
                let what = format!("{} has the same url and version", other.file);
                problems.push(source.error("/url", what, "give it its own"));
            }
            of_this_url.push(ValueSet { file: file.to_owned(), version, options });
        }
        (Self(sets), problems)
    }

    /// The paths of their files.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.0.values().flatten().map(|set| set.file.as_str())
    }

    /// What a canonical (`url`, or `url|version`) means. The practice's own file goes before what is known.
    pub(super) fn find(&self, canonical: &str) -> Found {
        let (url, version) = canonical.split_once('|').map_or((canonical, None), |(url, version)| (url, Some(version)));
        let of_this_url = self.0.get(url).map_or(&[][..], Vec::as_slice);
        // Without a version the newest one is meant, as far as texts tell.
        let named = of_this_url.iter().filter(|set| version.is_none() || set.version.as_deref() == version);
        match (named.max_by(|one, other| one.version.cmp(&other.version)), of_this_url.first()) {
            (Some(set), _) => Found::File { file: set.file.clone(), options: set.options.clone() },
            (None, Some(other)) => Found::OtherVersion(other.version.clone().unwrap_or_else(|| "none".to_owned())),
            (None, None) if url == HOW_OFTEN_URL => Found::Known(how_often()),
            (None, None) => Found::Nowhere,
        }
    }
}

/// The options of the value set at a pointer of a file.
pub(super) fn options(source: &Source<'_>, pointer: &str, problems: &mut Vec<FileProblem>) -> Vec<Choice> {
    let before = problems.len();
    let mut reader = Reader { source, problems, options: Vec::new() };
    let expansion = format!("{pointer}/expansion/contains");
    // An expansion is what the composition comes to.
    if source.json(&expansion).is_some() {
        reader.expansion(&expansion);
    } else {
        reader.composition(&format!("{pointer}/compose"));
    }
    let mut options = reader.options;
    if options.is_empty() && problems.len() == before {
        problems.push(source.error(pointer, "the value set lists no concept", "list them under compose.include"));
    }
    if options.len() > MOST_OPTIONS {
        let what = format!("the value set lists more than {MOST_OPTIONS} concepts");
        problems.push(source.error(pointer, what, "nobody reads that many"));
        options.truncate(MOST_OPTIONS);
    }
    weigh_known(&mut options);
    options
}

struct Reader<'a, 'f> {
    source: &'a Source<'f>,
    problems: &'a mut Vec<FileProblem>,
    options: Vec<Choice>,
}

impl Reader<'_, '_> {
    fn error(&mut self, pointer: &str, what: impl Into<String>, hint: &str) {
        self.problems.push(self.source.error(pointer, what, hint));
    }

    /// Depth is bounded as that of the JSON text is.
    fn expansion(&mut self, pointer: &str) {
        let contains = self.source.json(pointer).and_then(Json::as_array).map_or(&[][..], Vec::as_slice);
        for (position, concept) in contains.iter().enumerate() {
            let pointer = format!("{pointer}/{position}");
            let heading = concept.get("abstract").and_then(Json::as_bool) == Some(true);
            if !heading {
                self.concept(concept, text(concept, "system").unwrap_or_default(), &pointer);
            }
            self.expansion(&format!("{pointer}/contains"));
        }
    }

    fn composition(&mut self, pointer: &str) {
        let Some(compose) = self.source.json(pointer) else { return };
        for (position, include) in list(compose, "include").iter().enumerate() {
            let pointer = format!("{pointer}/include/{position}");
            self.only_a_list(include, &pointer);
            let system = text(include, "system").unwrap_or_default();
            if list(include, "concept").is_empty() && include.get("filter").or(include.get("valueSet")).is_none() {
                let what = format!("all of {} is included", if system.is_empty() { "a code system" } else { system });
                self.error(&pointer, what, "list its concepts: no terminology server is asked");
            }
            for (position, concept) in list(include, "concept").iter().enumerate() {
                self.concept(concept, system, &format!("{pointer}/concept/{position}"));
            }
        }
        for (position, exclude) in list(compose, "exclude").iter().enumerate() {
            self.only_a_list(exclude, &format!("{pointer}/exclude/{position}"));
            let system = text(exclude, "system").unwrap_or_default();
            let concepts = list(exclude, "concept");
            let named =
                |code: &str| concepts.is_empty() || concepts.iter().any(|concept| text(concept, "code") == Some(code));
            self.options.retain(|option| match &option.value {
                Value::Code { system: of, code } => of != system || !named(code),
                _ => true,
            });
        }
    }

    fn only_a_list(&mut self, part: &Json, pointer: &str) {
        for (key, what) in [("filter", "a filter"), ("valueSet", "another value set")] {
            if part.get(key).is_some() {
                let what = format!("the value set is made by {what}, which is not read");
                self.error(&format!("{pointer}/{key}"), what, "list its concepts: no terminology server is asked");
            }
        }
    }

    fn concept(&mut self, json: &Json, system: &str, pointer: &str) {
        let Some(code) = text(json, "code").filter(|code| !code.is_empty()) else {
            self.error(pointer, "a concept has no code", "give it one");
            return;
        };
        let value = Value::Code { system: system.to_owned(), code: code.to_owned() };
        if self.options.iter().any(|option| option.code() == Some(code)) {
            if !self.options.iter().any(|option| option.value == value) {
                self.error(
                    pointer,
                    format!("the code \"{code}\" stands here in two systems"),
                    "rules name an option by its code alone",
                );
            }
            return;
        }
        if self.options.len() > MOST_OPTIONS {
            return;
        }
        let display = text(json, "display").unwrap_or(code).to_owned();
        let mut translations = translation::of(json, "display");
        let designated = list(json, "designation")
            .iter()
            .filter_map(|one| Some((Language::parse(text(one, "language")?).ok()?, text(one, "value")?.to_owned())));
        translations.extend(designated);
        self.options.push(Choice { value, display, translations, weight: weight(json), exclusive: false });
    }
}

/// The weight that an option, coding or concept itself brings.
pub(super) fn weight(json: &Json) -> Option<f64> {
    let extension = extension(json, &WEIGHTS)?;
    ["valueDecimal", "valueInteger"].iter().find_map(|key| extension.get(key).and_then(Json::as_f64))
}

/// LOINC's four answers of how often weigh 0 to 3 where the file weighs none of its options.
pub(super) fn weigh_known(options: &mut [Choice]) {
    if options.iter().any(|option| option.weight.is_some()) {
        return;
    }
    for option in options {
        if let Value::Code { system, code } = &option.value
            && system == LOINC
        {
            let known = HOW_OFTEN.iter().zip([0.0, 1.0, 2.0, 3.0]).find(|((known, ..), _)| known == code);
            option.weight = known.map(|(_, weight)| weight);
        }
    }
}

fn how_often() -> Vec<Choice> {
    let options = HOW_OFTEN.iter().map(|(code, english, spanish)| Choice {
        value: Value::Code { system: LOINC.to_owned(), code: (*code).to_owned() },
        display: (*english).to_owned(),
        translations: vec![(Language::En, (*english).to_owned()), (Language::Es, (*spanish).to_owned())],
        weight: None,
        exclusive: false,
    });
    let mut options: Vec<_> = options.collect();
    weigh_known(&mut options);
    options
}
