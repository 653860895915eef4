//! What clients read: computed from their own intake alone.

use jiff::Timestamp;
use rapport_domain::{
    appointment::{Appointment, AppointmentState, ClientWish},
    calls::ClientCalls,
    case::CaseState,
    contact::Language,
    matching::Therapist,
    practice::{self, Practice},
};
use rapport_proto::{enums, intake as pb, time};

use super::{next_step, place, session_page};
use crate::{own_appointment::Part, own_intake::OwnIntake};

/// An intake, where its case stands, and the latest appointment that is for this client.
pub(crate) struct Standing<'a> {
    /// With what this client's own answers call for.
    pub(crate) own: &'a OwnIntake,
    pub(crate) part: Part,
    /// Not the whole case: its urgency and the like are what both partners' answers came to.
    pub(crate) state: CaseState,
    pub(crate) appointment: Option<&'a Appointment>,
    /// What this client said to that appointment; the other one's word is nobody's but theirs.
    pub(crate) wish: Option<ClientWish>,
    /// What is known of this client's calls, and of nobody else's.
    pub(crate) calls: ClientCalls,
}

impl Standing<'_> {
    /// The appointment whose time is taken, unless this client has said no to it.
    pub(super) fn open_appointment(&self) -> Option<&Appointment> {
        self.appointment.filter(|appointment| appointment.state.takes_time() && !self.said_no())
    }

    /// Whether this client said no to a time that is held all the same, until the release step.
    pub(super) fn said_no_to_a_hold(&self) -> bool {
        self.said_no() && self.appointment.is_some_and(|appointment| appointment.state == AppointmentState::Held)
    }

    /// Whether a time for two that a second partner knew of, or came too late for, is off.
    pub(super) fn joint_time_is_off(&self) -> bool {
        let over = match self.appointment {
            Some(appointment) => !appointment.state.takes_time(),
            // What takes the case's time is not for them: their partner is seen alone.
            None => matches!(self.state, CaseState::Held | CaseState::Confirmed),
        };
        self.part == Part::Second && self.own.may_meet_together() && self.state != CaseState::Triaged && over
    }

    pub(super) fn said_no(&self) -> bool {
        self.wish == Some(ClientWish::Declined)
    }

    pub(super) fn state(&self) -> pb::IntakeState {
        match (self.state, self.open_appointment().map(|appointment| appointment.state)) {
            (CaseState::Closed, _) => pb::IntakeState::Closed,
            (_, Some(AppointmentState::Confirmed)) => pb::IntakeState::Confirmed,
            (_, Some(_)) => pb::IntakeState::Held,
            (CaseState::BeforeStaff, None) if !self.said_no_to_a_hold() => pb::IntakeState::WeWillCall,
            // The answers alone have decided that a person calls: no need to wait for triage to say so.
            (_, None) if !self.own.found.booking.by_machine() || self.joint_time_is_off() => {
                pb::IntakeState::WeWillCall
            }
            (_, None) => pb::IntakeState::Received,
        }
    }
}

/// The intake as its own client may see it.
pub(crate) fn intake(
    standing: &Standing<'_>,
    therapist: Option<&Therapist>,
    practice: &Practice,
    now: Timestamp,
) -> pb::Intake {
    let state = standing.state();
    let next = next_step::next_step(standing, practice, now);
    let name = therapist.map(|therapist| therapist.name.as_str()).unwrap_or_default();
    let session = standing.open_appointment();
    pb::Intake {
        name: standing.own.intake.id.to_string(),
        state: state.into(),
        next_step: next.sentence,
        appointment: session.map(|it| appointment(it, standing.wish, name, practice)),
        submit_time: Some(time::to_message(standing.own.intake.received_at)),
        call_by_time: next.call_by.map(time::to_message),
        session_page: session.map(|session| page(standing.own, session, practice)),
    }
}

fn page(own: &OwnIntake, session: &Appointment, practice: &Practice) -> pb::SessionPage {
    let (submission, language) = (&own.intake.submission, own.intake.submission.language());
    let page = practice.session_page(&own.found, &submission.preferences, session, None, language);
    session_page::session_page(page, language)
}

/// A session as its own client may see it.
pub(crate) fn appointment(
    appointment: &Appointment,
    wish: Option<ClientWish>,
    therapist: &str,
    practice: &Practice,
) -> pb::Appointment {
    // Of a second partner: the hold stays, and is no longer theirs.
    let given_back = wish == Some(ClientWish::Declined) && appointment.state == AppointmentState::Held;
    let state = if given_back { AppointmentState::Cancelled } else { appointment.state };
    pb::Appointment {
        name: appointment.id.to_string(),
        state: enums::number(state),
        start_time: Some(time::to_message(appointment.starts_at)),
        end_time: Some(time::to_message(appointment.ends_at)),
        time_zone: practice.zone.iana_name().unwrap_or_default().to_owned(),
        format: enums::number(appointment.format),
        location: place(appointment, practice),
        therapist: therapist.to_owned(),
        release_time: appointment.release_at.filter(|_| !given_back).map(time::to_message),
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
    pb::SafetyNotice {
        headline: notice.headline.clone(),
        lines: notice.lines.iter().map(|line| crisis_line(line, language)).collect(),
        call_promise: notice.call_promise.clone(),
        discretion: notice.discretion.clone(),
    }
}

/// A line that answers now.
pub(crate) fn crisis_line(line: &practice::Line, language: Language) -> pb::CrisisLine {
    pb::CrisisLine {
        name: line.name.get(language).to_owned(),
        phone: line.phone.clone(),
        text: line.text.get(language).to_owned(),
        chat_url: line.chat_url.clone(),
        note: line.note.get(language).to_owned(),
    }
}
