//! Which small steps fit.
//!
//! A step is advised where a rule that fires advises it and none that fires rules
//! it out. Where an intake is flagged no joint and no touching step is advised at
//! all: closeness is not to be asked of anybody who may be in danger, and no file
//! can take that out.

use super::{Engine, Run};
use crate::triage::{Advice, rule::Rule};

impl Engine {
    pub(super) fn advice(&self, run: &Run<'_>) -> Vec<Advice> {
        let mut because: Vec<Vec<String>> = vec![Vec::new(); self.steps.len()];
        for rule in &run.fired {
            for step in &rule.advise {
                if let Some(because) = because.get_mut(*step) {
                    because.push(rule.id.clone());
                }
            }
        }
        for step in run.fired.iter().flat_map(|rule: &&Rule| &rule.never_advise) {
            if let Some(because) = because.get_mut(*step) {
                because.clear();
            }
        }
        let flagged = run.flagged();
        self.steps
            .iter()
            .zip(because)
            .filter(|(step, because)| !(because.is_empty() || flagged && step.closeness()))
            .map(|(step, because)| Advice {
                step: step.id.clone(),
                label: step.label.clone(),
                closeness: step.closeness(),
                because,
            })
            .collect()
    }
}
