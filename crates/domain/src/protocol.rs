//! The protocol: those of the practice's files that decide about an intake.
//!
//! An intake pins the digest of the protocol that it was answered under, and
//! every worker decides by that bundle, never by its own folder.

mod answers;
mod load;
mod revealed;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    intake::Care,
    matching::Weights,
    problem::{FileProblem, Loaded, Severity},
    screening::{Answers, Questionnaire},
    triage::{
        Safety, ScoreBand, TriageResult,
        engine::Engine,
        file::{self, Origin, Triage},
    },
};

pub use answers::GivenAnswers;

const INSTRUMENTS: &str = "instruments/";
const VALUE_SETS: &str = "value_sets/";
pub(crate) const MATCHING: &str = "matching.yaml";
/// Raised when a stored bundle would have to be read in another way.
const BUNDLE_FORMAT: u32 = 1;

/// The practice's files: path in its folder → text.
pub type Files = BTreeMap<String, String>;

/// Instruments, scales, rules and weights, checked as a whole.
#[derive(Debug, Clone)]
pub struct Protocol {
    digest: String,
    bundle: Vec<u8>,
    instruments: Vec<Questionnaire>,
    engine: Engine,
    weights: Weights,
}

/// A stored bundle that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the stored protocol bundle cannot be read: {0}")]
pub struct BundleError(String);

/// Whom triage looks at.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// What was answered.
    pub answers: &'a Answers,
    /// In whole years, on the day of submission in the practice's zone; absent where nobody was asked.
    pub age: Option<i16>,
    /// Whom the care is for.
    pub care: Care,
}

/// What is stored: the texts themselves, so that what decided can be read years later.
#[derive(Serialize, Deserialize)]
struct Bundle {
    format: u32,
    files: Files,
}

impl Protocol {
    /// Reads `instruments/*.json`, `value_sets/*.json`, `triage.yaml` and `matching.yaml`.
    ///
    /// # Errors
    /// Everything that is wrong in any of them, with the warnings.
    pub fn load(files: &Files) -> Result<Loaded<Self>, Vec<FileProblem>> {
        Self::read(files, Origin::Folder)
    }

    fn read(files: &Files, origin: Origin) -> Result<Loaded<Self>, Vec<FileProblem>> {
        let mut problems = Vec::new();
        let (instruments, unread) = load::instruments(files, &mut problems);
        let weights = load::required(files, MATCHING, &mut problems)
            .and_then(|text| Weights::load(MATCHING, text).map_err(|found| problems.extend(found)).ok());
        let text = load::required(files, file::FILE, &mut problems);
        if let Some((text, weights)) = text.zip(weights.as_ref()) {
            problems.extend(load::strangers(file::named(text), weights));
        }
        let triage = text.map(|text| file::load(text, instruments, unread, origin));
        let triage = triage.and_then(|loaded| loaded.map_err(|found| problems.extend(found)).ok());
        let (Some(triage), Some(weights)) = (triage, weights) else { return Err(problems) };
        problems.extend(triage.warnings);
        let Triage { instruments, engine } = triage.value;
        problems.extend(load::prefilled_safety(&engine, &instruments));
        if load::failed(&problems) {
            return Err(problems);
        }
        let bundle = bundle(files)
            .map_err(|error| vec![FileProblem::error("", (0, 0), "the files cannot be bundled", error.to_string())])?;
        let digest = hex(&Sha256::digest(&bundle));
        Ok(Loaded { value: Self { digest, bundle, instruments, engine, weights }, warnings: problems })
    }

    /// Reads what [`Protocol::bundle`] gave.
    ///
    /// # Errors
    /// Where it is not such a bundle, or no longer understood.
    pub fn from_bundle(bundle: &[u8]) -> Result<Self, BundleError> {
        let read: Bundle = serde_json::from_slice(bundle).map_err(|error| BundleError(error.to_string()))?;
        if read.format != BUNDLE_FORMAT {
            return Err(BundleError(format!("its format is {}, this program reads {BUNDLE_FORMAT}", read.format)));
        }
        Self::read(&read.files, Origin::Stored).map(|loaded| loaded.value).map_err(|problems| {
            let first = problems.iter().find(|problem| problem.severity == Severity::Error);
            BundleError(first.map_or_else(String::new, ToString::to_string))
        })
    }

