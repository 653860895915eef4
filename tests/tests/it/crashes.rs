//! `kill -9` of every role while intakes run: what was acknowledged is there, everybody ends where a clean run puts
//! them, every letter arrives once or is visibly unknown, and nothing is left over.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use rapport_proto::intake::intake_service_client::IntakeServiceClient;
use rapport_tests::{
    people::{People, Sample, as_person},
    practice_folder::PracticeFolder,
    processes::Processes,
    production::Production,
    smtp::{At, Step},
    wait,
};
use sqlx::{SqlitePool, sqlite::SqliteConnectOptions};
use tokio::task::JoinSet;
use tonic::{Code, transport::Channel};

use outcome::{Arrived, CASES, Ending, LETTERS};

mod outcome;

/// Callers at a time.
const CALLERS: usize = 16;
/// Letters that a notifier has in hand at most (`mail.connections`): as many may become unknown with each that is killed.
const HANDS: usize = 4;

/// Guards: a message is acknowledged after the work on it; `letters::due` lists no letter that was being sent; a
/// repeated request gets the answer that was kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roles_that_are_killed_lose_nothing_and_do_nothing_twice() {
    let practice = roomy_practice();
    let mut production = Production::with_practice(practice.path()).await.unwrap();
    production.start_all().await.unwrap();
    let mut crowd = Crowd::new(production.client().await.unwrap()).await;
    for wave in 1..=2 {
        crowd.send(250);
        // Each is killed when a part of the wave has passed it and the rest is before it or in its hands.
        let a_part = wave * 250 - 180;
        crowd.until_answered(a_part).await;
        restart(&mut production.processes, "intake").await;
        // At every step of a letter's way a hand stands still when its notifier is killed.
        production.smtp.next(At::Data, Step::Hang);
        production.smtp.next(At::FinalDot, Step::Hang);
        production.smtp.next(At::FinalDot, Step::AcceptThenHang);
        wait::until("they stand still", || async { production.smtp.is_through() }).await;
        restart(&mut production.processes, "notifier").await;
        let decided = "SELECT count(*) FROM cases WHERE state NOT IN ('received', 'triaged')";
        wait::until("cases are decided", || async { production.count(decided).await.unwrap() >= a_part }).await;
        restart(&mut production.processes, "worker").await;
        crowd.until_answered(wave * 250).await;
    }
    wait::until("every case is decided", || async {
        production.count("SELECT count(*) FROM cases WHERE state IN ('received', 'triaged')").await.unwrap() == 0
    })
    .await;
    wait::until("nothing is left over", || async { production.left_over().await.unwrap().is_empty() }).await;

    let ending = Ending {
        cases: production.all(CASES).await.unwrap(),
        letters: production.all(LETTERS).await.unwrap(),
        arrived: Arrived::at(&production.smtp),
    };
    // Two of each wave are lost in the midst of sending, whatever the machine does.
    ending.assert_as_in_a_clean_run(&crowd.answered().await, 4..=2 * HANDS);
    production.close().await.unwrap();
}

