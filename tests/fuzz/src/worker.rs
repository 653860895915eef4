//! One target in a process of its own, until its time is up or something is found.

use std::time::{Duration, Instant};

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde::{Deserialize, Serialize};

use crate::{
    attempt::Bench,
    corpus::Corpus,
    inputs::{Reach, Target},
    shrink,
};

/// How the process ends where an input fails; the last one that was left is the shrunk one.
pub(crate) const FAILS: i32 = 10;
const BETWEEN_WORDS: Duration = Duration::from_secs(5);

/// What a worker says, each a line of JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Word {
    /// How far it has come.
    Tally(Tally),
    /// What it found.
    Failure(String),
}

/// What was tried so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    pub(crate) inputs: u64,
    /// No documents at all.
    pub(crate) noise: u64,
    /// Refused with reasons.
    pub(crate) refused: u64,
    /// Loaded, and run.
    pub(crate) ran: u64,
    /// Different things that were brought about.
    pub(crate) signs: usize,
    pub(crate) seconds: f64,
    pub(crate) slowest_ms: f64,
    pub(crate) peak_mb: u64,
}

impl Tally {
    /// Adds another run of the same target.
    pub(crate) fn add(&mut self, other: &Self) {
        self.inputs += other.inputs;
        self.noise += other.noise;
        self.refused += other.refused;
        self.ran += other.ran;
        self.signs = self.signs.max(other.signs);
        self.seconds += other.seconds;
        self.slowest_ms = self.slowest_ms.max(other.slowest_ms);
        self.peak_mb = self.peak_mb.max(other.peak_mb);
    }
}

/// Works; `false` where an input fails.
pub(crate) fn work(
    target: &dyn Target,
    mut bench: Bench,
    seed: u64,
    limit: Duration,
    mut say: impl FnMut(&Word),
) -> bool {
    let mut corpus = Corpus::new(target);
    let drafts = corpus.drafts(target);
    let mut seed_bytes = [0; 32];
    seed_bytes.iter_mut().zip(seed.to_le_bytes()).for_each(|(to, from)| *to = from);
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed_bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut tally = Tally::default();
    let began = Instant::now();
    let mut next_word = BETWEEN_WORDS;
    while began.elapsed() < limit {
        // A filter that is never content: draw again.
        let Ok(mut draft) = drafts.new_tree(&mut runner) else { continue };
        let input = corpus.input(&draft.current());
        let (done, took) = bench.attempt(target, &input);
        tally.inputs += 1;
        tally.slowest_ms = tally.slowest_ms.max(took.as_secs_f64() * 1e3);
        match done {
            Ok(seen) => {
                match seen.reach {
                    Reach::Noise => tally.noise += 1,
                    Reach::Refused => tally.refused += 1,
                    Reach::Ran => tally.ran += 1,
                }
                corpus.learn(&input, &seen);
            }
            Err(_) => {
                let mut fails = |input: &_| bench.attempt(target, input).0.is_err();
                let input = shrink::simpler(&mut draft, &corpus, &mut fails);
                let input = shrink::shorter(input, &mut fails);
                let (done, _) = bench.attempt(target, &input);
                say(&Word::Tally(told(&tally, &corpus, began)));
                say(&Word::Failure(done.err().unwrap_or_else(|| "fails only now and then".to_owned())));
                return false;
            }
        }
        if began.elapsed() > next_word {
            next_word += BETWEEN_WORDS;
            say(&Word::Tally(told(&tally, &corpus, began)));
        }
    }
    say(&Word::Tally(told(&tally, &corpus, began)));
    true
}

fn told(tally: &Tally, corpus: &Corpus, began: Instant) -> Tally {
    Tally { signs: corpus.signs(), seconds: began.elapsed().as_secs_f64(), peak_mb: peak_mb(), ..tally.clone() }
}

/// The most memory that the process ever had; 0 where the system does not say.
fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) / 1024
}
