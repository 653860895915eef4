//! What stands against a time that a person chose.

use super::*;
use crate::matching::{Choice, Objection, try_choice};

/// Against a session by video with somebody who works on Fridays.
fn against(starts_at: &str, change: impl Fn(&mut Therapist)) -> Vec<Objection> {
    let mut therapist = Therapist { hours: by_video(window("fri", "09:00", "17:00")), ..amara() };
    change(&mut therapist);
    let starts_at = starts_at.parse().unwrap();
    let choice = Choice { starts_at, therapist: therapist.id, format: Format::Video, location: None };
    let weights = practice().protocol.weights();
    try_choice(&Asks::default().wish(), &therapist, &choice, &taken(&[]), practice(), weights).against
}

fn filters(against: &[Objection]) -> Vec<&str> {
    against.iter().map(|objection| objection.filter).collect()
}

#[test]
fn a_day_on_which_the_practice_is_closed_is_nobodys_to_choose() {
    assert_eq!(against("2026-12-18T15:00:00Z", |_| ()), []);
    assert_eq!(filters(&against("2026-12-25T15:00:00Z", |_| ())), ["hours"]);
}

/// Red where `licensed_until` does not hold a licence's end against the first day.
#[test]
fn a_licence_that_is_over_by_then_is_nobodys_judgement() {
    let expire = |date: &str| {
        let expires = date.parse().unwrap();
        move |therapist: &mut Therapist| therapist.licences.iter_mut().for_each(|licence| licence.expires = expires)
    };
    assert_eq!(against("2026-12-18T15:00:00Z", expire("2026-12-18")), []);
    let against = against("2026-12-18T15:00:00Z", expire("2026-12-17"));
    assert_eq!(filters(&against).first(), Some(&"licence"));
    assert!(against.iter().any(|objection| objection.stands), "{against:?}");
}

/// Red where `try_choice` gives a place without asking who has the therapist then.
#[test]
fn a_time_that_somebody_has_is_nobodys_judgement() {
    let therapist = Therapist { hours: by_video(window("fri", "09:00", "17:00")), ..amara() };
    let starts_at: Timestamp = "2026-12-18T15:00:00Z".parse().unwrap();
    let choice = Choice { starts_at, therapist: therapist.id, format: Format::Video, location: None };
    let weights = practice().protocol.weights();
    let tried =
        |busy: &[Busy]| try_choice(&Asks::default().wish(), &therapist, &choice, &taken(busy), practice(), weights);
    assert!(tried(&[]).slot.is_some());
    let tried = tried(&[busy(&therapist.id.to_string(), starts_at, 1, 1, false)]);
    assert!(tried.slot.is_none() && tried.against.iter().any(|it| it.filter == "free" && it.stands), "{tried:?}");
}
