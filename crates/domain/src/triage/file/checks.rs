//! Holds triage.yaml against the instruments.

mod couple;
mod effort;
mod rules;
mod scales;

use std::collections::{BTreeMap, BTreeSet};

use serde_saphyr::Spanned;

use super::{DriverPart, FILE, Origin, Triage, TriageFile};
use crate::{
    problem::{FileProblem, Loaded, Severity, yaml_place as place},
    screening::Questionnaire,
    triage::{
        engine::{Engine, Parts},
        expression::{ItemRef, Refusal, Unread, nearest},
        rule::SmallStep,
        scale::Scale,
    },
};

/// An id is repeated wherever it is named: this keeps what a result can hold small.
const LONGEST_ID: usize = 60;

pub(super) fn check(
    file: &TriageFile,
    text: &str,
    instruments: Vec<Questionnaire>,
    unread: Unread,
    origin: Origin,
) -> Result<Loaded<Triage>, Vec<FileProblem>> {
    let mut checks = Checks { text, origin, instruments, unread, problems: Vec::new() };
    checks.order(file);
    checks.ids(file);
    let safety_instruments = checks.safety(file);
    let mut scales = Vec::new();
    for part in &file.scales {
        match checks.scale(part, &scales) {
            Some(scale) => scales.push(scale),
            None => _ = checks.unread.scales.insert(part.id.value.clone()),
        }
    }
    let drivers: Vec<_> = file.drivers.iter().filter_map(|part| checks.driver(part, &scales)).collect();
    let steps: Vec<_> = file.small_steps.iter().map(SmallStep::from).collect();
    let reports: BTreeMap<_, _> =
        file.reports.iter().map(|report| (report.id.value.clone(), report.label.clone())).collect();
    let known = rules::Known { scales: &scales, steps: &steps, reports: &reports };
    let rules: Vec<_> = file.rules.iter().filter_map(|part| checks.rule(part, known)).collect();
    let couple = file.couple.as_ref().and_then(|part| checks.couple(part, &scales));
    let refusal = file.safety.refusal.value.clone();
    let parts = Parts { scales, drivers, rules, steps, reports, couple, safety_instruments, refusal };
    let engine = Engine::new(&checks.instruments, parts);
    checks.nothing_of_safety_is_compared(file, &engine);
    checks.effort(&engine);
    checks.minors(&engine);
    let Checks { instruments, problems, .. } = checks;
    if failed(&problems) {
        return Err(problems);
    }
    Ok(Loaded { value: Triage { instruments, engine }, warnings: problems })
}

