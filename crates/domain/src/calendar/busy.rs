//! What is taken: a stretch of one therapist's or one room's time.

use jiff::Timestamp;

use crate::{
    appointment::Appointment,
    id::{AppointmentId, TherapistId},
    practice::Practice,
};

/// A stretch of a resource's time that nobody else may have, buffer included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// `therapists/{id}` or `rooms/{id}`.
    pub resource: String,
    /// When it begins.
    pub starts_at: Timestamp,
    /// The first instant after it and its buffer.
    pub ends_at: Timestamp,
    /// The appointment that takes it; `None` for anything else, as a holiday.
    pub appointment: Option<AppointmentId>,
    /// Whether that appointment is a hold that may still be freed.
    pub held: bool,
}

impl Busy {
    /// Whether it shares an instant with `[starts_at, ends_at)`.
    #[must_use]
    pub fn overlaps(&self, starts_at: Timestamp, ends_at: Timestamp) -> bool {
        self.starts_at < ends_at && starts_at < self.ends_at
    }
}

/// The name of a therapist's time in the calendar.
#[must_use]
pub fn therapist_resource(therapist: TherapistId) -> String {
    therapist.to_string()
}

/// The name of a room's time in the calendar.
#[must_use]
pub fn room_resource(room: &str) -> String {
    format!("rooms/{room}")
}

/// Whether a resource is a room.
#[must_use]
pub fn is_room(resource: &str) -> bool {
    resource.starts_with("rooms/")
}

/// What an appointment takes: the therapist's time, then the room's, each with
/// the practice's buffer behind it. Always in this order, so that two bookings
/// never wait for one another crosswise.
#[must_use]
pub fn blocks(appointment: &Appointment, practice: &Practice) -> Vec<Busy> {
    let ends_at = appointment.ends_at + practice.booking.buffer();
    let block = |resource| Busy {
        resource,
        starts_at: appointment.starts_at,
        ends_at,
        appointment: Some(appointment.id),
        held: appointment.state == crate::appointment::AppointmentState::Held,
    };
    let room = appointment.room.as_deref().map(|room| block(room_resource(room)));
    std::iter::once(block(therapist_resource(appointment.therapist))).chain(room).collect()
}
