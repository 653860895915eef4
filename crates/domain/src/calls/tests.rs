use jiff::Timestamp;
use uuid::Uuid;

use super::*;
use crate::{calendar::week::WeeklyWindow, contact::Mailbox, practice::sample::practice};

/// Tuesdays from nine to noon.
fn contact() -> Contact {
    let tuesday = WeeklyWindow::parse(jiff::civil::Weekday::Tuesday, "09:00", "12:00").unwrap();
    Contact { mailbox: Mailbox::Private, voicemail_ok: false, safe_hours: vec![tuesday], introduce_as: None, pin: None }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A Tuesday, ten in the morning in Charlotte.
const SAFE: &str = "2027-01-12T15:00:00Z";
const AFTERNOON: &str = "2027-01-12T19:00:00Z";

fn attempt(at: &str, next_by: Option<&str>, by_clinician: bool, danger: &str) -> ContactAttempt {
    ContactAttempt {
        id: AttemptId::new(Uuid::from_u128(1)),
        case: CaseId::new(Uuid::from_u128(2)),
        intake: IntakeId::new(Uuid::from_u128(3)),
        at: at.parse().unwrap(),
        told: AttemptTold {
            channel: Channel::Phone,
            outcome: Outcome::NoAnswer,
            note: None,
            danger: Note::parse(danger).ok(),
            next_by: next_by.map(self::at),
            by: "Sam".to_owned(),
            by_clinician,
        },
    }
}

fn note(attempt: &ContactAttempt) -> Result<ClientCalls, AttemptError> {
    let mut calls = ClientCalls::default();
    calls.note(practice(), &contact(), Urgency::Urgent, attempt).map(|()| calls)
}

/// Guard: `excused` in `ClientCalls::note`.
#[test]
fn outside_the_safe_hours_only_a_clinician_calls_and_says_why() {
    assert!(note(&attempt(SAFE, None, false, "")).is_ok());
    assert_eq!(note(&attempt(AFTERNOON, None, false, "")), Err(AttemptError::OutsideSafeHours));
    assert_eq!(note(&attempt(AFTERNOON, None, false, "He has a gun.")), Err(AttemptError::OutsideSafeHours));
    assert_eq!(note(&attempt(AFTERNOON, None, true, "")), Err(AttemptError::OutsideSafeHours));
    assert!(note(&attempt(AFTERNOON, None, true, "He has a gun.")).is_ok());
    let mut by_letter = attempt(AFTERNOON, None, false, "");
    by_letter.told.channel = Channel::Email;
    assert!(note(&by_letter).is_ok());
}

#[test]
fn the_next_call_keeps_the_safe_hours_and_the_promise_unless_a_clinician_decides_otherwise() {
    let fixed = |next: &str, by_clinician, danger: &str| {
        note(&attempt(SAFE, Some(next), by_clinician, danger)).map(|calls| calls.next.unwrap())
    };
    let within = NextCall { by: at("2027-01-12T17:00:00Z"), outside_safe_hours: false };
    assert_eq!(fixed("2027-01-12T17:00:00Z", false, ""), Ok(within));
    assert_eq!(fixed(AFTERNOON, false, ""), Err(AttemptError::NextOutsideSafeHours));
    let outside = NextCall { by: at(AFTERNOON), outside_safe_hours: true };
    assert_eq!(fixed(AFTERNOON, true, "He comes home at five."), Ok(outside));
    assert_eq!(fixed("2027-01-19T15:00:00Z", false, ""), Err(AttemptError::NextTooLate));
    assert!(fixed("2027-01-19T15:00:00Z", true, "").is_ok());
    assert_eq!(fixed(SAFE, true, ""), Err(AttemptError::NextInThePast));
}

#[test]
fn whoever_is_not_contacted_any_more_is_called_by_nobody_until_a_clinician_says_so() {
    let mut calls = note(&attempt(SAFE, Some("2027-01-12T17:00:00Z"), false, "")).unwrap();
    assert!(calls.stop(at(SAFE)) && calls.next.is_none());
    assert!(!calls.stop(at(AFTERNOON)));
    assert_eq!(calls.stopped_at, Some(at(SAFE)));
    let again = calls.note(practice(), &contact(), Urgency::Urgent, &attempt(SAFE, None, true, "x"));
    assert_eq!(again, Err(AttemptError::Stopped));
    assert!(calls.resume() && !calls.resume());
}

#[test]
fn a_call_that_was_fixed_is_off_where_its_hour_is_not_safe_any_more() {
    let mut calls = note(&attempt(SAFE, Some("2027-01-12T17:00:00Z"), false, "")).unwrap();
    calls.keep_hours(practice(), &contact());
    assert!(calls.told_of(at(SAFE)).is_some() && calls.told_of(at(AFTERNOON)).is_none());
    let mondays = WeeklyWindow::parse(jiff::civil::Weekday::Monday, "09:00", "12:00").unwrap();
    calls.keep_hours(practice(), &Contact { safe_hours: vec![mondays], ..contact() });
    assert_eq!(calls.next, None);
}
