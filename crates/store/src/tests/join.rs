use futures::future::join_all;
use rapport_domain::{
    case::{Case, CaseState},
    id::{CaseId, IntakeId},
    intake::Intake,
    invitation::InvitationState,
    triage::{Booking, Urgency},
};
use sea_orm::{EntityTrait, PaginatorTrait};

use super::{database, sample};
use crate::{
    Joined, JoiningIntake, Raise, RequestKey, Store, cases, drafts, entity, intakes, invitations, reports,
    store::sealed::Sealed,
};

async fn invited(store: &Store) -> (Case, Intake, crate::InvitationDetail) {
    let (case, inviter) = sample::stored(store).await;
    let (invitation, detail) = sample::invitation(case.id, inviter.id);
    let stored = (invitation, detail.clone());
    store
        .transact(move |tx| {
            Box::pin(
                async move { invitations::create(tx, &stored.0, sample::hash_of(stored.0.id.uuid()), &stored.1).await },
            )
        })
        .await
        .unwrap();
    (case, inviter, detail)
}

async fn joining(store: &Store, case: CaseId, inviter: IntakeId) -> JoiningIntake {
    let (invitation, _) = invitations::of_inviter(store, inviter).await.unwrap().unwrap();
    sample::joining(&invitation, case)
}

/// Rows of intakes, keys, events, request ids, audit and letters.
async fn counts(store: &Store) -> [u64; 6] {
    let db = store.db();
    [
        entity::intakes::Entity::find().count(db).await.unwrap(),
        entity::data_keys::Entity::find().count(db).await.unwrap(),
        entity::outbox::Entity::find().count(db).await.unwrap(),
        entity::request_ids::Entity::find().count(db).await.unwrap(),
        entity::audit_log::Entity::find().count(db).await.unwrap(),
        entity::letters::Entity::find().count(db).await.unwrap(),
    ]
}

async fn state(store: &Store, inviter: IntakeId) -> InvitationState {
    invitations::of_inviter(store, inviter).await.unwrap().unwrap().0.state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_partner_joins_the_case_and_only_raises_it() {
    database::on_each(async |store| {
        let (case, inviter, _) = invited(&store).await;
        let new = joining(&store, case.id, inviter.id).await;
        let (second, report) = (new.intake.clone(), new.reports[0].clone());
        assert_eq!(store.join(new).await, Ok(Joined::Stored));
        assert_eq!(counts(&store).await, [2, 3, 2, 2, 2, 2]);
        assert!(intakes::of_case(&store, case.id).await.unwrap() == vec![inviter.clone(), second]);
        assert_eq!(state(&store, inviter.id).await, InvitationState::Joined);
        assert!(reports::of_case(&store, case.id).await.unwrap() == vec![(report, None)]);
        let raised = cases::get(&store, case.id).await.unwrap().unwrap();
        let expected = Case {
            urgency: Urgency::Urgent,
            clinician_only: true,
            flagged: true,
            respond_by: sample::later(240),
            version: 2,
            ..case
        };
        assert_eq!(raised, expected);
    })
    .await;
}

/// Guard: `Case::join` takes the higher of each. With plain assignment this went red.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_partner_lowers_nothing_and_moves_neither_state_nor_booking() {
    database::on_each(async |store| {
        let (case, inviter, _) = invited(&store).await;
        let high = Case {
            state: CaseState::Held,
            urgency: Urgency::Immediate,
            booking: Booking::Never,
            clinician_only: true,
            flagged: true,
            ..case
        };
        let saved = high.clone();
        store.transact(move |tx| Box::pin(async move { cases::save(tx, &saved).await })).await.unwrap();
        let mut new = joining(&store, high.id, inviter.id).await;
        new.raise = Raise {
            urgency: Urgency::Routine,
            clinician_only: false,
            flagged: false,
            respond_by: sample::later(9_000),
        };
        assert_eq!(store.join(new).await, Ok(Joined::Stored));
        let after = cases::get(&store, high.id).await.unwrap().unwrap();
        assert_eq!(after, Case { version: 3, ..high });
    })
    .await;
}

