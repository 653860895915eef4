//! Bookings, moves and cancels at once: nobody's time is taken twice, none is lost, none stays with nobody, and no caller
//! hears of a deadlock.
//!
//! Every person has somebody of the practice beside them. Whoever has no session books one of fifty times at random;
//! whoever has one moves it there or gives it back, by themselves or by phone, as fast as the answers come. What each
//! was answered is held against the database at the end.
//!
//! `STORM_SECONDS=60` lets 500 of them go on for a minute; without it a hundred do so for a few seconds.
//!
//! Guard: `calendar_blocks_no_overlap`; the last test takes it out and finds overlaps. On SQLite writers stand in line, so
//! that a look at the calendar within a transaction is enough; its triggers are tried by the store's own tests.

mod house;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use jiff::Timestamp;
use rapport_domain::{
    appointment::Appointment,
    calendar::busy::{Busy, blocks},
    letter::LetterKind,
};
use rapport_tests::database::Database;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::task::JoinSet;

use house::{Actor, House};

/// What a storm of these people came to.
struct Aftermath {
    house: House,
    actors: Vec<Actor>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_sqlite_everybody_has_what_they_were_told_and_nobody_anothers() {
    let database = Database::sqlite().await.unwrap();
    weather(&database).await.must_be_in_order().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_postgres_everybody_has_what_they_were_told_and_nobody_anothers() {
    let database = Database::postgres().await.unwrap();
    weather(&database).await.must_be_in_order().await;
    database.close().await.unwrap();
}

/// Shows that the tests above can fail: they hold by the guard, not by luck.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_guard_times_overlap() {
    let database = Database::postgres().await.unwrap();
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    connection.execute("ALTER TABLE calendar_blocks DROP CONSTRAINT calendar_blocks_no_overlap").await.unwrap();
    connection.close().await.unwrap();
    let after = weather(&database).await;
    let (sessions, busy) = after.kept().await;
    assert!(overlapping(&sessions) > 0 && overlapping_blocks(&busy) > 0);
    after.house.stop();
    database.close().await.unwrap();
}

#[expect(clippy::print_stderr, reason = "how much weather there was belongs to the result")]
async fn weather(database: &Database) -> Aftermath {
    let (people, seconds) = match rapport_tests::environment::storm_seconds() {
        Some(seconds) => (500, seconds),
        None => (100, 4),
    };
    let house = House::open(database).await;
    let mut actors = JoinSet::new();
    for number in 0..people {
        let actor = house.actor(number).await;
        actors.spawn(actor);
    }
    let actors = actors.join_all().await;
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut storm = JoinSet::new();
    for mut actor in actors {
        storm.spawn(async move {
            while Instant::now() < until {
                actor.step().await;
            }
            actor
        });
    }
    let actors = storm.join_all().await;
    let total = |did: fn(&Actor) -> u32| actors.iter().map(did).sum::<u32>();
    eprintln!(
        "{database:?}: {people} people, {seconds} s: {} booked, {} moved, {} given back, {} refused",
        total(|it| it.booked),
        total(|it| it.moved),
        total(|it| it.cancelled),
        total(|it| it.refused),
    );
    Aftermath { house, actors }
}

impl Aftermath {
    /// The sessions that take time, and what the calendar has.
    async fn kept(&self) -> (Vec<Appointment>, Vec<Busy>) {
        let mut sessions = Vec::new();
        for actor in &self.actors {
            sessions.extend(self.house.session_of(actor).await.filter(|session| session.state.takes_time()));
        }
        (sessions, self.house.busy().await)
    }

    async fn must_be_in_order(self) {
        let total = |did: fn(&Actor) -> u32| self.actors.iter().map(did).sum::<u32>();
        assert!(total(|it| it.booked) > 0 && total(|it| it.moved) > 0 && total(|it| it.cancelled) > 0);
        let unexpected: BTreeSet<&String> = self.actors.iter().flat_map(|actor| &actor.unexpected).collect();
        assert!(unexpected.is_empty(), "{unexpected:?}");

        let (sessions, busy) = self.kept().await;
        assert_eq!((overlapping(&sessions), overlapping_blocks(&busy)), (0, 0), "overlaps");
        let has: BTreeMap<String, Timestamp> =
            sessions.iter().map(|session| (session.id.to_string(), session.starts_at)).collect();
        let told: BTreeMap<String, Timestamp> =
            self.actors.iter().filter_map(|actor| actor.session.clone()).map(|(name, at, _)| (name, at)).collect();
        assert_eq!(has, told, "lost, or never given back");
        let mut wanted: Vec<_> =
            sessions.iter().flat_map(|session| blocks(session, &self.house.practice)).map(named).collect();
        let mut found: Vec<_> = busy.into_iter().map(named).collect();
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted, "a time is with nobody, or a session without its time");
        let letters = self.house.letters(&self.actors).await;
        for (kind, acknowledged) in [
            (LetterKind::Confirmed, total(|it| it.booked)),
            (LetterKind::Moved, total(|it| it.moved)),
            (LetterKind::Cancelled, total(|it| it.cancelled_alone)),
            (LetterKind::WillNotTakePlace, total(|it| it.cancelled - it.cancelled_alone)),
        ] {
            let written = letters.iter().filter(|letter| **letter == kind).count();
            assert_eq!(written, acknowledged as usize, "{kind:?}");
        }
        self.house.stop();
    }
}

fn named(block: Busy) -> (String, Timestamp, Timestamp, Option<String>) {
    (block.resource, block.starts_at, block.ends_at, block.appointment.map(|id| id.to_string()))
}

fn overlapping_blocks(busy: &[Busy]) -> usize {
    let overlaps =
        |one: &Busy, other: &Busy| one.resource == other.resource && one.overlaps(other.starts_at, other.ends_at);
    pairs(busy).filter(|(one, other)| overlaps(one, other)).count()
}

fn overlapping(sessions: &[Appointment]) -> usize {
    let same = |one: &Appointment, other: &Appointment| {
        one.therapist == other.therapist || one.room.is_some() && one.room == other.room
    };
    let overlaps =
        |one: &Appointment, other: &Appointment| one.starts_at < other.ends_at && other.starts_at < one.ends_at;
    pairs(sessions).filter(|(one, other)| same(one, other) && overlaps(one, other)).count()
}

fn pairs<T>(all: &[T]) -> impl Iterator<Item = (&T, &T)> {
    all.iter().enumerate().flat_map(|(n, one)| all[n + 1..].iter().map(move |other| (one, other)))
}