fn failed(problems: &[FileProblem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

struct Checks<'a> {
    text: &'a str,
    origin: Origin,
    instruments: Vec<Questionnaire>,
    unread: Unread,
    problems: Vec<FileProblem>,
}

impl Checks<'_> {
    fn error<T>(&mut self, at: &Spanned<T>, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(FileProblem::error(FILE, place(&at.defined), what, hint));
    }

    /// What is wrong with the file as a whole.
    fn whole(&mut self, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(FileProblem::error(FILE, (1, 1), what, hint));
    }

    /// What the checker of conditions and formulas refused, at its place in the text.
    fn refused(&mut self, whose: &str, at: &Spanned<String>, refusals: Vec<Refusal>) {
        let problems = refusals.into_iter().map(|refusal| {
            let place = super::place::place_within(self.text, at, refusal.at);
            FileProblem::error(FILE, place, format!("{whose}: {}", refusal.what), refusal.hint)
        });
        self.problems.extend(problems.collect::<Vec<_>>());
    }

    fn ids(&mut self, file: &TriageFile) {
        let scales = file.scales.iter().map(|scale| &scale.id);
        let drivers = file.drivers.iter().map(|driver| &driver.id);
        let steps = file.small_steps.iter().map(|step| &step.id);
        let reports = file.reports.iter().map(|report| &report.id);
        let rules = file.rules.iter().map(|rule| &rule.id);
        let kinds: [(&str, Vec<_>); 5] = [
            ("scale", scales.collect()),
            ("driver", drivers.collect()),
            ("small step", steps.collect()),
            ("report", reports.collect()),
            ("rule", rules.collect()),
        ];
        for (kind, ids) in kinds {
            ids.iter().for_each(|id| self.name(id));
            self.unique(ids.into_iter(), kind);
        }
    }

    fn unique<'s>(&mut self, ids: impl Iterator<Item = &'s Spanned<String>>, kind: &str) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id.value.as_str()) {
                self.error(id, format!("the {kind} \"{}\" stands here twice", id.value), "give one another id");
            }
        }
    }

    /// Ids that rules name after a dot, and other files in quotes.
    fn name(&mut self, id: &Spanned<String>) {
        let good = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
        if id.value.is_empty()
            || id.value.len() > LONGEST_ID
            || !id.value.chars().all(good)
            || id.value.starts_with(|char: char| char.is_ascii_digit())
        {
            let hint = format!("use a-z, 0-9 and _, at most {LONGEST_ID} of them");
            self.error(id, format!("\"{}\" cannot be an id", id.value), hint);
        }
    }

    /// Puts the instruments into the order of the file.
    fn order(&mut self, file: &TriageFile) {
        self.unique(file.instruments.iter(), "instrument");
        for name in &file.instruments {
            self.instrument(name);
        }
        let position = |name: &str| file.instruments.iter().position(|one| one.value == name);
        let asked = |one: &Questionnaire| position(one.name()).is_some();
        let hint = format!("list it under instruments in {FILE}, or delete it");
        let unasked = self.instruments.iter().filter(|one| !asked(one));
        self.problems.extend(unasked.map(|one| FileProblem::warning(one.file(), (1, 1), "it is never asked", &hint)));
        self.instruments.retain(asked);
        self.instruments.sort_by_key(|one| position(one.name()));
    }

    fn instrument(&mut self, name: &Spanned<String>) -> Option<usize> {
        let found = self.instruments.iter().position(|one| one.name() == name.value);
        if found.is_none() && !self.unread.instruments.contains(&name.value) {
            let hint = nearest(&name.value, self.instruments.iter().map(Questionnaire::name));
            self.error(name, format!("there is no instruments/{}.json", name.value), hint);
        }
        found
    }

    /// The instruments about safety; every question in them must offer the refusal.
    fn safety(&mut self, file: &TriageFile) -> Vec<usize> {
        let refusal = file.safety.refusal.value.clone();
        let mut safety = Vec::new();
        for name in &file.safety.instruments {
            let Some(index) = self.instrument(name) else { continue };
            let items = self.instruments.get(index).map_or(&[][..], Questionnaire::items);
            let lacking = items.iter().filter(|item| item.answerable());
            let lacking = lacking.filter(|item| !item.options.iter().any(|option| option.code() == Some(&refusal)));
            let lacking: Vec<_> = lacking.map(|item| item.link_id.clone()).collect();
            for link_id in lacking {
                let what = format!("{}.{link_id} has no option \"{refusal}\"", name.value);
                self.error(&file.safety.refusal, what, "every safety question must let people tell a person instead");
            }
            safety.push(index);
        }
        safety
    }

    fn item<T>(&mut self, at: &Spanned<T>, path: &str) -> Option<ItemRef> {
        let (name, link_id) = path.split_once('.').unwrap_or((path, ""));
        let Some(instrument) = self.instruments.iter().position(|one| one.name() == name) else {
            if self.unread.instruments.contains(name) {
                return None;
            }
            let hint = nearest(name, self.instruments.iter().map(Questionnaire::name));
            self.error(at, format!("there is no instrument \"{name}\""), hint);
            return None;
        };
        let questionnaire = self.instruments.get(instrument)?;
        if let Some((item, _)) = questionnaire.item(link_id).filter(|(_, item)| item.answerable()) {
            return Some(ItemRef { instrument, item });
        }
        let hint = nearest(link_id, questionnaire.items().iter().map(|item| item.link_id.as_str()));
        self.error(at, format!("{name} asks no \"{link_id}\""), hint);
        None
    }

    fn scale_index(&mut self, id: &Spanned<String>, scales: &[Scale]) -> Option<usize> {
        let found = scales.iter().position(|scale| scale.id == id.value);
        if found.is_none() && !self.unread.scales.contains(&id.value) {
            let hint = nearest(&id.value, scales.iter().map(|scale| scale.id.as_str()));
            self.error(id, format!("there is no scale \"{}\"", id.value), hint);
        }
        found
    }

    fn driver(&mut self, part: &DriverPart, scales: &[Scale]) -> Option<(String, usize)> {
        let scale = self.scale_index(&part.scale, scales)?;
        Some((part.id.value.clone(), scale))
    }

    fn minors(&mut self, engine: &Engine) {
        // What was stored decided already, and is read as it was then.
        if self.origin == Origin::Stored || failed(&self.problems) {
            return;
        }
        if !engine.keeps_minors_from_booking(&self.instruments) {
            let hint = "add one that looks at no answer: safety: true, when: client.age < 18, book: never";
            self.whole("no rule keeps a machine from booking for people under 18", hint);
        }
    }
}
