//! What clients ask for or need, of a hundred: the practice's own count, in matching.yaml.
//!
//! Clients come one by one, and each could take the very therapist whom a later one cannot do without. Whoever offers
//! much of what is asked for therefore counts a little less where somebody else would do as well. This follows from
//! the file and the therapist alone, so that nobody's place before another hangs on who else is on the roster.

use std::{cmp::Reverse, collections::BTreeMap};

use serde::Deserialize;
use serde_saphyr::{Location, Spanned};

use super::{Therapist, score::level};
use crate::{contact::UsState, intake::Care};

/// Of a hundred clients, how many ask for something or need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedFor(Vec<(Ability, u32)>);

/// What a therapist may offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ability {
    /// Id of a method.
    Method(String),
    /// Id of a competence.
    Competence(String),
    /// BCP 47.
    Language(String),
    /// Where a licence or telehealth registration holds.
    Licence(UsState),
    /// A payer's id, for a kind of care.
    Payer(Care, String),
}

impl AskedFor {
    /// All that is asked for, each with its number.
    #[must_use]
    pub fn each(&self) -> &[(Ability, u32)] {
        &self.0
    }

    /// The share of it that a therapist offers, from 0 to 1; a method counts by how far they were trained.
    pub(super) fn share(&self, therapist: &Therapist) -> f64 {
        let all: u32 = self.0.iter().map(|(_, asked)| asked).sum();
        let offered: f64 = self.0.iter().map(|(ability, asked)| f64::from(*asked) * ability.of(therapist)).sum();
        if all == 0 { 0.0 } else { offered / f64::from(all) }
    }

    /// What a therapist offers of it, the most asked for first.
    pub(super) fn offered_by<'a>(&'a self, therapist: &Therapist) -> Vec<&'a (Ability, u32)> {
        let mut offered: Vec<_> = self.0.iter().filter(|(ability, _)| ability.of(therapist) > 0.0).collect();
        offered.sort_by_key(|(_, asked)| Reverse(*asked));
        offered
    }
}

impl Ability {
    /// How far a therapist has it, from 0 to 1.
    fn of(&self, therapist: &Therapist) -> f64 {
        match self {
            Self::Method(id) => therapist.methods.get(id).map_or(0.0, |training| level(*training)),
            Self::Competence(id) => f64::from(therapist.competences.contains(id)),
            Self::Language(tag) => f64::from(therapist.languages.contains(tag)),
            Self::Licence(state) => f64::from(therapist.licences.iter().any(|licence| licence.state == *state)),
            Self::Payer(care, id) => f64::from(therapist.payers.get(care).is_some_and(|taken| taken.contains(id))),
        }
    }
}

/// The section as it stands in the file.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct AskedForEntries {
    methods: BTreeMap<String, Spanned<u32>>,
    competences: BTreeMap<String, Spanned<u32>>,
    languages: BTreeMap<String, Spanned<u32>>,
    licences: BTreeMap<UsState, Spanned<u32>>,
    payers: BTreeMap<Care, BTreeMap<String, Spanned<u32>>>,
}

impl AskedForEntries {
    /// Names that the file does not define, and numbers out of range.
    pub(super) fn problems(
        &self,
        methods: &BTreeMap<String, String>,
        competences: &BTreeMap<String, String>,
        note: &mut dyn FnMut(&Location, String, &str),
    ) {
        for (what, entries, known) in
            [("method", &self.methods, methods), ("competence", &self.competences, competences)]
        {
            for (id, asked) in entries.iter().filter(|(id, _)| !known.contains_key(*id)) {
                note(&asked.referenced, format!("the {what} {id:?} is not defined"), "name one that stands above");
            }
        }
        for (_, asked) in self.each().filter(|(_, asked)| asked.value > 100) {
            note(&asked.referenced, "must be from 0 to 100".to_owned(), "so many of a hundred clients");
        }
    }

    pub(super) fn read(&self) -> AskedFor {
        AskedFor(self.each().map(|(ability, asked)| (ability, asked.value)).collect())
    }

    fn each(&self) -> impl Iterator<Item = (Ability, &Spanned<u32>)> {
        let payers = self
            .payers
            .iter()
            .flat_map(|(care, payers)| payers.iter().map(|(id, asked)| (Ability::Payer(*care, id.clone()), asked)));
        named(Ability::Method, &self.methods)
            .chain(named(Ability::Competence, &self.competences))
            .chain(named(Ability::Language, &self.languages))
            .chain(self.licences.iter().map(|(state, asked)| (Ability::Licence(*state), asked)))
            .chain(payers)
    }
}

fn named(
    of: fn(String) -> Ability,
    entries: &BTreeMap<String, Spanned<u32>>,
) -> impl Iterator<Item = (Ability, &Spanned<u32>)> {
    entries.iter().map(move |(id, asked)| (of(id.clone()), asked))
}
