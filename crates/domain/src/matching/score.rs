//! Soft terms: who fits better, weighed by matching.yaml and said in words.

use jiff::Timestamp;

use super::{
    Term, Therapist, Training, Weights, Wish,
    asked_for::Ability,
    free::{Free, horizon},
};
use crate::{
    calendar::{taken::Week, words},
    contact::Language,
    intake::Care,
    practice::Practice,
};

/// A driver leads when it shows at least this share of the strongest one.
const LEADING: f64 = 0.5;

/// As many things that others ask for are named.
const MOST_NAMED: usize = 3;

/// Weighs one wish.
pub(super) struct Scorer<'a> {
    wish: &'a Wish<'a>,
    practice: &'a Practice,
    weights: &'a Weights,
    all: f64,
    horizon: (Timestamp, Timestamp),
    /// Leading drivers, strongest first: what a person reads, how strong, the method that the practice answers with.
    leading: Vec<(&'a str, f64, &'a str)>,
}

/// The values of one therapist that no time changes.
#[derive(Clone, Copy)]
pub(super) struct Fit {
    drivers: f64,
    preferences: f64,
    continuity: f64,
    kept: f64,
}

/// A wish that is no filter.
enum Wished<'a> {
    /// This very person.
    Name,
    /// Somebody of this gender.
    Gender(&'a str),
}

