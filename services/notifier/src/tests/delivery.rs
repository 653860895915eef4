//! Every letter is sent once, or stands there for somebody to see: against a server that misbehaves in every way, at
//! every command and at every byte.

use std::collections::HashMap;

use rapport_domain::id::LetterId;
use rapport_runtime::{Ids, SystemIds};
use rapport_store::LetterFilter;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};

use super::*;
use crate::transport::smtp::faulty_server::{Fault, FaultyServer, STEPS};

/// How many letters are sent where `RAPPORT_TEST_LETTERS` does not say otherwise.
const LETTERS: usize = 200;

/// Some at once, as in production.
const HANDS: usize = 8;

#[expect(clippy::disallowed_methods, reason = "how much the tests do is no setting of Rapport's")]
fn how_many() -> usize {
    std::env::var("RAPPORT_TEST_LETTERS").ok().and_then(|count| count.parse().ok()).unwrap_or(LETTERS)
}

/// What goes wrong: for each letter something else, as far as there are letters. Both directions are cut at every byte
/// of the commands and around the final dot, and all over the message.
fn faults(sent: usize, received: usize, letters: usize) -> Vec<Fault> {
    let mut faults = Vec::new();
    for step in STEPS {
        faults.extend([421, 450, 550].map(|code| Fault::Reply(step, code)));
        faults.push(Fault::Hang(step));
    }
    faults.extend([Fault::LoseReply, Fault::HoldReply, Fault::LoseReply]);
    let cuts: Vec<_> = (0..sent).map(Fault::CutSending).chain((0..received).map(Fault::CutReceiving)).collect();
    let room = letters.saturating_sub(faults.len()).max(1);
    faults.extend(cuts.iter().step_by(cuts.len().div_ceil(room)));
    // The last bytes, between "not yet" and "perhaps".
    faults.extend((received.saturating_sub(6)..received).map(Fault::CutReceiving));
    faults.extend((sent.saturating_sub(12)..sent).map(Fault::CutSending));
    faults
}

struct Run {
    stage: Stage,
    server: FaultyServer,
    nudge: Arc<Notify>,
}

impl Run {
    async fn queue_letters(&self, count: usize) {
        let (case, intake, now) = (self.stage.case, self.stage.intake, self.stage.clock.now());
        let due: Vec<_> = (0..count)
            .map(|_| DueLetter {
                cause: Cause::Event(EventId::new(SystemIds.uuid())),
                recipient: Recipient::Client(intake),
                kind: LetterKind::WeWillCall,
                case,
                appointment: None,
            })
            .collect();
        for some in due.chunks(100).map(<[_]>::to_vec) {
            let queued = self
                .stage
                .sender
                .store
                .transact(move |tx| Box::pin(async move { letters::queue(tx, &some, now).await }));
            queued.await.unwrap();
        }
    }

    async fn standing(&self) -> HashMap<LetterId, LedgerState> {
        let all = letters::of_case(&self.stage.sender.store, self.stage.case).await.unwrap();
        all.into_iter().map(|letter| (letter.id, letter.state)).collect()
    }

