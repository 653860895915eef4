//! The files that say what the practice is: practice.toml, matching.yaml, roster.csv.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use rapport_domain::{
    contact::{Language, UsState},
    intake::{Care, Preferences},
    matching::{Taken, Wish, rank},
    practice::Practice,
    protocol::Subject,
    screening::Answers,
    triage::{Booking, Urgency},
};

use super::{Input, Reach, Seen, Target, general, own_files, refused};
use crate::{
    ground::Ground,
    through::{Complaint, must},
    tree::Format,
};

const PRACTICE: &str = "practice.toml";
const MATCHING: &str = "matching.yaml";
const ROSTER: &str = "roster.csv";

/// A Monday, the two changes of the clocks, the last hours of a year, and far ahead.
const MOMENTS: [&str; 5] = [
    "2026-11-30T14:00:00Z",
    "2027-03-14T06:59:59Z",
    "2027-11-07T05:30:00Z",
    "2026-12-31T23:59:59Z",
    "2400-02-29T12:00:00Z",
];

macro_rules! target {
    ($(#[$doc:meta])* $name:ident, $word:literal, $format:expr, $file:expr) => {
        $(#[$doc])*
        pub(super) struct $name {
            grounds: Arc<Vec<Ground>>,
        }

        impl $name {
            pub(super) fn new(grounds: &Arc<Vec<Ground>>) -> Self {
                Self { grounds: Arc::clone(grounds) }
            }
        }

        impl Target for $name {
            fn name(&self) -> &'static str {
                $word
            }

            fn format(&self) -> Format {
                $format
            }

            fn bases(&self) -> Vec<Input> {
                own_files(&self.grounds, $file)
            }

            fn run(&self, input: &Input) -> Result<Seen, Complaint> {
                let ground = self.grounds.get(input.ground).ok_or("there is no such practice")?;
                self.tried(ground, input)
            }
        }
    };
}

target!(
    /// practice.toml.
    PracticeFile, "practice", Format::Toml, PRACTICE
);
target!(
    /// matching.yaml, by which therapists are ranked.
    Matching, "matching", Format::Yaml, MATCHING
);
target!(
    /// roster.csv.
    Roster, "roster", Format::Csv, ROSTER
);

impl PracticeFile {
    fn tried(&self, ground: &Ground, input: &Input) -> Result<Seen, Complaint> {
        match Practice::load(&ground.with(PRACTICE, &input.text)) {
            Err(problems) => refused(self.format(), PRACTICE, input, &problems),
            Ok(loaded) => {
                calendar(&loaded.value)?;
                let mut signs: Vec<_> = loaded.warnings.iter().map(|warning| general(&warning.what)).collect();
                signs.extend(ranked(&loaded.value, ground)?);
                Ok(Seen { reach: Reach::Ran, signs })
            }
        }
    }
}

impl Matching {
    fn tried(&self, ground: &Ground, input: &Input) -> Result<Seen, Complaint> {
        match Practice::load(&ground.with(MATCHING, &input.text)) {
            Err(problems) => refused(self.format(), MATCHING, input, &problems),
            Ok(loaded) => Ok(Seen { reach: Reach::Ran, signs: ranked(&loaded.value, ground)? }),
        }
    }
}

impl Roster {
    fn tried(&self, ground: &Ground, input: &Input) -> Result<Seen, Complaint> {
        match ground.practice.roster(&ground.with(ROSTER, &input.text)) {
            Err(problems) => refused(self.format(), ROSTER, input, &problems),
            Ok(loaded) => {
                let mut signs: Vec<_> = loaded.warnings.iter().map(|warning| general(&warning.what)).collect();
                signs.push(format!("{} therapists", loaded.value.len().min(20)));
                Ok(Seen { reach: Reach::Ran, signs })
            }
        }
    }
}

fn moments() -> impl Iterator<Item = Timestamp> {
    MOMENTS.iter().filter_map(|moment| moment.parse().ok())
}

/// Every promise, at odd moments, in both languages.
fn calendar(practice: &Practice) -> Result<(), Complaint> {
    for now in moments() {
        let today = practice.today(now);
        let stale = practice.stale(today);
        let told: BTreeSet<_> = stale.iter().map(|problem| &problem.what).collect();
        must!(told.len() == stale.len(), "the same is told as stale twice");
        for urgency in Urgency::ALL {
            for booking in [Booking::Auto, Booking::Never] {
                let by = practice.respond_by(urgency, booking, Care::Couple, now);
                must!(by >= now, "{} at {now} is answered by {by}", urgency.name());
            }
            for safe_hours in [&[][..], practice.hours.get(..1).unwrap_or_default()] {
                for language in [Language::En, Language::Es] {
                    let (by, text) = practice.call_promise(urgency, safe_hours, language, now);
                    must!(by >= now && !text.is_empty(), "{} at {now} is called by {by}: {text:?}", urgency.name());
                }
            }
        }
        must!(practice.booking.release_at(now) <= now, "a hold is released after it began");
    }
    let answers = Answers::default();
    let safety = practice.protocol.screen_safety(&Subject { answers: &answers, age: Some(30), care: Care::Couple });
    for language in [Language::En, Language::Es] {
        must!(!practice.promises(language).iter().any(String::is_empty), "a promise is empty");
        for now in moments() {
            must!(practice.safety_notice(&safety, &[], language, now).is_some(), "open safety questions go unnoticed");
        }
    }
    Ok(())
}

/// Ranks the roster, where there is still one.
fn ranked(practice: &Practice, ground: &Ground) -> Result<Vec<String>, Complaint> {
    let Ok(roster) = practice.roster(&ground.files) else { return Ok(vec!["no roster".to_owned()]) };
    let Some(state) = UsState::parse("NC").ok() else { return Ok(Vec::new()) };
    let preferences = Preferences::default();
    let needs: BTreeSet<String> = practice.protocol.needs().into_iter().map(str::to_owned).collect();
    let drivers = practice.protocol.drivers().into_iter().map(|driver| (driver.to_owned(), 0.5)).collect();
    let taken = Taken::new(&practice.zone, &[]);
    let mut signs = Vec::new();
    for (now, needs) in moments().zip([&needs, &BTreeSet::new(), &needs, &BTreeSet::new()]).take(2) {
        let wish = Wish {
            care: Care::Couple,
            states: vec![Some(state)],
            preferences: vec![&preferences],
            needs,
            drivers: &drivers,
            urgency: Urgency::Priority,
            now,
            continuity: None,
            conflicts: Vec::new(),
            outside: false,
        };
        let ranking = rank(&wish, &roster.value, &taken, practice, practice.protocol.weights());
        let odd = ranking.candidates.iter().find(|one| one.slot.starts_at < now || !(0.0..=1.0).contains(&one.score));
        must!(odd.is_none(), "an odd time is offered at {now}: {odd:?}");
        signs.push(format!("{} candidates", ranking.candidates.len().min(10)));
    }
    Ok(signs)
}
