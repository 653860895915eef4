//! Whom the on-call chain told, how clients were called, and what staff wrote for one another. A clinician's words may
//! tell of answers: coordinators read who, what and when, and what a coordinator wrote.

use rapport_domain::{
    alert::{Alert, AlertState, AlertStep},
    calls::ContactAttempt,
    case::{CaseNote, ContactStop, Note, NoteKind, Referred, Reopened},
    practice::Practice,
};
use rapport_proto::{enums, staff as pb, time};
use rapport_security::Role;

use crate::policy::sees_answers;

/// An alert with the steps that were taken.
pub(crate) fn alert(alert: &Alert, steps: &[AlertStep], practice: &Practice) -> pb::Alert {
    let acknowledged = alert.acknowledged.as_ref();
    pb::Alert {
        name: alert.id.to_string(),
        case_name: alert.case.to_string(),
        state: enums::number(alert.state),
        create_time: Some(time::to_message(alert.raised_at)),
        steps: steps.iter().map(|step| self::step(step, practice)).collect(),
        next_step_time: (alert.state == AlertState::Open).then(|| time::to_message(alert.next_at)),
        staff: acknowledged.map(|it| it.by.clone()).unwrap_or_default(),
        acknowledge_time: acknowledged.map(|it| time::to_message(it.at)),
        etag: alert_etag(alert),
    }
}

/// Changes with every change of the alert.
pub(crate) fn alert_etag(alert: &Alert) -> String {
    alert.version.to_string()
}

fn step(step: &AlertStep, practice: &Practice) -> pb::AlertStep {
    let name = |position: &u32| practice.on_call.get(*position as usize).map(|person| person.name.clone());
    pb::AlertStep {
        number: i32::try_from(step.number + 1).unwrap_or(i32::MAX),
        told: step.told.iter().filter_map(name).collect(),
        time: Some(time::to_message(step.at)),
    }
}

/// An attempt to reach a client.
pub(crate) fn attempt(attempt: &ContactAttempt, role: Role) -> pb::ContactAttempt {
    let told = &attempt.told;
    let readable = sees_answers(role) || !told.by_clinician;
    pb::ContactAttempt {
        name: attempt.id.to_string(),
        intake: attempt.intake.to_string(),
        time: Some(time::to_message(attempt.at)),
        channel: enums::number(told.channel),
        outcome: enums::number(told.outcome),
        note: words(told.note.as_ref().filter(|_| readable)),
        danger: words(told.danger.as_ref().filter(|_| sees_answers(role))),
        next_by_time: told.next_by.map(time::to_message),
        staff: told.by.clone(),
    }
}

/// A note, for whoever [`reads`] it.
pub(crate) fn note(note: &CaseNote) -> pb::Note {
    pb::Note {
        name: note.id.to_string(),
        kind: enums::number(note.kind),
        text: note.text.as_str().to_owned(),
        staff: note.by.clone(),
        create_time: Some(time::to_message(note.at)),
    }
}

/// Whether a note is for this role's eyes.
pub(super) fn reads(note: &CaseNote, role: Role) -> bool {
    note.kind == NoteKind::Coordination || sees_answers(role)
}

/// That a client is not contacted any more, or may be again.
pub(super) fn stop(stop: &ContactStop, role: Role) -> pb::ContactStop {
    pb::ContactStop {
        intake: stop.intake.to_string(),
        reason: stop.stopped.map(enums::number).unwrap_or_default(),
        note: words(stop.note.as_ref().filter(|_| sees_answers(role))),
        staff: stop.by.clone(),
        create_time: Some(time::to_message(stop.at)),
    }
}

/// Whose help fits better.
pub(super) fn referral(referred: &Referred, role: Role) -> pb::CaseReferral {
    pb::CaseReferral {
        to: referred.to.as_str().to_owned(),
        reason: words(Some(&referred.reason).filter(|_| sees_answers(role))),
        staff: referred.by.clone(),
        create_time: Some(time::to_message(referred.at)),
    }
}

/// That a case went on after it had ended.
pub(super) fn reopening(reopened: &Reopened, role: Role) -> pb::CaseReopening {
    pb::CaseReopening {
        reason: words(Some(&reopened.reason).filter(|_| sees_answers(role))),
        staff: reopened.by.clone(),
        create_time: Some(time::to_message(reopened.at)),
    }
}

fn words(note: Option<&Note>) -> String {
    note.map(|note| note.as_str().to_owned()).unwrap_or_default()
}
