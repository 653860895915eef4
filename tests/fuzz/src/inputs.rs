//! What is fuzzed: each kind of file that a practice writes, and what clients answer.

mod answers;
mod folder;
mod protocol;
mod questionnaires;

use std::sync::Arc;

use proptest::prelude::*;
use rapport_domain::problem::FileProblem;

use crate::{
    ground::Ground,
    through::{Complaint, readable},
    tree::{Format, is_document},
};

/// One thing to be tried.
#[derive(Debug, Clone)]
pub(crate) struct Input {
    /// Index of the practice whose file it takes the place of.
    pub(crate) ground: usize,
    pub(crate) text: String,
}

/// How far an input got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// No document of its format.
    Noise,
    /// Read, and refused with reasons.
    Refused,
    /// Loaded, and run.
    Ran,
}

/// What an input did.
pub(crate) struct Seen {
    pub(crate) reach: Reach,
    /// What it brought about, in words without the input's own: an input that brings something new is built upon.
    pub(crate) signs: Vec<String>,
}

/// One kind of input.
pub(crate) trait Target {
    /// Its name on the command line and below `seeds/`.
    fn name(&self) -> &'static str;
    /// The format of its inputs.
    fn format(&self) -> Format;
    /// Good inputs to begin with.
    fn bases(&self) -> Vec<Input>;
    /// Words that good inputs may not hold, but the format knows.
    fn words(&self) -> &'static [&'static str] {
        &[]
    }
    /// Texts for one key of the documents of a practice.
    fn fill(&self, _ground: usize) -> Option<(String, BoxedStrategy<String>)> {
        None
    }
    /// Inputs that are made from nothing, beside those that are changed documents.
    fn made(&self) -> Option<BoxedStrategy<Input>> {
        None
    }
    /// Tries one.
    ///
    /// # Errors
    /// What is not as it must be.
    fn run(&self, input: &Input) -> Result<Seen, Complaint>;
}

/// All targets; the four that must hold for an hour each come first.
pub(crate) fn all(grounds: &Arc<Vec<Ground>>) -> Vec<Box<dyn Target>> {
    vec![
        Box::new(answers::AnswersTarget::new(grounds)),
        Box::new(questionnaires::Questionnaires::new(grounds)),
        Box::new(protocol::Rules::new(grounds)),
        Box::new(folder::PracticeFile::new(grounds)),
        Box::new(protocol::Tests::new(grounds)),
        Box::new(protocol::SharedOptions::new(grounds)),
        Box::new(folder::Matching::new(grounds)),
        Box::new(folder::Roster::new(grounds)),
    ]
}

/// What a refusal shows.
fn refused(format: Format, file: &str, input: &Input, problems: &[FileProblem]) -> Result<Seen, Complaint> {
    readable(problems, file, &input.text)?;
    let reach = if is_document(format, &input.text) { Reach::Refused } else { Reach::Noise };
    Ok(Seen { reach, signs: problems.iter().map(|problem| general(&problem.what)).collect() })
}

/// A sentence without what stands in quotes and without figures.
fn general(what: &str) -> String {
    let mut quoted = false;
    let kept = what.chars().filter(|char| {
        if matches!(char, '"' | '`' | '\'') {
            quoted = !quoted;
        }
        !quoted && !char.is_ascii_digit()
    });
    kept.take(120).collect()
}

/// The file of every practice as an input.
fn own_files(grounds: &[Ground], path: &str) -> Vec<Input> {
    let files = grounds.iter().enumerate().filter_map(|(ground, each)| Some((ground, each.files.get(path)?)));
    files.map(|(ground, text)| Input { ground, text: text.clone() }).collect()
}

/// A number that hangs on a text alone, so that a kept input is answered the same way every time.
fn turn_of(text: &str) -> u64 {
    // FNV-1a.
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
