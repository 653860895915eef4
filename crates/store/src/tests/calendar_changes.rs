use std::collections::BTreeSet;

use rapport_domain::appointment::AppointmentState;

use super::{database, sample};
use crate::{Blocked, Store, StoreError, appointments, calendar, calendar_changes, calendar_changes::Mark, therapists};

/// What changed behind a mark, and the next mark.
async fn changed(store: &Store, mark: &mut Mark) -> BTreeSet<String> {
    let changes = calendar_changes::since(store, Some(*mark)).await.unwrap();
    *mark = changes.mark;
    changes.resources
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

/// Guard: the triggers of m0004, one for each way.
#[tokio::test]
async fn whatever_takes_frees_or_fixes_a_time_is_told_of_once_it_is_committed() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        let mut mark = calendar_changes::since(&store, None).await.unwrap().mark;
        assert_eq!(changed(&store, &mut mark).await, BTreeSet::new());
        let mut held = sample::appointment(case.id);
        held.state = AppointmentState::Held;
        let (written, blocks) = (held.clone(), [sample::busy("therapists/a", 0, 60), sample::busy("rooms/1", 0, 60)]);
        let booked = store.transact(move |tx| {
            Box::pin(async move {
                appointments::insert(tx, &written).await?;
                assert_eq!(calendar::block(tx, &blocks, written.id).await?, Blocked::All);
                Ok::<_, StoreError>(())
            })
        });
        booked.await.unwrap();
        let both = names(["therapists/a", "rooms/1"]);
        assert_eq!(changed(&store, &mut mark).await, both);
        assert_eq!(
            calendar::busy_of(&store, &names(["rooms/1"]), sample::later(0), sample::later(60)).await.unwrap().len(),
            1
        );
        let (mut fixed, read) = (held.clone(), held.sequence);
        fixed.confirm().unwrap();
        let saved = store.transact(move |tx| Box::pin(async move { appointments::save(tx, &fixed, read).await }));
        saved.await.map_err(|error: StoreError| error).unwrap();
        assert_eq!(changed(&store, &mut mark).await, both);
        let freed = store.transact(move |tx| Box::pin(async move { calendar::free(tx, held.id).await }));
        freed.await.map_err(|error: StoreError| error).unwrap();
        assert_eq!(changed(&store, &mut mark).await, both);
        assert!(changed(&store, &mut mark).await.is_subset(&both), "told of again only while others are at work");
    })
    .await;
}

/// Guard: `mark` is the transaction's number on PostgreSQL. By the order of the rows alone, what
/// commits later than its successor would never be told of.
#[tokio::test]
async fn a_change_that_is_committed_after_a_later_one_was_read_is_not_missed() {
    database::on_each(async |store| {
        if !store.is_postgres() {
            return;
        }
        let (case, _) = sample::stored(&store).await;
        let mut mark = calendar_changes::since(&store, None).await.unwrap().mark;
        let (slow, quick) = (sample::appointment(case.id), sample::appointment(case.id));
        let other = store.clone();
        let first = slow.clone();
        store
            .transact(move |tx| {
                Box::pin(async move {
                    appointments::insert(tx, &first).await?;
                    calendar::block(tx, &[sample::busy("therapists/slow", 0, 60)], first.id).await?;
                    // Another one takes a time and is read of, while this one is still under way.
                    let inner = other.transact(move |tx| {
                        Box::pin(async move {
                            appointments::insert(tx, &quick).await?;
                            calendar::block(tx, &[sample::busy("therapists/quick", 0, 60)], quick.id).await.map(drop)
                        })
                    });
                    inner.await.map_err(|error: StoreError| error)?;
                    assert_eq!(changed(&other, &mut mark).await, names(["therapists/quick"]));
                    Ok::<_, StoreError>(())
                })
            })
            .await
            .unwrap();
        let late = calendar_changes::since(&store, Some(mark)).await.unwrap().resources;
        assert!(late.contains("therapists/slow"), "{late:?}");
    })
    .await;
}

#[tokio::test]
async fn a_changed_roster_is_told_of_and_what_is_young_is_kept() {
    database::on_each(async |store| {
        let mut mark = calendar_changes::since(&store, None).await.unwrap().mark;
        therapists::seed_if_empty(&store, &[]).await.unwrap();
        assert_eq!(changed(&store, &mut mark).await, BTreeSet::new());
        assert_eq!(calendar_changes::purge(&store).await, Ok(0));
    })
    .await;
}
