//! What clients read: computed from their own intake alone.

use jiff::Timestamp;
use rapport_domain::{
    appointment::{Appointment, AppointmentState, ClientWish, Proposal},
    calls::ClientCalls,
    case::CaseState,
    contact::Language,
    matching::{Offer, Therapist},
    practice::{self, Practice},
};
use rapport_proto::{enums, intake as pb, time};

use super::{location, next_step, place, session_page};
use crate::{
    own_appointment::{Part, Said},
    own_intake::OwnIntake,
    slot,
};

/// An intake, where its case stands, and the latest appointment that is for this client.
pub(crate) struct Standing<'a> {
    /// With what this client's own answers call for.
    pub(crate) own: &'a OwnIntake,
    pub(crate) part: Part,
    /// Not the whole case: its urgency and the like are what both partners' answers came to.
    pub(crate) state: CaseState,
    pub(crate) appointment: Option<&'a Appointment>,
    /// What this client said to that appointment; the other one's word is nobody's but theirs.
    pub(crate) said: Said,
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
        self.said.wish == Some(ClientWish::Declined)
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
    let language = standing.own.intake.submission.language();
    let next = next_step::next_step(standing, practice, now);
    let name = therapist.map(|therapist| therapist.name.as_str()).unwrap_or_default();
    let session = standing.open_appointment();
    pb::Intake {
        name: standing.own.intake.id.to_string(),
        state: state.into(),
        next_step: next.sentence,
        appointment: session.map(|it| appointment(it, &standing.said, name, practice, language)),
        submit_time: Some(time::to_message(standing.own.intake.received_at)),
        call_by_time: next.call_by.map(time::to_message),
        session_page: session.map(|session| page(standing.own, session, therapist, practice)),
    }
}

fn page(own: &OwnIntake, session: &Appointment, therapist: Option<&Therapist>, practice: &Practice) -> pb::SessionPage {
    let (submission, language) = (&own.intake.submission, own.intake.submission.language());
    let own_fee = therapist.and_then(|therapist| therapist.fees.get(&session.care)).copied();
    let page = practice.session_page(&own.found, &submission.preferences, session, own_fee, language);
    session_page::session_page(page, language)
}

/// A session as its own client may see it.
pub(crate) fn appointment(
    appointment: &Appointment,
    said: &Said,
    therapist: &str,
    practice: &Practice,
    language: Language,
) -> pb::Appointment {
    let wish = said.wish;
    let fixed = appointment.state == AppointmentState::Confirmed;
    let changes = &practice.changes;
    let free_until = (fixed && changes.late_cancel_fee > 0).then(|| changes.cancels_until(appointment.starts_at));
    let asked = said.other.as_ref();
    let proposal = asked.and_then(|it| Some((it, it.proposal.as_ref()?)));
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
        etag: appointment_etag(appointment, said),
        move_until_time: fixed.then(|| time::to_message(changes.moves_until(appointment.starts_at))),
        cancel_free_until_time: free_until.map(time::to_message),
        late_cancel_note: free_until.map(|_| late_cancel(changes.late_cancel_fee, language)).unwrap_or_default(),
        proposal: proposal.map(|(asked, it)| proposed(it, slot::proposal(asked), practice)),
        own_proposal: said.own_proposal(appointment).map(|it| proposed(it, String::new(), practice)),
    }
}

/// Another time that somebody asked for.
pub(super) fn proposed(proposal: &Proposal, slot: String, practice: &Practice) -> pb::ProposedTime {
    pb::ProposedTime {
        start_time: Some(time::to_message(proposal.choice.starts_at)),
        end_time: Some(time::to_message(proposal.ends_at)),
        format: enums::number(proposal.choice.format),
        location: proposal.choice.location.as_deref().map(|id| location(id, practice)).unwrap_or_default(),
        expire_time: Some(time::to_message(proposal.expires_at)),
        slot,
    }
}

fn late_cancel(dollars: u32, language: Language) -> String {
    match language {
        Language::En => format!("If you give this time back later than that, a fee of ${dollars} may apply."),
        Language::Es => format!("Si cancela esta hora más tarde, puede aplicarse un cargo de ${dollars}."),
    }
}

/// A time that a session could move to.
pub(crate) fn open_slot(offer: &Offer, slot: String, same_therapist: bool, practice: &Practice) -> pb::OpenSlot {
    pb::OpenSlot {
        slot,
        start_time: Some(time::to_message(offer.slot.starts_at)),
        end_time: Some(time::to_message(offer.slot.ends_at)),
        time_zone: practice.zone.iana_name().unwrap_or_default().to_owned(),
        format: enums::number(offer.slot.format),
        location: offer.slot.location.as_deref().map(|id| location(id, practice)).unwrap_or_default(),
        therapist: offer.name.clone(),
        same_therapist,
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
/// nothing here but for what they propose.
pub(crate) fn appointment_etag(appointment: &Appointment, said: &Said) -> String {
    let wish = match said.wish {
        None => "",
        Some(ClientWish::Accepted) => "+",
        Some(ClientWish::Declined) => "-",
    };
    let own = said.own_proposal(appointment).and(said.own.as_ref()).map(|it| format!("o{}", it.asked));
    let other = said.other.as_ref().map(|it| format!("p{}", it.asked));
    format!("{}{wish}{}{}", appointment.sequence, own.unwrap_or_default(), other.unwrap_or_default())
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
