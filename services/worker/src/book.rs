//! One attempt to book: whatever a session is made of, in the caller's transaction.

use jiff::Timestamp;
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calendar::busy::{Busy, blocks},
    event::{Event, Fact},
    id::AppointmentId,
    intake::Care,
    letter::{Cause, DueLetter, LetterKind},
    matching::{Candidate, fallback},
    practice::Confirm,
};
use rapport_store::{Blocked, Tx, appointments, calendar, cases, letters, outbox};

use crate::{Deps, dossier::Dossier, job::JobError, refer::alert};

/// A session that is about to be booked.
#[derive(Clone)]
pub(crate) struct Session {
    appointment: Appointment,
    blocks: Vec<Busy>,
    event: Event,
    letters: Vec<DueLetter>,
    because: Vec<String>,
    fallback: String,
}

impl Session {
    /// A session with this candidate: a joint one is held until the release step; one alone is fixed or, where the
    /// practice wants it so, waits for the client's yes. Where their answers ask for somebody's yes it waits for that,
    /// and staff are told at once. A time alone outside of what they asked for waits for the client's yes, too: nobody
    /// said that they could come then.
    pub(crate) fn plan(
        deps: &Deps,
        dossier: &Dossier,
        care: Care,
        candidate: &Candidate,
        let_go: &[fallback::Step],
        now: Timestamp,
    ) -> Self {
        let (case, slot) = (dossier.case.id, &candidate.slot);
        let policy = &deps.practice.booking;
        let needs_staff = dossier.found.booking.needs_staff();
        let (state, release_at) = match (care, policy.confirm) {
            (Care::Individual, Confirm::Auto) if !needs_staff && let_go.is_empty() => {
                (AppointmentState::Confirmed, None)
            }
            _ => (AppointmentState::Held, Some(policy.hold_ends(care, slot.starts_at, now))),
        };
        let appointment = Appointment {
            id: AppointmentId::new(deps.ids.uuid()),
            case,
            therapist: candidate.therapist,
            care,
            format: slot.format,
            room: slot.room.clone(),
            starts_at: slot.starts_at,
            ends_at: slot.ends_at,
            state,
            release_at,
            sequence: 0,
        };
        let (fact, kind) = told(&appointment);
        let cause = Cause::Appointment(appointment.id, appointment.sequence);
        let alert = needs_staff.then(|| alert(case, cause));
        let mut terms: Vec<_> = candidate.because.iter().collect();
        terms.sort_by(|a, b| (b.weight * b.value).total_cmp(&(a.weight * a.value)));
        Self {
            blocks: blocks(&appointment, &deps.practice),
            event: deps.event(fact, now),
            letters: dossier.letters(care, kind, cause).into_iter().chain(alert).collect(),
            because: terms.into_iter().map(|term| term.text.clone()).collect(),
            fallback: fallback::in_words(let_go),
            appointment,
        }
    }

    /// What it takes.
    pub(crate) fn blocks(&self) -> &[Busy] {
        &self.blocks
    }

    /// Takes the time and writes everything that follows from it.
    ///
    /// # Errors
    /// [`JobError::Taken`] where somebody else has the time: the transaction must roll back.
    pub(crate) async fn book(self, tx: &Tx, mut dossier: Dossier, now: Timestamp) -> Result<(), JobError> {
        let Self { appointment, blocks, event, letters, because, fallback } = self;
        appointments::insert(tx, &appointment).await?;
        if calendar::block(tx, &blocks, appointment.id).await? == Blocked::Taken {
            return Err(JobError::Taken);
        }
        dossier.case.follow(appointment.state)?;
        dossier.detail.match_because = because;
        dossier.detail.fallback = fallback;
        cases::save_with_detail(tx, &dossier.case, &dossier.detail).await?;
        outbox::add(tx, &event).await?;
        letters::queue(tx, &letters, now).await?;
        Ok(())
    }
}

/// What the house and the client are told of an appointment that takes time.
pub(crate) const fn told(appointment: &Appointment) -> (Fact, LetterKind) {
    let (id, case) = (appointment.id, appointment.case);
    match appointment.state {
        AppointmentState::Confirmed => (Fact::AppointmentConfirmed { appointment: id, case }, LetterKind::Confirmed),
        _ => (Fact::AppointmentHeld { appointment: id, case }, LetterKind::Held),
    }
}
