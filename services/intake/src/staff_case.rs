//! A case that staff are about to change, read within the transaction that changes it.

use rapport_domain::{
    appointment::{Appointment, ClientWish},
    case::Case,
    id::CaseId,
    intake::{Care, Intake},
    letter::{Cause, DueLetter, LetterKind, Recipient},
};
use rapport_proto::staff as pb;
use rapport_security::Role;
use rapport_store::{CaseDetail, Tx, attendance, cases, intakes, therapists, triage_results, wishes};

use crate::{
    Deps,
    case_calls::{self, CaseCalls},
    refusal::Refusal,
    view,
};

/// A case with what staff read about it.
pub(crate) struct StaffCase {
    pub(crate) case: Case,
    pub(crate) detail: CaseDetail,
    calls: CaseCalls,
    read_etag: String,
}

impl StaffCase {
    /// Reads it.
    pub(crate) async fn read(tx: &Tx, id: CaseId) -> Result<Self, Refusal> {
        let (case, detail) = cases::get_with_detail(tx, id).await?.ok_or(Refusal::NotFound)?;
        let calls = case_calls::of(tx, std::slice::from_ref(&case)).await?.remove(&id).unwrap_or_default();
        let read_etag = view::case_etag(&case);
        Ok(Self { case, detail, calls, read_etag })
    }

    /// Refuses a change that was decided on looking at an older state.
    pub(crate) fn check_etag(&self, etag: &str) -> Result<(), Refusal> {
        if etag.is_empty() || etag == self.read_etag { Ok(()) } else { Err(Refusal::EtagMismatch) }
    }

    /// Writes both. Where another change came between, the whole change runs again and finds its etag stale.
    pub(crate) async fn save(&mut self, tx: &Tx) -> Result<(), Refusal> {
        self.case.version = cases::save_with_detail(tx, &self.case, &self.detail).await?;
        Ok(())
    }

    /// A session of it, as this role may see it.
    pub(crate) async fn appointment_message(
        &self,
        deps: &Deps,
        tx: &Tx,
        session: &Appointment,
        role: Role,
    ) -> Result<pb::CaseAppointment, Refusal> {
        let therapist = therapists::get(tx, session.therapist).await?;
        let marks = attendance::of_appointment(tx, session.id).await?;
        Ok(view::case_appointment(session, therapist.as_ref(), &marks, &self.detail, &deps.practice, role))
    }

    /// Its line in the queue.
    pub(crate) fn summary(&self, role: Role) -> pb::CaseSummary {
        view::summary(&self.case, &self.detail, self.calls, role)
    }
}

/// The clients who know of a session, or are to: the first partner, and the second where their screening is in, asks
/// for no call of its own and they have not said no. To a second partner who is flagged there never was a session.
pub(crate) async fn clients_of(tx: &Tx, case: &Case, session: &Appointment) -> Result<Vec<Intake>, Refusal> {
    let mut clients = intakes::of_case(tx, case.id).await?;
    if session.care == Care::Individual {
        clients.truncate(1);
        return Ok(clients);
    }
    let results = triage_results::of_case(tx, case.id).await?;
    let wishes = wishes::of_appointment(tx, session.id).await?;
    let knows = |second: &Intake| {
        results.iter().any(|(of, found)| *of == second.id && !found.flagged)
            && !wishes.contains(&(second.id, ClientWish::Declined))
    };
    let second = clients.split_off(clients.len().min(1));
    clients.extend(second.into_iter().filter(knows));
    Ok(clients)
}

/// Letters about a session's new state to these clients; none to one who gave no address.
pub(crate) fn letters_to(clients: &[Intake], kind: LetterKind, session: &Appointment) -> Vec<DueLetter> {
    let state = (session.id, session.sequence);
    let reachable = clients.iter().filter(|client| client.submission.client.email.is_some());
    reachable
        .map(|client| DueLetter {
            cause: Cause::Appointment(state.0, state.1),
            recipient: Recipient::Client(client.id),
            kind,
            case: session.case,
            appointment: Some(state),
        })
        .collect()
}
