//! A client's own appointment, read within the transaction that changes it.

use jiff::Timestamp;
use rapport_domain::{
    appointment::{Appointment, ClientWish},
    case::Case,
    event::{Event, Fact},
    id::{AppointmentId, EventId, IntakeId},
    intake::{Care, Intake},
    letter::{Cause, DueLetter, LetterKind, Recipient},
};
use rapport_proto::intake as pb;
use rapport_store::{Conn, StoreError, Tx, appointments, cases, intakes, therapists, wishes};

use crate::{Deps, refusal::Refusal, view};

/// A client's own appointment with what belongs to it.
pub(crate) struct OwnAppointment {
    pub(crate) intake: Intake,
    pub(crate) case: Case,
    pub(crate) appointment: Appointment,
    /// What this client said to it.
    pub(crate) wish: Option<ClientWish>,
    /// As the database has it: what a write is checked against.
    pub(crate) read_sequence: u32,
    read_etag: String,
}

impl OwnAppointment {
    /// Reads it; one of another case is not found, whether it exists or not.
    pub(crate) async fn read(tx: &Tx, own: IntakeId, asked: AppointmentId) -> Result<Self, Refusal> {
        let intake = intakes::get(tx, own).await?.ok_or(Refusal::NotFound)?;
        let case = cases::get(tx, intake.case).await?.ok_or(Refusal::NotFound)?;
        let appointment = appointments::get(tx, asked).await?.ok_or(Refusal::NotFound)?;
        if !is_for(tx, &appointment, &intake, &case).await? {
            return Err(Refusal::NotFound);
        }
        let wish = wishes::of(tx, asked, own).await?;
        let (read_sequence, read_etag) = (appointment.sequence, view::appointment_etag(&appointment, wish));
        Ok(Self { intake, case, appointment, wish, read_sequence, read_etag })
    }

    /// Refuses a change that was decided on looking at an older state.
    pub(crate) fn check_etag(&self, etag: &str) -> Result<(), Refusal> {
        if etag.is_empty() || etag == self.read_etag { Ok(()) } else { Err(Refusal::EtagMismatch) }
    }

    /// Notes what this client says to a time that stays as it is. The case is written with it, unchanged: a release step
    /// that did not see this wish has to look again.
    pub(crate) async fn say(&mut self, tx: &Tx, wish: ClientWish, now: Timestamp) -> Result<(), Refusal> {
        wishes::put(tx, self.appointment.id, self.intake.id, wish, now).await?;
        cases::save(tx, &self.case).await?;
        self.wish = Some(wish);
        Ok(())
    }

    /// The letter about its new state, to the client who changed it and nobody else.
    pub(crate) fn letter(&self, kind: LetterKind) -> DueLetter {
        let state = (self.appointment.id, self.appointment.sequence);
        DueLetter {
            cause: Cause::Appointment(state.0, state.1),
            recipient: Recipient::Client(self.intake.id),
            kind,
            case: self.case.id,
            appointment: Some(state),
        }
    }

    /// What its client reads of it.
    pub(crate) async fn message(&self, deps: &Deps, tx: &Tx) -> Result<pb::Appointment, Refusal> {
        let therapist = therapists::get(tx, self.appointment.therapist).await?;
        let name = therapist.map(|therapist| therapist.name).unwrap_or_default();
        Ok(view::appointment(&self.appointment, self.wish, &name, &deps.practice))
    }
}

/// Whether an appointment is for this client: of a couple's case, a session alone is for the first partner and none
/// of the second's business.
pub(crate) async fn is_for(
    conn: &impl Conn,
    appointment: &Appointment,
    intake: &Intake,
    case: &Case,
) -> Result<bool, StoreError> {
    let alone = appointment.care == Care::Individual && case.care.care() == Care::Couple;
    Ok(appointment.case == intake.case
        && (!alone || intakes::first_of_case(conn, intake.case).await? == Some(intake.id)))
}

/// A new event.
pub(crate) fn event(deps: &Deps, fact: Fact) -> Event {
    Event { id: EventId::new(deps.ids.uuid()), occurred_at: deps.clock.now(), fact }
}