    /// Canonical bytes of everything that decides.
    #[must_use]
    pub fn bundle(&self) -> &[u8] {
        &self.bundle
    }

    /// The files of the bundle.
    #[must_use]
    pub fn files(&self) -> Files {
        let bundle: Option<Bundle> = serde_json::from_slice(&self.bundle).ok();
        bundle.map_or_else(Files::new, |bundle| bundle.files)
    }

    /// SHA-256 of the bundle, in hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The questionnaires in the order in which they are asked.
    #[must_use]
    pub fn instruments(&self) -> &[Questionnaire] {
        &self.instruments
    }

    /// What the matcher weighs by.
    #[must_use]
    pub const fn weights(&self) -> &Weights {
        &self.weights
    }

    /// The competences that rules ask for: somebody on the roster should have them.
    #[must_use]
    pub fn needs(&self) -> BTreeSet<&str> {
        self.engine.needs()
    }

    /// Ids of the drivers that are measured.
    #[must_use]
    pub fn drivers(&self) -> BTreeSet<&str> {
        self.engine.drivers()
    }

    /// Whether an answer bears on safety: then nobody gets it back who fills a form in.
    /// An answer that this protocol does not know counts as one that does.
    #[must_use]
    pub fn is_safety_item(&self, canonical: &str, link_id: &str) -> bool {
        let instrument = self.instruments.iter().position(|one| one.is_named(canonical));
        let item = instrument.and_then(|index| {
            let (item, _) = self.instruments.get(index)?.item(link_id)?;
            Some((index, item))
        });
        item.is_none_or(|(instrument, item)| self.engine.is_safety_item(instrument, item))
    }

    /// Kinds of report that rules ask for, and what staff call them.
    #[must_use]
    pub const fn reports(&self) -> &BTreeMap<String, String> {
        self.engine.reports()
    }

    /// The bands of a scale from its lowest score to its highest; none of a scale that this protocol does not have.
    #[must_use]
    pub fn score_bands(&self, scale: &str) -> Vec<ScoreBand> {
        self.engine.score_bands(scale)
    }

    /// Whether both ask the same questions, to the letter.
    pub(crate) fn asks_as(&self, other: &Self) -> bool {
        let forms = |protocol: &Self| {
            let files = protocol.files().into_iter();
            files.filter(|(path, _)| is_instrument(path) || is_value_set(path)).collect::<Files>()
        };
        let names = |protocol: &Self| protocol.instruments.iter().map(|one| one.canonical().to_owned()).collect();
        let (ours, theirs): (BTreeSet<String>, BTreeSet<String>) = (names(self), names(other));
        ours == theirs && forms(self) == forms(other)
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Ids of all rules, with the built-in one.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.engine.rule_ids()
    }

    /// The safety rules alone.
    #[must_use]
    pub fn screen_safety(&self, subject: &Subject<'_>) -> Safety {
        self.engine.screen_safety(&self.instruments, subject)
    }

    /// Everything; never less strict than [`Protocol::screen_safety`].
    #[must_use]
    pub fn triage(&self, subject: &Subject<'_>) -> TriageResult {
        self.engine.triage(&self.instruments, subject, &self.digest)
    }
}

fn is_instrument(path: &str) -> bool {
    path.starts_with(INSTRUMENTS) && path.ends_with(".json")
}

fn is_value_set(path: &str) -> bool {
    path.starts_with(VALUE_SETS) && path.ends_with(".json")
}

fn bundle(files: &Files) -> Result<Vec<u8>, serde_json::Error> {
    let decides = |path: &str| is_instrument(path) || is_value_set(path) || path == file::FILE || path == MATCHING;
    let files = files.iter().filter(|(path, _)| decides(path)).map(|(path, text)| (path.clone(), text.clone()));
    serde_json::to_vec(&Bundle { format: BUNDLE_FORMAT, files: files.collect() })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
