//! What a second partner's triage does, and what it leaves alone.

use std::time::Duration;

use rapport_domain::{
    case::CaseState,
    intake::{Care, IfPartnerSilent},
    letter::LetterKind,
};
use rapport_runtime::Clock;
use rapport_store::triage_results;
use rapport_worker::resume_cases::ResumeCases;

use crate::{house::House, people::couple};

/// Guards: `match_case` hears of the first partner's intake alone, and `Case::join` leaves the state as it is.
#[tokio::test]
async fn one_who_is_triaged_before_their_partner_takes_nothing_from_them() {
    let house = House::open().await;
    let case = house.submit(&couple(1, IfPartnerSilent::CallMe)).await;
    let first = house.relayed().await;
    house.join(&couple(2, IfPartnerSilent::CallMe).answering("fear", "yes"), case).await;
    house.settle().await;
    assert_eq!(house.case(case).await.state, CaseState::Received);
    assert!(house.case(case).await.flagged, "staff see it at once");
    assert_eq!(house.letters_to_second(case).await, [LetterKind::WeWillCall]);
    for message in first {
        house.deliver(&message).await;
    }
    house.settle().await;
    assert_eq!(house.case(case).await.state, CaseState::Held);
    assert_eq!(house.client_letters(case).await, [LetterKind::Held]);
    house.close().await;
}

#[tokio::test]
async fn one_who_is_in_before_a_time_is_found_is_written_to_with_their_partner() {
    let house = House::open().await;
    let case = house.submit(&couple(1, IfPartnerSilent::CallMe)).await;
    let first = house.relayed().await;
    house.join(&couple(2, IfPartnerSilent::CallMe), case).await;
    house.settle().await;
    assert!(house.letters_to_second(case).await.is_empty());
    for message in first {
        house.deliver(&message).await;
    }
    house.settle().await;
    assert_eq!(house.letters_to_second(case).await, [LetterKind::Held]);
    house.close().await;
}

#[tokio::test]
async fn one_who_comes_after_the_joint_time_was_freed_is_called() {
    let house = House::open().await;
    let case = house.submit(&couple(1, IfPartnerSilent::SeeMeAlone)).await;
    house.settle().await;
    let hold = house.appointment(case).await.unwrap();
    house.release_at(hold.release_at.unwrap()).await;
    assert_eq!(house.appointment(case).await.unwrap().care, Care::Individual);
    let before = house.client_letters(case).await;
    house.join(&couple(2, IfPartnerSilent::CallMe), case).await;
    house.settle().await;
    assert_eq!(house.letters_to_second(case).await, [LetterKind::WeWillCall]);
    assert_eq!(house.client_letters(case).await, before);
    assert!(house.letters(case).await.contains(&LetterKind::StaffAlert), "somebody has to call them");
    house.close().await;
}

/// Guard: `intakes::left_untriaged`; no case waits for a second partner.
#[tokio::test]
async fn one_whose_event_died_is_announced_again_though_the_case_went_on() {
    let house = House::open().await;
    let case = house.submit(&couple(1, IfPartnerSilent::CallMe)).await;
    house.settle().await;
    let second = house.join(&couple(2, IfPartnerSilent::CallMe), case).await;
    house.relayed().await;
    let sweep = ResumeCases::new(house.deps.clone());
    assert_eq!(sweep.resume(house.clock.now()).await.unwrap(), 0);
    house.clock.advance(Duration::from_secs(20 * 60));
    assert_eq!(sweep.resume(house.clock.now()).await.unwrap(), 1);
    house.settle().await;
    assert!(triage_results::of_intake(&house.deps.store, second).await.unwrap().is_some());
    assert_eq!(house.letters_to_second(case).await, [LetterKind::Held]);
    house.clock.advance(Duration::from_secs(60 * 60));
    assert_eq!(sweep.resume(house.clock.now()).await.unwrap(), 0);
    house.close().await;
}
