//! Reads and checks a Questionnaire, reporting everything that is wrong at once.

mod condition;
mod initial;
mod item;
mod limits;
mod options;
mod values;
mod wording;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::{Choice, Form, Forms, Item, Questionnaire, client_json};
use crate::{
    contact::Language,
    problem::{FileProblem, Loaded, Severity},
    protocol::hex,
    screening::{
        ValueSets,
        source::{Source, text},
        translation::{self, Translations},
    },
};

/// Deeper or longer serves no form, and every walk here is recursive.
const MOST_ITEMS: usize = 500;

/// What stands in the file, and what is wrong with it so far.
struct Reader<'a> {
    source: &'a Source<'a>,
    value_sets: &'a ValueSets,
    items: Vec<Item>,
    /// Per item its JSON pointer.
    pointers: Vec<String>,
    by_link_id: BTreeMap<String, usize>,
    /// Value sets of the file itself that were read, by id.
    contained: BTreeMap<&'a str, Vec<Choice>>,
    /// Paths of the practice's value sets that were used.
    used: BTreeSet<String>,
    /// How many options there are in all.
    options: usize,
    /// Every text that a client reads.
    wordings: Vec<Wording>,
    problems: Vec<FileProblem>,
}

pub(super) fn questionnaire(
    file: &str,
    json: &str,
    value_sets: &ValueSets,
) -> Result<Loaded<Questionnaire>, Vec<FileProblem>> {
    let source = Source::read(file, json).map_err(|problem| vec![problem])?;
    let mut reader = Reader {
        source: &source,
        value_sets,
        items: Vec::new(),
        pointers: Vec::new(),
        by_link_id: BTreeMap::new(),
        contained: BTreeMap::new(),
        used: BTreeSet::new(),
        options: 0,
        wordings: Vec::new(),
        problems: Vec::new(),
    };
    let name = name(file);
    let canonical = reader.canonical(&name, json);
    reader.head();
    reader.read_items("/item", None, Openness::Open);
    if reader.items.is_empty() && !reader.failed() {
        reader.error("", "it holds no item", "a Questionnaire needs at least one item");
    }
    reader.read_conditions();
    let deciding_order = reader.deciding_order();
    reader.half_translated();
    let failed = reader.failed();
    let Reader { items, by_link_id, used, problems, .. } = reader;
    if failed {
        return Err(problems);
    }
    let root = source.root();
    let title = text(root, "title").or_else(|| text(root, "name")).unwrap_or(&name);
    let translations = translation::of(root, "title");
    let form = |language| Form {
        title: translation::find(&translations, language).unwrap_or(title).to_owned(),
        json: client_json::of(root, &canonical, &items, language),
    };
    let forms = Forms { en: form(Language::En), es: form(Language::Es) };
    let file = file.to_owned();
    let value = Questionnaire { file, name, canonical, forms, items, by_link_id, value_sets: used, deciding_order };
    Ok(Loaded { value, warnings: problems })
}

/// A text that a client reads: where it stands, and what it says in other languages.
struct Wording {
    pointer: String,
    translations: Translations,
    /// Whether it is that of an option that a value set brings.
    borrowed: bool,
}

/// Whether the items of a list are shown and answered: what is so of a group is so of those below it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Openness {
    Open,
    ReadOnly,
    Hidden,
}

/// The file's stem as rules can write it.
pub(super) fn name(file: &str) -> String {
    let stem = file.rsplit('/').next().unwrap_or(file);
    let stem = stem.strip_suffix(".json").unwrap_or(stem);
    stem.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect()
}

impl<'a> Reader<'a> {
    fn error(&mut self, pointer: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(self.source.error(pointer, what, hint));
    }

    fn warning(&mut self, pointer: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(self.source.warning(pointer, what, hint));
    }

    fn failed(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }

    fn json(&self, pointer: &str) -> Option<&'a Json> {
        self.source.json(pointer)
    }

    /// A property that is true or false; absent: false.
    fn flag(&mut self, json: &Json, pointer: &str, key: &str) -> bool {
        match json.get(key) {
            None => false,
            Some(Json::Bool(flag)) => *flag,
            Some(_) => {
                self.error(
                    &format!("{pointer}/{key}"),
                    format!("{key} is neither true nor false"),
                    "write it without quotes",
                );
                false
            }
        }
    }

    /// `url|version`. A file without them is named by itself and by what stands in it, so that
    /// answers never meet another text than the one that asked.
    fn canonical(&mut self, name: &str, json: &str) -> String {
        let root = self.source.root();
        let url = text(root, "url").filter(|url| !url.is_empty()).map_or_else(
            || {
                let url = format!("urn:rapport:{name}");
                self.warning("", "it has no url", format!("answers name it {url}; give it a url and a version"));
                url
            },
            str::to_owned,
        );
        if url.contains('|') {
            self.error("/url", "the url holds a |", "the version has a property of its own");
        }
        let version = text(root, "version").filter(|version| !version.is_empty()).map_or_else(
            || {
                let hint = "its content stands for one; give it one, and raise it with every change";
                self.warning("/url", "it has no version", hint);
                hex(&Sha256::digest(json))
            },
            str::to_owned,
        );
        format!("{url}|{version}")
    }

    /// What stands above the items.
    fn head(&mut self) {
        let root = self.source.root();
        if text(root, "resourceType") != Some("Questionnaire") {
            self.error("/resourceType", "this is no FHIR Questionnaire", "resourceType must be \"Questionnaire\"");
        }
        if root.get("modifierExtension").is_some() {
            self.error("/modifierExtension", "a modifier extension changes what it means", "leave it out");
        }
        match text(root, "status") {
            None | Some("active") => {}
            Some("draft") => {
                self.warning("/status", "it is a draft", "make its status \"active\" once it may be asked")
            }
            Some("retired") => {
                self.warning("/status", "it is retired", "ask another one, or make its status \"active\"")
            }
            Some(_) => {
                self.warning("/status", "it has an unknown status", "FHIR has draft, active, retired and unknown")
            }
        }
        self.wording(root, "", "title");
        self.wording(root, "", "description");
    }

    /// Each item after its parent and after those that its conditions ask about.
    fn deciding_order(&mut self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.items.len());
        let mut marks = vec![Mark::New; self.items.len()];
        for index in 0..self.items.len() {
            if !visit(&self.items, index, &mut marks, &mut order) {
                let pointer = format!("{}/enableWhen", self.pointers.get(index).map_or("", String::as_str));
                self.error(&pointer, "its enableWhen leads back to itself", "no item may decide about itself");
                break;
            }
        }
        order
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    New,
    Open,
    Done,
}

/// Depth first; `false` where a circle is found.
fn visit(items: &[Item], index: usize, marks: &mut [Mark], order: &mut Vec<usize>) -> bool {
    match marks.get(index) {
        Some(Mark::Done) | None => return true,
        Some(Mark::Open) => return false,
        Some(Mark::New) => {}
    }
    let Some(item) = items.get(index) else { return true };
    mark(marks, index, Mark::Open);
    let before = item.parent.into_iter().chain(item.enable_when.iter().map(|condition| condition.question));
    for earlier in before {
        if !visit(items, earlier, marks, order) {
            return false;
        }
    }
    mark(marks, index, Mark::Done);
    order.push(index);
    true
}

fn mark(marks: &mut [Mark], index: usize, as_: Mark) {
    if let Some(mark) = marks.get_mut(index) {
        *mark = as_;
    }
}
