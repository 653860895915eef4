//! What a file can cost, counted before it decides about anybody.
//!
//! The two bounds keep any file that loads under 10 ms and 16 MB an intake;
//! `benches/decide.rs` and `tests/effort.rs` hold the worst such file against that.

use super::Checks;
use crate::triage::{engine::Engine, file::Origin};

/// A step looks at one part of a condition, or at one value, option or code: about 10 ns.
const MOST_STEPS: usize = 100_000;
/// What a result holds at most: every rule with its evidence, every score. Four times as much took 11 ms and 8 MB.
const MOST_BYTES: usize = 1024 * 1024;

impl Checks<'_> {
    pub(super) fn effort(&mut self, engine: &Engine) {
        if self.origin == Origin::Stored {
            return;
        }
        let effort = engine.effort(&self.instruments);
        if effort.steps > MOST_STEPS {
            let what = format!("deciding could take {} steps, at most {MOST_STEPS} are allowed", effort.steps);
            let hint = "repeated questions count most: name them, or loop over them, in fewer scales and rules";
            self.whole(what, hint);
        }
        if effort.bytes > MOST_BYTES {
            let what = format!("a result could hold {} bytes, at most {MOST_BYTES} are allowed", effort.bytes);
            self.whole(what, "every rule explains what it looks at: let fewer rules look at long texts");
        }
    }
}
