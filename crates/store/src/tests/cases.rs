use std::collections::BTreeSet;

use rapport_domain::{
    case::{Case, CaseState},
    triage::Urgency,
};

use super::{database, sample};
use crate::{CaseCursor, CaseFilter, NewIntake, Store, StoreError, cases, intakes, search, therapists};

async fn store_case(store: &Store, urgency: Urgency, minutes: i64) -> Case {
    let new = sample::intake();
    let case = Case { urgency, respond_by: sample::later(minutes), ..new.case.clone() };
    store.accept(NewIntake { case: case.clone(), ..new }).await.unwrap();
    case
}

async fn save(store: &Store, case: Case) -> Result<i64, StoreError> {
    store.transact(move |tx| Box::pin(async move { cases::save(tx, &case).await })).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_read_a_case_the_second_to_save_is_told() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        let read = cases::get(&store, case.id).await.unwrap().unwrap();
        assert_eq!(read, case);
        let (mut first, mut second) = (read.clone(), read);
        first.claim("Alex").unwrap();
        second.claim("Blake").unwrap();
        assert_eq!(save(&store, first).await, Ok(2));
        assert_eq!(save(&store, second).await, Err(StoreError::Conflict));
        let kept = cases::get(&store, case.id).await.unwrap().unwrap();
        assert_eq!((kept.assignee.as_deref(), kept.version), (Some("Alex"), 2));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_queue_is_by_urgency_then_by_the_time_left_and_pages_meet() {
    database::on_each(async |store| {
        let late = store_case(&store, Urgency::Routine, 50).await;
        let soon = store_case(&store, Urgency::Routine, 10).await;
        let same_time = store_case(&store, Urgency::Routine, 10).await;
        let now = store_case(&store, Urgency::Immediate, 90).await;
        let mut closed = store_case(&store, Urgency::Immediate, 1).await;
        closed.state = CaseState::Closed;
        save(&store, closed.clone()).await.unwrap();

        let filter = CaseFilter::default();
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = cases::list(&store, &filter, after, 1).await.unwrap();
            let Some((case, detail)) = page.into_iter().next() else { break };
            assert!(detail == sample::detail());
            after = Some(CaseCursor::behind(&case));
            pages.push(case.id);
        }
        assert_eq!(pages, [now.id, soon.id, same_time.id, late.id]);

        let ids = async |filter: CaseFilter| -> Vec<_> {
            let page = cases::list(&store, &filter, None, 50).await.unwrap();
            page.into_iter().map(|(case, _)| case.id).collect()
        };
        let of_state = CaseFilter { states: vec![CaseState::Closed], ..CaseFilter::default() };
        assert_eq!(ids(of_state).await, [closed.id]);
        let of_urgency = CaseFilter { urgencies: vec![Urgency::Immediate], ..CaseFilter::default() };
        assert_eq!(ids(of_urgency).await, [now.id]);
        let mut claimed = now.clone();
        claimed.claim("Alex").unwrap();
        save(&store, claimed).await.unwrap();
        let unclaimed = CaseFilter { unclaimed_only: true, ..CaseFilter::default() };
        assert_eq!(ids(unclaimed).await, [soon.id, same_time.id, late.id]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_staff_read_about_a_case_is_replaced_whole() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        assert!(cases::detail(&store, case.id).await.unwrap() == Some(sample::detail()));
        let next = cases::CaseDetail { label: "Sample A.".to_owned(), ..Default::default() };
        let saved = next.clone();
        store.transact(move |tx| Box::pin(async move { cases::save_detail(tx, case.id, &saved).await })).await.unwrap();
        assert!(cases::detail(&store, case.id).await.unwrap() == Some(next));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earlier_open_case_of_the_same_person_is_found_and_a_later_or_closed_one_is_not() {
    database::on_each(async |store| {
        let (mut earlier_case, earlier) = sample::stored(&store).await;
        let (later_case, later) = sample::stored(&store).await;
        let tokens = search::tokens(&store, &earlier.submission.client);
        assert_eq!(tokens.len(), 5);
        for case in [earlier_case.id, later_case.id, later_case.id] {
            let tokens = tokens.clone();
            store.transact(move |tx| Box::pin(async move { search::put(tx, case, &tokens).await })).await.unwrap();
        }
        assert_eq!(intakes::same_person_open(&store, &later, &tokens).await, Ok(true));
        assert_eq!(intakes::same_person_open(&store, &earlier, &tokens).await, Ok(false));
        // A machine takes nobody for somebody else by name, not even with a birthday; a person may suspect it.
        let of_kinds =
            |kinds: &[&str]| tokens.iter().copied().filter(|token| kinds.contains(&token.kind)).collect::<Vec<_>>();
        let (named, born) = (of_kinds(&[search::NAME]), of_kinds(&[search::NAME, search::BIRTH]));
        assert_eq!(intakes::same_person_open(&store, &later, &born).await, Ok(false));
        assert_eq!(search::same_person(&store, later_case.id, &named).await, Ok(Vec::new()));
        let suspected = search::same_person(&store, later_case.id, &born).await.unwrap();
        assert_eq!(suspected, [(earlier_case.id, BTreeSet::from([search::BIRTH, search::NAME]))]);
        earlier_case.state = CaseState::Closed;
        save(&store, earlier_case).await.unwrap();
        assert_eq!(intakes::same_person_open(&store, &later, &tokens).await, Ok(false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_roster_seeds_nothing() {
    database::on_each(async |store| {
        assert_eq!(therapists::seed_if_empty(&store, &[]).await, Ok(0));
        assert_eq!(therapists::all(&store).await, Ok(Vec::new()));
    })
    .await;
}
