//! Whom a case is about: how to reach them safely, where the second partner's word stands, who else they may be.

use rapport_domain::{
    appointment::{ClientWish, Mark},
    calls::ClientCalls,
    intake::{Care, CareWish, Intake},
    invitation::{Invitation, InvitationState},
};
use rapport_proto::{enums, intake::ProposedTime, staff as pb, time, week};
use rapport_store::search;

use super::Twin;

pub(super) fn safe_contact(
    intake: &Intake,
    wish: Option<ClientWish>,
    asked_for: Option<ProposedTime>,
    calls: ClientCalls,
) -> pb::SafeContact {
    let (client, contact) = (&intake.submission.client, &intake.submission.contact);
    let text = |line: Option<&str>| line.unwrap_or_default().to_owned();
    pb::SafeContact {
        intake: intake.id.to_string(),
        display_name: format!("{} {}", client.given_name.as_str(), client.family_name.as_str()),
        pronouns: text(client.pronouns.as_ref().map(|it| it.as_str())),
        phone: client.phone.as_str().to_owned(),
        safe_hours: contact.safe_hours.iter().map(|window| week::to_message(*window)).collect(),
        voicemail_ok: contact.voicemail_ok,
        introduce_as: text(contact.introduce_as.as_ref().map(|it| it.as_str())),
        language: client.language.tag().to_owned(),
        mailbox: enums::number(contact.mailbox),
        email: text(client.email.as_ref().map(|it| it.as_str())),
        wish: wish.map(enums::number).unwrap_or_default(),
        contact_stop_time: calls.stopped_at.map(time::to_message),
        reach_time: calls.reached_at.map(time::to_message),
        next_by_time: calls.next.map(|next| time::to_message(next.by)),
        asked_for,
        pin: text(contact.pin.as_ref().map(|it| it.as_str())),
    }
}

pub(super) fn attendance(mark: &Mark) -> pb::ClientAttendance {
    pb::ClientAttendance {
        intake: mark.intake.to_string(),
        attendance: enums::number(mark.attendance),
        staff: mark.by.clone(),
        mark_time: Some(time::to_message(mark.at)),
    }
}

/// Where the second partner's word stands. What they answered is no part of it.
pub(super) fn invitation(care: CareWish, intakes: &[Intake], invitations: &[Invitation]) -> pb::InvitationState {
    match (care.care(), intakes, invitations.last().map(|invitation| invitation.state)) {
        (Care::Individual, ..) => pb::InvitationState::Unspecified,
        (_, [_, _, ..], _) | (.., Some(InvitationState::Joined)) => pb::InvitationState::In,
        (.., None) => pb::InvitationState::NotInvited,
        (.., Some(InvitationState::Open)) => pb::InvitationState::Invited,
        (.., Some(InvitationState::Accepted)) => pb::InvitationState::Opened,
        (.., Some(InvitationState::Declined)) => pb::InvitationState::Declined,
        (.., Some(InvitationState::Withdrawn)) => pb::InvitationState::Withdrawn,
    }
}

pub(super) fn suspected_duplicate(twin: &Twin) -> pb::SuspectedDuplicate {
    let born_alike = twin.common.contains(search::BIRTH);
    let in_words = |kind: &&str| match *kind {
        search::EMAIL => Some("The same e-mail address."),
        search::PHONE => Some("The same phone number."),
        search::BIRTH => Some("The same name and birthday."),
        search::NAME if !born_alike => Some("The same name."),
        _ => None,
    };
    pb::SuspectedDuplicate {
        case_name: twin.case.to_string(),
        label: twin.label.clone(),
        because: twin.common.iter().filter_map(in_words).map(str::to_owned).collect(),
    }
}
