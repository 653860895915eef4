//! How far somebody is, in parts and honest minutes.

use crate::{screening::Screening, words};

/// Steps that follow the questionnaires: about you, and the look over it all.
pub(crate) const ABOUT: usize = 5;
/// What a step takes, as people were seen to need for one question or a handful of related ones.
const SECONDS_A_STEP: usize = 20;

/// Where somebody is.
pub(crate) struct Progress {
    pub(crate) done: usize,
    pub(crate) all: usize,
    pub(crate) text: String,
}

impl Progress {
    /// In the questionnaires.
    pub(crate) fn of_step(screening: &Screening, number: usize, w: &words::Steps) -> Self {
        let part = screening.step(number).map_or(0, |(step, _)| step.part);
        Self::new(screening, part + 1, number - 1, w)
    }

    /// Behind them, on the page with this number, from 1.
    pub(crate) fn of_about(screening: &Screening, number: usize, w: &words::Steps) -> Self {
        Self::new(screening, screening.parts.len() + 1, screening.steps.len() + number - 1, w)
    }

    fn new(screening: &Screening, part: usize, done: usize, w: &words::Steps) -> Self {
        let all = screening.steps.len() + ABOUT + 1;
        let minutes = ((all - done) * SECONDS_A_STEP).div_ceil(60);
        let part =
            w.part.replace("{part}", &part.to_string()).replace("{parts}", &(screening.parts.len() + 1).to_string());
        let left =
            if minutes <= 1 { w.minute.to_owned() } else { w.minutes.replace("{minutes}", &minutes.to_string()) };
        Self { done, all, text: format!("{part} · {left}") }
    }
}