/// Guards: a delivery is forgotten after the work on it, and found again when its lease ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_embedded_default_that_is_killed_loses_nothing_and_does_nothing_twice() {
    let (practice, data) = (roomy_practice(), tempfile::tempdir().unwrap());
    let mut processes = Processes::new([
        ("RAPPORT__DATA__DIR", data.path().display().to_string()),
        ("RAPPORT__PRACTICE__DIR", practice.path().display().to_string()),
    ])
    .unwrap();
    processes.start("all").await.unwrap();
    let database =
        SqlitePool::connect_with(SqliteConnectOptions::new().filename(data.path().join("rapport.db")).read_only(true))
            .await
            .unwrap();
    let count = async |query: &'static str| sqlx::query_scalar::<_, i64>(query).fetch_one(&database).await.unwrap();
    let client = IntakeServiceClient::connect(format!("http://{}", processes.intake)).await.unwrap();
    let mut crowd = Crowd::new(client).await;
    for wave in 1..=2 {
        crowd.send(100);
        crowd.until_answered(wave * 100 - 70).await;
        restart(&mut processes, "all").await;
        let sent = "SELECT count(*) FROM letters WHERE state = 'sent'";
        wait::until("letters leave", || async { count(sent).await >= wave * 100 - 70 }).await;
        restart(&mut processes, "all").await;
        crowd.until_answered(wave * 100).await;
    }
    wait::until("nothing is left over", || async {
        count("SELECT count(*) FROM cases WHERE state IN ('received', 'triaged')").await
            + count("SELECT count(*) FROM outbox WHERE published_at IS NULL").await
            + count("SELECT count(*) FROM deliveries").await
            + count("SELECT count(*) FROM letters WHERE state IN ('queued', 'claimed', 'sending', 'retry')").await
            == 0
    })
    .await;

    let ending = Ending {
        cases: sqlx::query_as(CASES).fetch_all(&database).await.unwrap(),
        letters: sqlx::query_as(LETTERS).fetch_all(&database).await.unwrap(),
        arrived: Arrived::in_folder(&data.path().join("mail")),
    };
    ending.assert_as_in_a_clean_run(&crowd.answered().await, 0..=4 * HANDS);
}

/// With room for everybody who comes, so that where a person ends depends on their answers alone.
fn roomy_practice() -> PracticeFolder {
    let hours = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| format!("{day} 00:00-24:00 video"));
    PracticeFolder::sample()
        .unwrap()
        .set(&[("hold_share", "1.0"), ("step_minutes", "60")])
        .unwrap()
        .therapists(12, &hours.join("; "))
        .unwrap()
}

async fn restart(processes: &mut Processes, role: &'static str) {
    processes.kill(role).await.unwrap();
    processes.start(role).await.unwrap();
}

/// People who call until they are answered.
struct Crowd {
    client: IntakeServiceClient<Channel>,
    people: People,
    waiting: Arc<tokio::sync::Semaphore>,
    calls: JoinSet<(Sample, String)>,
    sent: usize,
    done: Arc<AtomicUsize>,
}

impl Crowd {
    async fn new(mut client: IntakeServiceClient<Channel>) -> Self {
        let people = People::of(&mut client).await.unwrap();
        let waiting = Arc::new(tokio::sync::Semaphore::new(CALLERS));
        Self { client, people, waiting, calls: JoinSet::new(), sent: 0, done: Arc::default() }
    }

    /// Lets so many more call, each sample in turn.
    fn send(&mut self, count: usize) {
        for number in self.sent..self.sent + count {
            let sample = Sample::ALL[number % Sample::ALL.len()];
            let request = as_person(self.people.request(sample).unwrap(), number);
            let (client, waiting, done) = (self.client.clone(), Arc::clone(&self.waiting), Arc::clone(&self.done));
            self.calls.spawn(async move {
                let _turn = waiting.acquire().await.unwrap();
                let answer = OnceLock::new();
                wait::until("the call is answered", || async {
                    match client.clone().submit_intake(request.clone()).await {
                        Ok(response) => answer.set(response.into_inner().intake).is_ok(),
                        Err(status) => {
                            let code = status.code();
                            assert!(matches!(code, Code::Unavailable | Code::Unknown | Code::Cancelled), "{status}");
                            false
                        }
                    }
                })
                .await;
                done.fetch_add(1, Ordering::Relaxed);
                (sample, answer.into_inner().unwrap())
            });
        }
        self.sent += count;
    }

    async fn until_answered(&self, count: i64) {
        let count = usize::try_from(count).unwrap();
        wait::until("calls are answered", || async { self.done.load(Ordering::Relaxed) >= count }).await;
    }

    /// Everybody, with the intake that they were told of.
    async fn answered(self) -> Vec<(Sample, String)> {
        self.calls.join_all().await
    }
}