/// Guards: the invitation moves on only from open or accepted, and the request id's primary key.
/// With the state's filter taken out of `invitations::join`, this went red.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_joins_at_once_store_one_intake() {
    database::on_each(async |store| {
        for same_request in [true, false] {
            let (case, inviter, _) = invited(&store).await;
            let before = counts(&store).await;
            let mut tries = Vec::new();
            for _ in 0..50 {
                let new = joining(&store, case.id, inviter.id).await;
                tries.push(match tries.first().filter(|_| same_request) {
                    Some(JoiningIntake { request, .. }) => JoiningIntake { request: RequestKey::clone(request), ..new },
                    None => new,
                });
            }
            let outcomes = join_all(tries.into_iter().map(|new| store.join(new))).await;
            let other = if same_request { Joined::Repeated(sample::RESPONSE.to_vec()) } else { Joined::Closed };
            let count = |wanted: &Joined| outcomes.iter().filter(|outcome| outcome.as_ref() == Ok(wanted)).count();
            assert_eq!((count(&Joined::Stored), count(&other)), (1, 49), "{outcomes:?}");
            let after = counts(&store).await;
            let added: Vec<_> = before.iter().zip(after).map(|(before, after)| after - before).collect();
            assert_eq!(added, [1, 1, 1, 1, 1, 1]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_joins_through_a_declined_invitation_into_a_closed_case_or_into_another_one() {
    database::on_each(async |store| {
        let (mut closed, of_closed, _) = invited(&store).await;
        closed.state = CaseState::Closed;
        let saved = closed.clone();
        store.transact(move |tx| Box::pin(async move { cases::save(tx, &saved).await })).await.unwrap();
        let (declined, of_declined, _) = invited(&store).await;
        let (invitation, _) = invitations::of_inviter(&store, of_declined.id).await.unwrap().unwrap();
        store
            .transact(move |tx| {
                let (open, no) = (InvitationState::Open, InvitationState::Declined);
                Box::pin(async move { invitations::save_state(tx, invitation.id, open, no).await })
            })
            .await
            .unwrap();
        let (_, of_other, _) = invited(&store).await;
        let before = counts(&store).await;
        for (case, inviter) in [(closed.id, of_closed.id), (declined.id, of_declined.id), (declined.id, of_other.id)] {
            let new = joining(&store, case, inviter).await;
            assert_eq!(store.join(new).await, Ok(Joined::Closed));
        }
        assert_eq!(counts(&store).await, before);
        assert_eq!(state(&store, of_closed.id).await, InvitationState::Open);
        assert_eq!(state(&store, of_other.id).await, InvitationState::Open);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_join_destroys_its_draft_and_one_whose_draft_is_gone_stores_nothing() {
    database::on_each(async |store| {
        let (case, inviter, _) = invited(&store).await;
        let draft = sample::draft();
        let id = draft.id;
        store.transact(move |tx| Box::pin(async move { drafts::create(tx, &draft, [1; 32]).await })).await.unwrap();
        let before = counts(&store).await;
        let gone = JoiningIntake { draft: Some(sample::draft().id), ..joining(&store, case.id, inviter.id).await };
        assert_eq!(store.join(gone).await, Ok(Joined::DraftGone));
        assert_eq!(counts(&store).await, before);
        assert_eq!(state(&store, inviter.id).await, InvitationState::Open);
        let new = JoiningIntake { draft: Some(id), ..joining(&store, case.id, inviter.id).await };
        assert_eq!(store.join(new).await, Ok(Joined::Stored));
        assert!(drafts::get(&store, id, sample::now()).await.unwrap().is_none());
        // One key came, one went.
        assert_eq!(counts(&store).await[1], before[1]);
    })
    .await;
}

/// Guard: `Store::uncancelled`, by way of `transact`: whoever goes away leaves all of it or nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_caller_that_goes_away_leaves_a_whole_join_or_none() {
    database::on_each(async |store| {
        for turns in 0..40 {
            let (case, inviter, _) = invited(&store).await;
            let before = counts(&store).await;
            let new = joining(&store, case.id, inviter.id).await;
            let request = new.request.clone();
            {
                let mut join = Box::pin(store.join(new));
                for _ in 0..turns {
                    // Late enough, it is there before the caller goes.
                    if futures::poll!(&mut join).is_ready() {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            // The same request again waits for whatever still runs, and answers as if nothing had happened.
            let again = JoiningIntake { request, ..joining(&store, case.id, inviter.id).await };
            assert!(matches!(store.join(again).await, Ok(Joined::Stored | Joined::Repeated(_))));
            let added: Vec<_> = before.iter().zip(counts(&store).await).map(|(one, two)| two - one).collect();
            assert_eq!(added, [1, 1, 1, 1, 1, 1]);
        }
    })
    .await;
}
