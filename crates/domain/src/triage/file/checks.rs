//! Holds triage.yaml against the instruments.

use std::collections::BTreeSet;

use serde_saphyr::Spanned;

use super::{FILE, RulePart, ScalePart, Triage, TriageFile};
use crate::{
    problem::{FileProblem, Loaded, Severity, yaml_place as place},
    screening::Questionnaire,
    triage::{
        Booking, Urgency,
        engine::{Engine, REVIEW},
        expression::{ItemRef, Vocabulary, check as check_condition, nearest},
        rule::Rule,
        scale::{Band, Scale},
    },
};

pub(super) fn check(
    file: &TriageFile,
    text: &str,
    instruments: Vec<Questionnaire>,
) -> Result<Loaded<Triage>, Vec<FileProblem>> {
    let mut checks = Checks { text, instruments, problems: Vec::new() };
    checks.order(file);
    let safety = checks.safety(file);
    let scales: Vec<_> = file.scales.iter().filter_map(|part| checks.scale(part)).collect();
    checks.unique(file.scales.iter().map(|scale| &scale.id), "scale");
    checks.unique(file.rules.iter().map(|rule| &rule.id), "rule");
    checks.unique(file.drivers.iter().map(|driver| &driver.id), "driver");
    let drivers: Vec<_> = file.drivers.iter().filter_map(|part| checks.driver(part, &scales)).collect();
    let rules: Vec<_> = file.rules.iter().filter_map(|part| checks.rule(part, &scales)).collect();
    let Checks { instruments, mut problems, .. } = checks;
    let engine = Engine::new(&instruments, scales, drivers, rules, &safety, &file.safety.refusal.value);
    if problems.is_empty() && !engine.keeps_minors_from_booking(&instruments) {
        let hint = "add one: when: client.age < 18, book: never";
        problems.push(FileProblem::error(
            FILE,
            (1, 1),
            "no rule keeps a machine from booking for people under 18",
            hint,
        ));
    }
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(problems);
    }
    Ok(Loaded { value: Triage { instruments, engine }, warnings: problems })
}

struct Checks<'a> {
    text: &'a str,
    instruments: Vec<Questionnaire>,
    problems: Vec<FileProblem>,
}

