//! What is counted over all intakes.

use std::collections::BTreeMap;

use super::Weighed;
use crate::{
    protocol::Protocol,
    triage::{REVIEW, Urgency},
};

/// Counters alone, and no more of them than there are rules.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    /// How many intakes had which urgency and would have which: by rank, before and then after.
    matrix: [[u64; Urgency::ALL.len()]; Urgency::ALL.len()],
    /// How often each of the candidate's rules would have fired.
    fired: BTreeMap<String, u64>,
    /// How many intakes something would be different for.
    pub changed: u64,
    /// How many answers the candidate's questions do not take.
    pub dropped: u64,
    /// How many intakes could not be read, and are counted nowhere else.
    pub unreadable: u64,
}

impl Tally {
    /// Counts one intake.
    pub fn add(&mut self, weighed: &Weighed, changed: bool) {
        if let Some(count) = self.place(weighed.before.urgency, weighed.after.urgency) {
            *count += 1;
        }
        for rule in &weighed.after.fired {
            match self.fired.get_mut(&rule.rule) {
                Some(count) => *count += 1,
                None => _ = self.fired.insert(rule.rule.clone(), 1),
            }
        }
        self.changed += u64::from(changed);
        self.dropped += weighed.dropped;
    }

    /// Counts what others counted.
    pub fn merge(&mut self, other: &Self) {
        for (row, others) in self.matrix.iter_mut().zip(&other.matrix) {
            for (count, others) in row.iter_mut().zip(others) {
                *count += others;
            }
        }
        for (rule, count) in &other.fired {
            *self.fired.entry(rule.clone()).or_default() += count;
        }
        self.changed += other.changed;
        self.dropped += other.dropped;
        self.unreadable += other.unreadable;
    }

    /// How many intakes had one urgency and would have the other.
    #[must_use]
    pub fn count(&self, before: Urgency, after: Urgency) -> u64 {
        let row = self.matrix.get(rank(before));
        row.and_then(|row| row.get(rank(after))).copied().unwrap_or_default()
    }

    /// How many intakes were weighed.
    #[must_use]
    pub fn weighed(&self) -> u64 {
        self.matrix.iter().flatten().sum()
    }

    /// The candidate's own rules that would have fired for nobody, as its file has them.
    #[must_use]
    pub fn silent<'c>(&self, candidate: &'c Protocol) -> Vec<&'c str> {
        candidate.rules().filter(|rule| *rule != REVIEW && !self.fired.contains_key(*rule)).collect()
    }

    fn place(&mut self, before: Urgency, after: Urgency) -> Option<&mut u64> {
        self.matrix.get_mut(rank(before))?.get_mut(rank(after))
    }
}

/// Its place in [`Urgency::ALL`].
fn rank(urgency: Urgency) -> usize {
    Urgency::ALL.iter().position(|each| *each == urgency).unwrap_or_default()
}
