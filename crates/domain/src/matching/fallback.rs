//! What is let go of, one thing after the other, where nobody passes every filter:
//! the practice's own list in matching.yaml, which ends with its staff.
//!
//! Only what a client would like is ever let go of, never what they must have:
//! where they sit, whom to avoid, who pays, the language and what their answers
//! call for stay filters. Who is offered a time outside of what they asked for reads so.

use std::fmt::Write as _;

use super::{Weights, Wish};
use crate::{
    appointment::Appointment,
    contact::Language,
    intake::{Format, Preferences},
    practice::Practice,
};

/// Something to let go of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Their weekly windows begin earlier and end later by so many minutes.
    WidenWindows(u16),
    /// Video counts as one of their formats.
    OfferVideo,
    /// Every location counts as one of theirs.
    OtherLocations,
}

/// What was found, and what had to be let go of for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome<T> {
    /// For the wish as it was changed; for the wish as it came, where nothing helped.
    pub found: T,
    /// In the order in which it was; empty where the wish was met or nothing helped.
    pub let_go: Vec<Step>,
}

/// Looks for somebody, and where there is nobody lets go of one thing after the other, until there is or a step is
/// staff's. What was let go of once stays so.
pub fn with_fallback<T>(
    wish: &Wish<'_>,
    weights: &Weights,
    look: impl Fn(&Wish<'_>) -> T,
    is_met: impl Fn(&T) -> bool,
) -> Outcome<T> {
    let found = look(wish);
    let mut preferences: Vec<Preferences> = wish.preferences.iter().copied().cloned().collect();
    for (at, step) in weights.fallback.iter().enumerate().filter(|_| !is_met(&found)) {
        let before = preferences.clone();
        preferences.iter_mut().for_each(|preferences| step.let_go(preferences));
        if preferences == before {
            continue;
        }
        let changed = Wish { preferences: preferences.iter().collect(), outside: true, ..wish.clone() };
        let found = look(&changed);
        if is_met(&found) {
            let let_go = weights.fallback.iter().take(at + 1).copied().collect();
            return Outcome { found, let_go };
        }
    }
    Outcome { found, let_go: Vec::new() }
}

impl Step {
    fn let_go(self, preferences: &mut Preferences) {
        match self {
            Self::WidenWindows(minutes) => {
                preferences.windows.iter_mut().for_each(|window| *window = window.widened(minutes));
            }
            Self::OfferVideo if preferences.formats.is_empty() || preferences.formats.contains(&Format::Video) => {}
            Self::OfferVideo => preferences.formats.push(Format::Video),
            Self::OtherLocations => preferences.locations.clear(),
        }
    }

    /// For staff: "the hours were widened by 120 minutes".
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::WidenWindows(minutes) => format!("the clients' hours were widened by {minutes} minutes"),
            Self::OfferVideo => "video was offered".to_owned(),
            Self::OtherLocations => "other locations were offered".to_owned(),
        }
    }
}

/// All steps in one line for staff; empty where there were none.
#[must_use]
pub fn in_words(let_go: &[Step]) -> String {
    let_go.iter().map(|step| step.text()).collect::<Vec<_>>().join("; ")
}

/// How a session lies outside of what one client asked for, in sentences for them; empty where it does not. It follows
/// from their own wishes and the session alone, whoever took the time and why.
#[must_use]
pub fn outside(preferences: &Preferences, session: &Appointment, practice: &Practice, language: Language) -> String {
    let [starts, ends] = [session.starts_at, session.ends_at].map(|at| at.to_zoned(practice.zone.clone()).datetime());
    let windows = &preferences.windows;
    let is_off_hours = !windows.is_empty() && !windows.iter().any(|window| window.contains(starts, ends));
    let is_other_format = !preferences.formats.is_empty() && !preferences.formats.contains(&session.format);
    let place = session.room.as_deref().and_then(|room| practice.location_of(room));
    let elsewhere =
        place.filter(|place| !preferences.locations.is_empty() && !preferences.locations.contains(&place.id));
    let mut text = String::new();
    if is_off_hours {
        text += match language {
            Language::En => "The time is not within the hours that you gave us: there, nobody who fits was free.",
            Language::Es => "La hora no está entre las que usted nos dio: en esas no había nadie adecuado libre.",
        };
    }
    if is_other_format {
        text += match (language, session.format) {
            (Language::En, Format::Video) => " It is by video, which you did not ask for.",
            (Language::En, Format::InPerson) => " It is in person, which you did not ask for.",
            (Language::Es, Format::Video) => " Es por video, aunque usted no lo pidió.",
            (Language::Es, Format::InPerson) => " Es en persona, aunque usted no lo pidió.",
        };
    }
    if let Some(place) = elsewhere {
        let name = &place.name;
        // Writing to a text never fails.
        let _ = match language {
            Language::En => write!(text, " It is at {name}, which you did not name."),
            Language::Es => write!(text, " Es en {name}, un lugar que usted no indicó."),
        };
    }
    if !text.is_empty() {
        text += match language {
            Language::En => " If it does not suit you, please say so: we will look on with you.",
            Language::Es => " Si no le conviene, díganoslo: seguiremos buscando con usted.",
        };
    }
    text.trim_start().to_owned()
}

#[cfg(test)]
mod tests;