/// A term before it is put in words: its name, its weight, its value.
type Bare = (&'static str, f64, f64);

impl<'a> Scorer<'a> {
    pub(super) fn new(wish: &'a Wish<'a>, practice: &'a Practice, weights: &'a Weights) -> Self {
        let terms = weights.terms;
        let fitting = terms.drivers + terms.preferences + terms.continuity;
        let all = fitting + terms.soon + terms.even_load + terms.kept;
        Self { wish, practice, weights, all, horizon: horizon(wish, practice), leading: leading(wish, weights) }
    }

    /// What no time changes.
    pub(super) fn fit(&self, therapist: &Therapist) -> Fit {
        let kept = if self.is_theirs(therapist) { 1.0 } else { 1.0 - self.weights.asked_for.share(therapist) };
        Fit { kept, ..self.fit_at_most(therapist) }
    }

    /// The same as if they were kept for nobody, which takes longest to find out.
    pub(super) fn fit_at_most(&self, therapist: &Therapist) -> Fit {
        Fit {
            drivers: self.drivers(therapist),
            preferences: self.preferences(therapist),
            continuity: f64::from(self.wish.continuity == Some(therapist.id)),
            kept: 1.0,
        }
    }

    /// From 0 to 1.
    pub(super) fn score(&self, therapist: &Therapist, fit: Fit, at: (Week, Timestamp)) -> f64 {
        self.terms(therapist, fit, at).iter().map(|(_, weight, value)| weight * value).sum()
    }

    /// What the score is made of, in words.
    pub(super) fn because(&self, therapist: &Therapist, fit: Fit, free: &Free<'_>) -> Vec<Term> {
        let terms = self.terms(therapist, fit, (free.week, free.time.starts_at));
        let counted = terms.into_iter().filter(|(_, weight, _)| *weight > 0.0);
        counted
            .map(|(term, weight, value)| Term {
                term: term.to_owned(),
                weight,
                value,
                tells_of_answers: term == "drivers",
                text: match term {
                    "drivers" => self.drivers_text(therapist),
                    "preferences" => self.preferences_text(therapist),
                    "soon" => self.soon_text(free),
                    "continuity" if value > 0.0 => "has seen them before".to_owned(),
                    "continuity" => "would be new to them".to_owned(),
                    "kept" => self.kept_text(therapist),
                    _ => format!("{} of {} sessions taken that week", free.week.booked, therapist.weekly_capacity),
                },
            })
            .collect()
    }

    fn terms(&self, therapist: &Therapist, fit: Fit, (week, starts_at): (Week, Timestamp)) -> [Bare; 6] {
        let terms = self.weights.terms;
        [
            ("drivers", terms.drivers / self.all, fit.drivers),
            ("preferences", terms.preferences / self.all, fit.preferences),
            ("soon", terms.soon / self.all, self.soon(starts_at)),
            ("continuity", terms.continuity / self.all, fit.continuity),
            ("even_load", terms.even_load / self.all, 1.0 - load(therapist, week)),
            ("kept", terms.kept / self.all, fit.kept),
        ]
    }

    /// The share of the leading drivers whose method they are trained in, by how far they are.
    fn drivers(&self, therapist: &Therapist) -> f64 {
        let met = |(_, strength, method): &(&str, f64, &str)| {
            therapist.methods.get(*method).map(|training| strength * level(*training))
        };
        let leading = self.leading.iter();
        share(leading.clone().filter_map(met).sum(), leading.map(|(_, strength, _)| strength).sum())
    }

    fn drivers_text(&self, therapist: &Therapist) -> String {
        let fits = |(label, _, method): &(&str, f64, &str)| {
            let training = therapist.methods.get(*method)?;
            let trained = self.weights.methods.get(*method).map_or(*method, String::as_str);
            let how_far = match training {
                Training::Learning => " (still learning)",
                Training::Trained => "",
                Training::Certified => " (certified)",
                Training::Supervisor => " (teaches it)",
            };
            Some(format!("{trained}{how_far}, which answers {label}"))
        };
        let fitting: Vec<String> = self.leading.iter().filter_map(fits).collect();
        match (self.leading.is_empty(), fitting.is_empty()) {
            (true, _) => "no driver stands out".to_owned(),
            (false, true) => "trained for none of the leading drivers".to_owned(),
            (false, false) => fitting.join("; "),
        }
    }

    /// Wishes that are no filters: what was asked for, and whether it is met.
    fn wishes(&self, therapist: &Therapist) -> impl Iterator<Item = (Wished<'a>, bool)> {
        self.wish.preferences.iter().flat_map(|wish| {
            let named = wish.therapist.map(|asked| (Wished::Name, asked == therapist.id));
            let gender = wish.therapist_gender.as_ref();
            named.into_iter().chain(gender.map(|gender| (Wished::Gender(gender), *gender == therapist.gender)))
        })
    }

    #[expect(clippy::cast_precision_loss, reason = "a handful of wishes")]
    fn preferences(&self, therapist: &Therapist) -> f64 {
        let met = self.wishes(therapist).filter(|(_, met)| *met).count();
        share(met as f64, self.wishes(therapist).count() as f64)
    }

    fn preferences_text(&self, therapist: &Therapist) -> String {
        let met = self.wishes(therapist).filter(|(_, met)| *met);
        let met: Vec<String> = met
            .map(|(wished, _)| match wished {
                Wished::Name => "asked for by name".to_owned(),
                Wished::Gender(gender) => format!("a {gender}, as wished"),
            })
            .collect();
        match (self.wishes(therapist).next().is_none(), met.is_empty()) {
            (true, _) => "no wish beyond the filters".to_owned(),
            (false, true) => "meets no further wish".to_owned(),
            (false, false) => met.join("; "),
        }
    }

    /// Whom they ask for by name or have seen before is not kept from them.
    fn is_theirs(&self, therapist: &Therapist) -> bool {
        let named = self.wish.preferences.iter().any(|wish| wish.therapist == Some(therapist.id));
        named || self.wish.continuity == Some(therapist.id)
    }

    fn kept_text(&self, therapist: &Therapist) -> String {
        if self.is_theirs(therapist) {
            return "theirs already, so kept for nobody else".to_owned();
        }
        let offered = self.weights.asked_for.offered_by(therapist).into_iter().take(MOST_NAMED);
        let named: Vec<_> = offered.map(|(what, asked)| format!("{} ({asked} of 100)", self.ability(what))).collect();
        match named.as_slice() {
            [] => "offers nothing that many others ask for".to_owned(),
            named => format!("others ask for this too: {}", named.join("; ")),
        }
    }

    fn ability(&self, ability: &Ability) -> String {
        let (weights, practice) = (self.weights, self.practice);
        match ability {
            Ability::Method(id) => weights.methods.get(id).unwrap_or(id).clone(),
            Ability::Competence(id) => weights.competences.get(id).unwrap_or(id).clone(),
            Ability::Language(tag) => {
                let known = practice.session_languages.iter().find(|language| language.tag == *tag);
                format!("works in {}", known.map_or(tag, |language| &language.label.en))
            }
            Ability::Licence(state) => format!("is licensed for {}", state.as_str()),
            Ability::Payer(care, id) => {
                let known = practice.payers.iter().find(|payer| payer.id == *id);
                let of = match care {
                    Care::Couple => "couples",
                    Care::Individual => "individuals",
                };
                format!("takes {} for {of}", known.map_or(id, |payer| &payer.label))
            }
        }
    }

    /// 1 at the first moment that may be booked, 0 at the promise's last.
    fn soon(&self, starts_at: Timestamp) -> f64 {
        let (from, until) = self.horizon;
        let seconds = |until: Timestamp| from.duration_until(until).as_secs_f64();
        1.0 - share(seconds(starts_at), seconds(until))
    }

    fn soon_text(&self, free: &Free<'_>) -> String {
        let at = free.time.starts_at.to_zoned(self.practice.zone.clone());
        format!("first session on {}, {}", words::day(Language::En, &at), words::time(Language::En, &at))
    }
}

fn leading<'a>(wish: &Wish<'_>, weights: &'a Weights) -> Vec<(&'a str, f64, &'a str)> {
    let known = |(id, strength): (&String, &f64)| {
        let driver = weights.drivers.get(id)?;
        Some((driver.label.as_str(), *strength, driver.method.as_str()))
    };
    let mut drivers: Vec<_> = wish.drivers.iter().filter_map(known).collect();
    let strongest = drivers.iter().map(|(_, strength, _)| *strength).fold(0.0, f64::max);
    drivers.retain(|(_, strength, _)| *strength > 0.0 && *strength >= strongest * LEADING);
    drivers.sort_by(|one, other| other.1.total_cmp(&one.1));
    drivers
}

/// How much a level of training counts: whoever was trained does the work, whoever still learns does half of it.
pub(super) const fn level(training: Training) -> f64 {
    match training {
        Training::Learning => 0.5,
        Training::Trained => 0.9,
        Training::Certified | Training::Supervisor => 1.0,
    }
}

/// The share of a therapist's week that is taken.
pub(super) fn load(therapist: &Therapist, week: Week) -> f64 {
    share(f64::from(week.booked), f64::from(therapist.weekly_capacity))
}

/// A part of a whole, from 0 to 1; 0 of nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 }
}
