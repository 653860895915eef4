//! What a replay tells.

use rapport_domain::{
    protocol::Protocol,
    replay::{Change, Difference, Tally, Verdict},
    triage::Urgency,
};
use rapport_proto::{
    enums,
    staff::{self as pb, replay_protocol_response::Step as Told},
};

use crate::replay_protocol::Step;

/// A step of a replay of this candidate.
pub(crate) fn replay_step(step: &Step, candidate: &Protocol) -> pb::ReplayProtocolResponse {
    let step = match step {
        Step::Progress { done, total } => {
            Told::Progress(pb::ReplayProgress { done: count(*done), total: count(*total) })
        }
        Step::Change(changed) => Told::Change(change(changed)),
        Step::Summary(tally) => Told::Summary(summary(tally, candidate)),
    };
    pb::ReplayProtocolResponse { step: Some(step) }
}

fn change(change: &Change) -> pb::ReplayChange {
    pb::ReplayChange {
        case_name: change.case.to_string(),
        intake: change.intake.to_string(),
        before: Some(verdict(change.before)),
        after: Some(verdict(change.after)),
        rules: Some(difference(&change.rules)),
        advice: Some(difference(&change.advice)),
        needs: Some(difference(&change.needs)),
        notify: Some(difference(&change.notify)),
        reports: Some(difference(&change.reports)),
        altered_rules: change.altered.clone(),
    }
}

fn verdict(verdict: Verdict) -> pb::ReplayVerdict {
    pb::ReplayVerdict {
        urgency: urgency(verdict.urgency),
        booking: pb::Booking::from(enums::Domain(verdict.booking)).into(),
        flagged: verdict.flagged,
        clinician_only: verdict.clinician_only,
    }
}

fn difference(difference: &Difference) -> pb::ReplayDifference {
    pb::ReplayDifference { now: difference.now.clone(), no_longer: difference.no_longer.clone() }
}

fn summary(tally: &Tally, candidate: &Protocol) -> pb::ReplaySummary {
    let pairs = Urgency::ALL.into_iter().flat_map(|before| Urgency::ALL.map(|after| (before, after)));
    let cells = pairs.map(|(before, after)| pb::ReplayCell {
        before: urgency(before),
        after: urgency(after),
        intakes: count(tally.count(before, after)),
    });
    pb::ReplaySummary {
        digest: candidate.digest().to_owned(),
        weighed: count(tally.weighed()),
        changed: count(tally.changed),
        matrix: cells.filter(|cell| cell.intakes > 0).collect(),
        silent_rules: tally.silent(candidate).into_iter().map(str::to_owned).collect(),
        dropped_answers: count(tally.dropped),
        unreadable: count(tally.unreadable),
    }
}

fn urgency(urgency: Urgency) -> i32 {
    pb::Urgency::from(enums::Domain(urgency)).into()
}

fn count(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
