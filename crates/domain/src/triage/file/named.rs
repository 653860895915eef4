//! What triage.yaml names and another file of the folder must define.

use serde_saphyr::Spanned;

use super::{TriageFile, read};
use crate::problem::yaml_place;

/// An id, and where triage.yaml names it first.
pub(crate) struct Named {
    pub(crate) kind: Kind,
    pub(crate) id: String,
    pub(crate) place: (u32, u32),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A crisis line of practice.toml.
    Line,
    /// Somebody of practice.toml who is told by name.
    Notified,
    /// A competence of matching.yaml.
    Competence,
    /// A driver of matching.yaml.
    Driver,
    /// A small step that practice.toml puts in a client's words.
    SmallStep,
}

/// Everything that the file names, whatever else is wrong with it; nothing where it cannot be read.
pub(crate) fn named(text: &str) -> Vec<Named> {
    let Ok(TriageFile { drivers, small_steps, rules, .. }) = read(text) else { return Vec::new() };
    let mut all: Vec<Named> = Vec::new();
    let mut add = |kind, id: Spanned<String>| {
        if !all.iter().any(|one| one.kind == kind && one.id == id.value) {
            all.push(Named { kind, place: yaml_place(&id.defined), id: id.value });
        }
    };
    drivers.into_iter().for_each(|driver| add(Kind::Driver, driver.id));
    small_steps.into_iter().for_each(|step| add(Kind::SmallStep, step.id));
    for rule in rules {
        rule.lines.into_iter().for_each(|id| add(Kind::Line, id));
        rule.notify.into_iter().for_each(|id| add(Kind::Notified, id));
        rule.needs.into_iter().for_each(|id| add(Kind::Competence, id));
    }
    all
}
