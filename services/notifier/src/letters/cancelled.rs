//! A time was given back. The calendar part also goes to those who had no
//! invitation yet: a calendar leaves alone what it does not know (RFC 5546, 3.2.5).

use rapport_domain::{appointment::AppointmentState, letter::LetterKind};

use super::{Audience, Letter, Meeting, Tells};

pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::Cancelled,
    audience: Audience::Client,
    tells: &[Tells::Name, Tells::When],
    by: |matter| matter.queued_at,
    still_true: |matter| matter.appointment_is(AppointmentState::Cancelled),
    calendar: Some(Meeting::Cancel),
    waits: false,
};
