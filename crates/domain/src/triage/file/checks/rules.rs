//! Rules: when they fire, and what they then ask for.

use std::collections::BTreeMap;

use serde_saphyr::Spanned;

use super::Checks;
use crate::problem::yaml_place as place;
use crate::triage::{
    Booking, Urgency,
    engine::REVIEW,
    expression::{Checked, Vocabulary, check as check_condition, nearest},
    file::{Origin, RulePart, StepPart},
    rule::{Rule, SmallStep},
    scale::Scale,
};

/// What rules may name beside the instruments.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) scales: &'a [Scale],
    pub(super) steps: &'a [SmallStep],
    /// Kinds of report and their labels.
    pub(super) reports: &'a BTreeMap<String, String>,
}

impl Checks<'_> {
    pub(super) fn rule(&mut self, part: &RulePart, known: Known<'_>) -> Option<Rule> {
        if part.id.value == REVIEW {
            self.error(&part.id, format!("\"{REVIEW}\" is built in"), "give the rule another id");
        }
        if part.because.value.trim().is_empty() {
            self.error(&part.because, "the rule gives no reason", "say why, in a sentence that staff will read");
        }
        let (urgency, book) = (self.urgency(part), self.booking(part));
        let advise = self.steps(&part.advise, known.steps);
        let never_advise = self.steps(&part.never_advise, known.steps);
        if let Some(both) = part.advise.iter().find(|step| part.never_advise.iter().any(|one| one.value == step.value))
        {
            self.error(both, format!("the rule both advises and rules out \"{}\"", both.value), "decide for one");
        }
        self.unique(part.notify.iter(), "notify id");
        part.notify.iter().for_each(|id| self.name(id));
        self.report(part, known.reports);
        let checked = self.condition(part, known.scales);
        let checked = checked?;
        Some(Rule {
            id: part.id.value.clone(),
            place: place(&part.id.defined),
            safety: part.safety,
            when: checked.expression,
            sources: checked.sources,
            urgency: urgency?,
            because: part.because.value.clone(),
            needs: part.needs.iter().map(|id| id.value.clone()).collect(),
            book: book?,
            lines: part.lines.iter().map(|id| id.value.clone()).collect(),
            clinician: part.clinician,
            advise,
            never_advise,
            notify: part.notify.iter().map(|id| id.value.clone()).collect(),
            report: part.report.as_ref().map(|report| report.value.clone()),
        })
    }

    fn urgency(&mut self, part: &RulePart) -> Option<Urgency> {
        let urgency = Urgency::from_name(&part.urgency.value);
        if urgency.is_none() {
            let what = format!("\"{}\" is no urgency", part.urgency.value);
            self.error(&part.urgency, what, format!("use one of {}", Urgency::ALL.map(Urgency::name).join(", ")));
        }
        if part.safety && urgency == Some(Urgency::Routine) {
            self.error(&part.urgency, "a safety rule cannot be ROUTINE", "make it PRIORITY or more, or no safety rule");
        }
        urgency
    }

    fn booking(&mut self, part: &RulePart) -> Option<Booking> {
        let book = match &part.book {
            None => Some(Booking::Auto),
            Some(book) => {
                let booking = Booking::from_name(&book.value);
                if booking.is_none() {
                    let names = Booking::ALL.map(Booking::name).join(", ");
                    self.error(book, format!("\"{}\" is no way to book", book.value), format!("use one of {names}"));
                }
                booking
            }
        };
        if Urgency::from_name(&part.urgency.value) >= Some(Urgency::Urgent) && book.is_some_and(Booking::by_machine) {
            let hint = "add book: never or book: alone_by_staff, or make it PRIORITY";
            self.error(&part.urgency, "a clinician's call is promised, but a machine may book", hint);
        }
        book
    }

    /// Small steps by their ids.
    fn steps(&mut self, ids: &[Spanned<String>], steps: &[SmallStep]) -> Vec<usize> {
        self.unique(ids.iter(), "small step");
        let mut found = Vec::new();
        for id in ids {
            let step = steps.iter().position(|step| step.id == id.value);
            if step.is_none() {
                let hint = nearest(&id.value, steps.iter().map(|step| step.id.as_str()));
                self.error(id, format!("there is no small step \"{}\"", id.value), hint);
            }
            found.extend(step);
        }
        found
    }

    /// A report stands beside the intake from the moment it is received, and is a clinician's to complete.
    fn report(&mut self, part: &RulePart, reports: &BTreeMap<String, String>) {
        let Some(report) = &part.report else { return };
        if !reports.contains_key(&report.value) {
            let hint = nearest(&report.value, reports.keys().map(String::as_str));
            self.error(report, format!("there is no report \"{}\"", report.value), hint);
        }
        if !(part.safety && part.clinician) {
            let hint = "add safety: true and clinician: true";
            self.error(report, "only a safety rule for clinicians can ask for a report", hint);
        }
    }

    fn condition(&mut self, part: &RulePart, scales: &[Scale]) -> Option<Checked> {
        let vocabulary =
            Vocabulary { instruments: &self.instruments, scales, unread: &self.unread, as_if_asked: part.safety };
        let whose = format!("rule \"{}\"", part.id.value);
        match check_condition(&part.when.value, vocabulary) {
            Ok(checked) => {
                let idle = checked.idle.clone().filter(|_| self.origin == Origin::Folder);
                self.refused(&whose, &part.when, idle.into_iter().collect());
                Some(checked)
            }
            Err(refusals) => {
                self.refused(&whose, &part.when, refusals);
                None
            }
        }
    }
}

impl From<&StepPart> for SmallStep {
    fn from(part: &StepPart) -> Self {
        Self { id: part.id.value.clone(), label: part.label.clone(), joint: part.joint, touch: part.touch }
    }
}
