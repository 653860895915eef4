//! `triage.yaml`: scales, drivers, small steps and rules, checked against the instruments.

mod checks;
mod named;
mod place;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{engine::Engine, expression::Unread, scale::Missing};
use crate::{
    problem::{FileProblem, Loaded},
    screening::Questionnaire,
};

pub(crate) use named::{Kind, Named, named};

/// Its path in the practice's folder.
pub(crate) const FILE: &str = "triage.yaml";
/// A larger file is refused unread. Ten times what a practice needs.
const MOST_BYTES: usize = 64 * 1024;

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TriageFile {
    instruments: Vec<Spanned<String>>,
    safety: SafetyPart,
    scales: Vec<ScalePart>,
    drivers: Vec<DriverPart>,
    #[serde(default)]
    small_steps: Vec<StepPart>,
    #[serde(default)]
    reports: Vec<ReportPart>,
    couple: Option<CouplePart>,
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
    method: Spanned<MethodPart>,
    #[serde(default)]
    items: Vec<Spanned<EntryPart>>,
    #[serde(default)]
    weights: BTreeMap<String, Spanned<f64>>,
    /// With `method: count`: what is counted.
    #[serde(default)]
    codes: Vec<Spanned<String>>,
    /// With `method: expression`.
    formula: Option<Spanned<String>>,
    minimum: Option<Spanned<f64>>,
    maximum: Option<Spanned<f64>>,
    missing: Option<Spanned<Missing>>,
    at_least: Option<Spanned<usize>>,
    #[serde(default)]
    bands: Vec<BandPart>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MethodPart {
    Sum,
    Mean,
    /// As `sum` with `missing: prorate`.
    ProratedSum,
    Max,
    Count,
    Weighted,
    Expression,
}

/// An item of a scale: its name alone, or with how it counts.
#[derive(Deserialize)]
#[serde(untagged)]
enum EntryPart {
    Name(String),
    Full(FullEntryPart),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FullEntryPart {
    item: String,
    #[serde(default)]
    reverse: bool,
    weight: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BandPart {
    id: Spanned<String>,
    label: Option<String>,
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
struct StepPart {
    id: Spanned<String>,
    label: String,
    joint: bool,
    touch: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportPart {
    id: Spanned<String>,
    label: String,
}

/// What two partners' views are compared by.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CouplePart {
    signs: Vec<Spanned<String>>,
    /// What one says of oneself → what the other then says of their partner.
    #[serde(default)]
    mirrored: BTreeMap<String, Spanned<String>>,
    red_flags: Vec<Spanned<String>>,
    pursues: StancePart,
    withdraws: StancePart,
}

/// A scale, and the bands of it that count.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StancePart {
    scale: Spanned<String>,
    bands: Vec<Spanned<String>>,
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
    needs: Vec<Spanned<String>>,
    book: Option<Spanned<String>>,
    #[serde(default)]
    lines: Vec<Spanned<String>>,
    #[serde(default)]
    clinician: bool,
    #[serde(default)]
    advise: Vec<Spanned<String>>,
    #[serde(default)]
    never_advise: Vec<Spanned<String>>,
    #[serde(default)]
    notify: Vec<Spanned<String>>,
    report: Option<Spanned<String>>,
}

/// What a checked file gives: the instruments in their order, and what decides.
pub(crate) struct Triage {
    pub(crate) instruments: Vec<Questionnaire>,
    pub(crate) engine: Engine,
}

/// Whether a file is what the practice has now, or was loaded once and has decided since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Folder,
    /// It must go on deciding: what only a later version of this program refuses is let be.
    Stored,
}

/// Reads and checks the file. What it says about instruments that could not be read is let be: all the rest is checked.
pub(crate) fn load(
    text: &str,
    instruments: Vec<Questionnaire>,
    unread: BTreeSet<String>,
    origin: Origin,
) -> Result<Loaded<Triage>, Vec<FileProblem>> {
    let file = read(text).map_err(|problem| vec![problem])?;
    let unread = Unread { instruments: unread, ..Unread::default() };
    checks::check(&file, text, instruments, unread, origin)
}

fn read(text: &str) -> Result<TriageFile, FileProblem> {
    if text.len() > MOST_BYTES {
        let what = format!("the file has {} bytes, at most {MOST_BYTES} are read", text.len());
        return Err(FileProblem::error(FILE, (1, 1), what, "take out rules and scales that nothing needs"));
    }
    // An alias can repeat a text without end; what a file can cost is bounded by its size.
    let options = serde_saphyr::options! { budget: serde_saphyr::budget! { max_anchors: 0, max_aliases: 0 } };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| FileProblem::yaml(FILE, &error))
}
