//! Events between the domain and the bytes that the outbox keeps and the broker carries.

use jiff::Timestamp;
use prost::Message;
use rapport_domain::{
    event::{Event, Fact},
    id::{EventId, IdError},
};
use uuid::Uuid;

use crate::{
    events::{self as pb, event::Payload},
    time,
};

/// Bytes that are not an event that this version knows.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// Not a protobuf message.
    #[error("the bytes are not an encoded rapport.events.v1.Event")]
    Encoding(#[source] prost::DecodeError),
    /// A newer producer, or none of ours.
    #[error("the event has no payload that this version knows")]
    UnknownPayload,
    /// The event's own id.
    #[error("event_id is not a UUID")]
    EventId,
    /// When it happened.
    #[error("occur_time is missing or out of range")]
    OccurTime,
    /// One of the ids inside.
    #[error("a resource name is damaged")]
    Name(#[source] IdError),
}

/// The event as `rapport.events.v1.Event`, encoded.
#[must_use]
pub fn encode(event: &Event) -> Vec<u8> {
    pb::Event {
        event_id: event.id.uuid().to_string(),
        occur_time: Some(time::to_message(event.occurred_at)),
        payload: Some(payload(event.fact)),
    }
    .encode_to_vec()
}

/// Reads what [`encode`] gave.
///
/// # Errors
/// Where the bytes are not an event that this version knows: nothing that a
/// second try would mend.
pub fn decode(bytes: &[u8]) -> Result<Event, EventError> {
    let message = pb::Event::decode(bytes).map_err(EventError::Encoding)?;
    let id = Uuid::try_parse(&message.event_id).map_err(|_| EventError::EventId)?;
    let occurred_at: Timestamp =
        message.occur_time.as_ref().and_then(time::from_message).ok_or(EventError::OccurTime)?;
    let fact = fact(&message.payload.ok_or(EventError::UnknownPayload)?).map_err(EventError::Name)?;
    Ok(Event { id: EventId::new(id), occurred_at, fact })
}

fn payload(fact: Fact) -> Payload {
    match fact {
        Fact::IntakeReceived { intake, case } => {
            Payload::IntakeReceived(pb::IntakeReceived { intake: intake.to_string(), case: case.to_string() })
        }
        Fact::CaseTriaged { case, intake } => {
            Payload::CaseTriaged(pb::CaseTriaged { case: case.to_string(), intake: intake.to_string() })
        }
        Fact::CaseReferred { case } => Payload::CaseReferred(pb::CaseReferred { case: case.to_string() }),
        Fact::AppointmentHeld { appointment, case } => Payload::AppointmentHeld(pb::AppointmentHeld {
            appointment: appointment.to_string(),
            case: case.to_string(),
        }),
        Fact::AppointmentConfirmed { appointment, case } => Payload::AppointmentConfirmed(pb::AppointmentConfirmed {
            appointment: appointment.to_string(),
            case: case.to_string(),
        }),
        Fact::AppointmentReleased { appointment, case } => Payload::AppointmentReleased(pb::AppointmentReleased {
            appointment: appointment.to_string(),
            case: case.to_string(),
        }),
        Fact::AppointmentCancelled { appointment, case } => Payload::AppointmentCancelled(pb::AppointmentCancelled {
            appointment: appointment.to_string(),
            case: case.to_string(),
        }),
        Fact::AppointmentMoved { appointment, case } => Payload::AppointmentMoved(pb::AppointmentMoved {
            appointment: appointment.to_string(),
            case: case.to_string(),
        }),
    }
}

fn fact(payload: &Payload) -> Result<Fact, IdError> {
    Ok(match payload {
        Payload::IntakeReceived(it) => Fact::IntakeReceived { intake: it.intake.parse()?, case: it.case.parse()? },
        Payload::CaseTriaged(it) => Fact::CaseTriaged { case: it.case.parse()?, intake: it.intake.parse()? },
        Payload::CaseReferred(it) => Fact::CaseReferred { case: it.case.parse()? },
        Payload::AppointmentHeld(it) => {
            Fact::AppointmentHeld { appointment: it.appointment.parse()?, case: it.case.parse()? }
        }
        Payload::AppointmentConfirmed(it) => {
            Fact::AppointmentConfirmed { appointment: it.appointment.parse()?, case: it.case.parse()? }
        }
        Payload::AppointmentReleased(it) => {
            Fact::AppointmentReleased { appointment: it.appointment.parse()?, case: it.case.parse()? }
        }
        Payload::AppointmentCancelled(it) => {
            Fact::AppointmentCancelled { appointment: it.appointment.parse()?, case: it.case.parse()? }
        }
        Payload::AppointmentMoved(it) => {
            Fact::AppointmentMoved { appointment: it.appointment.parse()?, case: it.case.parse()? }
        }
    })
}

#[cfg(test)]
mod tests {
    use rapport_domain::id::{AppointmentId, CaseId, IntakeId};

    use super::*;

    fn every_fact() -> [Fact; 8] {
        let uuid = |n| Uuid::from_u128(n);
        let (intake, case) = (IntakeId::new(uuid(1)), CaseId::new(uuid(2)));
        let appointment = AppointmentId::new(uuid(3));
        [
            Fact::IntakeReceived { intake, case },
            Fact::CaseTriaged { case, intake },
            Fact::CaseReferred { case },
            Fact::AppointmentHeld { appointment, case },
            Fact::AppointmentConfirmed { appointment, case },
            Fact::AppointmentReleased { appointment, case },
            Fact::AppointmentCancelled { appointment, case },
            Fact::AppointmentMoved { appointment, case },
        ]
    }

    #[test]
    fn every_event_reads_back_as_it_was_written() {
        for fact in every_fact() {
            let occurred_at = "2026-03-02T14:30:00.123456Z".parse().unwrap();
            let event = Event { id: EventId::new(Uuid::from_u128(9)), occurred_at, fact };
            assert_eq!(decode(&encode(&event)).unwrap(), event);
        }
    }

    #[test]
    fn the_routing_key_is_the_payloads_field_name() {
        let event = crate::descriptor().get_message_by_name("rapport.events.v1.Event").unwrap();
        let payload = event.oneofs().next().unwrap();
        let from_fields: Vec<_> =
            payload.fields().map(|field| format!("{}.v1", field.name().replacen('_', ".", 1))).collect();
        assert_eq!(from_fields, Fact::ROUTING_KEYS);
        assert_eq!(every_fact().map(|fact| fact.routing_key()), Fact::ROUTING_KEYS);
    }

    #[test]
    fn damaged_bytes_are_refused() {
        assert!(matches!(decode(&[0xff]), Err(EventError::Encoding(_))));
        assert!(matches!(decode(&[]), Err(EventError::EventId)));
        let unknown = pb::Event { event_id: Uuid::nil().to_string(), ..pb::Event::default() };
        assert!(matches!(decode(&unknown.encode_to_vec()), Err(EventError::OccurTime)));
    }
}
