use futures::future::join_all;
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calendar::busy::Busy,
    id::CaseId,
};
use sea_orm::ConnectionTrait;

use super::{database, sample};
use crate::{Blocked, Store, StoreError, appointments, calendar, store::sealed::Sealed};

/// One booking attempt: the appointment and its blocks, or nothing.
async fn book(store: &Store, case: CaseId, blocks: Vec<Busy>) -> Option<Appointment> {
    let appointment = sample::appointment(case);
    let booked = appointment.clone();
    store
        .transact(move |tx| {
            Box::pin(async move {
                appointments::insert(tx, &appointment).await?;
                match calendar::block(tx, &blocks, appointment.id).await? {
                    Blocked::All => Ok(()),
                    Blocked::Taken => Err(StoreError::Conflict),
                }
            })
        })
        .await
        .ok()
        .map(|()| booked)
}

fn pair(therapist: &str, room: &str, from: i64, to: i64) -> Vec<Busy> {
    vec![sample::busy(therapist, from, to), sample::busy(room, from, to)]
}

/// Guard: the exclusion constraint on PostgreSQL, the insert trigger on SQLite.
/// Taken out, this test went red on both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_forty_bookings_of_one_time_at_once_one_wins() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        let tries = (0..40).map(|n| book(&store, case.id, pair("therapists/a", &format!("rooms/{}", n % 2), 60, 120)));
        assert_eq!(join_all(tries).await.iter().flatten().count(), 1);
        assert_eq!(calendar::busy(&store, sample::later(0), sample::later(600)).await.unwrap().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_overlap_in_part_is_taken_and_a_time_that_touches_is_not() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        assert!(book(&store, case.id, pair("therapists/a", "rooms/1", 60, 120)).await.is_some());
        for (from, to) in [(0, 61), (119, 200), (70, 80), (0, 300)] {
            assert!(book(&store, case.id, pair("therapists/a", "rooms/2", from, to)).await.is_none(), "{from}..{to}");
            assert!(book(&store, case.id, pair("therapists/b", "rooms/1", from, to)).await.is_none(), "{from}..{to}");
        }
        assert!(book(&store, case.id, pair("therapists/a", "rooms/1", 120, 180)).await.is_some());
        assert!(book(&store, case.id, pair("therapists/a", "rooms/1", 0, 60)).await.is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_freed_can_be_taken_again() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        let first = book(&store, case.id, pair("therapists/a", "rooms/1", 60, 120)).await.unwrap();
        let busy = calendar::busy(&store, sample::later(119), sample::later(600)).await.unwrap();
        assert_eq!(busy.len(), 2);
        assert!(busy.iter().all(|it| it.held && it.appointment == Some(first.id)));
        assert_eq!(calendar::busy(&store, sample::later(120), sample::later(600)).await.unwrap(), []);
        let freed = first.id;
        store.transact(move |tx| Box::pin(calendar::free(tx, freed))).await.unwrap();
        assert!(book(&store, case.id, pair("therapists/a", "rooms/1", 60, 120)).await.is_some());
    })
    .await;
}

/// Guard: the exclusion constraint on PostgreSQL, the update trigger on SQLite.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_block_cannot_be_moved_onto_another() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        for from in [60, 120] {
            assert!(book(&store, case.id, pair("therapists/a", "rooms/1", from, from + 60)).await.is_some());
        }
        let moved = "UPDATE calendar_blocks SET starts_at = (SELECT min(starts_at) FROM calendar_blocks)";
        assert!(store.db().execute_unprepared(moved).await.is_err());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_appointment_changed_meanwhile_is_a_conflict() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        let read = book(&store, case.id, pair("therapists/a", "rooms/1", 60, 120)).await.unwrap();
        assert_eq!(appointments::due_for_release(&store, sample::later(9), 10).await.unwrap(), []);
        let due = appointments::due_for_release(&store, sample::later(10), 10).await.unwrap();
        assert_eq!(due, std::slice::from_ref(&read));
        let save = |change: fn(&mut Appointment)| {
            let mut appointment = read.clone();
            change(&mut appointment);
            store.transact(move |tx| Box::pin(async move { appointments::save(tx, &appointment, 0).await }))
        };
        assert_eq!(save(|it| _ = it.confirm()).await, Ok(()));
        assert_eq!(save(|it| _ = it.cancel()).await, Err(StoreError::Conflict));
        let kept = appointments::current_of_case(&store, case.id).await.unwrap().unwrap();
        assert_eq!((kept.state, kept.sequence), (AppointmentState::Confirmed, 1));
        assert_eq!(appointments::due_for_release(&store, sample::later(10), 10).await.unwrap(), []);
    })
    .await;
}

/// Moves an appointment's time as a use case does.
async fn move_to(store: &Store, appointment: &Appointment, blocks: Vec<Busy>) -> Result<(), StoreError> {
    let mut appointment = appointment.clone();
    store
        .transact(move |tx| {
            Box::pin(async move {
                let read = appointments::get(tx, appointment.id).await?.unwrap().sequence;
                if calendar::claim(tx, &blocks, appointment.id).await? == Blocked::Taken {
                    return Err(StoreError::Missing("the time"));
                }
                appointment.sequence = read + 1;
                appointments::save(tx, &appointment, read).await?;
                calendar::settle(tx, &blocks, appointment.id).await
            })
        })
        .await
}

async fn spans(store: &Store) -> Vec<(String, i64, i64)> {
    let minutes = |at: jiff::Timestamp| sample::now().duration_until(at).as_mins();
    let busy = calendar::busy(store, sample::later(0), sample::later(6000)).await.unwrap();
    busy.into_iter().map(|it| (it.resource, minutes(it.starts_at), minutes(it.ends_at))).collect()
}

/// Guards: the exclusion constraint and the insert trigger; that [`calendar::claim`] leaves out what is one's own already.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_moves_onto_itself_in_part_and_never_onto_somebody_elses() {
    database::on_each(async |store| {
        let (case, _) = sample::stored(&store).await;
        let one = book(&store, case.id, pair("therapists/a", "rooms/1", 60, 120)).await.unwrap();
        let _other = book(&store, case.id, pair("therapists/b", "rooms/2", 200, 260)).await.unwrap();
        let is = async |room: &str, from: i64, to: i64| {
            let other = [("rooms/2".to_owned(), 200, 260), ("therapists/b".to_owned(), 200, 260)];
            let mine = [(room.to_owned(), from, to), ("therapists/a".to_owned(), from, to)];
            let mut all: Vec<_> = mine.into_iter().chain(other).collect();
            all.sort();
            assert_eq!(spans(&store).await, all);
        };
        for (room, from, to) in [
            ("rooms/1", 90, 150),
            ("rooms/1", 30, 100),
            ("rooms/1", 20, 160),
            ("rooms/1", 40, 100),
            ("rooms/3", 60, 120),
            ("rooms/2", 140, 200),
        ] {
            move_to(&store, &one, pair("therapists/a", room, from, to)).await.unwrap();
            is(room, from, to).await;
        }
        for (room, from, to) in [("rooms/2", 141, 201), ("rooms/2", 240, 300), ("rooms/2", 150, 400)] {
            let refused = move_to(&store, &one, pair("therapists/a", room, from, to)).await;
            assert_eq!(refused, Err(StoreError::Missing("the time")));
            is("rooms/2", 140, 200).await;
        }
    })
    .await;
}
