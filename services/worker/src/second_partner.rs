//! What a second partner reads when their answers are in, and what staff hear of
//! it: written in the transaction that triages them. Nothing of it touches the
//! case's state, its time or anything that the first partner can see; that is the
//! release step's to weigh.

use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    case::{Case, CaseState},
    intake::{Care, Intake},
    letter::{Cause, DueLetter, LetterKind},
    triage::TriageResult,
};

use crate::{
    dossier::{allows_booking, letter_to},
    refer::alert,
};

/// The letters that are due to the second partner and to staff.
pub(crate) fn letters(
    case: &Case,
    session: Option<&Appointment>,
    intake: &Intake,
    found: &TriageResult,
) -> Vec<DueLetter> {
    let own = Cause::Intake(intake.id);
    // Not the case's own alert: staff may have had that for the first partner, and this is news.
    let call = || letter_to(intake, LetterKind::WeWillCall, own).into_iter().chain([alert(case.id, own)]).collect();
    if !allows_booking(found) {
        return call();
    }
    let joint = session.filter(|session| session.care == Care::Couple && session.state.takes_time());
    let yes_is_asked_for = found.booking.needs_staff().then(|| alert(case.id, own));
    match (joint, case.state) {
        (Some(session), _) => {
            let kind = match session.state {
                AppointmentState::Confirmed => LetterKind::Confirmed,
                _ => LetterKind::Held,
            };
            let cause = Cause::Appointment(session.id, session.sequence);
            letter_to(intake, kind, cause).into_iter().chain(yes_is_asked_for).collect()
        }
        // A joint time is about to be looked for: they are written to with their partner, or called.
        (None, CaseState::Received | CaseState::Triaged) => yes_is_asked_for.into_iter().collect(),
        // They came when there was no time for two any more: somebody asks what they would like.
        (None, _) => call(),
    }
}
