//! Who could see a case's clients, and who could not.

use rapport_domain::{
    matching::{Candidate, EmptiedBy, Excluded, Term},
    practice::Practice,
};
use rapport_proto::{enums, staff as pb, time};
use rapport_security::Role;

use super::NOBODY_FITS;
use crate::policy::sees_answers;

/// A page of both lists.
pub(crate) struct LineUp<'a> {
    pub(crate) matches: &'a [Candidate],
    pub(crate) left_out: &'a [Excluded],
}

/// Both lists.
pub(crate) fn line_up(page: &LineUp<'_>, practice: &Practice, role: Role) -> (Vec<pb::Match>, Vec<pb::LeftOut>) {
    let matches = page.matches.iter().map(|it| a_match(it, practice, role));
    (matches.collect(), page.left_out.iter().map(|it| left_out(it, role)).collect())
}

/// The filter that left nobody.
pub(crate) fn emptied_by(by: &EmptiedBy, role: Role) -> String {
    if by.tells_of_answers && !sees_answers(role) { NOBODY_FITS.to_owned() } else { by.text.clone() }
}

fn a_match(it: &Candidate, practice: &Practice, role: Role) -> pb::Match {
    let told = |term: &&Term| sees_answers(role) || !term.tells_of_answers;
    let terms: Vec<_> = it.because.iter().filter(told).map(term).collect();
    let place = practice.locations.iter().find(|location| Some(&location.id) == it.slot.location.as_ref());
    pb::Match {
        therapist: it.therapist.to_string(),
        therapist_name: it.name.clone(),
        start_time: Some(time::to_message(it.slot.starts_at)),
        end_time: Some(time::to_message(it.slot.ends_at)),
        format: enums::number(it.slot.format),
        location: place.map(|place| format!("{}, {}", place.name, place.address)).unwrap_or_default(),
        // With all other terms told, the score would tell the one that is not.
        score: (terms.len() == it.because.len()).then_some(it.score),
        terms,
    }
}

fn term(term: &Term) -> pb::MatchTerm {
    pb::MatchTerm { term: term.term.clone(), weight: term.weight, value: term.value, text: term.text.clone() }
}

fn left_out(it: &Excluded, role: Role) -> pb::LeftOut {
    pb::LeftOut {
        therapist: it.therapist.to_string(),
        therapist_name: it.name.clone(),
        filter: if sees_answers(role) { &it.filter } else { &it.discreet }.to_string(),
    }
}
