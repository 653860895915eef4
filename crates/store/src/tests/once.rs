use jiff::SignedDuration;
use rapport_domain::{
    id::EventId,
    letter::{Cause, DueLetter, LedgerState, LetterKind, Recipient},
};

use super::{database, sample};
use crate::{ClaimedLetter, Seen, Store, StoreError, inbox, letters, requests};

const LEASE: SignedDuration = SignedDuration::from_mins(5);

/// What a notifier does at one look.
async fn claim(store: &Store, minutes: i64) -> Vec<ClaimedLetter> {
    letters::give_up_lost_sends(store, sample::later(minutes)).await.unwrap();
    letters::claim(store, sample::later(minutes), LEASE, 10).await.unwrap()
}

/// A letter to a client, claimed at once; the staff alert of the sample is out of the way.
async fn claimed(store: &Store) -> ClaimedLetter {
    let (case, intake) = sample::stored(store).await;
    let alert = claim(store, 0).await.remove(0);
    letters::superseded(store, &alert, sample::now()).await.unwrap();
    let letter = DueLetter {
        cause: Cause::Case(case.id),
        recipient: Recipient::Client(intake.id),
        kind: LetterKind::WeWillCall,
        case: case.id,
        appointment: None,
    };
    for _ in 0..2 {
        let due = [letter.clone()];
        store.transact(move |tx| Box::pin(async move { letters::queue(tx, &due, sample::now()).await })).await.unwrap();
    }
    let mut claimed = claim(store, 0).await;
    assert_eq!(claimed.len(), 1);
    claimed.remove(0)
}

