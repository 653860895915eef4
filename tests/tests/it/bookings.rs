//! Many people at once for few times: nobody's time is taken twice.

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use rapport_tests::{
    people::{People, Sample},
    practice_folder::PracticeFolder,
    production::Production,
    wait,
};
use tokio::task::JoinSet;

/// Two that take the same therapist or room at the same instant.
const OVERLAPPING_BLOCKS: &str = "SELECT count(*) FROM calendar_blocks one JOIN calendar_blocks other ON one.resource = other.resource \
     AND one.ctid < other.ctid AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at";
/// The same, as the appointments themselves tell it.
const OVERLAPPING_APPOINTMENTS: &str = "SELECT count(*) FROM appointments one JOIN appointments other ON one.id < other.id \
     AND (one.therapist_id = other.therapist_id OR one.room = other.room) \
     AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at";

/// Guard: `calendar_blocks_no_overlap`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_at_once_for_twenty_times_get_twenty_and_the_rest_a_call() {
    let (production, _practice) = storm(200, Guard::Stands).await;
    let count = async |query| production.count(query).await.unwrap();
    assert_eq!(count(OVERLAPPING_BLOCKS).await, 0);
    assert_eq!(count(OVERLAPPING_APPOINTMENTS).await, 0);
    assert_eq!(count("SELECT count(*) FROM appointments WHERE state = 'confirmed'").await, 20);
    assert_eq!(count("SELECT count(*) FROM appointments").await, 20);
    assert_eq!(count("SELECT count(*) FROM calendar_blocks").await, 40);
    let ends: Vec<(String, String, i64)> = production
        .all(
            "SELECT cases.state, letters.letter, count(*) FROM cases JOIN letters ON letters.case_id = cases.id \
             AND letters.state = 'sent' GROUP BY 1, 2 ORDER BY 1, 2",
        )
        .await
        .unwrap();
    let end = |state: &str, letter: &str, count| (state.to_owned(), letter.to_owned(), count);
    assert_eq!(
        ends,
        [
            end("before_staff", "no_time_yet", 180),
            end("before_staff", "staff_alert", 180),
            end("confirmed", "confirmed", 20)
        ]
    );
    production.close().await.unwrap();
}

/// Shows that the test above can fail: it holds by its guard, not by luck.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_guard_the_calendar_overlaps() {
    let (production, _practice) = storm(60, Guard::TakenOut).await;
    assert!(production.count(OVERLAPPING_BLOCKS).await.unwrap() > 0);
    assert!(production.count(OVERLAPPING_APPOINTMENTS).await.unwrap() > 0);
    production.close().await.unwrap();
}

#[derive(PartialEq, Eq)]
enum Guard {
    Stands,
    TakenOut,
}

/// Lets so many people call at once, waits for their cases to be decided and their letters to be sent.
///
/// The worker starts when all of them wait, so that it meets them at once however slow the machine is.
async fn storm(people: usize, guard: Guard) -> (Production, PracticeFolder) {
    let practice = practice_with_twenty_times();
    let mut production = Production::with_practice(practice.path()).await.unwrap();
    if guard == Guard::TakenOut {
        production.execute("ALTER TABLE calendar_blocks DROP CONSTRAINT calendar_blocks_no_overlap").await.unwrap();
    }
    production.processes.start("intake").await.unwrap();
    let mut client = production.client().await.unwrap();
    let crowd = People::of(&mut client).await.unwrap();
    let mut calls = JoinSet::new();
    for number in 0..people {
        let (mut client, request) = (client.clone(), crowd.another(Sample::DriftAndStress, number).unwrap());
        calls.spawn(async move { client.submit_intake(request).await.map(drop) });
    }
    assert!(calls.join_all().await.iter().all(Result::is_ok));
    // Two, since one remembers what it has just booked: without the guard they see each other's bookings too late.
    production.processes.start("worker").await.unwrap();
    production.processes.start_as("another worker", "worker").await.unwrap();
    production.processes.start("notifier").await.unwrap();
    wait::until("every case is decided", || async {
        production.count("SELECT count(*) FROM cases WHERE state IN ('received', 'triaged')").await.unwrap() == 0
    })
    .await;
    wait::until("nothing is left over", || async { production.left_over().await.unwrap().is_empty() }).await;
    (production, practice)
}

/// Four therapists, two rooms, one day of ten hours: the rooms leave twenty of the therapists' forty times. The day is
/// the one after tomorrow in the practice's zone, which lies within the promise whatever the hour is now.
fn practice_with_twenty_times() -> PracticeFolder {
    let now = Timestamp::now().to_zoned(TimeZone::get("America/New_York").unwrap());
    let day = now.date().checked_add(2.days()).unwrap().strftime("%a").to_string().to_lowercase();
    PracticeFolder::sample()
        .unwrap()
        .set(&[("closed_on", "[]"), ("step_minutes", "60")])
        .unwrap()
        .therapists(4, &format!("{day} 09:00-19:00 noda"))
        .unwrap()
}
