//! `triage.yaml`: scales, drivers and rules, checked against the instruments.

mod checks;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{
    engine::Engine,
    scale::{Method, Missing},
};
use crate::{
    problem::{FileProblem, Loaded},
    screening::Questionnaire,
};

/// Its path in the practice's folder.
pub(crate) const FILE: &str = "triage.yaml";

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TriageFile {
    instruments: Vec<Spanned<String>>,
    safety: SafetyPart,
    scales: Vec<ScalePart>,
    drivers: Vec<DriverPart>,
    rules: Vec<RulePart>,
}

/// Which questions are about safety.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SafetyPart {
    instruments: Vec<Spanned<String>>,
    refusal: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScalePart {
    id: Spanned<String>,
    label: String,
    method: Method,
    items: Vec<Spanned<String>>,
    #[serde(default)]
    weights: BTreeMap<String, f64>,
    missing: Missing,
    at_least: Option<Spanned<usize>>,
    #[serde(default)]
    bands: Vec<BandPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BandPart {
    id: Spanned<String>,
    from: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DriverPart {
    id: Spanned<String>,
    scale: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulePart {
    id: Spanned<String>,
    #[serde(default)]
    safety: bool,
    when: Spanned<String>,
    urgency: Spanned<String>,
    because: Spanned<String>,
    #[serde(default)]
    needs: Vec<String>,
    book: Option<Spanned<String>>,
    #[serde(default)]
    lines: Vec<String>,
    #[serde(default)]
    clinician: bool,
}

/// What a checked file gives: the instruments in their order, and what decides.
pub(crate) struct Triage {
    pub(crate) instruments: Vec<Questionnaire>,
    pub(crate) engine: Engine,
}

/// Reads and checks the file.
pub(crate) fn load(text: &str, instruments: Vec<Questionnaire>) -> Result<Loaded<Triage>, Vec<FileProblem>> {
    let file: TriageFile = serde_saphyr::from_str(text).map_err(|error| vec![FileProblem::yaml(FILE, &error)])?;
    checks::check(&file, text, instruments)
}
