//! Times that a machine takes and somebody of the practice confirms, and whom a rule tells.

use std::time::Duration;

use rapport_domain::{
    appointment::AppointmentState,
    case::{CaseState, StaffReason},
    intake::{Care, IfPartnerSilent},
    letter::{LetterKind, Recipient},
};
use rapport_runtime::Clock;
use rapport_store::{letters, reports};
use rapport_worker::purge::purge;

use crate::{
    house::House,
    people::{couple, individual},
};

/// Contempt asks for somebody's yes, and the director is told.
async fn house() -> House {
    let rule = "because: There is more and more contempt.\n";
    let asks = format!("{rule}    book: hold\n    notify: [director]\n");
    House::open_with_rule(rule, &asks).await
}

/// Guard: `Session::plan` asks the result before the practice's policy.
#[tokio::test]
async fn a_time_alone_that_staff_must_confirm_is_held_and_lapses_without_their_yes() {
    let house = house().await;
    let case = house.submit(&individual(1).answering("contempt", "yes")).await;
    house.settle().await;
    let hold = house.appointment(case).await.unwrap();
    assert_eq!((hold.state, hold.care), (AppointmentState::Held, Care::Individual));
    let told = [LetterKind::Held, LetterKind::StaffAlert, LetterKind::StaffAlert];
    assert_eq!(house.letters(case).await, told, "the client, who is on call, the director");

    house.release_at(hold.release_at.unwrap()).await;
    assert_eq!(house.case(case).await.state, CaseState::BeforeStaff);
    assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::NotConfirmedByStaff));
    assert_eq!(house.booked().await, 0);
    house.close().await;
}

/// Guard: `second_standing` asks both results.
#[tokio::test]
async fn a_joint_time_that_staff_must_confirm_ends_like_a_silent_partners_whoever_calls_for_it() {
    for (first, second) in [("yes", "no"), ("no", "yes")] {
        let house = house().await;
        let case = house.submit(&couple(1, IfPartnerSilent::CallMe).answering("contempt", first)).await;
        house.settle().await;
        house.join(&couple(2, IfPartnerSilent::CallMe).answering("contempt", second), case).await;
        house.settle().await;
        let alerts = house.letters(case).await.iter().filter(|kind| **kind == LetterKind::StaffAlert).count();
        assert_eq!(alerts, 2, "who is on call, at once, and the director");
        let hold = house.appointment(case).await.unwrap();
        house.release_at(hold.release_at.unwrap()).await;
        assert_eq!(house.detail(case).await.staff_reason, Some(StaffReason::PartnerSilent));
        assert_eq!(house.client_letters(case).await, [LetterKind::Held, LetterKind::WeWillCall]);
        assert_eq!(house.letters_to_second(case).await, [LetterKind::Held, LetterKind::WillNotTakePlace]);
        house.close().await;
    }
}

/// Guards: the ledger's key and the reports' own.
#[tokio::test]
async fn whom_a_rule_tells_hears_once_and_a_report_is_opened_once_however_often_an_intake_is_announced() {
    let house = house().await;
    let case = house.submit(&individual(1).answering("contempt", "yes").answering("child_harm", "yes")).await;
    for message in house.relayed().await {
        house.deliver(&message).await;
        // The inbox forgets in time.
        house.clock.advance(Duration::from_secs(31 * 24 * 3600));
        purge(&house.deps, house.clock.now()).await.unwrap();
        house.deliver(&message).await;
    }
    house.settle().await;
    let to_director = letters::of_case(&house.deps.store, case).await.unwrap();
    let to_director =
        to_director.into_iter().filter(|letter| letter.recipient == Recipient::Notified("director".into()));
    assert_eq!(to_director.count(), 1);
    assert_eq!(reports::of_case(&house.deps.store, case).await.unwrap().len(), 1);
    house.close().await;
}
