//! A time for two is off, and it was not this client who gave it back. The same
//! words whatever came before: a hold that was freed, a session that somebody
//! cancelled; never who, never why. Only a session that an earlier letter put
//! into their calendar is taken out of it: a calendar part about a time that was
//! merely held would tell the one case from the other.

use rapport_domain::{appointment::AppointmentState, letter::LetterKind};

use super::{Audience, Letter, Meeting, Tells};

pub(super) const LETTER: Letter = Letter {
    kind: LetterKind::WillNotTakePlace,
    audience: Audience::Client,
    tells: &[Tells::Name, Tells::When],
    by: |matter| matter.queued_at,
    still_true: |matter| {
        matter.appointment_is(AppointmentState::Released) || matter.appointment_is(AppointmentState::Cancelled)
    },
    calendar: Some(Meeting::Withdraw),
    waits: true,
};
