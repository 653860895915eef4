//! matching.yaml: which driver asks for which method, and what counts how much.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::{
    asked_for::{AskedFor, AskedForEntries},
    fallback::Step,
};
use crate::problem::{FileProblem, yaml_place};

const WIDEN: &str = "widen_windows";
const STAFF: &str = "staff";
const STEPS: [&str; 4] = [WIDEN, "offer_video", "other_locations", STAFF];

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
    /// What clients ask for or need; nothing where the file does not say.
    pub asked_for: AskedFor,
    /// What is let go of where nobody passes, in this order, before staff look; nothing where the file does not say.
    pub fallback: Vec<Step>,
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
    /// Who is asked for much is kept for those who cannot go elsewhere; 0 where the file does not say.
    pub kept: f64,
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
        let fallback = read.steps();
        let asked_for = read.asked_for.read();
        let WeightsFile { methods, competences, drivers, weights, .. } = read;
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
                kept: weights.value.kept.map_or(0.0, |kept| kept.value),
            },
            asked_for,
            fallback,
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
    #[serde(default)]
    asked_for: AskedForEntries,
    fallback: Option<Spanned<Vec<StepEntry>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StepEntry {
    step: Spanned<String>,
    minutes: Option<Spanned<i64>>,
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
    kept: Option<Spanned<f64>>,
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
        let WeightEntries { drivers, preferences, soon, continuity, even_load, kept } = &self.weights.value;
        let each = || [drivers, preferences, soon, continuity, even_load].into_iter().chain(kept);
        for weight in each() {
            if !(0.0..=1_000_000.0).contains(&weight.value) {
                let what = "a weight must be a number from 0 to 1000000";
                problems.push(FileProblem::error(file, yaml_place(&weight.referenced), what, "0 leaves the term out"));
            }
        }
        let mut note = |place: &Location, what: String, hint: &str| {
            problems.push(FileProblem::error(file, yaml_place(place), what, hint));
        };
        self.fallback_problems(&mut note);
        self.asked_for.problems(&self.methods, &self.competences, &mut note);
        if problems.is_empty() && each().all(|weight| weight.value <= 0.0) {
            let place = yaml_place(&self.weights.referenced);
            problems.push(FileProblem::error(file, place, "every weight is 0", "give at least one term a weight"));
        }
        problems.sort();
        problems
    }

    fn fallback_problems(&self, note: &mut dyn FnMut(&Location, String, &str)) {
        let Some(steps) = &self.fallback else { return };
        let mut seen = BTreeSet::new();
        for (at, StepEntry { step, minutes }) in steps.value.iter().enumerate() {
            let (name, place) = (step.value.as_str(), &step.referenced);
            let is_last = at + 1 == steps.value.len();
            if !STEPS.contains(&name) {
                note(
                    place,
                    format!("{name:?} is no step"),
                    "one of widen_windows, offer_video, other_locations, staff",
                );
            } else if !seen.insert(name) {
                note(place, format!("the step {name:?} stands here twice"), "what was let go of once stays so");
            } else if name == STAFF && !is_last {
                note(place, "nothing comes behind staff".to_owned(), "put it last");
            } else if is_last && name != STAFF {
                note(place, "the last step must be staff".to_owned(), "add {step: staff}");
            }
            match (name == WIDEN, minutes) {
                (true, None) => note(place, "widen_windows needs its minutes".to_owned(), "as in minutes: 120"),
                (true, Some(minutes)) if !(15..=720).contains(&minutes.value) => {
                    note(&minutes.referenced, "must be from 15 to 720 minutes".to_owned(), "");
                }
                (false, Some(minutes)) => {
                    note(&minutes.referenced, format!("{name:?} takes no minutes"), "remove them")
                }
                _ => {}
            }
        }
        if steps.value.is_empty() {
            note(&steps.referenced, "the last step must be staff".to_owned(), "add {step: staff}");
        }
    }

    /// The steps before staff.
    fn steps(&self) -> Vec<Step> {
        let each = self.fallback.iter().flat_map(|steps| &steps.value);
        each.filter_map(|StepEntry { step, minutes }| match step.value.as_str() {
            WIDEN => minutes.as_ref().and_then(|it| u16::try_from(it.value).ok()).map(Step::WidenWindows),
            "offer_video" => Some(Step::OfferVideo),
            "other_locations" => Some(Step::OtherLocations),
            _ => None,
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Step, Weights};

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
    fn the_steps_of_a_fallback_end_with_staff_and_each_stands_once_with_what_it_needs() {
        let with = |steps: &str| format!("{GOOD}fallback:\n{steps}");
        let steps = "  - {step: widen_windows, minutes: 60}\n  - {step: other_locations}\n  - {step: staff}\n";
        let weights = Weights::load("matching.yaml", &with(steps)).unwrap();
        assert_eq!(weights.fallback, [Step::WidenWindows(60), Step::OtherLocations]);
        assert_eq!(Weights::load("matching.yaml", GOOD).unwrap().fallback, []);
        let wrong = "  - {step: staff}\n  - {step: widen_window}\n  - {step: widen_windows}\n  - {step: offer_video, minutes: 9}\n  - {step: widen_windows, minutes: 5}\n";
        check(
            &with(wrong),
            "matching.yaml:7:12: nothing comes behind staff, put it last\n\
             matching.yaml:8:12: \"widen_window\" is no step, one of widen_windows, offer_video, other_locations, staff\n\
             matching.yaml:9:12: widen_windows needs its minutes, as in minutes: 120\n\
             matching.yaml:10:34: \"offer_video\" takes no minutes, remove them\n\
             matching.yaml:11:12: the step \"widen_windows\" stands here twice, what was let go of once stays so\n\
             matching.yaml:11:36: must be from 15 to 720 minutes",
        );
        check(&with("  - {step: offer_video}\n"), "matching.yaml:7:12: the last step must be staff, add {step: staff}");
        check(&format!("{GOOD}fallback: []\n"), "matching.yaml:6:11: the last step must be staff, add {step: staff}");
    }

    #[test]
    fn what_is_asked_for_names_what_the_file_defines_in_so_many_of_a_hundred() {
        let with = |lines: &str| format!("{GOOD}asked_for:\n{lines}");
        let lines = "  methods: {eft: 60}\n  languages: {es: 12}\n  licences: {SC: 8}\n  payers: {couple: {eap: 9}}\n";
        let weights = Weights::load("matching.yaml", &with(lines)).unwrap();
        assert_eq!(weights.asked_for.each().iter().map(|(_, asked)| *asked).collect::<Vec<_>>(), [60, 12, 8, 9]);
        assert_eq!(Weights::load("matching.yaml", GOOD).unwrap().asked_for.each(), []);
        check(
            &with("  methods: {oft: 60}\n  competences: {trauma: 101}\n"),
            "matching.yaml:7:18: the method \"oft\" is not defined, name one that stands above\n\
             matching.yaml:8:25: must be from 0 to 100, so many of a hundred clients",
        );
    }

    #[test]
    fn an_unknown_key_is_refused_where_it_stands() {
        check(
            &GOOD.replace("soon: 25", "soon: 25, later: 1"),
            "matching.yaml:5:52: unknown field `later`, expected one of drivers, preferences, soon, continuity, even_load, kept",
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
