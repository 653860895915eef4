use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::{Case, CaseError, CaseState, Note};
use crate::{
    appointment::Changed,
    id::{CaseId, IntakeId, ReportId},
    intake::CareWish,
    report::{Report, ReportState},
    triage::{Booking, Urgency},
};

const CAME: Timestamp = Timestamp::UNIX_EPOCH;

fn hours(hours: i64) -> Timestamp {
    CAME + SignedDuration::from_hours(hours)
}

fn case(urgency: Urgency, flagged: bool, clinician_only: bool) -> Case {
    Case {
        id: CaseId::new(Uuid::nil()),
        care: CareWish::Individual,
        state: CaseState::BeforeStaff,
        urgency,
        booking: Booking::Never,
        clinician_only,
        flagged,
        respond_by: hours(24),
        created_at: CAME,
        assignee: None,
        silent_rounds: 0,
        version: 1,
    }
}

fn report(state: ReportState) -> Report {
    let (id, case) = (ReportId::new(Uuid::nil()), CaseId::new(Uuid::nil()));
    let intake = IntakeId::new(Uuid::nil());
    Report { id, case, intake, kind: "child_or_dependent_adult".to_owned(), state, created_at: CAME }
}

/// Red when [`Case::override_urgency`] does not ask who lowers, or not what safety rules asked for.
#[test]
fn only_a_clinician_lowers_a_safety_case_and_anybody_raises_it() {
    for (flagged, clinician_only) in [(true, false), (false, true), (true, true)] {
        let mut case = case(Urgency::Urgent, flagged, clinician_only);
        let before = case.clone();
        assert_eq!(
            case.override_urgency(Urgency::Routine, hours(99), false, Urgency::Routine),
            Err(CaseError::CliniciansOnly)
        );
        assert_eq!(case, before);
        assert_eq!(case.override_urgency(Urgency::Immediate, hours(1), false, Urgency::Routine), Ok(Changed::Now));
        assert_eq!(case.override_urgency(Urgency::Priority, hours(99), true, Urgency::Routine), Ok(Changed::Now));
        assert_eq!((case.urgency, case.respond_by, case.booking), (Urgency::Priority, hours(99), Booking::Never));
        assert_eq!((case.flagged, case.clinician_only), (flagged, clinician_only));
    }
    let mut usual = case(Urgency::Priority, false, false);
    let severe = usual.override_urgency(Urgency::Routine, hours(99), false, Urgency::Priority);
    assert_eq!(severe, Err(CaseError::CliniciansOnly), "a machine may book it, and yet a safety rule asked for more");
    assert_eq!(usual.override_urgency(Urgency::Routine, hours(99), false, Urgency::Routine), Ok(Changed::Now));
}

#[test]
fn an_ended_case_takes_no_urgency_and_the_same_one_changes_nothing() {
    let mut case = case(Urgency::Urgent, false, false);
    let before = case.clone();
    assert_eq!(case.override_urgency(Urgency::Urgent, hours(1), false, Urgency::Routine), Ok(Changed::Already));
    assert_eq!(case, before);
    case.state = CaseState::Closed;
    assert_eq!(case.override_urgency(Urgency::Immediate, hours(1), true, Urgency::Routine), Err(CaseError::Closed));
}

#[test]
fn what_triage_finds_after_an_override_still_raises() {
    let mut case = case(Urgency::Urgent, true, true);
    assert_eq!(case.override_urgency(Urgency::Routine, hours(99), true, Urgency::Routine), Ok(Changed::Now));
    case.triage(Urgency::Immediate, Booking::Never, true, true, hours(2));
    assert_eq!((case.urgency, case.respond_by), (Urgency::Immediate, hours(2)));
}

/// Red when [`Case::close`] asks for neither the role nor the reports, each in its turn.
#[test]
fn only_a_clinician_closes_a_safety_case_and_nobody_one_with_an_open_report() {
    let [open, completed] = [ReportState::Open, ReportState::Completed].map(|state| [report(state)]);
    let both = [ReportState::Completed, ReportState::Open].map(report);
    let check = |safety: bool, reports: &[Report], by_clinician: bool, expected: Result<Changed, CaseError>| {
        for (flagged, clinician_only) in if safety { [(true, false), (false, true)] } else { [(false, false); 2] } {
            let mut case = case(Urgency::Urgent, flagged, clinician_only);
            assert_eq!(case.close(by_clinician, reports), expected);
            assert_eq!(case.state == CaseState::Closed, expected.is_ok());
        }
    };
    check(false, &[], false, Ok(Changed::Now));
    check(true, &[], false, Err(CaseError::CliniciansOnly));
    check(true, &[], true, Ok(Changed::Now));
    check(true, &completed, true, Ok(Changed::Now));
    check(true, &both, true, Err(CaseError::ReportOpen));
    check(false, &open, true, Err(CaseError::ReportOpen));
    // Nor does a refusal tell a coordinator that there is a report.
    check(false, &open, false, Err(CaseError::CliniciansOnly));
    check(false, &completed, false, Err(CaseError::CliniciansOnly));
}

#[test]
fn closing_twice_succeeds_and_says_so() {
    let mut case = case(Urgency::Routine, false, false);
    assert_eq!(case.close(false, &[]), Ok(Changed::Now));
    assert_eq!(case.close(false, &[]), Ok(Changed::Already));
}

#[test]
fn a_note_is_a_page_of_plain_text() {
    let reads = |text: &str| Note::parse(text).map(|note| note.as_str().to_owned()).ok();
    assert_eq!(reads("  Called.\n\tSafe for now. "), Some("Called.\n\tSafe for now.".to_owned()));
    assert_eq!(reads(&"é".repeat(2000)).map(|note| note.chars().count()), Some(2000));
    assert_eq!(reads(&"é".repeat(2001)), None);
    assert_eq!(reads(" \n "), None);
    assert_eq!(reads("bell\u{7}"), None);
}

proptest! {
    /// Whatever people do in whatever order: raising never loosens by when a case must be answered, and a coordinator
    /// never lowers a safety case.
    #[test]
    fn raising_never_loosens_the_promise(steps in prop::collection::vec((0_usize..4, 0_i64..200, any::<bool>()), 1..12)) {
        let mut case = case(Urgency::Priority, true, false);
        for (urgency, by, by_clinician) in steps {
            let before = case.clone();
            let urgency = Urgency::ALL[urgency];
            let changed = case.override_urgency(urgency, hours(by), by_clinician, Urgency::Routine);
            prop_assert!(urgency < before.urgency || case.respond_by <= before.respond_by);
            prop_assert!(by_clinician || case.urgency >= before.urgency);
            prop_assert_eq!(changed.is_err(), !by_clinician && urgency < before.urgency);
        }
    }
}
