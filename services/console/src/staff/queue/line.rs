//! One case's line: whom to call first, and what is to be known before.

use jiff::Timestamp;
use rapport_proto::{
    intake::Care,
    staff::{CaseState, CaseSummary, Urgency},
    time,
};

use crate::staff::{
    left::{Left, when},
    rpc,
    signed_in::Staff,
    words,
};

/// As it stands in the list.
pub(crate) struct Line {
    /// `cases/{id}`
    pub(crate) name: String,
    /// For the page's anchors.
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) care: &'static str,
    pub(crate) urgency: words::Mark,
    /// Absent where nobody has to answer any more.
    pub(crate) left: Option<Left>,
    pub(crate) overdue: bool,
    /// What is to be known, the weightiest first.
    pub(crate) notes: Vec<String>,
    pub(crate) assignee: String,
    pub(crate) fresh: bool,
    /// Invented people.
    pub(crate) sample: bool,
    /// Whether it can be claimed from here.
    pub(crate) claimable: bool,
    pub(crate) etag: String,
}

impl Line {
    pub(crate) fn of(case: &CaseSummary, staff: &Staff, since: Timestamp, now: Timestamp, zone: &str) -> Self {
        let came = case.create_time.as_ref().and_then(time::from_message);
        let mine = case.assignee == staff.account.display_name;
        Self {
            id: case.name.rsplit('/').next().unwrap_or_default().to_owned(),
            name: case.name.clone(),
            label: case.label.clone(),
            care: care(case.care()),
            urgency: words::urgency(case.urgency()),
            left: left(case, now),
            overdue: case.overdue,
            notes: notes(case, now, zone),
            assignee: if mine { "you".to_owned() } else { case.assignee.clone() },
            fresh: came.is_some_and(|came| came > since),
            sample: case.sample,
            claimable: staff.may(rpc::CLAIM_CASE)
                && case.assignee.is_empty()
                && case.state() != CaseState::Closed
                && (!case.clinician_only || staff.is_clinician()),
            etag: case.etag.clone(),
        }
    }
}

pub(crate) const fn care(care: Care) -> &'static str {
    match care {
        Care::Unspecified => "",
        Care::Couple => "couple",
        Care::Individual => "alone",
    }
}

/// By when it must be answered. A case that has its session waits for nobody, but where safety may be in question; and
/// what is past without being overdue was answered: the client was reached.
pub(crate) fn left(case: &CaseSummary, now: Timestamp) -> Option<Left> {
    let until = case.respond_by_time.as_ref().and_then(time::from_message)?;
    if until < now && !case.overdue {
        return None;
    }
    let waits = match case.state() {
        CaseState::Received | CaseState::Triaged | CaseState::BeforeStaff => true,
        CaseState::Held | CaseState::Confirmed => {
            case.overdue || matches!(case.urgency(), Urgency::Urgent | Urgency::Immediate)
        }
        CaseState::Unspecified | CaseState::Closed => false,
    };
    waits.then(|| Left::until(until, now))
}

fn notes(case: &CaseSummary, now: Timestamp, zone: &str) -> Vec<String> {
    let next = case.next_attempt_time.as_ref().and_then(time::from_message);
    // Whoever only decides with a clinician reads so once.
    let clinician = case.clinician_only && !case.staff_reason.contains("clinician");
    [
        case.unacknowledged.then(|| "On-call was told, nobody has it yet".to_owned()),
        clinician.then(|| "Clinician case".to_owned()),
        Some(case.staff_reason.clone()).filter(|reason| !reason.is_empty()),
        (case.call_needed && case.staff_reason.is_empty()).then(|| "Call needed".to_owned()),
        next.map(|next| format!("Next call by {}", when(next, now, zone))),
        (case.state() != CaseState::BeforeStaff).then(|| words::case_state(case.state()).to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_overdue_is_late() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let left_at = |second, overdue| {
            let respond_by_time = Some(time::to_message(at(1_000)));
            let state = CaseState::BeforeStaff.into();
            left(&CaseSummary { respond_by_time, state, overdue, ..Default::default() }, at(second))
                .map(|left| left.late)
        };
        assert_eq!((left_at(900, false), left_at(1_100, true)), (Some(false), Some(true)));
        assert_eq!(left_at(1_100, false), None, "the client was reached");
    }
}
