//! matching.yaml: which driver asks for which method, and what counts how much.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::problem::{FileProblem, yaml_place};

/// matching.yaml.
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    /// Methods and what a person reads for each: `gottman` → "Gottman-trained".
    pub methods: BTreeMap<String, String>,
    /// Competences that rules may need, and what a person reads.
    pub competences: BTreeMap<String, String>,
    /// What drives the distance.
    pub drivers: BTreeMap<String, Driver>,
    /// What counts how much.
    pub terms: TermWeights,
}

/// A driver and the method that the practice answers it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Driver {
    /// What a person reads.
    pub label: String,
    /// Id of a method.
    pub method: String,
}

/// What counts how much; only the proportions matter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TermWeights {
    /// Methods that fit the leading drivers.
    pub drivers: f64,
    /// Wishes that are no filters.
    pub preferences: f64,
    /// Time to the first session.
    pub soon: f64,
    /// The same therapist as before.
    pub continuity: f64,
    /// Even load.
    pub even_load: f64,
}

impl Weights {
    /// Reads matching.yaml.
    ///
    /// # Errors
    /// Everything that is wrong with it; where it is no such file at all, the first reason.
    pub fn load(file: &str, text: &str) -> Result<Self, Vec<FileProblem>> {
        let read: WeightsFile = serde_saphyr::from_str(text).map_err(|error| vec![FileProblem::yaml(file, &error)])?;
        let problems = read.problems(file);
        if !problems.is_empty() {
            return Err(problems);
        }
        let WeightsFile { methods, competences, drivers, weights } = read;
        let driver = |driver: DriverEntry| Driver { label: driver.label, method: driver.method.value };
        Ok(Self {
            methods,
            competences,
            drivers: drivers.into_iter().map(|(id, entry)| (id, driver(entry))).collect(),
            terms: TermWeights {
                drivers: weights.value.drivers.value,
                preferences: weights.value.preferences.value,
                soon: weights.value.soon.value,
                continuity: weights.value.continuity.value,
                even_load: weights.value.even_load.value,
            },
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeightsFile {
    methods: BTreeMap<String, String>,
    #[serde(default)]
    competences: BTreeMap<String, String>,
    drivers: BTreeMap<String, DriverEntry>,
    weights: Spanned<WeightEntries>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DriverEntry {
    label: String,
    method: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WeightEntries {
    drivers: Spanned<f64>,
    preferences: Spanned<f64>,
    soon: Spanned<f64>,
    continuity: Spanned<f64>,
    even_load: Spanned<f64>,
}

impl WeightsFile {
    fn problems(&self, file: &str) -> Vec<FileProblem> {
        let mut problems = Vec::new();
        for DriverEntry { method, .. } in self.drivers.values() {
            if !self.methods.contains_key(&method.value) {
                problems.push(FileProblem::error(
                    file,
                    yaml_place(&method.referenced),
                    format!("the method {:?} is not defined", method.value),
                    "add it under methods, or name one that stands there",
                ));
            }
        }
        let WeightEntries { drivers, preferences, soon, continuity, even_load } = &self.weights.value;
        let each = [drivers, preferences, soon, continuity, even_load];
        for weight in each {
            if !(0.0..=1_000_000.0).contains(&weight.value) {
                let what = "a weight must be a number from 0 to 1000000";
                problems.push(FileProblem::error(file, yaml_place(&weight.referenced), what, "0 leaves the term out"));
            }
        }
        if problems.is_empty() && each.iter().all(|weight| weight.value <= 0.0) {
            let place = yaml_place(&self.weights.referenced);
            problems.push(FileProblem::error(file, place, "every weight is 0", "give at least one term a weight"));
        }
        problems.sort();
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::Weights;

    const GOOD: &str = "\
methods: { eft: EFT-trained }
competences: { trauma: experienced with trauma }
drivers:
  attachment: { label: attachment and coping, method: eft }
weights: { drivers: 40, preferences: 20, soon: 25, continuity: 10, even_load: 5 }
";

    fn check(text: &str, expected: &str) {
        let problems = Weights::load("matching.yaml", text).unwrap_err();
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(lines.join("\n"), expected);
    }

    #[test]
    fn a_good_file_is_read_whole() {
        let weights = Weights::load("matching.yaml", GOOD).unwrap();
        assert_eq!(weights.drivers["attachment"].method, "eft");
        assert!((weights.terms.soon - 25.0).abs() < f64::EPSILON);
    }

    #[test]
    fn everything_wrong_is_said_at_once_with_its_place() {
        check(
            &GOOD.replace("method: eft", "method: oft").replace("soon: 25", "soon: -1"),
            "matching.yaml:4:55: the method \"oft\" is not defined, add it under methods, or name one that stands there\n\
             matching.yaml:5:48: a weight must be a number from 0 to 1000000, 0 leaves the term out",
        );
    }

    #[test]
    fn an_unknown_key_is_refused_where_it_stands() {
        check(
            &GOOD.replace("soon: 25", "soon: 25, later: 1"),
            "matching.yaml:5:52: unknown field `later`, expected one of drivers, preferences, soon, continuity, even_load",
        );
    }

    #[test]
    fn a_file_that_is_no_yaml_is_refused_where_it_breaks() {
        check("methods: [", "matching.yaml:1:10: expected mapping start");
    }

    #[test]
    fn weights_that_are_all_zero_are_refused() {
        let mut zero = GOOD.to_owned();
        for weight in [": 40", ": 20", ": 25", ": 10", ": 5"] {
            zero = zero.replace(weight, ": 0");
        }
        check(&zero, "matching.yaml:5:10: every weight is 0, give at least one term a weight");
    }
}