async fn state(store: &Store, letter: &ClaimedLetter) -> LedgerState {
    let all = letters::of_case(store, letter.case.unwrap()).await.unwrap();
    all.into_iter().find(|it| it.id == letter.id).unwrap().state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_is_claimed_by_one_and_sent_once() {
    database::on_each(async |store| {
        let letter = claimed(&store).await;
        assert_eq!(claim(&store, 1).await.len(), 0);
        letters::keep_bytes(&store, &letter, b"message").await.unwrap();
        letters::sending(&store, &letter, sample::later(1), LEASE).await.unwrap();
        letters::sent(&store, &letter, sample::later(1)).await.unwrap();
        assert_eq!(state(&store, &letter).await, LedgerState::Sent);
        assert_eq!(letters::sending(&store, &letter, sample::later(1), LEASE).await, Err(StoreError::Conflict));
        assert_eq!(claim(&store, 600).await.len(), 0);
    })
    .await;
}

/// Guard: FOR UPDATE on PostgreSQL, where SKIP LOCKED only keeps one from waiting for another; on SQLite a statement is
/// alone by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_notifiers_at_once_share_the_letters_and_none_has_two_holders() {
    database::on_each(async |store| {
        for _ in 0..40 {
            sample::stored(&store).await;
        }
        let rounds = futures::future::join_all((0..16).map(|_| letters::claim(&store, sample::now(), LEASE, 5))).await;
        let mut ids: Vec<_> = rounds.into_iter().flat_map(Result::unwrap).map(|letter| letter.id).collect();
        let handed_out = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((handed_out, ids.len()), (40, 40));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_abandoned_claim_is_taken_over_with_its_message_and_the_first_holder_is_told() {
    database::on_each(async |store| {
        let first = claimed(&store).await;
        letters::keep_bytes(&store, &first, b"message").await.unwrap();
        let second = claim(&store, 5).await.remove(0);
        assert_eq!((second.id, second.attempts), (first.id, 2));
        assert_eq!(second.bytes.as_deref(), Some(b"message".as_slice()));
        assert_eq!(letters::sending(&store, &first, sample::later(5), LEASE).await, Err(StoreError::Conflict));
        letters::sending(&store, &second, sample::later(5), LEASE).await.unwrap();
    })
    .await;
}

/// Guard: `give_up_lost_sends`, and that `due` does not list `sending`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_that_was_cut_off_is_unknown_and_never_tried_again() {
    database::on_each(async |store| {
        let letter = claimed(&store).await;
        letters::sending(&store, &letter, sample::later(0), LEASE).await.unwrap();
        assert_eq!(claim(&store, 4).await.len(), 0);
        assert_eq!(state(&store, &letter).await, LedgerState::Sending);
        assert!(letters::claim(&store, sample::later(5), LEASE, 10).await.unwrap().is_empty(), "whoever looks first");
        assert_eq!(claim(&store, 5).await.len(), 0);
        assert_eq!(state(&store, &letter).await, LedgerState::Unknown);
        assert_eq!(claim(&store, 600).await.len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sender_that_lives_holds_its_letter_and_is_believed_when_it_comes_late() {
    database::on_each(async |store| {
        let letter = claimed(&store).await;
        letters::hold(&store, &letter, sample::later(4), LEASE).await.unwrap();
        assert_eq!(claim(&store, 8).await.len(), 0);
        letters::sending(&store, &letter, sample::later(8), LEASE).await.unwrap();
        letters::hold(&store, &letter, sample::later(12), LEASE).await.unwrap();
        assert_eq!(claim(&store, 16).await.len(), 0);
        assert_eq!(state(&store, &letter).await, LedgerState::Sending);
        assert_eq!(claim(&store, 17).await.len(), 0);
        assert_eq!(state(&store, &letter).await, LedgerState::Unknown);
        assert_eq!(letters::hold(&store, &letter, sample::later(18), LEASE).await, Err(StoreError::Conflict));
        letters::sent(&store, &letter, sample::later(18)).await.unwrap();
        assert_eq!(state(&store, &letter).await, LedgerState::Sent);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_letter_waits_and_keeps_its_message() {
    database::on_each(async |store| {
        let letter = claimed(&store).await;
        letters::keep_bytes(&store, &letter, b"message").await.unwrap();
        letters::sending(&store, &letter, sample::later(0), LEASE).await.unwrap();
        letters::retry(&store, &letter, sample::later(30), "451", sample::later(1)).await.unwrap();
        assert_eq!(claim(&store, 29).await.len(), 0);
        let again = claim(&store, 30).await.remove(0);
        assert_eq!(again.bytes.as_deref(), Some(b"message".as_slice()));
        letters::failed(&store, &again, "550", sample::later(31)).await.unwrap();
        assert_eq!(state(&store, &letter).await, LedgerState::Failed);
    })
    .await;
}

/// Guards: the conditions of `standing::decide`, each by itself. What happens at the same instant shows in state or attempt
/// alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_staff_decide_on_an_older_look_changes_nothing() {
    database::on_each(async |store| {
        let letter = claimed(&store).await;
        letters::failed(&store, &letter, "550", sample::later(1)).await.unwrap();
        let read = letters::get(&store, letter.id).await.unwrap().unwrap();
        let again = || {
            let read = read.clone();
            store.transact(move |tx| Box::pin(async move { letters::begin_again(tx, &read, sample::later(1)).await }))
        };
        assert_eq!(again().await, Ok(()));
        assert_eq!(again().await, Err(StoreError::Conflict), "it waits");
        let claimed = claim(&store, 1).await.remove(0);
        assert_eq!((claimed.attempts, claimed.tries, claimed.tried_from), (2, 1, sample::later(1)));
        letters::failed(&store, &claimed, "550", sample::later(1)).await.unwrap();
        assert_eq!(again().await, Err(StoreError::Conflict), "it was tried again");
        let read = letters::get(&store, letter.id).await.unwrap().unwrap();
        let settle = || {
            let read = read.clone();
            store.transact(move |tx| Box::pin(async move { letters::settle(tx, &read, "Sam", sample::later(2)).await }))
        };
        assert_eq!(settle().await, Ok(()));
        assert_eq!(settle().await, Err(StoreError::Conflict), "a colleague was first");
    })
    .await;
}

/// Guard: the primary key of `inbox`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_sees_an_event_once_and_a_rolled_back_one_not_at_all() {
    database::on_each(async |store| {
        let event = EventId::new(sample::id());
        let see = |consumer: &'static str| {
            store.transact(move |tx| {
                Box::pin(async move { inbox::first_time(tx, event, consumer, sample::now()).await })
            })
        };
        let undone: Result<(), StoreError> = store
            .transact(move |tx| {
                Box::pin(async move {
                    assert!(inbox::first_time(tx, event, "triage_intake", sample::now()).await?);
                    Err(StoreError::CutOff)
                })
            })
            .await;
        assert_eq!(undone, Err(StoreError::CutOff));
        assert_eq!(see("triage_intake").await, Ok(true));
        assert_eq!(see("triage_intake").await, Ok(false));
        assert_eq!(see("match_case").await, Ok(true));
        assert_eq!(inbox::purge_before(&store, sample::later(1)).await, Ok(2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answered_request_is_answered_the_same_for_seven_days() {
    database::on_each(async |store| {
        let request = sample::request();
        let keep = |at| {
            let request = request.clone();
            store.transact(move |tx| Box::pin(async move { requests::keep(tx, &request, b"answer", at).await }))
        };
        assert_eq!(requests::seen(&store, &request, sample::now()).await, Ok(Seen::New));
        assert_eq!(keep(sample::now()).await, Ok(()));
        assert_eq!(keep(sample::now()).await, Err(StoreError::Conflict));
        let last = sample::now() + requests::KEPT - SignedDuration::from_micros(1);
        assert_eq!(requests::seen(&store, &request, last).await, Ok(Seen::Repeated(b"answer".to_vec())));
        let other = crate::RequestKey { digest: [9; 32], ..request.clone() };
        assert_eq!(requests::seen(&store, &other, last).await, Ok(Seen::OtherBody));
        let elsewhere = crate::RequestKey { method: "CancelAppointment", ..request.clone() };
        assert_eq!(requests::seen(&store, &elsewhere, last).await, Ok(Seen::New));
        let expired = sample::now() + requests::KEPT;
        assert_eq!(requests::seen(&store, &request, expired).await, Ok(Seen::New));
        assert_eq!(keep(expired).await, Ok(()));
        assert_eq!(requests::purge_expired(&store, expired).await, Ok(0));
        assert_eq!(requests::purge_expired(&store, expired + requests::KEPT).await, Ok(1));
    })
    .await;
}
