use std::collections::BTreeSet;

use rapport_domain::{
    appointment::{AppointmentState, ClientWish},
    contact::{EmailAddress, Language},
    intake::Care,
    invitation::{Invitation, InvitationState},
    report::ReportState,
};

use super::{database, sample};
use crate::{
    InvitationLetter, Store, StoreError, appointments, intakes, invitations, no_contact, reports, search, wishes,
};

async fn invite(store: &Store, invitation: &Invitation) -> Result<(), StoreError> {
    let (invitation, detail) = (invitation.clone(), sample::invitation_detail());
    store
        .transact(move |tx| {
            let hash = sample::hash_of(invitation.id.uuid());
            Box::pin(async move { invitations::create(tx, &invitation, hash, &detail).await })
        })
        .await
}

/// Guard: the inviter's unique key. Without it a second press made a second token.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inviter_has_one_invitation_and_one_letter_ever() {
    database::on_each(async |store| {
        let (case, inviter) = sample::stored(&store).await;
        let (first, detail) = sample::invitation(case.id, inviter.id);
        let (second, _) = sample::invitation(case.id, inviter.id);
        assert_eq!(invite(&store, &first).await, Ok(()));
        assert_eq!(invite(&store, &second).await, Err(StoreError::Conflict));
        assert!(invitations::of_inviter(&store, inviter.id).await.unwrap() == Some((first.clone(), detail.clone())));
        assert!(invitations::get(&store, first.id).await.unwrap() == Some((first.clone(), detail)));
        assert_eq!(invitations::of_case(&store, case.id).await, Ok(vec![first.clone()]));
        let by_token = async |id| invitations::by_token(&store, sample::hash_of(id)).await;
        assert_eq!(by_token(first.id.uuid()).await, Ok(Some(first.id)));
        assert_eq!(by_token(second.id.uuid()).await, Ok(None));

        let letter = |to: &str| InvitationLetter { email: EmailAddress::parse(to).unwrap(), language: Language::Es };
        let ask = |letter: InvitationLetter| {
            let id = first.id;
            store.transact(move |tx| Box::pin(async move { invitations::keep_letter(tx, id, &letter).await }))
        };
        assert_eq!(ask(letter("one@example.com")).await, Ok(true));
        assert_eq!(ask(letter("two@example.com")).await, Ok(false));
        let (_, kept) = invitations::get(&store, first.id).await.unwrap().unwrap();
        assert!(kept.letter == Some(letter("one@example.com")) && kept.token == sample::CANARY);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_moves_on_only_from_where_it_was_read() {
    use InvitationState::{Accepted, Declined, Open};
    database::on_each(async |store| {
        let (case, inviter) = sample::stored(&store).await;
        let (invitation, _) = sample::invitation(case.id, inviter.id);
        invite(&store, &invitation).await.unwrap();
        let save = |from, to| {
            let id = invitation.id;
            store.transact(move |tx| Box::pin(async move { invitations::save_state(tx, id, from, to).await }))
        };
        assert_eq!(save(Open, Accepted).await, Ok(()));
        assert_eq!(save(Open, Declined).await, Err(StoreError::Conflict));
        assert_eq!(save(Accepted, Declined).await, Ok(()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_client_has_a_wish_of_their_own_and_the_last_one_stands() {
    database::on_each(async |store| {
        let (case, first) = sample::stored(&store).await;
        let (_, second) = sample::stored(&store).await;
        let appointment = sample::appointment(case.id);
        let id = appointment.id;
        store.transact(move |tx| Box::pin(async move { appointments::insert(tx, &appointment).await })).await.unwrap();
        for (intake, wish) in
            [(first.id, ClientWish::Declined), (first.id, ClientWish::Accepted), (second.id, ClientWish::Declined)]
        {
            store
                .transact(move |tx| Box::pin(async move { wishes::put(tx, id, intake, wish, sample::now()).await }))
                .await
                .unwrap();
        }
        assert_eq!(wishes::of(&store, id, first.id).await, Ok(Some(ClientWish::Accepted)));
        let both = vec![(first.id, ClientWish::Accepted), (second.id, ClientWish::Declined)];
        assert_eq!(wishes::of_appointment(&store, id).await, Ok(both));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kind_of_report_is_opened_once_per_intake_and_completed_once() {
    database::on_each(async |store| {
        let (case, intake) = sample::stored(&store).await;
        let kind = "child_or_dependent_adult";
        let report = sample::report(&intake, kind);
        for _ in 0..2 {
            let again = [sample::report(&intake, kind), report.clone()];
            store.transact(move |tx| Box::pin(async move { reports::open(tx, case.id, &again).await })).await.unwrap();
        }
        let (opened, record) = reports::of_case(&store, case.id).await.unwrap().remove(0);
        assert!(record.is_none() && opened.state == ReportState::Open);
        let complete = || {
            let opened = opened.clone();
            store.transact(move |tx| Box::pin(async move { reports::complete(tx, &opened, &sample::record()).await }))
        };
        assert_eq!(complete().await, Ok(()));
        assert_eq!(complete().await, Err(StoreError::Conflict));
        let (kept, record) = reports::get(&store, opened.id).await.unwrap().unwrap();
        assert!(kept.state == ReportState::Completed && record == Some(sample::record()));
        assert_eq!(reports::of_case(&store, case.id).await.unwrap().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_asked_so_is_never_written_to_however_it_is_spelled() {
    database::on_each(async |store| {
        let email = |text: &str| EmailAddress::parse(text).unwrap();
        for _ in 0..2 {
            store
                .transact(move |tx| {
                    Box::pin(async move { no_contact::add(tx, &email("No.More@Example.com"), sample::now()).await })
                })
                .await
                .unwrap();
        }
        assert_eq!(no_contact::contains(&store, &email("no.more@example.com")).await, Ok(true));
        assert_eq!(no_contact::contains(&store, &email("no.more@example.org")).await, Ok(false));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_is_recognised_in_other_cases_by_address_or_number_and_never_by_name_alone() {
    database::on_each(async |store| {
        let (one, intake) = sample::stored(&store).await;
        let (two, _) = sample::stored(&store).await;
        let (three, _) = sample::stored(&store).await;
        let tokens = search::tokens(&store, &intake.submission.client);
        let name: Vec<_> = tokens.iter().copied().filter(|token| token.kind == search::NAME).collect();
        for (case, tokens) in [(one.id, tokens.clone()), (two.id, tokens.clone()), (three.id, name)] {
            store.transact(move |tx| Box::pin(async move { search::put(tx, case, &tokens).await })).await.unwrap();
        }
        let same = search::same_person(&store, one.id, &tokens).await.unwrap();
        assert_eq!(same, [(two.id, BTreeSet::from([search::BIRTH, search::EMAIL, search::NAME, search::PHONE]))]);

        let alone = sample::appointment(two.id);
        let mut fixed = sample::appointment(two.id);
        let mut joint = sample::appointment(two.id);
        let mut elsewhere = sample::appointment(three.id);
        fixed.state = AppointmentState::Confirmed;
        (joint.state, joint.care) = (AppointmentState::Confirmed, Care::Couple);
        elsewhere.state = AppointmentState::Confirmed;
        let therapist = fixed.therapist;
        store
            .transact(move |tx| {
                Box::pin(async move {
                    for appointment in [alone, fixed, joint, elsewhere] {
                        appointments::insert(tx, &appointment).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .unwrap();
        assert_eq!(appointments::treated_alone(&store, &tokens).await, Ok(BTreeSet::from([therapist])));
        assert_eq!(appointments::treated_alone(&store, &[]).await, Ok(BTreeSet::new()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_intakes_are_read_page_by_page_each_once_and_from_a_day_on() {
    database::on_each(async |store| {
        let mut expected = Vec::new();
        for minutes in 0..5 {
            let mut new = sample::intake();
            new.intake.received_at = sample::later(minutes);
            expected.push(new.intake.clone());
            store.accept(new).await.unwrap();
        }
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = intakes::page(&store, after, None, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(last.id());
            read.extend(page.into_iter().map(|sealed| sealed.open(&store).unwrap()));
        }
        assert!(read == expected);
        let since = Some(sample::later(3));
        assert_eq!(intakes::count(&store, since).await, Ok(2));
        assert_eq!(intakes::count(&store, None).await, Ok(5));
        let young = intakes::page(&store, None, since, 10).await.unwrap();
        assert_eq!(young.iter().map(|sealed| sealed.id()).collect::<Vec<_>>(), [expected[3].id, expected[4].id]);
    })
    .await;
}
