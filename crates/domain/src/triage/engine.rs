//! Runs the scales and rules over one person's answers.
//!
//! The safety rules alone run at submission, all of them in triage; the second
//! is a superset of the first, so it can never come out less strict. Whatever
//! was left open about safety fires [`REVIEW`], which no file can take out.

mod advice;
mod altered;
mod effort;
mod evidence;

pub(crate) use evidence::words;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Booking, Evidence, FiredRule, Safety, Score, TriageResult, Urgency,
    expression::{Facts, ItemRef, Outcome, Source},
    joint::Couple,
    rule::{Rule, SmallStep},
    scale::{Scale, ScoreBand},
};
use crate::{
    intake::Care,
    protocol::Subject,
    screening::{
        Answers, Questionnaire,
        questionnaire::{Sheet, State, code_of},
    },
};

/// The built-in rule: a safety answer is missing or kept for a person, or a condition failed.
pub const REVIEW: &str = "review_by_a_person";
const REVIEW_BECAUSE: &str = "A safety question was left open or is to be told to a person: a person calls.";
const ADULT: i16 = 18;

/// Everything that decides, checked and ready to run.
#[derive(Debug, Clone)]
pub(crate) struct Engine {
    scales: Vec<Scale>,
    /// Driver's id, and the scale that measures it.
    drivers: Vec<(String, usize)>,
    rules: Vec<Rule>,
    steps: Vec<SmallStep>,
    /// Kinds of report, and what staff call them.
    reports: BTreeMap<String, String>,
    /// What a joint view compares; absent where the practice compares nothing.
    couple: Option<Couple>,
    /// Every question about safety: those of the safety instruments, and whatever a safety rule names.
    safety_items: BTreeSet<ItemRef>,
    /// Indices of the instruments that are about safety as a whole.
    safety_instruments: Vec<usize>,
    /// The code with which somebody keeps an answer for a person.
    refusal: String,
}

/// What fired, before it is put into words.
struct Run<'a> {
    facts: Facts<'a>,
    fired: Vec<&'a Rule>,
    /// Those of them that fired by answers to questions that nobody was asked.
    unasked: BTreeSet<&'a str>,
    /// What a person must ask about: open safety questions, and what failing rules looked at.
    open: BTreeSet<Source>,
    under_18: bool,
}

/// What a checked file decides by.
pub(super) struct Parts {
    pub(super) scales: Vec<Scale>,
    pub(super) drivers: Vec<(String, usize)>,
    pub(super) rules: Vec<Rule>,
    pub(super) steps: Vec<SmallStep>,
    pub(super) reports: BTreeMap<String, String>,
    pub(super) couple: Option<Couple>,
    pub(super) safety_instruments: Vec<usize>,
    pub(super) refusal: String,
}

impl Engine {
    pub(super) fn new(instruments: &[Questionnaire], parts: Parts) -> Self {
        let Parts { scales, drivers, rules, steps, reports, couple, safety_instruments, refusal } = parts;
        let mut safety_items = BTreeSet::new();
        for &instrument in &safety_instruments {
            let items = instruments.get(instrument).map_or(&[][..], Questionnaire::items);
            let answerable = items.iter().enumerate().filter(|(_, item)| item.answerable());
            safety_items.extend(answerable.map(|(item, _)| ItemRef { instrument, item }));
        }
        for source in rules.iter().filter(|rule| rule.safety).flat_map(|rule| &rule.sources) {
            match source {
                Source::Item(item) => {
                    safety_items.insert(*item);
                }
                Source::Scale(scale) | Source::Band(scale) => {
                    safety_items.extend(scales.get(*scale).into_iter().flat_map(|scale| &scale.items));
                }
                Source::Element | Source::Age | Source::Care => {}
            }
        }
        Self { scales, drivers, rules, steps, reports, couple, safety_items, safety_instruments, refusal }
    }

    /// The safety rules alone.
    pub(crate) fn screen_safety(&self, instruments: &[Questionnaire], subject: &Subject<'_>) -> Safety {
        let run = self.run(instruments, fill(instruments, subject.answers), subject, |rule| rule.safety);
        Safety {
            urgency: run.urgency(),
            booking: run.booking(),
            flagged: run.flagged(),
            clinician_only: run.fired.iter().any(|rule| rule.clinician),
            under_18: run.under_18,
            lines: run.lines(),
            notify: run.notify(),
            reports: run.reports(),
        }
    }

