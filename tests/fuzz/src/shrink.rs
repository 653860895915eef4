//! Makes a failing input small: first fewer changes, then fewer lines, then
//! fewer characters.

use std::time::{Duration, Instant};

use proptest::strategy::ValueTree;

use crate::{
    corpus::{Corpus, Draft},
    inputs::Input,
};

/// How long it is tried.
const PATIENCE: Duration = Duration::from_secs(20);

/// The least that proptest finds from which the input still fails.
pub(crate) fn simpler(
    tree: &mut dyn ValueTree<Value = Draft>,
    corpus: &Corpus,
    mut fails: impl FnMut(&Input) -> bool,
) -> Input {
    let began = Instant::now();
    let mut best = corpus.input(&tree.current());
    let mut goes_on = tree.simplify();
    while goes_on && began.elapsed() < PATIENCE {
        let input = corpus.input(&tree.current());
        goes_on = if fails(&input) {
            best = input;
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    best
}

/// The input without the lines, and then without the characters, that it fails without as well.
pub(crate) fn shorter(input: Input, mut fails: impl FnMut(&Input) -> bool) -> Input {
    let began = Instant::now();
    let Input { ground, mut text } = input;
    for by_line in [true, false] {
        let mut parts: Vec<String> = match by_line {
            true => text.split_inclusive('\n').map(str::to_owned).collect(),
            // Character by character only what a person could still read.
            false if text.len() <= 4_000 => text.chars().map(String::from).collect(),
            false => break,
        };
        let mut chunk = parts.len().div_ceil(2);
        while chunk > 0 {
            let mut at = 0;
            while at < parts.len() && began.elapsed() < PATIENCE {
                let end = (at + chunk).min(parts.len());
                let without: String = parts.iter().take(at).chain(parts.iter().skip(end)).map(String::as_str).collect();
                if fails(&Input { ground, text: without }) {
                    parts.drain(at..end);
                } else {
                    at = end;
                }
            }
            chunk = if chunk == 1 { 0 } else { chunk.div_ceil(2) };
        }
        text = parts.concat();
    }
    Input { ground, text }
}

#[cfg(test)]
mod tests {
    use super::{Input, shorter};

    #[test]
    fn what_a_failure_does_not_need_is_cut_away() {
        let text = "one\ntwo\nthree: [x, boom, y]\nfour\n".to_owned();
        let short = shorter(Input { ground: 0, text }, |input| input.text.contains("boom"));
        assert_eq!(short.text, "boom");
    }
}
