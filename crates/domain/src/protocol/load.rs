//! The parts of loading a protocol: every file is looked at, whatever is wrong with the others.

use std::collections::BTreeSet;

use super::{Files, MATCHING, is_instrument, is_value_set};
use crate::{
    matching::Weights,
    problem::{FileProblem, Severity},
    screening::{Questionnaire, ValueSets},
    triage::{
        engine::Engine,
        file::{self, Kind, Named},
    },
};

/// The instruments that are right, and the names of those that are not.
pub(super) fn instruments(files: &Files, problems: &mut Vec<FileProblem>) -> (Vec<Questionnaire>, BTreeSet<String>) {
    let sets = files.iter().filter(|(path, _)| is_value_set(path));
    let (value_sets, found) = ValueSets::load(sets.map(|(path, text)| (path.as_str(), text.as_str())));
    let sets_failed = failed(&found);
    problems.extend(found);
    let (mut instruments, mut unread): (Vec<Questionnaire>, _) = (Vec::new(), BTreeSet::new());
    for (path, text) in files.iter().filter(|(path, _)| is_instrument(path)) {
        match Questionnaire::load_with(path, text, &value_sets) {
            Ok(loaded) => {
                problems.extend(loaded.warnings);
                let instrument = loaded.value;
                let clash = instruments
                    .iter()
                    .find(|other| other.canonical() == instrument.canonical() || other.name() == instrument.name());
                if let Some(other) = clash {
                    let what = format!("{} has the same name, or the same url and version", other.file());
                    problems.push(FileProblem::error(path, (1, 1), what, "give it its own"));
                }
                // Its options may stand in a set that could not be read.
                if sets_failed && instrument.lacks_options() {
                    unread.insert(instrument.name().to_owned());
                } else {
                    instruments.push(instrument);
                }
            }
            Err(found) => {
                unread.insert(Questionnaire::name_of(path));
                problems.extend(found);
            }
        }
    }
    if unread.is_empty() {
        let used: BTreeSet<_> = instruments.iter().flat_map(Questionnaire::value_sets).map(String::as_str).collect();
        problems.extend(value_sets.files().filter(|file| !used.contains(file)).map(|file| {
            FileProblem::warning(file, (1, 1), "no question uses it", "name its url in answerValueSet, or delete it")
        }));
    }
    (instruments, unread)
}

/// Whether anything here keeps the practice from being loaded.
pub(super) fn failed(problems: &[FileProblem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

pub(super) fn required<'f>(files: &'f Files, path: &str, problems: &mut Vec<FileProblem>) -> Option<&'f String> {
    let found = files.get(path);
    if found.is_none() {
        problems.push(FileProblem::error(path, (0, 0), "the file is missing", "a practice cannot decide without it"));
    }
    found
}

/// Competences and drivers that matching.yaml does not know: nobody could ever be found for them.
pub(super) fn strangers(named: Vec<Named>, weights: &Weights) -> Vec<FileProblem> {
    let strange = |one: &Named| match one.kind {
        Kind::Competence => !weights.competences.contains_key(&one.id),
        Kind::Driver => !weights.drivers.contains_key(&one.id),
        Kind::Line | Kind::Notified | Kind::SmallStep => false,
    };
    let hint = format!("{MATCHING} must name it");
    let problem = |one: Named| {
        let what = if one.kind == Kind::Driver { "driver" } else { "competence" };
        FileProblem::error(file::FILE, one.place, format!("{:?} is no {what}", one.id), &hint)
    };
    named.into_iter().filter(strange).map(problem).collect()
}

/// Questions about safety that come with an answer: a "no" that nobody chose would look like one.
pub(super) fn prefilled_safety(engine: &Engine, instruments: &[Questionnaire]) -> Vec<FileProblem> {
    let mut problems = Vec::new();
    for (instrument, questionnaire) in instruments.iter().enumerate() {
        let prefilled =
            questionnaire.items().iter().enumerate().filter(|(_, item)| item.prefilled && item.answerable());
        for (_, item) in prefilled.filter(|(item, _)| engine.is_safety_item(instrument, *item)) {
            let what = format!("\"{}\" is about safety and starts with an answer", item.link_id);
            let hint = "leave out its initial value: what nobody chose must stay blank";
            problems.push(FileProblem::error(questionnaire.file(), item.place, what, hint));
        }
    }
    problems
}