    /// Everything.
    pub(crate) fn triage(&self, instruments: &[Questionnaire], subject: &Subject<'_>, digest: &str) -> TriageResult {
        self.triage_sheets(instruments, fill(instruments, subject.answers), subject, digest)
    }

    /// Everything, over forms that are filled in already.
    pub(crate) fn triage_sheets<'a>(
        &'a self,
        instruments: &[Questionnaire],
        sheets: Vec<Sheet<'a>>,
        subject: &Subject<'a>,
        digest: &str,
    ) -> TriageResult {
        let run = self.run(instruments, sheets, subject, |_| true);
        let scores = self.scales.iter().zip(&run.facts.scores).map(|(scale, scored)| Score {
            scale: scale.id.clone(),
            label: scale.label.clone(),
            value: scored.value,
            minimum: scale.minimum,
            maximum: scale.maximum,
            band: scored.band.map(|band| band.id.clone()),
            band_label: scored.band.map(|band| band.words().to_owned()),
        });
        let drivers = self.drivers.iter().filter_map(|(driver, scale)| {
            let score = run.facts.scores.get(*scale)?.value?;
            Some((driver.clone(), self.scales.get(*scale)?.share(score)))
        });
        TriageResult {
            protocol: digest.to_owned(),
            urgency: run.urgency(),
            booking: run.booking(),
            flagged: run.flagged(),
            clinician_only: run.fired.iter().any(|rule| rule.clinician),
            under_18: run.under_18,
            needs: run.fired.iter().flat_map(|rule| rule.needs.iter().cloned()).collect(),
            fired: self.explain(instruments, &run),
            scores: scores.collect(),
            drivers: drivers.collect(),
            advice: self.advice(&run),
            notify: run.notify(),
            reports: run.reports(),
        }
    }

    /// Whether an instrument is about safety: then nothing in it must be answered.
    pub(crate) fn is_about_safety(&self, instrument: usize) -> bool {
        self.safety_instruments.contains(&instrument)
    }

    /// Whether an answer bears on safety: its instrument is about it, or a safety rule looks at it.
    pub(crate) fn is_safety_item(&self, instrument: usize, item: usize) -> bool {
        self.safety_items.contains(&ItemRef { instrument, item })
    }

    /// Ids of all rules, in the file's order, with the built-in one.
    pub(crate) fn rule_ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.id.as_str()).chain([REVIEW])
    }

    /// Where the file has a rule; the built-in one stands nowhere.
    pub(super) fn rule_place(&self, id: &str) -> Option<(u32, u32)> {
        self.rules.iter().find(|rule| rule.id == id).map(|rule| rule.place)
    }

    /// Kinds of report, and what staff call them.
    pub(crate) const fn reports(&self) -> &BTreeMap<String, String> {
        &self.reports
    }

    /// Every item that bears on a scale.
    pub(super) fn items_of(&self, scale: &str) -> impl Iterator<Item = &ItemRef> {
        self.scales.iter().filter(move |one| one.id == scale).flat_map(|scale| &scale.items)
    }

    /// A scale's bands; none of a scale that there is not.
    pub(crate) fn score_bands(&self, scale: &str) -> Vec<ScoreBand> {
        self.scales.iter().find(|one| one.id == scale).map(Scale::score_bands).unwrap_or_default()
    }

    pub(super) fn has_bands(&self, scale: &str) -> bool {
        self.scales.iter().any(|one| one.id == scale && !one.bands.is_empty())
    }

    /// What a joint view compares.
    pub(super) const fn couple(&self) -> Option<&Couple> {
        self.couple.as_ref()
    }

    /// Competences that rules ask for.
    pub(crate) fn needs(&self) -> BTreeSet<&str> {
        self.rules.iter().flat_map(|rule| &rule.needs).map(String::as_str).collect()
    }

    /// Drivers that are measured.
    pub(crate) fn drivers(&self) -> BTreeSet<&str> {
        self.drivers.iter().map(|(driver, _)| driver.as_str()).collect()
    }

    /// The scale that measures a driver.
    pub(super) fn driver_scale(&self, driver: &str) -> Option<&str> {
        let (_, scale) = self.drivers.iter().find(|(one, _)| one == driver)?;
        self.scales.get(*scale).map(|scale| scale.id.as_str())
    }

    /// Whether the file books nothing for anybody under age, whatever they answer: so only rules count that look
    /// at no answer.
    pub(super) fn keeps_minors_from_booking(&self, instruments: &[Questionnaire]) -> bool {
        let by_age = |source: &Source| matches!(source, Source::Age | Source::Care);
        let never = self.rules.iter().filter(|rule| rule.safety && rule.book == Booking::Never);
        let never: Vec<_> = never.filter(|rule| rule.sources.iter().all(by_age)).collect();
        let answers = Answers::default();
        [Care::Couple, Care::Individual].into_iter().all(|care| {
            let mut facts =
                self.facts(instruments, fill(instruments, &answers), &Subject { answers: &answers, age: None, care });
            (0..ADULT).all(|age| {
                facts.age = Some(age);
                never.iter().any(|rule| rule.when.run(&facts) == Outcome::True)
            })
        })
    }

    fn run<'a>(
        &'a self,
        instruments: &[Questionnaire],
        sheets: Vec<Sheet<'a>>,
        subject: &Subject<'a>,
        wanted: impl Fn(&Rule) -> bool,
    ) -> Run<'a> {
        let facts = self.facts(instruments, sheets, subject);
        let as_if_asked = self.as_if_asked(instruments, &facts, subject);
        let open = self.safety_items.iter().filter(|item| self.is_open(&facts, **item));
        let mut open: BTreeSet<_> = open.map(|item| Source::Item(*item)).collect();
        let (mut fired, mut unasked) = (Vec::new(), BTreeSet::new());
        for rule in self.rules.iter().filter(|rule| wanted(rule)) {
            let outcome = rule.when.run(&facts);
            match outcome {
                Outcome::True => fired.push(rule),
                Outcome::Absent if rule.safety => {
                    open.extend(rule.sources.iter().filter(|source| self.is_unknown(&facts, **source)));
                }
                Outcome::False | Outcome::Absent => {}
                Outcome::Error => open.extend(rule.sources.iter().copied()),
            }
            let Some(as_if_asked) = as_if_asked.as_ref().filter(|_| rule.safety && outcome != Outcome::True) else {
                continue;
            };
            match rule.when.run(as_if_asked) {
                Outcome::True => {
                    fired.push(rule);
                    unasked.insert(rule.id.as_str());
                }
                Outcome::Error => open.extend(rule.sources.iter().copied()),
                Outcome::False | Outcome::Absent => {}
            }
        }
        if let Some(as_if_asked) = &as_if_asked {
            let kept_for_a_person = self.safety_items.iter().filter(|item| self.is_refused(as_if_asked, **item));
            open.extend(kept_for_a_person.map(|item| Source::Item(*item)));
            let unasked = fired.iter().filter(|rule| unasked.contains(rule.id.as_str()));
            open.extend(unasked.flat_map(|rule| rule.sources.iter().copied()));
        }
        Run { facts, fired, unasked, open, under_18: subject.age.is_some_and(|age| age < ADULT) }
    }

    fn facts<'a>(&'a self, instruments: &[Questionnaire], sheets: Vec<Sheet<'a>>, subject: &Subject<'a>) -> Facts<'a> {
        let scores = Vec::with_capacity(self.scales.len());
        let mut facts = Facts { sheets, scores, age: subject.age, care: subject.care };
        for scale in &self.scales {
            let scored = scale.score(instruments, &facts);
            facts.scores.push(scored);
        }
        facts
    }

    /// The facts as if questions about safety that are switched off had been asked wherever they
    /// were answered; `None` where none was. Somebody who takes back what led to a "yes", or whose
    /// form sends what it had hidden, must not be held less at risk for it: such an answer makes
    /// the case as strict as it would have, but for the lines, as a screen that somebody else may
    /// read tells nothing that was not asked there.
    fn as_if_asked<'a>(
        &'a self,
        instruments: &[Questionnaire],
        facts: &Facts<'a>,
        subject: &Subject<'a>,
    ) -> Option<Facts<'a>> {
        let answered = |item: &ItemRef| {
            facts.sheets.get(item.instrument).is_some_and(|sheet| sheet.withheld().contains_key(&item.item))
        };
        if !self.safety_items.iter().any(answered) {
            return None;
        }
        Some(self.facts(instruments, facts.sheets.iter().map(Sheet::with_withheld).collect(), subject))
    }

    fn is_refused(&self, facts: &Facts<'_>, item: ItemRef) -> bool {
        let state = facts.sheets.get(item.instrument).map(|sheet| sheet.state(item.item));
        state.is_some_and(|state| state.values().iter().any(|value| code_of(value) == Some(&self.refusal)))
    }

    fn is_open(&self, facts: &Facts<'_>, item: ItemRef) -> bool {
        match facts.sheets.get(item.instrument).map(|sheet| sheet.state(item.item)) {
            Some(State::NotAsked) | None => false,
            Some(State::Blank) => true,
            Some(State::Answered(_)) => self.is_refused(facts, item),
        }
    }

    /// Whether a scale was asked and has no score, as its answers weigh nothing or are too few; or an age that nobody was
    /// asked for.
    fn is_unknown(&self, facts: &Facts<'_>, source: Source) -> bool {
        let scale = match source {
            Source::Scale(scale) | Source::Band(scale) => scale,
            Source::Age => return facts.age.is_none(),
            _ => return false,
        };
        let items = self.scales.get(scale).map_or(&[][..], |scale| &scale.items);
        let asked = |item: &ItemRef| {
            facts.sheets.get(item.instrument).is_some_and(|sheet| sheet.state(item.item) != State::NotAsked)
        };
        facts.scores.get(scale).is_none_or(|scored| scored.value.is_none()) && items.iter().any(asked)
    }

    /// Safety first, then by urgency, then as the file has them.
    fn explain(&self, instruments: &[Questionnaire], run: &Run<'_>) -> Vec<FiredRule> {
        let evidence = |sources: &mut dyn Iterator<Item = Source>| -> Vec<Evidence> {
            sources.filter_map(|source| self.evidence(instruments, &run.facts, source)).collect()
        };
        let mut fired: Vec<_> = run
            .fired
            .iter()
            .map(|rule| FiredRule {
                rule: rule.id.clone(),
                urgency: rule.urgency,
                because: rule.because.clone(),
                safety: rule.safety,
                evidence: evidence(&mut rule.sources.iter().copied()),
            })
            .collect();
        if !run.open.is_empty() {
            fired.push(FiredRule {
                rule: REVIEW.to_owned(),
                urgency: Urgency::Priority,
                because: REVIEW_BECAUSE.to_owned(),
                safety: true,
                evidence: evidence(&mut run.open.iter().copied()),
            });
        }
        fired.sort_by_key(|rule| (!rule.safety, std::cmp::Reverse(rule.urgency)));
        fired
    }
}

