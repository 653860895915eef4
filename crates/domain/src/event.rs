//! What the rest of the house is told: ids, nothing else.

use jiff::Timestamp;

use crate::id::{AppointmentId, CaseId, EventId, IntakeId};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id; a consumer that has seen it does nothing again.
    pub id: EventId,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What happened.
    pub fact: Fact,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the ids that their names say")]
pub enum Fact {
    /// A person's screening was stored.
    IntakeReceived { intake: IntakeId, case: CaseId },
    /// A case got its urgency from the practice's rules.
    CaseTriaged { case: CaseId, intake: IntakeId },
    /// A case was put before staff.
    CaseReferred { case: CaseId },
    /// A time is held until the release step.
    AppointmentHeld { appointment: AppointmentId, case: CaseId },
    /// A time is fixed.
    AppointmentConfirmed { appointment: AppointmentId, case: CaseId },
    /// A hold was freed at the release step.
    AppointmentReleased { appointment: AppointmentId, case: CaseId },
    /// A client or staff cancelled.
    AppointmentCancelled { appointment: AppointmentId, case: CaseId },
    /// A session has another time; it is held or fixed as before.
    AppointmentMoved { appointment: AppointmentId, case: CaseId },
}

impl Fact {
    /// Every routing key, for the topology and its tests.
    pub const ROUTING_KEYS: [&'static str; 8] = [
        "intake.received.v1",
        "case.triaged.v1",
        "case.referred.v1",
        "appointment.held.v1",
        "appointment.confirmed.v1",
        "appointment.released.v1",
        "appointment.cancelled.v1",
        "appointment.moved.v1",
    ];

    /// Resource names of everything that it tells of.
    #[must_use]
    pub fn about(&self) -> Vec<String> {
        match self {
            Self::IntakeReceived { intake, case } | Self::CaseTriaged { case, intake } => {
                vec![intake.to_string(), case.to_string()]
            }
            Self::CaseReferred { case } => vec![case.to_string()],
            Self::AppointmentHeld { appointment, case }
            | Self::AppointmentConfirmed { appointment, case }
            | Self::AppointmentReleased { appointment, case }
            | Self::AppointmentCancelled { appointment, case }
            | Self::AppointmentMoved { appointment, case } => vec![appointment.to_string(), case.to_string()],
        }
    }

    /// The topic under which it is published.
    #[must_use]
    pub const fn routing_key(&self) -> &'static str {
        match self {
            Self::IntakeReceived { .. } => "intake.received.v1",
            Self::CaseTriaged { .. } => "case.triaged.v1",
            Self::CaseReferred { .. } => "case.referred.v1",
            Self::AppointmentHeld { .. } => "appointment.held.v1",
            Self::AppointmentConfirmed { .. } => "appointment.confirmed.v1",
            Self::AppointmentReleased { .. } => "appointment.released.v1",
            Self::AppointmentCancelled { .. } => "appointment.cancelled.v1",
            Self::AppointmentMoved { .. } => "appointment.moved.v1",
        }
    }

    /// The case it belongs to.
    #[must_use]
    pub const fn case(&self) -> CaseId {
        match *self {
            Self::IntakeReceived { case, .. }
            | Self::CaseTriaged { case, .. }
            | Self::CaseReferred { case }
            | Self::AppointmentHeld { case, .. }
            | Self::AppointmentConfirmed { case, .. }
            | Self::AppointmentReleased { case, .. }
            | Self::AppointmentCancelled { case, .. }
            | Self::AppointmentMoved { case, .. } => case,
        }
    }
}
