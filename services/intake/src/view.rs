//! Domain types as messages, as their reader may see them.
//!
//! [`client`] holds what clients read, [`next_step`] its sentences, [`mod@session_page`] what belongs to a session,
//! [`answers`](mod@answers) what they answered in a draft, [`letters`] where letters stand, [`mod@mail`] one of a folder, [`operations`] how the house does,
//! [`account`](mod@account) who may sign in, [`staff`] what staff read with what each role
//! may not see left out, [`protocol`] what a replay tells, [`roster`] who treats and when.

mod account;
mod answers;
mod client;
mod feed;
mod letter_preview;
mod letters;
mod mail;
mod next_step;
mod operations;
mod protocol;
mod roster;
mod session_page;
mod staff;

pub(crate) use account::{account, account_etag, colleague, unnamed_account};
pub(crate) use answers::answers;
pub(crate) use client::{
    Standing, appointment, appointment_etag, crisis_line, intake, invited_session, open_slot, safety_notice,
};
pub(crate) use feed::calendar_feed;
pub(crate) use letter_preview::{full_letter_preview, letter_preview, letter_preview_name};
pub(crate) use letters::{letter, letter_etag};
pub(crate) use mail::{full_mail, mail};
pub(crate) use operations::{dead_letter, health};
pub(crate) use protocol::replay_step;
pub(crate) use roster::{closure, import_rows, outside, therapist, therapists};
pub(crate) use staff::{
    LineUp, Record, ReportInFull, Sources, Triaged, Twin, alert, alert_etag, attempt, case, case_appointment,
    case_etag, emptied_by, line_up, note, report, revealed, summary,
};

use rapport_domain::{
    appointment::Appointment,
    practice::{Location, Practice},
};

/// Where a session takes place, in words; empty for video.
fn place(appointment: &Appointment, practice: &Practice) -> String {
    appointment.room.as_deref().and_then(|room| practice.location_of(room)).map(in_words).unwrap_or_default()
}

/// A location by its id, in words; empty where the practice has left it.
fn location(id: &str, practice: &Practice) -> String {
    practice.locations.iter().find(|location| location.id == id).map(in_words).unwrap_or_default()
}

fn in_words(location: &Location) -> String {
    format!("{}, {}", location.name, location.address)
}
