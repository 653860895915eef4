//! The protocol: those of the practice's files that decide about an intake.
//!
//! An intake pins the digest of the protocol that it was answered under, and
//! every worker decides by that bundle, never by its own folder.

mod answers;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    intake::Care,
    matching::Weights,
    problem::{FileProblem, Loaded},
    screening::{Answers, Questionnaire},
    triage::{
        Safety, TriageResult,
        engine::Engine,
        file::{self, Origin, Triage},
    },
};

pub use answers::GivenAnswers;

const INSTRUMENTS: &str = "instruments/";
const VALUE_SETS: &str = "value_sets/";
const MATCHING: &str = "matching.yaml";
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
    /// In whole years, on the day of submission in the practice's zone.
    pub age: i16,
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
    /// Everything that is wrong in any of them.
    pub fn load(files: &Files) -> Result<Loaded<Self>, Vec<FileProblem>> {
        let mut problems = Vec::new();
        let mut warnings = Vec::new();
        let mut instruments: Vec<Questionnaire> = Vec::new();
        for (path, text) in files.iter().filter(|(path, _)| is_instrument(path)) {
            match Questionnaire::load(path, text) {
                Ok(loaded) => {
                    warnings.extend(loaded.warnings);
                    let clash = instruments.iter().any(|other| {
                        other.canonical() == loaded.value.canonical() || other.name() == loaded.value.name()
                    });
                    if clash {
                        let hint = "give it its own url, version and file name";
                        problems.push(FileProblem::error(path, (1, 1), "another instrument has its name", hint));
                    }
                    instruments.push(loaded.value);
                }
                Err(found) => problems.extend(found),
            }
        }
        let weights = required(files, MATCHING, &mut problems)
            .and_then(|text| Weights::load(MATCHING, text).map_err(|found| problems.extend(found)).ok());
        // Rules are held against the instruments, so those must be right first.
        let broken = !problems.is_empty();
        let triage = required(files, file::FILE, &mut problems).filter(|_| !broken).and_then(|text| {
            file::load(text, instruments, Origin::Folder).map_err(|found| problems.extend(found)).ok()
        });
        match (triage, weights) {
            (Some(triage), Some(weights)) if problems.is_empty() => {
                warnings.extend(triage.warnings);
                let Triage { instruments, engine } = triage.value;
                let strangers = strangers(&engine, &weights);
                if !strangers.is_empty() {
                    return Err(strangers);
                }
                let bundle = bundle(files).map_err(|error| {
                    vec![FileProblem::error("", (0, 0), "the files cannot be bundled", error.to_string())]
                })?;
                let digest = hex(&Sha256::digest(&bundle));
                Ok(Loaded { value: Self { digest, bundle, instruments, engine, weights }, warnings })
            }
            _ => Err(problems),
        }
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
        match Self::load(&read.files) {
            Ok(loaded) => Ok(loaded.value),
            Err(problems) => Err(BundleError(problems.first().map_or_else(String::new, ToString::to_string))),
        }
    }

    /// Canonical bytes of everything that decides.
    #[must_use]
    pub fn bundle(&self) -> &[u8] {
        &self.bundle
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

    /// Ids of the crisis lines that rules name: practice.toml must have them.
    #[must_use]
    pub fn lines(&self) -> BTreeSet<&str> {
        self.engine.lines()
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

    /// Ids of those whom rules notify: practice.toml must have them.
    #[must_use]
    pub fn notify_ids(&self) -> BTreeSet<&str> {
        self.engine.notify_ids()
    }

    /// Kinds of report that rules ask for, and what staff call them.
    #[must_use]
    pub const fn reports(&self) -> &BTreeMap<String, String> {
        self.engine.reports()
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

fn required<'f>(files: &'f Files, path: &str, problems: &mut Vec<FileProblem>) -> Option<&'f String> {
    let found = files.get(path);
    if found.is_none() {
        problems.push(FileProblem::error(path, (0, 0), "the file is missing", "a practice cannot decide without it"));
    }
    found
}

/// Competences and drivers that matching.yaml does not know: nobody could ever be found for them.
fn strangers(engine: &Engine, weights: &Weights) -> Vec<FileProblem> {
    let needs = engine.needs().into_iter().filter(|need| !weights.competences.contains_key(*need));
    let needs = needs.map(|need| format!("a rule needs \"{need}\", which is no competence"));
    let drivers = engine.drivers().into_iter().filter(|driver| !weights.drivers.contains_key(*driver));
    let drivers = drivers.map(|driver| format!("\"{driver}\" is no driver"));
    let hint = format!("{MATCHING} must name it");
    needs.chain(drivers).map(|what| FileProblem::error(file::FILE, (0, 0), what, &hint)).collect()
}

fn bundle(files: &Files) -> Result<Vec<u8>, serde_json::Error> {
    let decides = |path: &str| is_instrument(path) || is_value_set(path) || path == file::FILE || path == MATCHING;
    let files = files.iter().filter(|(path, _)| decides(path)).map(|(path, text)| (path.clone(), text.clone()));
    serde_json::to_vec(&Bundle { format: BUNDLE_FORMAT, files: files.collect() })
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
