//! What staff read. A coordinator gets the same messages as a clinician with
//! everything that tells of answers left empty: no rule, no reason, no score.

use rapport_domain::{
    appointment::Appointment,
    case::{Case, StaffReason},
    id::IntakeId,
    intake::Intake,
    matching::Therapist,
    practice::Practice,
    triage::{TriageResult, result::FiredRule},
};
use rapport_proto::{enums, staff as pb, time, week};
use rapport_security::Role;
use rapport_store::{CaseDetail, LetterStanding};

use super::place;
use crate::policy::sees_answers;

/// What a coordinator reads wherever the reason would tell of answers.
const CLINICIAN_DECIDES: &str = "A clinician decides on this case.";
const CALL_NEEDED: &str = "Call needed: a person decides with the client.";
const NOBODY_FITS: &str = "No therapist fits within the promise.";

/// Everything about one case.
pub(crate) struct Record<'a> {
    pub(crate) case: &'a Case,
    pub(crate) detail: &'a CaseDetail,
    pub(crate) intakes: &'a [Intake],
    pub(crate) results: &'a [(IntakeId, TriageResult)],
    pub(crate) appointment: Option<&'a Appointment>,
    pub(crate) therapist: Option<&'a Therapist>,
    pub(crate) letters: &'a [LetterStanding],
}

/// A line of the queue.
pub(crate) fn summary(case: &Case, detail: &CaseDetail, role: Role) -> pb::CaseSummary {
    pb::CaseSummary {
        name: case.id.to_string(),
        state: enums::number(case.state),
        urgency: enums::number(case.urgency),
        respond_by_time: Some(time::to_message(case.respond_by)),
        create_time: Some(time::to_message(case.created_at)),
        care: enums::number(case.care.care()),
        clinician_only: case.clinician_only,
        assignee: case.assignee.clone().unwrap_or_default(),
        staff_reason: detail.staff_reason.as_ref().map(|reason| staff_reason(reason, case, role)).unwrap_or_default(),
        label: detail.label.clone(),
        etag: case_etag(case),
    }
}

/// Changes with every change of the case.
pub(crate) fn case_etag(case: &Case) -> String {
    case.version.to_string()
}

/// A case in full.
pub(crate) fn case(record: &Record<'_>, practice: &Practice, role: Role) -> pb::Case {
    let clinical = if sees_answers(role) { record.results } else { &[] };
    let protocol = clinical.first().map(|(_, result)| result.protocol.clone()).unwrap_or_default();
    pb::Case {
        summary: Some(summary(record.case, record.detail, role)),
        contacts: record.intakes.iter().map(safe_contact).collect(),
        appointment: record.appointment.map(|it| appointment(it, record, practice, role)),
        fired_rules: clinical
            .iter()
            .flat_map(|(intake, result)| result.fired.iter().map(|rule| fired_rule(*intake, rule)))
            .collect(),
        scores: clinical.iter().flat_map(|(intake, result)| scores(*intake, result)).collect(),
        protocol,
        letters: record.letters.iter().map(letter).collect(),
    }
}

/// A rule's doing is told as such to clinicians alone. Age is no answer: who
/// calls a minor must know.
fn staff_reason(reason: &StaffReason, case: &Case, role: Role) -> String {
    match reason {
        _ if sees_answers(role) => reason.text(),
        StaffReason::RulesForbidBooking if case.clinician_only => CLINICIAN_DECIDES.to_owned(),
        StaffReason::RulesForbidBooking => CALL_NEEDED.to_owned(),
        StaffReason::NobodyMatches { tells_of_answers: true, .. } => NOBODY_FITS.to_owned(),
        _ => reason.text(),
    }
}

fn safe_contact(intake: &Intake) -> pb::SafeContact {
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
    }
}

fn appointment(it: &Appointment, record: &Record<'_>, practice: &Practice, role: Role) -> pb::CaseAppointment {
    pb::CaseAppointment {
        name: it.id.to_string(),
        state: enums::number(it.state),
        therapist: it.therapist.to_string(),
        therapist_name: record.therapist.map(|therapist| therapist.name.clone()).unwrap_or_default(),
        start_time: Some(time::to_message(it.starts_at)),
        end_time: Some(time::to_message(it.ends_at)),
        format: enums::number(it.format),
        location: place(it, practice),
        release_time: it.release_at.map(time::to_message),
        because: if sees_answers(role) { record.detail.match_because.clone() } else { Vec::new() },
    }
}

fn fired_rule(intake: IntakeId, rule: &FiredRule) -> pb::FiredRule {
    let evidence = rule.evidence.iter().map(|it| pb::Evidence {
        source: it.source.clone(),
        label: it.label.clone(),
        value: it.value.clone(),
    });
    pb::FiredRule {
        rule: rule.rule.clone(),
        urgency: enums::number(rule.urgency),
        because: rule.because.clone(),
        intake: intake.to_string(),
        evidence: evidence.collect(),
    }
}

fn scores(intake: IntakeId, result: &TriageResult) -> impl Iterator<Item = pb::Score> {
    result.scores.iter().map(move |score| pb::Score {
        scale: score.scale.clone(),
        label: score.label.clone(),
        value: score.value,
        minimum: score.minimum,
        maximum: score.maximum,
        band: score.band.clone().unwrap_or_default(),
        intake: intake.to_string(),
    })
}

fn letter(standing: &LetterStanding) -> pb::Letter {
    pb::Letter {
        letter: standing.kind.name().to_owned(),
        state: standing.state.name().to_owned(),
        update_time: Some(time::to_message(standing.updated_at)),
    }
}
