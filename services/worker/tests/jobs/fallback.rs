//! What is let go of where nobody passes, and who has seen them before.

use jiff::SignedDuration;
use rapport_domain::{
    appointment::AppointmentState,
    calendar::week::{WeeklyWindow, parse_day},
    case::{CaseState, StaffReason},
    intake::{Care, Format, IfPartnerSilent, Preferences},
    letter::LetterKind,
};
use rapport_runtime::Clock;

use crate::{
    house::House,
    people::{Person, couple, individual},
};

/// In person on a Sunday, when there is video alone.
fn on_sunday() -> Preferences {
    let sunday = WeeklyWindow::parse(parse_day("sun").unwrap(), "14:00", "18:00").unwrap();
    Preferences { windows: vec![sunday], formats: vec![Format::InPerson], ..Preferences::default() }
}

/// Red where `Session::plan` minds nothing of what was let go of.
#[tokio::test]
async fn a_time_alone_outside_of_what_they_asked_for_waits_for_their_yes_and_staff_read_how() {
    let house = House::open().await;
    let case = house.submit(&Person { preferences: on_sunday(), ..individual(1) }).await;
    house.settle().await;

    let held = house.appointment(case).await.unwrap();
    assert_eq!((held.state, held.format), (AppointmentState::Held, Format::Video));
    assert_eq!(held.release_at, Some(house.clock.now() + SignedDuration::from_hours(24)));
    let detail = house.detail(case).await;
    assert_eq!(detail.fallback, "the clients' hours were widened by 120 minutes; video was offered");
    assert_eq!(house.letters(case).await, [LetterKind::Held]);
    house.close().await;
}

/// Red where the release step asks the first partner's windows and formats again.
#[tokio::test]
async fn a_joint_time_outside_of_what_the_first_partner_asked_for_is_confirmed_like_any_other() {
    let house = House::open().await;
    let case = house.submit(&Person { preferences: on_sunday(), ..couple(1, IfPartnerSilent::CallMe) }).await;
    house.settle().await;
    let hold = house.appointment(case).await.unwrap();
    assert_eq!((hold.state, hold.format, hold.care), (AppointmentState::Held, Format::Video, Care::Couple));
    assert!(!house.detail(case).await.fallback.is_empty());
    house.join(&couple(2, IfPartnerSilent::CallMe), case).await;
    house.settle().await;
    house.release_at(hold.release_at.unwrap()).await;
    assert_eq!(house.appointment(case).await.unwrap().state, AppointmentState::Confirmed);
    house.close().await;
}

#[tokio::test]
async fn what_they_must_have_is_never_let_go_of() {
    let house = House::open().await;
    let avoid = house.roster.iter().map(|therapist| therapist.id).collect();
    let person = Person { preferences: Preferences { avoid, ..on_sunday() }, ..individual(1) };
    let case = house.submit(&person).await;
    house.settle().await;
    assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
    let reason = house.detail(case).await.staff_reason;
    assert!(matches!(reason, Some(StaffReason::NobodyMatches { filter, .. }) if filter.contains("free of a conflict")));
    house.close().await;
}

/// Red without `last` in `Dossier::wish`, and where `seen_by` minds another person's sessions.
#[tokio::test]
async fn whoever_saw_somebody_alone_before_sees_them_again_where_little_else_speaks() {
    let house = House::open().await;
    let other = house.submit(&individual(7)).await;
    house.settle().await;
    let first = house.appointment(other).await.unwrap().therapist;
    let before = house.roster.iter().rev().find(|one| one.id != first && one.treats.contains(&Care::Individual));
    let before = before.unwrap().id;
    house.sees_alone(&individual(1), before).await;
    let case = house.submit(&individual(1)).await;
    house.settle().await;
    assert_eq!(house.appointment(case).await.unwrap().therapist, before);
    assert!(house.detail(case).await.match_because.contains(&"has seen them before".to_owned()));
    house.close().await;
}
