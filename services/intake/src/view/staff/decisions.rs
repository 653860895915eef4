//! What staff decided. Their words may tell of answers, so that coordinators read who, what and when, and not why.

use rapport_domain::{
    case::{Closed, Override},
    report::{Report, ReportDecision, ReportRecord},
};
use rapport_proto::{enums, staff as pb, time};
use rapport_security::Role;

use super::Sources;
use crate::policy::sees_answers;

pub(super) fn urgency_override(it: &Override, role: Role) -> pb::UrgencyOverride {
    pb::UrgencyOverride {
        from: enums::number(it.from),
        to: enums::number(it.to),
        reason: if sees_answers(role) { it.reason.as_str().to_owned() } else { String::new() },
        staff: it.by.clone(),
        create_time: Some(time::to_message(it.at)),
    }
}

pub(super) fn closure(it: &Closed, role: Role) -> pb::CaseClosure {
    let note = it.note.as_ref().filter(|_| sees_answers(role));
    pb::CaseClosure {
        reason: enums::number(it.reason),
        note: note.map(|note| note.as_str().to_owned()).unwrap_or_default(),
        staff: it.by.clone(),
        close_time: Some(time::to_message(it.at)),
    }
}

/// A report, with what was written about it once it is completed, and what it is about. For clinicians alone.
pub(crate) struct ReportInFull {
    pub(crate) report: Report,
    pub(crate) record: Option<ReportRecord>,
    /// The kind in words, as the protocol has it that asked for it.
    pub(crate) label: String,
}

/// A report as clinicians see it.
pub(crate) fn report(it: &ReportInFull, sources: &Sources) -> pb::Report {
    let (report, record) = (&it.report, it.record.as_ref());
    pb::Report {
        name: report.id.to_string(),
        kind: report.kind.clone(),
        state: enums::number(report.state),
        intake: report.intake.to_string(),
        known_only_from: sources.known_only_from(report.intake),
        create_time: Some(time::to_message(report.created_at)),
        decision: record.map(|record| decision(&record.decision)),
        staff: record.map(|record| record.by.clone()).unwrap_or_default(),
        complete_time: record.map(|record| time::to_message(record.at)),
        label: it.label.clone(),
    }
}

fn decision(decision: &ReportDecision) -> pb::report::Decision {
    match decision {
        ReportDecision::Made { agency, at, reference, note } => pb::report::Decision::Made(pb::ReportMade {
            agency: agency.as_str().to_owned(),
            time: Some(time::to_message(*at)),
            reference: reference.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
            note: note.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default(),
        }),
        ReportDecision::NotRequired { note } => {
            pb::report::Decision::NotRequired(pb::ReportNotRequired { note: note.as_str().to_owned() })
        }
    }
}
