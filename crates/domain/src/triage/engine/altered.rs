//! What another version of the rules asks for, where the same rule fires.

use std::collections::BTreeSet;

use super::Engine;
use crate::triage::rule::Rule;

impl Engine {
    /// Ids of rules that another engine has too and that ask for something else here, whatever makes them fire.
    pub(crate) fn altered(&self, other: &Self) -> BTreeSet<String> {
        let altered = |rule: &&Rule| {
            let theirs = other.rules.iter().find(|theirs| theirs.id == rule.id);
            theirs.is_some_and(|theirs| !self.asks_as(rule, other, theirs))
        };
        self.rules.iter().filter(altered).map(|rule| rule.id.clone()).collect()
    }

    fn asks_as(&self, rule: &Rule, other: &Self, theirs: &Rule) -> bool {
        fn steps<'s>(engine: &'s Engine, places: &[usize]) -> Vec<&'s str> {
            places.iter().filter_map(|place| engine.steps.get(*place)).map(|step| step.id.as_str()).collect()
        }
        let decides = |rule: &Rule| (rule.urgency, rule.book, rule.clinician);
        decides(rule) == decides(theirs)
            && (&rule.needs, &rule.notify, &rule.report) == (&theirs.needs, &theirs.notify, &theirs.report)
            && steps(self, &rule.advise) == steps(other, &theirs.advise)
            && steps(self, &rule.never_advise) == steps(other, &theirs.never_advise)
    }
}