    /// Waits until nobody holds a letter and none is due.
    async fn settle(&self) -> HashMap<LetterId, LedgerState> {
        let store = &self.stage.sender.store;
        loop {
            self.nudge.notify_one();
            let states = self.standing().await;
            let held = states.values().any(|state| matches!(state, LedgerState::Claimed | LedgerState::Sending));
            let due = letters::next_turn(store).await.unwrap().is_some_and(|next| next <= self.stage.clock.now());
            if !held && !due {
                return states;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// No letter twice, and each that did not arrive is seen to be missing.
    fn check(&self, states: &HashMap<LetterId, LedgerState>) {
        let taken = self.server.taken();
        for (id, state) in states {
            let times = taken.get(&format!("<{}@example.com>", id.uuid())).copied().unwrap_or_default();
            let fits = match state {
                LedgerState::Sent => times == 1,
                LedgerState::Unknown => times <= 1,
                LedgerState::Retry | LedgerState::Failed | LedgerState::Queued => times == 0,
                LedgerState::Claimed | LedgerState::Sending | LedgerState::Superseded => false,
            };
            assert!(fits, "{id} is {} and was taken {times} times", state.name());
        }
    }
}

/// Guards: `letters::sending` before the dot (a cut behind it would be tried again),
/// `Undelivered::Unknown` as an end, and `Ready::finish`'s phases.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn against_a_server_that_misbehaves_in_every_way_no_letter_goes_twice_and_none_is_lost_unseen() {
    on_each(async |store, folder| {
        let server = FaultyServer::start().await;
        let patience = Patience {
            begin: Duration::from_millis(700),
            data: Duration::from_millis(700),
            last: Duration::from_millis(700),
        };
        let stage = Stage::on(store, folder, Some("sample@example.com"), MailUrl::Smtp(server.url.clone()), patience);
        let run = Run { stage: stage.await, server, nudge: Arc::new(Notify::new()) };
        // What a dialogue holds when nothing goes wrong.
        run.queue_letters(1).await;
        assert_eq!(run.stage.send_all().await, [LedgerState::Sent]);
        let (sent, received) = run.server.bytes();
        let count = how_many();
        run.server.misbehave(faults(sent, received, count));
        run.queue_letters(count).await;

        let stop = CancellationToken::new();
        let wakes = run.stage.sender.store.wakes().subscribe(Topic::Letters);
        let nudge = Arc::clone(&run.nudge);
        let sender = Arc::clone(&run.stage.sender);
        let sending = tokio::spawn(send_letters(sender, HANDS, wakes, nudge, stop.clone()));
        let mut states = run.settle().await;
        run.check(&states);
        let mut hours = 0;
        while states.values().any(|state| matches!(state, LedgerState::Retry | LedgerState::Queued)) {
            hours += 1;
            assert!(hours < 30, "tried for longer than a day");
            run.stage.clock.advance(Duration::from_secs(3600));
            states = run.settle().await;
            run.check(&states);
        }
        stop.cancel();
        sending.await.unwrap();

        assert_eq!(run.server.faults_left(), 0);
        let to_client = |states: &HashMap<_, _>, wanted| states.values().filter(|state| **state == wanted).count();
        let (unknown, failed) = (to_client(&states, LedgerState::Unknown), to_client(&states, LedgerState::Failed));
        assert!(unknown > 0 && failed > 0, "{unknown} unknown, {failed} refused");
        let open = LetterFilter { open_only: true, ..LetterFilter::default() };
        let listed = letters::list(&run.stage.sender.store, &open, None, 10_000).await.unwrap();
        assert_eq!(listed.len(), unknown + failed);
        assert!(listed.iter().all(|letter| letter.why.is_some()));
        // The message is kept for whoever resolves it, and nothing of a final letter is.
        let (letters, taken) = (states.len(), run.server.taken().len());
        eprintln!("{letters} letters: {taken} taken, {unknown} unknown, {failed} refused, in {hours} hours");
    })
    .await;
}

/// Guards: `may_come_twice` for the invitation, `unanswered` for the time and for the second round.
#[tokio::test]
async fn an_unknown_letter_is_sent_once_more_only_where_the_practice_says_so_and_a_copy_does_no_harm() {
    let after = SignedDuration::from_hours(4);
    for (policy, invitation, resent) in [(Some(after), false, true), (None, false, false), (Some(after), true, false)] {
        let server = Server::start("message", Does::HangUp).await;
        let mut stage = Stage::new(Some("sample@example.com"), Some(&server)).await;
        let sender = Arc::get_mut(&mut stage.sender).unwrap();
        Arc::get_mut(&mut sender.practice).unwrap().letters.resend_unknown_after = policy;
        if invitation {
            stage.invite().await;
        } else {
            stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
        }
        assert_eq!(stage.send_all().await, [LedgerState::Unknown]);
        stage.clock.advance(after.unsigned_abs() - Duration::from_secs(1));
        stage.sender.tend().await.unwrap();
        assert_eq!(stage.send_all().await, []);
        stage.clock.advance(Duration::from_secs(1));
        stage.sender.tend().await.unwrap();
        let again = stage.claim().await;
        assert_eq!(again.len(), usize::from(resent), "{policy:?}, invitation: {invitation}");
        for letter in again {
            let (store, now) = (&stage.sender.store, stage.clock.now());
            letters::sending(store, &letter, now, LEASE).await.unwrap();
            letters::unknown(store, &letter, "no reply", now).await.unwrap();
            stage.clock.advance(after.unsigned_abs() * 2);
            stage.sender.tend().await.unwrap();
            assert_eq!(stage.send_all().await, [], "once is enough");
        }
    }
}

/// Guards: `Pace::turn` is asked, and `put_back` counts no try.
#[tokio::test]
async fn a_domain_that_says_later_delays_its_own_letters_alone() {
    let server = FaultyServer::start().await;
    server.misbehave([Fault::Reply("RCPT", 450)]);
    let folder = tempfile::tempdir().unwrap();
    let settings =
        StoreSettings { url: format!("sqlite:{}", folder.path().join("test.db").display()), max_connections: 4 };
    let store = Store::connect(&settings, Keyring::new(&MasterKey::generate())).await.unwrap();
    store.migrate().await.unwrap();
    let url = MailUrl::Smtp(server.url.clone());
    let stage = Stage::on(store, folder, Some("sample@example.com"), url, Patience::default()).await;
    let second = stage.join("second@other.example").await;
    for client in [stage.intake, stage.intake, second] {
        let due = DueLetter {
            cause: Cause::Event(EventId::new(SystemIds.uuid())),
            recipient: Recipient::Client(client),
            kind: LetterKind::WeWillCall,
            case: stage.case,
            appointment: None,
        };
        let now = stage.clock.now();
        let queued =
            stage.sender.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &[due], now).await }));
        queued.await.unwrap();
        stage.clock.advance(Duration::from_millis(1));
    }
    let first_look = stage.claim().await;
    let mut states = Vec::new();
    for letter in &first_look {
        states.push(stage.sender.send_letter(letter).await.unwrap());
    }
    assert_eq!(states, [LedgerState::Retry, LedgerState::Queued, LedgerState::Sent]);
    stage.clock.advance(Duration::from_secs(20));
    let again = stage.claim().await;
    assert!(again.iter().any(|letter| letter.attempts == 2 && letter.tries == 1), "the one that waited was not tried");
    for letter in &again {
        assert_eq!(stage.sender.send_letter(letter).await.unwrap(), LedgerState::Sent);
    }
}

