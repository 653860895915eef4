//! Domain types as messages, as their reader may see them.
//!
//! [`client`] holds what clients read, [`next_step`] its sentences, [`staff`]
//! what staff read with what each role may not see left out.

mod client;
mod next_step;
mod staff;

pub(crate) use client::{Standing, appointment, appointment_etag, intake, safety_notice};
pub(crate) use staff::{Record, Sources, Twin, case, case_appointment, case_etag, report, summary};

use rapport_domain::{appointment::Appointment, practice::Practice};

/// Where a session takes place, in words; empty for video.
fn place(appointment: &Appointment, practice: &Practice) -> String {
    appointment
        .room
        .as_deref()
        .and_then(|room| practice.location_of(room))
        .map(|location| format!("{}, {}", location.name, location.address))
        .unwrap_or_default()
}
