//! The other files that decide: triage.yaml, its tests, and options that questions share.

use std::sync::Arc;

use proptest::prelude::*;
use rapport_domain::{
    protocol::Protocol,
    triage::tests_file::{TESTS, run_tests},
};

use super::{Input, Reach, Seen, Target, general, own_files, refused, turn_of};
use crate::{
    condition::conditions,
    ground::Ground,
    people::case,
    through::{self, AlwaysAsked, Complaint, readable},
    tree::{Format, Node},
};

pub(super) const TRIAGE: &str = "triage.yaml";
const MOODS: &str = "value_sets/moods.json";
/// How many people answer whatever loads.
const PEOPLE: u64 = 4;

/// Some people answer, and the protocol is stored and read again.
pub(super) fn people(protocol: &Protocol, text: &str) -> Result<Vec<String>, Complaint> {
    through::reload(protocol)?;
    // How people refuse is for the file to say, and a changed file may say anything.
    let asked = AlwaysAsked::of(protocol, None);
    let mut signs = Vec::new();
    for turn in 0..PEOPLE {
        let case = case(protocol, turn_of(text).wrapping_add(turn));
        if let Ok(result) = through::run(protocol, &case, &asked)? {
            signs.push(format!(
                "{} {} {}",
                result.urgency.name(),
                result.fired.len().min(3),
                result.scores.len().min(3)
            ));
        }
    }
    Ok(signs)
}

/// triage.yaml, within each practice.
pub(super) struct Rules {
    grounds: Arc<Vec<Ground>>,
}

impl Rules {
    pub(super) fn new(grounds: &Arc<Vec<Ground>>) -> Self {
        Self { grounds: Arc::clone(grounds) }
    }
}

impl Target for Rules {
    fn name(&self) -> &'static str {
        "rules"
    }

    fn format(&self) -> Format {
        Format::Yaml
    }

    fn bases(&self) -> Vec<Input> {
        own_files(&self.grounds, TRIAGE)
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            "IMMEDIATE",
            "URGENT",
            "PRIORITY",
            "ROUTINE",
            "auto",
            "hold",
            "alone_by_staff",
            "never",
            "sum",
            "mean",
            "max",
            "count",
            "weighted",
            "prorated_sum",
            "expression",
            "no_score",
            "zero",
            "prorate",
            "weights",
            "reverse",
            "needs",
            "lines",
            "advise",
            "never_advise",
            "notify",
            "report",
            "small_steps",
            "reports",
            "couple",
            "at_least",
            "bands",
        ]
    }

    fn fill(&self, ground: usize) -> Option<(String, BoxedStrategy<String>)> {
        let ground = self.grounds.get(ground)?;
        let triage = Node::read(Format::Yaml, ground.files.get(TRIAGE)?)?;
        Some(("when".to_owned(), conditions(ground.protocol.instruments(), &triage)))
    }

    fn run(&self, input: &Input) -> Result<Seen, Complaint> {
        let ground = self.grounds.get(input.ground).ok_or("there is no such practice")?;
        match Protocol::load(&ground.with(TRIAGE, &input.text)) {
            Err(problems) => refused(self.format(), TRIAGE, input, &problems),
            Ok(protocol) => {
                let mut signs: Vec<_> = protocol.warnings.iter().map(|warning| general(&warning.what)).collect();
                signs.extend(people(&protocol.value, &input.text)?);
                if let Some(tests) = ground.files.get(TESTS)
                    && let Err(problems) = run_tests(&protocol.value, tests)
                {
                    readable(&problems, TESTS, tests)?;
                }
                Ok(Seen { reach: Reach::Ran, signs })
            }
        }
    }
}

/// Options that questions share, within the small practice.
pub(super) struct SharedOptions {
    grounds: Arc<Vec<Ground>>,
}

impl SharedOptions {
    pub(super) fn new(grounds: &Arc<Vec<Ground>>) -> Self {
        Self { grounds: Arc::clone(grounds) }
    }
}

impl Target for SharedOptions {
    fn name(&self) -> &'static str {
        "value_sets"
    }

    fn format(&self) -> Format {
        Format::Json
    }

    fn bases(&self) -> Vec<Input> {
        own_files(&self.grounds, MOODS)
    }

    fn words(&self) -> &'static [&'static str] {
        &[
            "expansion",
            "contains",
            "filter",
            "valueSet",
            "exclude",
            "inactive",
            "abstract",
            "valueInteger",
            "translation",
        ]
    }

    fn run(&self, input: &Input) -> Result<Seen, Complaint> {
        let ground = self.grounds.get(input.ground).ok_or("there is no such practice")?;
        match Protocol::load(&ground.with(MOODS, &input.text)) {
            Err(problems) => refused(self.format(), MOODS, input, &problems),
            Ok(protocol) => {
                let mut signs: Vec<_> = protocol.warnings.iter().map(|warning| general(&warning.what)).collect();
                signs.extend(people(&protocol.value, &input.text)?);
                Ok(Seen { reach: Reach::Ran, signs })
            }
        }
    }
}

/// triage.tests.yaml, against each practice's rules.
pub(super) struct Tests {
    grounds: Arc<Vec<Ground>>,
}

impl Tests {
    pub(super) fn new(grounds: &Arc<Vec<Ground>>) -> Self {
        Self { grounds: Arc::clone(grounds) }
    }
}

impl Target for Tests {
    fn name(&self) -> &'static str {
        "tests"
    }

    fn format(&self) -> Format {
        Format::Yaml
    }

    fn bases(&self) -> Vec<Input> {
        own_files(&self.grounds, TESTS)
    }

    fn run(&self, input: &Input) -> Result<Seen, Complaint> {
        let ground = self.grounds.get(input.ground).ok_or("there is no such practice")?;
        match run_tests(&ground.protocol, &input.text) {
            Err(problems) => refused(self.format(), TESTS, input, &problems),
            Ok(report) => {
                if !report.failures.is_empty() {
                    readable(&report.failures, TESTS, &input.text)?;
                }
                let failures = report.failures.iter().map(|failure| general(&failure.what));
                Ok(Seen {
                    reach: Reach::Ran,
                    signs: failures.chain(report.untested.iter().map(|one| one.what.clone())).collect(),
                })
            }
        }
    }
}
