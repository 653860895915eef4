//! What staff read. A coordinator gets the same messages as a clinician with
//! everything that tells of answers left empty: no rule, no reason, no score.
//!
//! [`people`] holds whom a case is about, [`clinical`] what triage found,
//! [`calls`] whom the on-call chain told and how clients were called, [`decisions`] what staff decided,
//! [`mod@line_up`] who could see them, [`mod@revealed`] all that somebody answered, [`sources`] who told what.

mod calls;
mod clinical;
mod decisions;
mod line_up;
mod people;
mod revealed;
mod sources;

use std::{collections::BTreeSet, sync::Arc};

use rapport_domain::{
    alert::{Alert, AlertStep},
    appointment::{Appointment, ClientWish, Mark, Proposal},
    calls::{ClientCalls, ContactAttempt},
    case::{Case, CaseNote, CaseState, StaffReason},
    id::{CaseId, IntakeId},
    intake::Intake,
    invitation::Invitation,
    matching::Therapist,
    practice::Practice,
    protocol::Protocol,
    triage::{JointView, TriageResult},
};
use rapport_proto::{enums, staff as pb, time};
use rapport_security::Role;
use rapport_store::{CaseDetail, LetterStanding};

use super::{
    client::proposed,
    letters::{letter, letter_refused},
    place,
};
use crate::{case_calls::CaseCalls, policy::sees_answers};

pub(crate) use calls::{alert, alert_etag, attempt, note};
pub(crate) use decisions::{ReportInFull, report};
pub(crate) use line_up::{LineUp, emptied_by, line_up};
pub(crate) use revealed::revealed;
pub(crate) use sources::Sources;

/// What a coordinator reads wherever the reason would tell of answers.
const CLINICIAN_DECIDES: &str = "A clinician decides on this case.";
const CALL_NEEDED: &str = "Call needed: a person decides with the client.";
const NOBODY_FITS: &str = "No therapist fits within the promise.";

/// Everything about one case that its reader's role may see: the rest is not even read.
pub(crate) struct Record<'a> {
    pub(crate) case: &'a Case,
    pub(crate) detail: &'a CaseDetail,
    pub(crate) intakes: &'a [Intake],
    pub(crate) invitations: &'a [Invitation],
    pub(crate) results: &'a [Triaged],
    pub(crate) joint: Option<&'a JointView>,
    pub(crate) reports: &'a [ReportInFull],
    pub(crate) appointment: Option<&'a Appointment>,
    pub(crate) therapist: Option<&'a Therapist>,
    pub(crate) wishes: &'a [(IntakeId, ClientWish)],
    /// Other times that clients asked for, as long as they wait.
    pub(crate) asked_for: &'a [(IntakeId, Proposal)],
    pub(crate) marks: &'a [Mark],
    pub(crate) letters: &'a [LetterStanding],
    pub(crate) alerts: &'a [(Alert, Vec<AlertStep>)],
    pub(crate) calls: CaseCalls,
    pub(crate) client_calls: &'a [(IntakeId, ClientCalls)],
    pub(crate) attempts: &'a [ContactAttempt],
    pub(crate) notes: &'a [CaseNote],
    pub(crate) twins: &'a [Twin],
}

/// What triage found for one intake.
pub(crate) struct Triaged {
    pub(crate) intake: IntakeId,
    pub(crate) result: TriageResult,
    /// What found it, where it is still understood.
    pub(crate) protocol: Option<Arc<Protocol>>,
}

/// Another case that may be the same person's.
pub(crate) struct Twin {
    pub(crate) case: CaseId,
    pub(crate) label: String,
    /// Kinds of search token that both have.
    pub(crate) common: BTreeSet<&'static str>,
}

/// A line of the queue.
pub(crate) fn summary(case: &Case, detail: &CaseDetail, calls: CaseCalls, role: Role) -> pb::CaseSummary {
    pb::CaseSummary {
        name: case.id.to_string(),
        state: enums::number(case.state),
        urgency: enums::number(case.urgency),
        respond_by_time: Some(time::to_message(case.respond_by)),
        create_time: Some(time::to_message(case.created_at)),
        care: enums::number(case.care.care()),
        clinician_only: case.clinician_only,
        assignee: case.assignee.clone().unwrap_or_default(),
        staff_reason: reasons(case, detail, role),
        label: detail.label.clone(),
        etag: case_etag(case),
        call_needed: (!case.booking.by_machine() || !detail.refused.is_empty()) && case.state != CaseState::Closed,
        unacknowledged: calls.unacknowledged,
        next_attempt_time: calls.next_attempt.map(time::to_message),
        overdue: calls.overdue,
        sample: detail.sample,
    }
}