/// Every form, filled in.
fn fill<'a>(instruments: &[Questionnaire], answers: &'a Answers) -> Vec<Sheet<'a>> {
    instruments.iter().map(|one| Sheet::fill(one, answers)).collect()
}

impl Run<'_> {
    fn reviewed(&self) -> bool {
        !self.open.is_empty()
    }

    fn urgency(&self) -> Urgency {
        let floor = if self.reviewed() { Urgency::Priority } else { Urgency::Routine };
        self.fired.iter().map(|rule| rule.urgency).fold(floor, Urgency::max)
    }

    fn booking(&self) -> Booking {
        let floor = if self.reviewed() { Booking::AloneByStaff } else { Booking::Auto };
        self.fired.iter().map(|rule| rule.book).fold(floor, Booking::max)
    }

    fn flagged(&self) -> bool {
        self.reviewed() || self.fired.iter().any(|rule| rule.safety && !rule.book.by_machine())
    }

    fn notify(&self) -> BTreeSet<String> {
        self.fired.iter().flat_map(|rule| rule.notify.iter().cloned()).collect()
    }

    fn reports(&self) -> BTreeSet<String> {
        self.fired.iter().filter_map(|rule| rule.report.clone()).collect()
    }

    fn lines(&self) -> Vec<String> {
        let mut by_urgency = self.fired.clone();
        by_urgency.retain(|rule| !self.unasked.contains(rule.id.as_str()));
        by_urgency.sort_by_key(|rule| std::cmp::Reverse(rule.urgency));
        let mut seen = BTreeMap::new();
        for line in by_urgency.iter().flat_map(|rule| &rule.lines) {
            let next = seen.len();
            seen.entry(line).or_insert(next);
        }
        let mut lines: Vec<_> = seen.into_iter().collect();
        lines.sort_by_key(|(_, position)| *position);
        lines.into_iter().map(|(line, _)| line.clone()).collect()
    }
}
