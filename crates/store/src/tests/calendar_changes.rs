use std::collections::BTreeSet;

use rapport_domain::appointment::AppointmentState;
use sea_orm::ConnectionTrait;

use super::{database, sample};
use crate::{
    Blocked, Store, StoreError, appointments, calendar, calendar_changes, calendar_changes::Mark,
    store::sealed::Sealed, therapists,
};

/// What changed behind a mark, and the next mark.
async fn changed(store: &Store, mark: &mut Mark) -> BTreeSet<String> {
    let changes = calendar_changes::since(store, Some(*mark)).await.unwrap();
    *mark = changes.mark;
    changes.resources
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

/// Lets the log be empty: while others are at work on the server, what was told stands in it and is told again.
async fn forget(store: &Store) {
    store.db().execute_unprepared("DELETE FROM calendar_changes").await.unwrap();
}

/// Guards: the triggers of m0004, one for each way.
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
        forget(&store).await;
        assert_eq!(
            calendar::busy_of(&store, &names(["rooms/1"]), sample::later(0), sample::later(60)).await.unwrap().len(),
            1
        );
        let (mut fixed, read) = (held.clone(), held.sequence);
        fixed.confirm().unwrap();
        let saved = store.transact(move |tx| Box::pin(async move { appointments::save(tx, &fixed, read).await }));
        saved.await.map_err(|error: StoreError| error).unwrap();
        assert_eq!(changed(&store, &mut mark).await, both);
        forget(&store).await;
        let moved = "UPDATE calendar_blocks SET resource = 'rooms/2' WHERE resource = 'rooms/1'";
        store.db().execute_unprepared(moved).await.unwrap();
        assert_eq!(changed(&store, &mut mark).await, names(["rooms/1", "rooms/2"]));
        forget(&store).await;
        let both = names(["therapists/a", "rooms/2"]);
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
        let mark = store
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
                    Ok::<_, StoreError>(mark)
                })
            })
            .await
            .unwrap();
        let late = calendar_changes::since(&store, Some(mark)).await.unwrap().resources;
        assert!(late.contains("therapists/slow"), "{late:?}");
    })
    .await;
}

/// Guards: the triggers of m0004 on therapists and closures, one for each way.
#[tokio::test]
async fn a_changed_roster_and_a_closed_room_are_told_of_and_what_is_young_is_kept() {
    database::on_each(async |store| {
        let mut mark = calendar_changes::since(&store, None).await.unwrap().mark;
        therapists::seed_if_empty(&store, &[]).await.unwrap();
        assert_eq!(changed(&store, &mut mark).await, BTreeSet::new());
        let id = if store.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" };
        let at = if store.is_postgres() { "now()" } else { "'2027-01-01 00:00:00.000000 +00:00'" };
        let closed = format!("INSERT INTO room_closures (id, room, starts_at, ends_at) VALUES ({id}, '1', {at}, {at})");
        for (statement, told) in [
            (format!("INSERT INTO therapists (id, profile) VALUES ({id}, '')"), names(["roster"])),
            ("UPDATE therapists SET version = 2".to_owned(), names(["roster"])),
            ("DELETE FROM therapists".to_owned(), names(["roster"])),
            (closed, names(["rooms/1"])),
            ("UPDATE room_closures SET room = '2'".to_owned(), names(["rooms/1", "rooms/2"])),
            ("DELETE FROM room_closures".to_owned(), names(["rooms/2"])),
        ] {
            forget(&store).await;
            store.db().execute_unprepared(&statement).await.unwrap();
            assert_eq!(changed(&store, &mut mark).await, told, "{statement}");
        }
        assert_eq!(calendar_changes::purge(&store).await, Ok(0));
    })
    .await;
}
