//! What letters are about that go to nobody: those that the check at load writes,
//! and the previews. People and numbers are invented.

use jiff::{SignedDuration, Timestamp, civil::date, tz::TimeZone};
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calls::ClientCalls,
    case::{Case, CaseState},
    contact::EmailAddress,
    id::{AppointmentId, CaseId, TherapistId},
    intake::{Care, CareWish, Format},
    letter::LetterKind,
    triage::{Booking, Urgency},
};
use uuid::Uuid;

use crate::letters::{Digest, EndingLicence, Invitation, Letterhead, Matter};

/// Looks like a token, and opens nothing.
pub(crate) const TOKEN: &str = "c2FtcGxlLXNhbXBsZS1zYW1wbGUtc2FtcGxlLXNhbXA";

/// Where such letters would go.
pub(crate) const ADDRESS: &str = "sample@example.com";

/// A session, a case and a day's numbers.
pub(crate) struct Sample {
    case: Case,
    appointment: Appointment,
    digest: Digest,
    licence: EndingLicence,
    invitation: Invitation,
    /// None shows what a practice without pages would write.
    pub(crate) link: Option<String>,
    /// Whether the session waits for its client's yes.
    pub(crate) awaits_answer: bool,
    queued_at: Timestamp,
}

impl Sample {
    /// For a letter of this kind, in a practice of this zone: a session on Thursday, December 3, 2026 at 5:30 pm.
    pub(crate) fn of(kind: LetterKind, zone: &TimeZone, invitation: Invitation, link: Option<String>) -> Self {
        let wall = date(2026, 12, 3).at(17, 30, 0, 0).to_zoned(zone.clone());
        let starts_at = wall.map_or(Timestamp::UNIX_EPOCH, |zoned| zoned.timestamp());
        let queued_at = starts_at - SignedDuration::from_hours(80);
        let case = CaseId::new(Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0001));
        Self {
            case: Case {
                id: case,
                care: CareWish::Individual,
                state: CaseState::BeforeStaff,
                urgency: Urgency::Routine,
                booking: Booking::Auto,
                clinician_only: false,
                flagged: false,
                respond_by: queued_at + SignedDuration::from_hours(24),
                created_at: queued_at,
                assignee: None,
                silent_rounds: 0,
                version: 1,
            },
            appointment: Appointment {
                id: AppointmentId::new(Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0002)),
                case,
                therapist: TherapistId::new(Uuid::from_u128(0x0190_a1b2_0000_7000_8000_0000_0000_0003)),
                care: Care::Individual,
                format: Format::Video,
                room: None,
                starts_at,
                ends_at: starts_at + SignedDuration::from_mins(50),
                state: state_for(kind),
                release_at: Some(starts_at - SignedDuration::from_hours(48)),
                sequence: 1,
            },
            digest: Digest {
                deciding: 1,
                before_staff: 4,
                held: 6,
                confirmed: 9,
                late: 2,
                refused: 1,
                unknown: 1,
                dead: Some(0),
                licences: 1,
                audit_head: Some((4711, "0123456789abcdef".repeat(4))),
            },
            licence: EndingLicence {
                therapist: "Sample Therapist".to_owned(),
                state: "NC".to_owned(),
                ends: date(2027, 1, 31),
            },
            invitation,
            link,
            awaits_answer: false,
            queued_at,
        }
    }

    /// What the letter may know.
    pub(crate) fn matter<'a>(&'a self, letterhead: &'a Letterhead) -> Matter<'a> {
        Matter {
            queued_at: self.queued_at,
            now: self.queued_at,
            case: Some(&self.case),
            appointment: Some(&self.appointment),
            sequence: Some(self.appointment.sequence),
            in_calendar: true,
            awaits_answer: self.awaits_answer,
            link: self.link.as_deref(),
            invitation: Some(&self.invitation),
            to_second_partner: false,
            acknowledged: false,
            calls: ClientCalls::default(),
            digest: Some(&self.digest),
            licence: Some(&self.licence),
            signs_in: true,
            given_name: Some("Sample"),
            call_by: self.queued_at + SignedDuration::from_hours(24),
            letterhead,
        }
    }
}

/// Where no practice is known yet.
#[expect(clippy::expect_used, reason = "a constant")]
pub(crate) fn letterhead() -> Letterhead {
    Letterhead {
        sender_name: "Riverbend".to_owned(),
        sender_email: EmailAddress::parse("office@example.com").expect("an address"),
        phone: "704-555-0100".to_owned(),
        zone: TimeZone::UTC,
    }
}

/// The state of its session in which a letter is true.
pub(crate) const fn state_for(kind: LetterKind) -> AppointmentState {
    match kind {
        LetterKind::Held => AppointmentState::Held,
        LetterKind::Cancelled | LetterKind::WillNotTakePlace => AppointmentState::Cancelled,
        _ => AppointmentState::Confirmed,
    }
}