/// Changes with every change of the case.
pub(crate) fn case_etag(case: &Case) -> String {
    case.version.to_string()
}

/// A case in full.
pub(crate) fn case(record: &Record<'_>, practice: &Practice, role: Role) -> pb::Case {
    let (case, detail) = (record.case, record.detail);
    let sources = Sources::of(record.intakes);
    // Not read for whoever may not see it, and left out here all the same.
    let clinical = sees_answers(role);
    let results = if clinical { record.results } else { &[] };
    let (fired_rules, scores, small_steps) = clinical::findings(results, &sources);
    let reports = if clinical { record.reports } else { &[] };
    let both = record.joint.filter(|_| clinical).zip(record.intakes.first().zip(record.intakes.get(1)));
    let wish_of = |intake: &Intake| record.wishes.iter().find(|(of, _)| *of == intake.id).map(|(_, wish)| *wish);
    let calls_of = |intake: &Intake| {
        record.client_calls.iter().find(|(of, _)| *of == intake.id).map(|(_, calls)| *calls).unwrap_or_default()
    };
    let asked_of = |intake: &Intake| {
        let asked = record.asked_for.iter().find(|(of, _)| *of == intake.id);
        asked.map(|(_, proposal)| proposed(proposal, String::new(), practice))
    };
    let contact = |intake| people::safe_contact(intake, wish_of(intake), asked_of(intake), calls_of(intake));
    let session = |it| case_appointment(it, record.therapist, record.marks, detail, practice, role);
    pb::Case {
        summary: Some(summary(case, detail, record.calls, role)),
        contacts: record.intakes.iter().map(contact).collect(),
        appointment: record.appointment.map(session),
        fired_rules,
        scores,
        protocol: results.first().map(|it| it.result.protocol.clone()).unwrap_or_default(),
        letters: record.letters.iter().map(|it| letter(it, role)).collect(),
        invitation: people::invitation(case.care, record.intakes, record.invitations).into(),
        overrides: detail.overrides.iter().map(|it| decisions::urgency_override(it, role)).collect(),
        closure: detail.closed.as_ref().map(|it| decisions::closure(it, role)),
        reports: reports.iter().map(|it| report(it, &sources)).collect(),
        small_steps,
        joint: both.map(|(view, (first, second))| clinical::joint(first.id, second.id, view)),
        suspected_duplicates: record.twins.iter().map(people::suspected_duplicate).collect(),
        alerts: record.alerts.iter().map(|(it, steps)| alert(it, steps, practice)).collect(),
        attempts: record.attempts.iter().map(|it| attempt(it, role)).collect(),
        notes: record.notes.iter().filter(|it| calls::reads(it, role)).map(note).collect(),
        stops: detail.stops.iter().map(|it| calls::stop(it, role)).collect(),
        referral: detail.referred.as_ref().map(|it| calls::referral(it, role)),
        reopenings: detail.reopened.iter().map(|it| calls::reopening(it, role)).collect(),
    }
}

/// Why it is before staff, and which letters its clients do not have: what a mail server said tells of nobody's answers.
fn reasons(case: &Case, detail: &CaseDetail, role: Role) -> String {
    let reason = detail.staff_reason.iter().map(|reason| staff_reason(reason, case, role));
    let refused = detail.refused.iter().map(|letter| letter_refused(&letter.why));
    reason.chain(refused).collect::<Vec<_>>().join(" ")
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

/// A session as staff see it.
pub(crate) fn case_appointment(
    it: &Appointment,
    therapist: Option<&Therapist>,
    marks: &[Mark],
    detail: &CaseDetail,
    practice: &Practice,
    role: Role,
) -> pb::CaseAppointment {
    pb::CaseAppointment {
        name: it.id.to_string(),
        state: enums::number(it.state),
        therapist: it.therapist.to_string(),
        therapist_name: therapist.map(|therapist| therapist.name.clone()).unwrap_or_default(),
        start_time: Some(time::to_message(it.starts_at)),
        end_time: Some(time::to_message(it.ends_at)),
        format: enums::number(it.format),
        location: place(it, practice),
        release_time: it.release_at.map(time::to_message),
        because: if sees_answers(role) { detail.match_because.clone() } else { Vec::new() },
        fallback: detail.fallback.clone(),
        attendance: marks.iter().map(people::attendance).collect(),
    }
}
