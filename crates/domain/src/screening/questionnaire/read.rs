//! Reads and checks a Questionnaire, reporting everything that is wrong at once.

mod condition;
mod item;

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Form, Forms, Item, Questionnaire, client_json, places::Places};
use crate::problem::{FileProblem, Loaded, Severity};

/// Deeper nesting serves no form, and every walk here is recursive.
const MOST_ITEMS: usize = 500;

/// What stands in the file, and what is wrong with it so far.
struct Reader<'a> {
    file: &'a str,
    places: Places,
    root: &'a Json,
    items: Vec<Item>,
    /// Per item its JSON pointer.
    pointers: Vec<String>,
    by_link_id: BTreeMap<String, usize>,
    problems: Vec<FileProblem>,
}

pub(super) fn questionnaire(file: &str, json: &str) -> Result<Loaded<Questionnaire>, Vec<FileProblem>> {
    let root: Json = serde_json::from_str(json).map_err(|error| {
        let place = (u32::try_from(error.line()).unwrap_or(0), u32::try_from(error.column()).unwrap_or(0));
        vec![FileProblem::error(file, place, "this is not JSON", error.to_string())]
    })?;
    let mut reader = Reader {
        file,
        places: Places::of(json),
        root: &root,
        items: Vec::new(),
        pointers: Vec::new(),
        by_link_id: BTreeMap::new(),
        problems: Vec::new(),
    };
    let name = name(file);
    let canonical = reader.canonical(&name);
    reader.read_items("/item", None, false);
    if reader.items.is_empty() {
        reader.error("", "it holds no item", "a Questionnaire needs at least one item");
    }
    reader.read_conditions();
    let deciding_order = reader.deciding_order();
    let Reader { items, by_link_id, problems, .. } = reader;
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(problems);
    }
    let title = text(&root, "title").or_else(|| text(&root, "name")).unwrap_or(&name).to_owned();
    let form = Form { title, json: client_json::of(&root, &items) };
    let forms = Forms { en: form.clone(), es: form };
    let value = Questionnaire { name, canonical, forms, items, by_link_id, deciding_order };
    Ok(Loaded { value, warnings: problems })
}

/// The file's stem as rules can write it.
fn name(file: &str) -> String {
    let stem = file.rsplit('/').next().unwrap_or(file);
    let stem = stem.strip_suffix(".json").unwrap_or(stem);
    stem.chars().map(|char| if char.is_ascii_alphanumeric() { char } else { '_' }).collect()
}

fn text<'j>(json: &'j Json, key: &str) -> Option<&'j str> {
    json.get(key).and_then(Json::as_str)
}

/// The values of the extensions with one of these addresses.
fn extension<'j>(json: &'j Json, urls: &[&str]) -> Option<&'j Json> {
    json.get("extension")?
        .as_array()?
        .iter()
        .find(|extension| text(extension, "url").is_some_and(|url| urls.contains(&url)))
}

impl<'a> Reader<'a> {
    fn error(&mut self, pointer: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(FileProblem::error(self.file, self.places.at(pointer), what, hint));
    }

    fn warning(&mut self, pointer: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(FileProblem::warning(self.file, self.places.at(pointer), what, hint));
    }

    fn canonical(&mut self, name: &str) -> String {
        if text(self.root, "resourceType") != Some("Questionnaire") {
            self.error("/resourceType", "this is no FHIR Questionnaire", "resourceType must be \"Questionnaire\"");
        }
        if self.root.get("modifierExtension").is_some() {
            self.error("/modifierExtension", "a modifier extension changes what it means", "leave it out");
        }
        let url = text(self.root, "url").unwrap_or_else(|| {
            self.problems.push(FileProblem::warning(
                self.file,
                (1, 1),
                "it has no url",
                "answers name it by its file; give it a url and a version",
            ));
            name
        });
        match text(self.root, "version") {
            Some(version) => format!("{url}|{version}"),
            None => {
                self.warning("/url", "it has no version", "give it one, and raise it with every change");
                url.to_owned()
            }
        }
    }

    fn json(&self, pointer: &str) -> Option<&'a Json> {
        self.root.pointer(pointer)
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
