//! A time is fixed.

use rapport_domain::{appointment::AppointmentState, letter::LetterKind};

use super::{Audience, Letter, Meeting, Tells};

pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::Confirmed,
    audience: Audience::Client,
    tells: &[Tells::Name, Tells::When, Tells::Link],
    by: |matter| matter.queued_at,
    still_true: |matter| matter.appointment_is(AppointmentState::Confirmed),
    calendar: Some(Meeting::Request),
    waits: false,
};
