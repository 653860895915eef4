use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::practice::sample;

/// A Saturday night.
const RAISED: &str = "2027-01-16T07:07:00Z";

fn alert(raised_at: &str) -> Alert {
    let raised_at: Timestamp = raised_at.parse().unwrap();
    Alert {
        id: AlertId::new(Uuid::from_u128(1)),
        case: CaseId::new(Uuid::from_u128(2)),
        raised_at,
        state: AlertState::Open,
        steps: 0,
        since: raised_at,
        next_at: raised_at,
        wall_time: false,
        acknowledged: None,
        version: 1,
    }
}

/// Every step with its minute since the alert was raised, looked for each minute of a day and a half.
fn walked(mut alert: Alert, practice: &Practice, urgency: Urgency) -> Vec<(i64, Vec<u32>)> {
    let mut steps = Vec::new();
    for minute in 0..36 * 60 {
        let now = alert.raised_at + SignedDuration::from_mins(minute);
        steps.extend(alert.walk(practice, urgency, now).into_iter().map(|step| (minute, step.told)));
    }
    assert_eq!(alert.state, AlertState::Unheard);
    steps
}

#[test]
fn the_chain_is_walked_within_its_minutes_and_then_told_all_at_once_again_and_again() {
    let practice = sample::practice();
    let steps = walked(alert(RAISED), practice, Urgency::Immediate);
    assert_eq!(steps[..4], [(0, vec![0]), (5, vec![1]), (10, vec![2]), (20, vec![0, 1, 2])]);
    assert_eq!(steps[4..6], [(35, vec![0, 1, 2]), (50, vec![0, 1, 2])]);
    assert_eq!(steps.len(), 3 + 12);
}

#[test]
fn a_case_that_can_wait_is_walked_in_the_practices_hours() {
    let practice = sample::practice();
    // Friday, ten minutes before five; Saturday opens at nine.
    let mut alert = alert("2027-01-15T21:52:00Z");
    let mut steps = |at: &str| {
        let taken = alert.walk(practice, Urgency::Routine, at.parse().unwrap());
        (taken.into_iter().map(|step| step.told).collect::<Vec<_>>(), alert.next_at.to_string())
    };
    assert_eq!(steps("2027-01-15T21:52:00Z"), (vec![vec![0]], "2027-01-15T21:57:00Z".to_owned()));
    assert_eq!(steps("2027-01-15T21:57:00Z"), (vec![vec![1]], "2027-01-16T14:02:00Z".to_owned()));
    assert_eq!(steps("2027-01-16T14:01:59Z"), (vec![], "2027-01-16T14:02:00Z".to_owned()));
    assert_eq!(steps("2027-01-16T14:02:00Z"), (vec![vec![2]], "2027-01-16T14:12:00Z".to_owned()));
}

/// Guard: `minutes_later` counts instants, not what a clock on the wall shows.
#[test]
fn a_night_on_which_the_clocks_change_has_as_many_minutes_for_everybody() {
    let practice = sample::practice();
    for raised in ["2027-03-14T06:57:00Z", "2026-11-01T05:57:00Z"] {
        let steps = walked(alert(raised), practice, Urgency::Urgent);
        assert_eq!(steps[..4], [(0, vec![0]), (5, vec![1]), (10, vec![2]), (20, vec![0, 1, 2])], "{raised}");
    }
}

#[test]
fn whoever_is_off_duty_is_passed_over_at_once_unless_nobody_is_left() {
    let mut practice = sample::practice().clone();
    let weekdays = |practice: &mut Practice, position: usize| {
        practice.on_call[position].hours =
            vec![crate::calendar::week::WeeklyWindow::parse(jiff::civil::Weekday::Monday, "09:00", "17:00").unwrap()];
    };
    weekdays(&mut practice, 0);
    let steps = walked(alert(RAISED), &practice, Urgency::Immediate);
    assert_eq!(steps[..4], [(0, vec![]), (0, vec![1]), (5, vec![2]), (15, vec![0, 1, 2])]);
    weekdays(&mut practice, 1);
    weekdays(&mut practice, 2);
    let steps = walked(alert(RAISED), &practice, Urgency::Immediate);
    assert_eq!(steps[..2], [(0, vec![0]), (5, vec![1])]);
}

#[test]
fn a_case_that_is_raised_while_it_waits_is_walked_in_wall_time_from_then_on() {
    let practice = sample::practice();
    let mut alert = alert(RAISED);
    let raised_at = alert.raised_at;
    assert_eq!(alert.walk(practice, Urgency::Routine, raised_at).len(), 1);
    assert!(!alert.wall_time && alert.next_at > raised_at + SignedDuration::from_hours(6));
    assert_eq!(alert.walk(practice, Urgency::Immediate, raised_at + SignedDuration::from_mins(6)).len(), 1);
    assert_eq!(alert.next_at, raised_at + SignedDuration::from_mins(10));
}

#[test]
fn the_first_to_acknowledge_stays_the_first() {
    let mut alert = alert(RAISED);
    let now = alert.raised_at;
    assert_eq!(alert.acknowledge("Sam", now), Ok(Changed::Now));
    assert_eq!(alert.acknowledge("Kim", now + SignedDuration::from_mins(1)), Ok(Changed::Already));
    assert_eq!(alert.acknowledged, Some(Acknowledged { by: "Sam".to_owned(), at: now }));
    assert!(alert.walk(sample::practice(), Urgency::Immediate, now + SignedDuration::from_hours(9)).is_empty());
    alert.end();
    assert_eq!(alert.state, AlertState::Acknowledged);
}

proptest! {
    /// The walk is asked at any times in any order, forward and back, and every now and then whoever asked dies before
    /// anything is stored. Guards: `since` and `steps` move together, and a step is taken once it is due alone.
    #[test]
    fn no_step_comes_twice_or_is_left_out_whatever_crashes_and_clocks_do(
        looks in prop::collection::vec((-90_i64..240, prop::bool::weighted(0.3), 0_usize..4), 1..120),
    ) {
        let practice = sample::practice();
        let (mut stored, mut steps) = (alert(RAISED), Vec::new());
        let mut now = stored.raised_at;
        for (minutes, dies, urgency) in looks {
            now += SignedDuration::from_mins(minutes);
            let mut working = stored.clone();
            let taken = working.walk(practice, Urgency::ALL[urgency], now);
            for step in &taken {
                prop_assert_eq!(step.at, now);
            }
            if !dies {
                prop_assert!(working.since <= now.max(stored.since));
                stored = working;
                steps.extend(taken);
            }
        }
        let numbers: Vec<_> = steps.iter().map(|step| step.number).collect();
        prop_assert_eq!(&numbers, &(0..stored.steps).collect::<Vec<_>>());
        for step in &steps {
            let expected = if step.number < 3 { vec![step.number] } else { vec![0, 1, 2] };
            prop_assert_eq!(&step.told, &expected);
        }
        prop_assert!(stored.steps <= 3 + practice.alerts.rounds);
        // However late the ones before were taken, none comes before whoever is told alone has had their minutes; calls
        // to all of them are that far apart.
        let minutes = |minutes| SignedDuration::from_mins(i64::from(minutes));
        for step in &steps {
            let before = practice.on_call.iter().take(step.number as usize).map(|person| minutes(person.minutes));
            prop_assert!(step.at >= stored.raised_at + before.fold(SignedDuration::ZERO, |all, one| all + one));
        }
        for pair in steps.get(3..).unwrap_or_default().windows(2) {
            prop_assert!(pair[1].at >= pair[0].at + minutes(practice.alerts.again_minutes));
        }
    }
}
