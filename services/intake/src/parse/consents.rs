//! What the client agreed to.

use rapport_domain::{intake::Consent, practice::Practice, problem::FieldProblems};
use rapport_proto::intake as pb;

use super::entries;

pub(super) fn consents(
    given: &[pb::Consent],
    practice: &Practice,
    problems: &mut FieldProblems,
) -> Option<Vec<Consent>> {
    let mut consents = Vec::new();
    for (at, consent) in entries("consents", given, problems) {
        match practice.consents.iter().find(|text| text.id == consent.id) {
            None => problems.add(format!("{at}.id"), "must be the id of a text that GetScreening gives"),
            Some(text) if text.version != consent.version => {
                problems.add(format!("{at}.version"), format!("must be {}, the version in force", text.version));
            }
            Some(_) => consents.push(Consent { id: consent.id.clone(), version: consent.version.clone() }),
        }
    }
    for text in practice.consents.iter().filter(|text| text.required) {
        // One that was given in another version is told above already.
        if !given.iter().any(|consent| consent.id == text.id) {
            problems.add("consents", format!("must contain {:?}, which is required", text.id));
        }
    }
    Some(consents)
}
