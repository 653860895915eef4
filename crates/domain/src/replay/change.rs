//! What would be different for one intake, and why. Reasons tell of answers: for clinicians alone.

use std::collections::BTreeSet;

use super::Weighed;
use crate::{
    id::{CaseId, IntakeId},
    triage::{Booking, TriageResult, Urgency},
};

/// One intake for which something would be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub intake: IntakeId,
    /// Its case.
    pub case: CaseId,
    /// What was decided.
    pub before: Verdict,
    /// What the candidate would decide.
    pub after: Verdict,
    /// Ids of rules.
    pub rules: Difference,
    /// Ids of rules that fire either way and ask for something else by the candidate.
    pub altered: Vec<String>,
    /// Ids of small steps that are advised.
    pub advice: Difference,
    /// Competences that a therapist must have.
    pub needs: Difference,
    /// Ids of those who are to be told.
    pub notify: Difference,
    /// Kinds of report that staff must complete.
    pub reports: Difference,
}

/// What a protocol decides in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How soon.
    pub urgency: Urgency,
    /// What a machine may book.
    pub booking: Booking,
    /// Whether a safety rule fired that keeps a machine from booking.
    pub flagged: bool,
    /// Whether only a clinician may decide.
    pub clinician_only: bool,
}

/// What comes and what goes; both in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Only by the candidate.
    pub now: Vec<String>,
    /// No longer by the candidate.
    pub no_longer: Vec<String>,
}

impl Weighed {
    /// What would be different; none where nothing would.
    #[must_use]
    pub fn change(&self, intake: IntakeId, case: CaseId) -> Option<Change> {
        let Self { before, after, .. } = self;
        let change = Change {
            intake,
            case,
            before: Verdict::of(before),
            after: Verdict::of(after),
            rules: Difference::of(self, |result| result.fired.iter().map(|rule| rule.rule.as_str()).collect()),
            altered: self.altered.clone(),
            advice: Difference::of(self, |result| result.advice.iter().map(|advice| advice.step.as_str()).collect()),
            needs: Difference::of(self, |result| texts(&result.needs)),
            notify: Difference::of(self, |result| texts(&result.notify)),
            reports: Difference::of(self, |result| texts(&result.reports)),
        };
        let same = change.before == change.after
            && [&change.rules, &change.advice, &change.needs, &change.notify, &change.reports]
                .into_iter()
                .all(Difference::is_none);
        (!same).then_some(change)
    }
}

impl Verdict {
    const fn of(result: &TriageResult) -> Self {
        let TriageResult { urgency, booking, flagged, clinician_only, .. } = *result;
        Self { urgency, booking, flagged, clinician_only }
    }
}

impl Difference {
    /// Whether nothing comes and nothing goes.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.now.is_empty() && self.no_longer.is_empty()
    }

    fn of<'w>(weighed: &'w Weighed, named: impl Fn(&'w TriageResult) -> BTreeSet<&'w str>) -> Self {
        let (before, after) = (named(&weighed.before), named(&weighed.after));
        let only = |here: &BTreeSet<&str>, there: &BTreeSet<&str>| {
            here.difference(there).map(|name| (*name).to_owned()).collect()
        };
        Self { now: only(&after, &before), no_longer: only(&before, &after) }
    }
}

fn texts(set: &BTreeSet<String>) -> BTreeSet<&str> {
    set.iter().map(String::as_str).collect()
}