/// Guard: `Sender::envelope_sender`. The message itself names the practice's own address.
#[tokio::test]
async fn the_envelope_alone_says_which_try_of_which_letter_it_is() {
    let server = FaultyServer::start().await;
    let folder = tempfile::tempdir().unwrap();
    let settings =
        StoreSettings { url: format!("sqlite:{}", folder.path().join("test.db").display()), max_connections: 4 };
    let store = Store::connect(&settings, Keyring::new(&MasterKey::generate())).await.unwrap();
    store.migrate().await.unwrap();
    let url = MailUrl::Smtp(server.url.clone());
    let mut stage = Stage::on(store, folder, Some("sample@example.com"), url, Patience::default()).await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    Arc::get_mut(&mut stage.sender).unwrap().bounces = Bounces::Off;
    stage.queue(LetterKind::StaffAlert, Recipient::OnCall(0)).await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    let senders = server.senders();
    let [first, second] = &senders[..] else { panic!("{senders:?}") };
    let tag = first.strip_prefix("office+").and_then(|rest| rest.strip_suffix("@example.com")).unwrap();
    let told = stage.sender.store.keyring().read_bounce_tag(tag).unwrap();
    let standing = letters::of_case(&stage.sender.store, stage.case).await.unwrap();
    let call = standing.iter().find(|letter| letter.kind == LetterKind::WeWillCall).unwrap();
    assert_eq!((told.letter, told.attempt), (call.id.uuid(), 1));
    assert_eq!(second, "office@example.com");
    assert!(first.split('@').next().unwrap().len() <= LONGEST_LOCAL_PART);
}

#[test]
fn a_sender_too_long_for_bounce_addresses_is_refused_at_start_with_what_to_do() {
    let letterhead = |local: &str| {
        let mut files = Files::new();
        practice_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte"), "", &mut files);
        let mut practice = Practice::load(&files).unwrap_or_else(|problems| panic!("{}", told(&problems))).value;
        practice.sender_email = EmailAddress::parse(&format!("{local}@example.com")).unwrap();
        Letterhead::of(&practice)
    };
    let (fits, too_long) = (letterhead("a234567890bcdefghi"), letterhead("a234567890bcdefghij"));
    assert!(check_sender(Bounces::Plus, &fits).is_ok() && check_sender(Bounces::Off, &too_long).is_ok());
    let refused = check_sender(Bounces::Plus, &too_long).unwrap_err().to_string();
    assert!(refused.contains("leave room for 18") && refused.contains("RAPPORT__MAIL__BOUNCES=off"), "{refused}");
}

/// On SQLite and, where the environment names a server, on PostgreSQL.
#[expect(clippy::disallowed_methods, reason = "which server the tests may use is no setting of Rapport's")]
async fn on_each(test: impl AsyncFn(Store, tempfile::TempDir)) {
    let connect = async |url: String| {
        let settings = StoreSettings { url, max_connections: 8 };
        let store = Store::connect(&settings, Keyring::new(&MasterKey::generate())).await.unwrap();
        store.migrate().await.unwrap();
        store
    };
    let folder = tempfile::tempdir().unwrap();
    test(connect(format!("sqlite:{}", folder.path().join("test.db").display())).await, folder).await;
    let Ok(server) = std::env::var("RAPPORT_TEST_POSTGRES") else { return };
    let name = format!("notifier_{}", SystemIds.uuid().simple());
    let ask = async |statement: String| {
        let mut connection = PgConnection::connect(&server).await.unwrap();
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
    };
    ask(format!("CREATE DATABASE {name}")).await;
    let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
    test(connect(url).await, tempfile::tempdir().unwrap()).await;
    ask(format!("DROP DATABASE {name} WITH (FORCE)")).await;
}
