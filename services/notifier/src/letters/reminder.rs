//! A fixed time comes near. It puts nothing into a calendar: the letter that fixed
//! the time did.

use rapport_domain::{appointment::AppointmentState, letter::LetterKind};

use super::{Audience, Letter, Tells};

/// One that waited too long says nothing any more.
pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::Reminder,
    audience: Audience::Client,
    tells: &[Tells::Name, Tells::When, Tells::Link],
    by: |matter| matter.queued_at,
    still_true: |matter| {
        matter.appointment_is(AppointmentState::Confirmed)
            && matter.appointment.is_some_and(|it| matter.now < it.starts_at)
    },
    calendar: None,
    waits: true,
};
