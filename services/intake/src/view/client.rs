//! What clients read: computed from their own intake alone.

use jiff::Timestamp;
use rapport_domain::{
    appointment::{Appointment, AppointmentState, ClientWish},
    case::CaseState,
    contact::Language,
    intake::Intake,
    practice::{self, Practice},
    triage::TriageResult,
};
use rapport_proto::{enums, intake as pb, time};

use super::{next_step, place};

/// An intake, where its case stands, and the latest appointment that is for this client.
pub(crate) struct Standing<'a> {
    pub(crate) intake: &'a Intake,
    /// Not the whole case: its urgency and the like are what both partners' answers came to.
    pub(crate) state: CaseState,
    pub(crate) appointment: Option<&'a Appointment>,
    /// What this client said to that appointment; the other one's word is nobody's but theirs.
    pub(crate) wish: Option<ClientWish>,
    /// What this client's own answers call for.
    pub(crate) found: &'a TriageResult,
}

impl Standing<'_> {
    /// The appointment whose time is taken.
    pub(super) fn open_appointment(&self) -> Option<&Appointment> {
        self.appointment.filter(|appointment| appointment.state.takes_time())
    }

    pub(super) fn state(&self) -> pb::IntakeState {
        match (self.state, self.open_appointment().map(|appointment| appointment.state)) {
            (CaseState::Closed, _) => pb::IntakeState::Closed,
            (_, Some(AppointmentState::Confirmed)) => pb::IntakeState::Confirmed,
            (_, Some(_)) => pb::IntakeState::Held,
            (CaseState::BeforeStaff, None) => pb::IntakeState::WeWillCall,
            // The answers alone have decided that a person calls: no need to wait for triage to say so.
            (_, None) if !self.found.booking.by_machine() => pb::IntakeState::WeWillCall,
            (_, None) => pb::IntakeState::Received,
        }
    }
}

/// The intake as its own client may see it.
pub(crate) fn intake(standing: &Standing<'_>, therapist: &str, practice: &Practice, now: Timestamp) -> pb::Intake {
    let state = standing.state();
    let next = next_step::next_step(standing, practice, now);
    pb::Intake {
        name: standing.intake.id.to_string(),
        state: state.into(),
        next_step: next.sentence,
        appointment: standing.open_appointment().map(|it| appointment(it, standing.wish, therapist, practice)),
        submit_time: Some(time::to_message(standing.intake.received_at)),
        call_by_time: next.call_by.map(time::to_message),
    }
}

/// A session as its own client may see it.
pub(crate) fn appointment(
    appointment: &Appointment,
    wish: Option<ClientWish>,
    therapist: &str,
    practice: &Practice,
) -> pb::Appointment {
    pb::Appointment {
        name: appointment.id.to_string(),
        state: enums::number(appointment.state),
        start_time: Some(time::to_message(appointment.starts_at)),
        end_time: Some(time::to_message(appointment.ends_at)),
        time_zone: practice.zone.iana_name().unwrap_or_default().to_owned(),
        format: enums::number(appointment.format),
        location: place(appointment, practice),
        therapist: therapist.to_owned(),
        release_time: appointment.release_at.map(time::to_message),
        accepted: wish == Some(ClientWish::Accepted),
        etag: appointment_etag(appointment, wish),
    }
}

/// A session for two as somebody may see it who has answered nothing yet.
pub(crate) fn invited_session(appointment: &Appointment, practice: &Practice) -> pb::InvitedSession {
    pb::InvitedSession {
        start_time: Some(time::to_message(appointment.starts_at)),
        end_time: Some(time::to_message(appointment.ends_at)),
        time_zone: practice.zone.iana_name().unwrap_or_default().to_owned(),
        format: enums::number(appointment.format),
        location: place(appointment, practice),
    }
}

/// Changes with every change that this client could see; their wish raises no sequence, and the other one's changes
/// nothing here.
pub(crate) fn appointment_etag(appointment: &Appointment, wish: Option<ClientWish>) -> String {
    let wish = match wish {
        None => "",
        Some(ClientWish::Accepted) => "+",
        Some(ClientWish::Declined) => "-",
    };
    format!("{}{wish}", appointment.sequence)
}

/// What must be put before a person at once.
pub(crate) fn safety_notice(notice: &practice::SafetyNotice<'_>, language: Language) -> pb::SafetyNotice {
    let lines = notice.lines.iter().map(|line| pb::CrisisLine {
        name: line.name.get(language).to_owned(),
        phone: line.phone.clone(),
        text: line.text.get(language).to_owned(),
        chat_url: line.chat_url.clone(),
        note: line.note.get(language).to_owned(),
    });
    pb::SafetyNotice {
        headline: notice.headline.clone(),
        lines: lines.collect(),
        call_promise: notice.call_promise.clone(),
        discretion: notice.discretion.clone(),
    }
}
