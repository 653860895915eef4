//! A time is held. Nothing goes into a calendar yet: nobody would take it out
//! again if the hold is freed, because no letter tells of that.

use rapport_domain::{appointment::AppointmentState, letter::LetterKind};

use super::{Audience, Letter, Tells};

/// Told by: when the hold is confirmed or freed.
pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::Held,
    audience: Audience::Client,
    tells: &[Tells::Name, Tells::When, Tells::By, Tells::Answer, Tells::Link],
    by: |matter| matter.appointment.map_or(matter.queued_at, |it| it.release_at.unwrap_or(it.starts_at)),
    still_true: |matter| matter.appointment_is(AppointmentState::Held),
    calendar: None,
    waits: false,
};