impl Checks<'_> {
    fn error<T>(&mut self, at: &Spanned<T>, what: impl Into<String>, hint: impl Into<String>) {
        self.problems.push(FileProblem::error(FILE, place(&at.defined), what, hint));
    }

    fn unique<'s>(&mut self, ids: impl Iterator<Item = &'s Spanned<String>>, kind: &str) {
        let mut seen = BTreeSet::new();
        for id in ids {
            if !seen.insert(id.value.as_str()) {
                self.error(id, format!("the {kind} \"{}\" stands here twice", id.value), "give one another id");
            }
        }
    }

    /// Puts the instruments into the order of the file.
    fn order(&mut self, file: &TriageFile) {
        self.unique(file.instruments.iter(), "instrument");
        for name in &file.instruments {
            self.instrument(name);
        }
        let position = |name: &str| file.instruments.iter().position(|one| one.value == name);
        let unasked: Vec<_> =
            self.instruments.iter().map(|one| one.name().to_owned()).filter(|name| position(name).is_none()).collect();
        for name in unasked {
            let what = format!("the instrument \"{name}\" is never asked");
            self.problems.push(FileProblem::error(FILE, (1, 1), what, "list it under instruments, or delete its file"));
        }
        self.instruments.sort_by_key(|one| position(one.name()));
    }

    fn instrument(&mut self, name: &Spanned<String>) -> Option<usize> {
        let found = self.instruments.iter().position(|one| one.name() == name.value);
        if found.is_none() {
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

    fn scale(&mut self, part: &ScalePart) -> Option<Scale> {
        let before = self.problems.len();
        let mut scale = Scale {
            id: part.id.value.clone(),
            label: part.label.clone(),
            method: part.method,
            items: Vec::new(),
            weights: part.weights.clone(),
            missing: part.missing,
            at_least: part.at_least.as_ref().map_or(1, |least| least.value),
            bands: part.bands.iter().map(|band| Band { id: band.id.value.clone(), from: band.from }).collect(),
            minimum: 0.0,
            maximum: 0.0,
        };
        self.name(&part.id);
        let mut ranges = Vec::new();
        for path in &part.items {
            let Some(item) = self.item(path) else { continue };
            let found = self.instruments.get(item.instrument).and_then(|one| one.items().get(item.item));
            match found.and_then(|found| scale.range(found)) {
                Some(range) => ranges.push(range),
                None => self.error(
                    path,
                    format!("{} cannot be scored", path.value),
                    "give its options weights (ordinalValue or itemWeight), or its number minValue and maxValue",
                ),
            }
            if scale.items.contains(&item) {
                self.error(path, format!("{} stands in the scale twice", path.value), "count it once");
            }
            scale.items.push(item);
        }
        if part.items.is_empty() {
            self.error(&part.id, format!("the scale \"{}\" has no items", scale.id), "name some");
        }
        if let Some(least) = part.at_least.as_ref().filter(|least| least.value == 0 || least.value > part.items.len()) {
            self.error(least, "at_least must lie between 1 and the number of items", "");
        }
        (scale.minimum, scale.maximum) = scale.bounds(&ranges);
        if self.problems.len() == before {
            self.bands(part, &scale);
        }
        (self.problems.len() == before).then_some(scale)
    }

    fn bands(&mut self, part: &ScalePart, scale: &Scale) {
        let mut last = f64::NEG_INFINITY;
        for band in &part.bands {
            if last == f64::NEG_INFINITY && band.from != scale.minimum {
                let what = format!("the first band begins at {}, the scale at {}", band.from, scale.minimum);
                self.error(&band.id, what, "no score may fall between bands");
            } else if band.from <= last {
                self.error(&band.id, "the bands do not ascend", "write the lowest first");
            } else if band.from > scale.maximum {
                let what = format!("no score reaches {}: the highest is {}", band.from, scale.maximum);
                self.error(&band.id, what, "lower the band");
            }
            last = band.from;
        }
        self.unique(part.bands.iter().map(|band| &band.id), "band");
    }

    /// Ids that rules name after a dot.
    fn name(&mut self, id: &Spanned<String>) {
        let good = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
        if id.value.is_empty()
            || !id.value.chars().all(good)
            || id.value.starts_with(|char: char| char.is_ascii_digit())
        {
            self.error(id, format!("\"{}\" cannot be an id", id.value), "use a-z, 0-9 and _");
        }
    }

    fn item(&mut self, path: &Spanned<String>) -> Option<ItemRef> {
        let (name, link_id) = path.value.split_once('.').unwrap_or((&path.value, ""));
        let Some(instrument) = self.instruments.iter().position(|one| one.name() == name) else {
            let hint = nearest(name, self.instruments.iter().map(Questionnaire::name));
            self.error(path, format!("there is no instrument \"{name}\""), hint);
            return None;
        };
        let questionnaire = self.instruments.get(instrument)?;
        if let Some((item, _)) = questionnaire.item(link_id).filter(|(_, item)| item.answerable()) {
            return Some(ItemRef { instrument, item });
        }
        let hint = nearest(link_id, questionnaire.items().iter().map(|item| item.link_id.as_str()));
        self.error(path, format!("{name} asks no \"{link_id}\""), hint);
        None
    }

    fn driver(&mut self, part: &super::DriverPart, scales: &[Scale]) -> Option<(String, usize)> {
        self.name(&part.id);
        let found = scales.iter().position(|scale| scale.id == part.scale.value);
        if found.is_none() {
            let hint = nearest(&part.scale.value, scales.iter().map(|scale| scale.id.as_str()));
            self.error(&part.scale, format!("there is no scale \"{}\"", part.scale.value), hint);
        }
        Some((part.id.value.clone(), found?))
    }

    fn rule(&mut self, part: &RulePart, scales: &[Scale]) -> Option<Rule> {
        self.name(&part.id);
        if part.id.value == REVIEW {
            self.error(&part.id, format!("\"{REVIEW}\" is built in"), "give the rule another id");
        }
        if part.because.value.trim().is_empty() {
            self.error(&part.because, "the rule gives no reason", "say why, in a sentence that staff will read");
        }
        let urgency = Urgency::from_name(&part.urgency.value);
        if urgency.is_none() {
            let names = Urgency::ALL.map(Urgency::name).join(", ");
            self.error(
                &part.urgency,
                format!("\"{}\" is no urgency", part.urgency.value),
                format!("use one of {names}"),
            );
        }
        if part.safety && urgency == Some(Urgency::Routine) {
            self.error(&part.urgency, "a safety rule cannot be ROUTINE", "make it PRIORITY or more, or no safety rule");
        }
        let book = match part.book.as_ref() {
            None => Some(Booking::Auto),
            Some(book) => self.booking(book),
        };
        if urgency >= Some(Urgency::Urgent) && book.is_some_and(Booking::by_machine) {
            let hint = "add book: never or book: alone_by_staff, or make it PRIORITY";
            self.error(&part.urgency, "a clinician's call is promised, but a machine may book", hint);
        }
        let vocabulary = Vocabulary { instruments: &self.instruments, scales };
        let checked = match check_condition(&part.when.value, vocabulary) {
            Ok(checked) => checked,
            Err(refusals) => {
                let rule = &part.id.value;
                let problems = refusals.into_iter().map(|refusal| {
                    let place = place_within(self.text, &part.when, refusal.at);
                    FileProblem::error(FILE, place, format!("rule \"{rule}\": {}", refusal.what), refusal.hint)
                });
                self.problems.extend(problems.collect::<Vec<_>>());
                return None;
            }
        };
        Some(Rule {
            id: part.id.value.clone(),
            safety: part.safety,
            when: checked.expression,
            sources: checked.sources,
            urgency: urgency?,
            because: part.because.value.clone(),
            needs: part.needs.clone(),
            book: book?,
            lines: part.lines.clone(),
            clinician: part.clinician,
        })
    }

    fn booking(&mut self, book: &Spanned<String>) -> Option<Booking> {
        let booking = Booking::from_name(&book.value);
        if booking.is_none() {
            let names = Booking::ALL.map(Booking::name).join(", ");
            self.error(book, format!("\"{}\" is no way to book", book.value), format!("use one of {names}"));
        }
        booking
    }
}

/// The place of a byte of a scalar. Exact where the scalar stands on one line or in a `|` block;
/// where YAML folds lines, the scalar's own place.
fn place_within(text: &str, scalar: &Spanned<String>, at: usize) -> (u32, u32) {
    let (line, column) = place(&scalar.defined);
    let to_u32 = |number: usize| u32::try_from(number).unwrap_or(0);
    let row = |line: u32| text.lines().nth(usize::try_from(line).unwrap_or(0).saturating_sub(1)).unwrap_or_default();
    let before = scalar.value.get(..at).unwrap_or(&scalar.value);
    let start = row(line).chars().nth(usize::try_from(column).unwrap_or(0).saturating_sub(1));
    let in_block = scalar.value.trim_end().contains('\n') || start == Some('|');
    if in_block {
        let lines_before = before.matches('\n').count();
        let first = if start == Some('|') { line + 1 } else { line };
        let line = first + to_u32(lines_before);
        let indent = row(line).chars().take_while(|char| *char == ' ').count();
        let within = before.rsplit('\n').next().unwrap_or_default().chars().count();
        return (line, to_u32(indent + within + 1));
    }
    let quote = u32::from(matches!(start, Some('"' | '\'')));
    let column = column + quote + to_u32(before.chars().count());
    if to_u32(row(line).chars().count()) >= column { (line, column) } else { place(&scalar.defined) }
}
