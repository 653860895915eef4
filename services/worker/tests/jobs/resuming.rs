//! Cases whose events died.

use std::time::Duration;

use rapport_domain::{case::CaseState, letter::LetterKind};
use rapport_runtime::Clock;
use rapport_worker::resume_cases::ResumeCases;

use crate::{house::House, people::individual};

async fn resume_after(house: &House, sweep: &ResumeCases, minutes: u64) -> usize {
    house.clock.advance(Duration::from_secs(minutes * 60));
    sweep.resume(house.clock.now()).await.unwrap()
}

#[tokio::test]
async fn a_case_whose_event_died_is_announced_again_and_decided() {
    for lost in [CaseState::Received, CaseState::Triaged] {
        let house = House::open().await;
        let case = house.submit(&individual(1)).await;
        let messages = house.relayed().await;
        if lost == CaseState::Triaged {
            house.deliver(&messages[0]).await;
            house.relayed().await;
        }
        assert_eq!(house.case(case).await.state, lost);

        let sweep = ResumeCases::new(house.deps.clone());
        assert_eq!(resume_after(&house, &sweep, 0).await, 0);
        assert_eq!(resume_after(&house, &sweep, 19).await, 0, "it may still be tried");
        assert_eq!(resume_after(&house, &sweep, 1).await, 1);
        house.settle().await;
        assert_eq!(house.case(case).await.state, CaseState::Confirmed);
        assert_eq!(resume_after(&house, &sweep, 60).await, 0);
        house.close().await;
    }
}

#[tokio::test]
async fn an_announcement_that_came_late_does_nothing_twice() {
    let house = House::open().await;
    let case = house.submit(&individual(1)).await;
    let sweep = ResumeCases::new(house.deps.clone());
    resume_after(&house, &sweep, 0).await;
    assert_eq!(resume_after(&house, &sweep, 20).await, 1);
    house.settle().await;
    assert_eq!((house.booked().await, house.letters(case).await), (1, vec![LetterKind::Confirmed]));
    house.close().await;
}

#[tokio::test]
async fn staff_hear_of_a_case_that_no_announcement_moves_and_it_is_announced_ever_more_seldom() {
    let house = House::open().await;
    let case = house.submit(&individual(1)).await;
    let sweep = ResumeCases::new(house.deps.clone());
    resume_after(&house, &sweep, 0).await;
    let mut turns = Vec::new();
    for turn in 0..160_u64 {
        if resume_after(&house, &sweep, 1).await > 0 {
            turns.push(turn + 1);
        }
        let alerted = house.letters(case).await == [LetterKind::StaffAlert];
        assert_eq!(alerted, turns.len() > 1);
    }
    assert_eq!(turns, [20, 60, 140]);
    house.relayed().await;
    house.close().await;
}
