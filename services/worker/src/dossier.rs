//! What a machine reads before it decides on a case.

use jiff::Timestamp;
use rapport_domain::{
    case::Case,
    id::{CaseId, IntakeId, TherapistId},
    intake::{Care, Intake},
    letter::{Cause, DueLetter, LetterKind, Recipient},
    matching::Wish,
    triage::TriageResult,
};
use rapport_store::{CaseDetail, Store, appointments, cases, intakes, search, triage_results};

use crate::job::JobError;

/// A case with its first partner's intake and result, and what is there of the second's.
#[derive(Clone)]
pub(crate) struct Dossier {
    /// As it stood; saving it fails where somebody changed it since.
    pub(crate) case: Case,
    /// What staff read.
    pub(crate) detail: CaseDetail,
    /// Of the client whose case it is: everything they can observe is computed from it alone.
    pub(crate) first: Intake,
    /// What triage found for them.
    pub(crate) found: TriageResult,
    /// The second partner's, once it is in.
    pub(crate) second: Option<(Intake, Option<TriageResult>)>,
    /// Who sees or saw the first partner, and whether alone, the latest first. Whom the second partner sees weighs at the
    /// release step.
    seen_by: Vec<(TherapistId, Care)>,
}

/// Reads a case whose first intake is triaged.
pub(crate) async fn read(store: &Store, case: CaseId) -> Result<Dossier, JobError> {
    let of_case = case;
    let found = cases::get_with_detail(store, of_case).await?;
    let (case, detail) = found.ok_or(JobError::Poison("there is no such case"))?;
    let mut results = triage_results::of_case(store, of_case).await?;
    let mut take = |intake: IntakeId| {
        let at = results.iter().position(|(id, _)| *id == intake)?;
        Some(results.swap_remove(at).1)
    };
    let mut intakes = intakes::of_case(store, of_case).await?.into_iter();
    let first = intakes.next().ok_or(JobError::Poison("the case has no intake"))?;
    let found = take(first.id).ok_or(JobError::Poison("the intake was never triaged"))?;
    let second = intakes.next().map(|intake| {
        let found = take(intake.id);
        (intake, found)
    });
    let seen_by = appointments::seen_by(store, &search::tokens(store, &first.submission.client)).await?;
    Ok(Dossier { case, detail, first, found, second, seen_by })
}

/// Who sees this client alone, in whatever case.
pub(crate) async fn treated_alone(store: &Store, intake: &Intake) -> Result<Vec<TherapistId>, JobError> {
    let tokens = search::tokens(store, &intake.submission.client);
    Ok(appointments::treated_alone(store, &tokens).await?.into_iter().collect())
}

/// Whether somebody's own answers let a machine take a time for them.
pub(crate) fn allows_booking(found: &TriageResult) -> bool {
    found.booking.by_machine() && !found.flagged && !found.under_18
}

impl Dossier {
    /// Whom the next session is for.
    pub(crate) const fn care(&self) -> Care {
        self.case.next_session_for()
    }

    /// What a session must fit, from the first partner's intake alone. Without `continuity` it is whoever saw them last
    /// in the same way.
    pub(crate) fn wish(&self, care: Care, continuity: Option<TherapistId>, now: Timestamp) -> Wish<'_> {
        let last = self.seen_by.iter().find(|(_, seen)| *seen == care).map(|(therapist, _)| *therapist);
        let alone = self.seen_by.iter().filter(|(_, seen)| *seen == Care::Individual);
        Wish {
            continuity: continuity.or(last),
            // Whoever sees somebody alone may go on doing so, and never sees both.
            conflicts: alone.filter(|_| care == Care::Couple).map(|(therapist, _)| *therapist).collect(),
            ..Wish::of(care, &self.first.submission, &self.found, now)
        }
    }

    /// The second partner and what triage found, where their own answers let a machine take a time for them. To
    /// everybody else one who is flagged is not there.
    pub(crate) fn second_in(&self) -> Option<(&Intake, &TriageResult)> {
        let (intake, found) = self.second.as_ref()?;
        found.as_ref().filter(|found| allows_booking(found)).map(|found| (intake, found))
    }

    /// A letter to the client of the first intake; none where they gave no address.
    pub(crate) fn letter(&self, kind: LetterKind, cause: Cause) -> Option<DueLetter> {
        letter_to(&self.first, kind, cause)
    }

    /// The same letter to everybody whom a session is for: of a joint one, the second partner where they are in.
    pub(crate) fn letters(&self, care: Care, kind: LetterKind, cause: Cause) -> Vec<DueLetter> {
        let second = self.second_in().filter(|_| care == Care::Couple);
        let second = second.and_then(|(intake, _)| letter_to(intake, kind, cause));
        self.letter(kind, cause).into_iter().chain(second).collect()
    }
}

/// A letter to an intake's own client; none where they gave no address.
pub(crate) fn letter_to(intake: &Intake, kind: LetterKind, cause: Cause) -> Option<DueLetter> {
    intake.submission.client.email.as_ref()?;
    let appointment = match cause {
        Cause::Appointment(id, sequence) | Cause::Before(id, sequence, _) => Some((id, sequence)),
        _ => None,
    };
    Some(DueLetter { cause, recipient: Recipient::Client(intake.id), kind, case: intake.case, appointment })
}
