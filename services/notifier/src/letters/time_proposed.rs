//! Another time is proposed for one that is fixed for two, and waits for this
//! client's answer on their page. It tells of the time that they have, and never
//! who would like another one, or why; a calendar entry stays as it is.

use rapport_domain::{appointment::AppointmentState, letter::LetterKind};

use super::{Audience, Letter, Tells};

pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::TimeProposed,
    audience: Audience::Client,
    tells: &[Tells::Name, Tells::When, Tells::Link],
    by: |matter| matter.queued_at,
    still_true: |matter| matter.appointment_is(AppointmentState::Confirmed),
    calendar: None,
    waits: true,
};
