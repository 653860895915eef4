//! Letters through the real ledger, on SQLite.

use std::{fs, path::Path, time::Duration};

use jiff::{SignedDuration, Timestamp, civil::date};
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    case::{Case, CaseState},
    contact::{Client, Contact, EmailAddress, Language, Line, Mailbox, Name, Phone, UsState},
    event::{Event, Fact},
    id::{AccountId, AppointmentId, CaseId, EventId, IntakeId, InvitationId, TherapistId},
    intake::{Care, CareWish, Format, Intake, Preferences, Submission},
    invitation::{Invitation, InvitationState},
    letter::{Cause, DueLetter, LedgerState, LetterKind, PracticeLetter, Recipient, SIGN_IN_LASTS},
    practice::{Provider, Webhook},
    protocol::Files,
    screening::{Answers, Value},
    triage::{Advice, Booking, Evidence, FiredRule, Score, TriageResult, Urgency},
};
use rapport_runtime::ManualClock;
use rapport_security::{Keyring, MasterKey};
use rapport_store::{
    Account, AuditEntry, CaseDetail, ClaimedLetter, InvitationDetail, InvitationLetter, LocalTransport, NewIntake,
    OneTimeSignIn, RequestKey, StoreError, StoreSettings, accounts, invitations, letters, no_contact,
};
use uuid::Uuid;

mod delivery;

use super::*;
use crate::{
    send_letters::LEASE,
    transport::smtp::scripted_server::{Does, Server},
    webhook::tests::Receiver,
};

struct Stage {
    sender: Arc<Sender>,
    clock: ManualClock,
    case: CaseId,
    intake: IntakeId,
    folder: tempfile::TempDir,
}

fn practice_files(folder: &Path, within: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{within}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            practice_files(&path, &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

fn told(problems: &[rapport_domain::problem::FileProblem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

impl Stage {
    async fn new(email: Option<&str>, url: Option<&Server>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = format!("sqlite:{}", folder.path().join("test.db").display());
        let settings = StoreSettings { url: database, max_connections: 4 };
        let store = Store::connect(&settings, Keyring::new(&MasterKey::generate())).await.unwrap();
        store.migrate().await.unwrap();
        let mail = folder.path().join("mail");
        let url = url.map_or(MailUrl::Folder(mail), |server| MailUrl::Smtp(server.url.clone()));
        Self::on(store, folder, email, url, Patience::default()).await
    }

    /// What the practice says, to be changed.
    fn practice(&mut self) -> &mut Practice {
        Arc::make_mut(&mut Arc::get_mut(&mut self.sender).unwrap().practice)
    }

    /// On a database with its schema, with letters that go there.
    async fn on(
        store: Store,
        folder: tempfile::TempDir,
        email: Option<&str>,
        url: MailUrl,
        patience: Patience,
    ) -> Self {
        let mut files = Files::new();
        practice_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte"), "", &mut files);
        let practice = Practice::load(&files).unwrap_or_else(|problems| panic!("{}", told(&problems))).value;
        let texts = LetterTexts::load(&files).unwrap_or_else(|problems| panic!("{}", told(&problems)));
        let now: Timestamp = "2026-11-30T15:00:00Z".parse().unwrap();
        let clock = ManualClock::at(now);
        let (case, intake) = accept(&store, &practice, email, now).await;
        let told_time = clock.clone();
        let sender = Sender {
            events: Arc::new(LocalTransport::new(store.clone(), move || told_time.now())),
            store,
            letterhead: Letterhead::of(&practice),
            practice: Arc::new(practice),
            texts: Arc::new(texts),
            clock: Arc::new(clock.clone()),
            transport: MailTransport::open(url, "example.com", patience).await.unwrap(),
            webhooks: Webhooks::new(webhook::tests::settings()).unwrap(),
            pace: Pace::new(Limits { connections: 8, per_minute: 0 }),
            bounces: Bounces::Plus,
        };
        Self { sender: Arc::new(sender), clock, case, intake, folder }
    }

    async fn queue(&self, kind: LetterKind, recipient: Recipient) {
        let due = DueLetter { cause: Cause::Case(self.case), recipient, kind, case: self.case, appointment: None };
        let now = self.clock.now();
        let queued =
            self.sender.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &[due], now).await }));
        queued.await.unwrap();
    }

    async fn join(&self, email: &str) -> IntakeId {
        let (id, now) = (IntakeId::new(Uuid::from_u128(9)), self.clock.now());
        let mut second = rapport_store::intakes::get(&self.sender.store, self.intake).await.unwrap().unwrap();
        second.id = id;
        second.submission.client.email = Some(EmailAddress::parse(email).unwrap());
        let store = &self.sender.store;
        let joined = store
            .transact(move |tx| Box::pin(async move { rapport_store::intakes::join(tx, &second, [9; 32], now).await }));
        joined.await.unwrap();
        id
    }

    /// A colleague whose account is new.
    async fn colleague(&self) -> AccountId {
        let (id, now) = (AccountId::new(Uuid::from_u128(11)), self.clock.now());
        let email = EmailAddress::parse("colleague@example.com").unwrap();
        let account =
            Account::invited(id, Name::parse("Robin").unwrap(), email, rapport_security::Role::Coordinator, now);
        let made =
            self.sender.store.transact(move |tx| Box::pin(async move { accounts::create(tx, &account, now).await }));
        made.await.unwrap();
        id
    }

    /// Why a letter about a therapist's first licence is due.
    async fn licence(&self) -> Cause {
        let store = &self.sender.store;
        if rapport_store::therapists::all(store).await.unwrap().is_empty() {
            let mut files = Files::new();
            practice_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte"), "", &mut files);
            let roster = self.sender.practice.roster(&files).unwrap_or_else(|problems| panic!("{}", told(&problems)));
            rapport_store::therapists::seed_if_empty(store, &roster.value).await.unwrap();
        }
        let therapist = rapport_store::therapists::all(store).await.unwrap().remove(0);
        let licence = &therapist.licences[0];
        Cause::Licence(therapist.id, licence.state, licence.expires)
    }

    /// The client's invitation, with its one letter queued.
    async fn invite(&self) -> InvitationId {
        let (id, case, inviter, now) =
            (InvitationId::new(Uuid::from_u128(8)), self.case, self.intake, self.clock.now());
        let invitation = Invitation { id, case, inviter, state: InvitationState::Open, created_at: now };
        let email = EmailAddress::parse("invited@example.com").unwrap();
        let letter = Some(InvitationLetter { email, language: Language::Es });
        let detail = InvitationDetail { token: "c2FtcGxl".to_owned(), letter };
        let due = DueLetter {
            cause: Cause::Intake(inviter),
            recipient: Recipient::Invited(id),
            kind: LetterKind::Invitation,
            case,
            appointment: None,
        };
        let queued = self.sender.store.transact(move |tx| {
            Box::pin(async move {
                invitations::create(tx, &invitation, [8; 32], &detail).await?;
                letters::queue(tx, &[due], now).await
            })
        });
        queued.await.unwrap();
        id
    }

    /// A joint session in a state, and the letter of a kind about it.
    async fn session(&self, state: AppointmentState, sequence: u32) -> Appointment {
        let starts_at = self.clock.now() + SignedDuration::from_hours(96);
        let session = Appointment {
            id: AppointmentId::new(Uuid::from_u128(7)),
            case: self.case,
            therapist: TherapistId::new(Uuid::from_u128(6)),
            care: Care::Couple,
            format: Format::Video,
            room: None,
            starts_at,
            ends_at: starts_at + SignedDuration::from_mins(80),
            state,
            release_at: None,
            sequence,
        };
        let stored = session.clone();
        let insert = self
            .sender
            .store
            .transact(move |tx| Box::pin(async move { rapport_store::appointments::insert(tx, &stored).await }));
        insert.await.unwrap();
        session
    }

    async fn queue_about(&self, kind: LetterKind, session: &Appointment, sequence: u32) {
        let due = DueLetter {
            cause: Cause::Appointment(session.id, sequence),
            recipient: Recipient::Client(self.intake),
            kind,
            case: self.case,
            appointment: Some((session.id, sequence)),
        };
        let now = self.clock.now();
        let queued =
            self.sender.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &[due], now).await }));
        queued.await.unwrap();
    }

    async fn change_case(&self, change: fn(&mut Case)) {
        let id = self.case;
        let changed = self.sender.store.transact(move |tx| {
            Box::pin(async move {
                let mut case = rapport_store::cases::get(tx, id).await?.ok_or(StoreError::Missing("case"))?;
                change(&mut case);
                rapport_store::cases::save(tx, &case).await
            })
        });
        changed.await.unwrap();
    }

    async fn claim(&self) -> Vec<ClaimedLetter> {
        letters::claim(&self.sender.store, self.clock.now(), SignedDuration::from_secs(60), 10).await.unwrap()
    }

    async fn send_all(&self) -> Vec<LedgerState> {
        let mut states = Vec::new();
        for letter in self.claim().await {
            states.push(self.sender.send_letter(&letter).await.unwrap());
        }
        states
    }

    fn letters(&self) -> Vec<String> {
        let folder = fs::read_dir(self.folder.path().join("mail")).unwrap();
        folder.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }
}

async fn accept(store: &Store, practice: &Practice, email: Option<&str>, now: Timestamp) -> (CaseId, IntakeId) {
    let (case_id, intake_id) = (CaseId::new(Uuid::from_u128(1)), IntakeId::new(Uuid::from_u128(2)));
    let client = Client {
        given_name: Line::parse("Sample").unwrap(),
        family_name: Line::parse("Zebulon").unwrap(),
        email: email.map(|email| EmailAddress::parse(email).unwrap()),
        phone: Phone::parse("704-555-0142").unwrap(),
        date_of_birth: Some(date(1990, 4, 30)),
        pronouns: None,
        language: Language::En,
        residence_state: Some(UsState::parse("NC").unwrap()),
    };
    let contact = Contact {
        mailbox: Mailbox::Private,
        voicemail_ok: false,
        safe_hours: Vec::new(),
        introduce_as: None,
        pin: None,
    };
    let (preferences, answers) = (Preferences::default(), Answers::default());
    let submission =
        Submission { client, contact, preferences, consents: Vec::new(), answers, asked_for_a_call: false };
    let case = Case {
        id: case_id,
        care: CareWish::Individual,
        state: CaseState::BeforeStaff,
        urgency: Urgency::Urgent,
        booking: Booking::Never,
        clinician_only: true,
        flagged: true,
        respond_by: now + SignedDuration::from_hours(4),
        created_at: now,
        assignee: None,
        silent_rounds: 0,
        version: 1,
    };
    let protocol = practice.protocol.digest().to_owned();
    rapport_store::protocols::pin(store, &practice.protocol).await.unwrap();
    let event = Event {
        id: EventId::new(Uuid::from_u128(3)),
        occurred_at: now,
        fact: Fact::IntakeReceived { intake: intake_id, case: case_id },
    };
    let new = NewIntake {
        case,
        detail: CaseDetail { label: "Sample Z.".to_owned(), ..CaseDetail::default() },
        intake: Intake {
            id: intake_id,
            case: case_id,
            care: CareWish::Individual,
            protocol,
            received_at: now,
            submission,
        },
        status_token_hash: [7; 32],
        event,
        letters: Vec::new(),
        reports: Vec::new(),
        draft: None,
        request: RequestKey {
            principal: "anonymous".to_owned(),
            method: "SubmitIntake",
            request_id: Uuid::from_u128(4),
            digest: [1; 32],
        },
        response: Vec::new(),
        audit: AuditEntry {
            at: now,
            principal: "anonymous".to_owned(),
            role: "client",
            method: "SubmitIntake",
            resources: Vec::new(),
            outcome: "OK",
        },
        now,
    };
    store.accept(new).await.unwrap();
    (case_id, intake_id)
}

#[tokio::test]
async fn a_client_and_the_one_on_call_get_their_letters_once() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    for _ in 0..2 {
        stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
        stage.queue(LetterKind::StaffAlert, Recipient::OnCall(0)).await;
        stage.send_all().await;
    }
    let letters = stage.letters();
    assert_eq!(letters.len(), 2);
    assert!(
        letters.iter().any(|letter| letter.contains("To: sample@example.com\r\n") && letter.contains("Hello Sample"))
    );
    assert!(letters.iter().any(|letter| letter.replace("=\r\n", "").contains(&stage.case.to_string())));
    assert!(letters.iter().all(|letter| !letter.contains("Zebulon")));
}

#[tokio::test]
async fn the_loop_sends_what_is_queued_while_it_waits() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    let (stop, nudge) = (CancellationToken::new(), Arc::new(Notify::new()));
    let Stage { sender, clock, case, intake, folder } = stage;
    let wakes = sender.store.wakes().subscribe(Topic::Letters);
    let running = tokio::spawn(send_letters(Arc::clone(&sender), 2, wakes, nudge, stop.clone()));
    let due = DueLetter {
        cause: Cause::Case(case),
        recipient: Recipient::Client(intake),
        kind: LetterKind::WeWillCall,
        case,
        appointment: None,
    };
    let now = clock.now();
    let queued = sender.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &[due], now).await }));
    queued.await.unwrap();
    let sent = async {
        loop {
            let standing = letters::of_case(&sender.store, case).await.unwrap();
            if standing.iter().any(|letter| letter.state == LedgerState::Sent) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    // Well before the slow poll: the commit wakes it.
    tokio::time::timeout(Duration::from_secs(3), sent).await.unwrap();
    stop.cancel();
    running.await.unwrap();
    drop(folder);
}

#[tokio::test]
async fn a_letter_that_is_no_longer_true_is_never_sent() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
    stage.change_case(|case| case.state = CaseState::Closed).await;
    assert_eq!(stage.send_all().await, [LedgerState::Superseded]);
    assert!(stage.letters().is_empty());
}

#[tokio::test]
async fn who_gave_no_address_must_be_reached_otherwise() {
    let stage = Stage::new(None, None).await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
    stage.queue(LetterKind::StaffAlert, Recipient::OnCall(99)).await;
    assert_eq!(stage.send_all().await, [LedgerState::Failed, LedgerState::Failed]);
}

/// Guard: `letters::keep_bytes`; without it the second try would tell another time.
#[tokio::test]
async fn every_try_sends_the_same_bytes_and_comes_later_than_the_one_before() {
    let server = Server::start("message", Does::Reply(451)).await;
    let stage = Stage::new(Some("sample@example.com"), Some(&server)).await;
    stage.queue(LetterKind::StaffAlert, Recipient::OnCall(0)).await;
    assert_eq!(stage.send_all().await, [LedgerState::Retry]);
    stage.change_case(|case| case.respond_by += SignedDuration::from_hours(24)).await;
    assert_eq!(stage.send_all().await, []);
    stage.clock.advance(Duration::from_secs(13));
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    let messages = server.messages.lock().unwrap().clone();
    assert_eq!(messages.len(), 2);
    assert!(messages.windows(2).all(|pair| pair[0] == pair[1]));
}

/// Guard: `Undelivered::Unknown` ends a letter's tries; taken for a refusal it would be sent again.
#[tokio::test]
async fn a_letter_that_may_have_arrived_is_not_sent_again() {
    let server = Server::start("message", Does::HangUp).await;
    let stage = Stage::new(Some("sample@example.com"), Some(&server)).await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
    assert_eq!(stage.send_all().await, [LedgerState::Unknown]);
    stage.clock.advance(Duration::from_secs(3 * 24 * 3600));
    assert_eq!(stage.send_all().await, []);
    assert_eq!(server.count("message"), 1);
}

const WRITTEN: &[u8] = b"From: office@example.com\r\nTo: sample@example.com\r\nSubject: x\r\n\r\nhello\r\n";

/// Guard: `letters::sending` refuses whoever lost the lease.
#[tokio::test]
async fn of_two_notifiers_that_hold_the_same_letter_one_sends_it() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
    let mut first = stage.claim().await.remove(0);
    // It was written before: only the last step asks whose it is.
    letters::keep_bytes(&stage.sender.store, &first, WRITTEN).await.unwrap();
    first.bytes = Some(WRITTEN.to_vec());
    stage.clock.advance(Duration::from_secs(61));
    let second = stage.claim().await.remove(0);
    assert!(matches!(stage.sender.send_letter(&first).await, Err(StoreError::Conflict)));
    assert!(stage.letters().is_empty());
    assert_eq!(stage.sender.send_letter(&second).await.unwrap(), LedgerState::Sent);
    assert_eq!(stage.letters().len(), 1);
}

/// Guards: `letters::sending` before the message leaves; `tend` gives up lost sends, and asks nothing of the claims.
#[tokio::test]
async fn after_a_crash_while_sending_the_letter_is_unknown_at_the_next_look_whatever_else_waits() {
    let server = Server::start("message", Does::Sleep).await;
    let stage = Stage::new(Some("sample@example.com"), Some(&server)).await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
    let letter = stage.claim().await.remove(0);
    crash_once(|| server.count("message") == 1, &stage, letter).await;
    stage.clock.advance(LEASE.unsigned_abs().max(Duration::from_secs(61)));
    stage.queue(LetterKind::StaffAlert, Recipient::OnCall(0)).await;
    stage.sender.tend().await.unwrap();
    let standing = letters::of_case(&stage.sender.store, stage.case).await.unwrap();
    assert_eq!(standing.first().map(|letter| letter.state), Some(LedgerState::Unknown));
}

/// Guard: `Subject::urgency`, read from the client's own result.
#[tokio::test]
async fn when_a_client_is_called_does_not_tell_of_the_other_partners_answers() {
    let mut letters = Vec::new();
    for urgency in [Urgency::Routine, Urgency::Immediate] {
        let stage = Stage::new(Some("sample@example.com"), None).await;
        stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
        let letter = stage.claim().await.remove(0);
        let mut subject = stage.sender.read_subject(&letter).await.unwrap();
        subject.case.as_mut().unwrap().urgency = urgency;
        letters.push(stage.sender.write(&letter, &subject).await.unwrap().unwrap());
    }
    let told = |letter: &Vec<u8>| {
        String::from_utf8_lossy(letter)
            .lines()
            .filter(|line| !line.contains("=_") && !line.starts_with("Message-ID"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(told(&letters[0]), told(&letters[1]));
}

/// Guard: `we_will_call` is true for the second partner whatever becomes of the case's session.
#[tokio::test]
async fn a_second_partner_reads_of_their_call_while_the_joint_time_stays_held() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    stage.change_case(|case| case.state = CaseState::Held).await;
    let second = stage.join("second@example.com").await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(second)).await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
    let mut states = stage.send_all().await;
    states.sort_by_key(|state| state.name());
    assert_eq!(states, [LedgerState::Sent, LedgerState::Superseded]);
    assert!(stage.letters()[0].contains("To: second@example.com\r\n"));
}

#[tokio::test]
async fn an_invitation_goes_where_it_was_asked_to_go_and_tells_of_nobody() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    stage.invite().await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    let letter = stage.letters().remove(0).replace("=\r\n", "");
    assert!(letter.contains("To: invited@example.com\r\n") && letter.contains("Content-Language: es\r\n"));
    assert!(letter.contains("/invitation/c2FtcGxl"));
    for told in ["Sample", "Zebulon", "sample@example.com", &stage.case.uuid().to_string()] {
        assert!(!letter.contains(told), "{told}");
    }
}

/// Guards: each condition of `Sender::read_invitation`.
#[tokio::test]
async fn an_invitation_that_was_answered_or_may_not_be_written_is_never_sent() {
    for ended in ["accepted", "declined", "joined", "closed", "no contact", "no pages"] {
        let mut stage = Stage::new(Some("sample@example.com"), None).await;
        let id = stage.invite().await;
        let now = stage.clock.now();
        match ended {
            "closed" => stage.change_case(|case| case.state = CaseState::Closed).await,
            "no contact" => {
                let email = EmailAddress::parse("Invited@Example.com").unwrap();
                let added = stage
                    .sender
                    .store
                    .transact(move |tx| Box::pin(async move { no_contact::add(tx, &email, now).await }));
                added.await.unwrap();
            }
            "no pages" => {
                let sender = Arc::get_mut(&mut stage.sender).unwrap();
                Arc::get_mut(&mut sender.practice).unwrap().pages_url = None;
            }
            state => {
                let to = InvitationState::from_name(state).unwrap();
                let moved = stage.sender.store.transact(move |tx| {
                    Box::pin(async move { invitations::save_state(tx, id, InvitationState::Open, to).await })
                });
                moved.await.unwrap();
            }
        }
        assert_eq!(stage.send_all().await, [LedgerState::Superseded], "{ended}");
        assert!(stage.letters().is_empty());
    }
}

/// Guard: `letters::may_have_arrived`.
#[tokio::test]
async fn a_session_that_is_off_leaves_a_calendar_only_where_a_letter_had_put_it_there() {
    for had_been_confirmed in [true, false] {
        let stage = Stage::new(Some("sample@example.com"), None).await;
        let state = if had_been_confirmed { AppointmentState::Confirmed } else { AppointmentState::Held };
        let mut session = stage.session(state, 1).await;
        if had_been_confirmed {
            stage.queue_about(LetterKind::Confirmed, &session, 1).await;
            assert_eq!(stage.send_all().await, [LedgerState::Sent]);
        }
        let _ = session.cancel().unwrap();
        let (off, sequence) = (session.clone(), session.sequence);
        let saved = stage
            .sender
            .store
            .transact(move |tx| Box::pin(async move { rapport_store::appointments::save(tx, &off, 1).await }));
        saved.await.unwrap();
        stage.queue_about(LetterKind::WillNotTakePlace, &session, sequence).await;
        assert_eq!(stage.send_all().await, [LedgerState::Sent]);
        let taken_out = stage.letters().iter().filter(|letter| letter.contains("METHOD:CANCEL")).count();
        assert_eq!(taken_out, usize::from(had_been_confirmed));
    }
}

#[tokio::test]
async fn whom_a_rule_tells_gets_the_alert_and_one_who_is_gone_from_practice_toml_shows_as_failed() {
    let stage = Stage::new(None, None).await;
    stage.queue(LetterKind::StaffAlert, Recipient::Notified("director".to_owned())).await;
    stage.queue(LetterKind::StaffAlert, Recipient::Notified("gone".to_owned())).await;
    let mut states = stage.send_all().await;
    states.sort_by_key(|state| state.name());
    assert_eq!(states, [LedgerState::Failed, LedgerState::Sent]);
    assert!(stage.letters()[0].contains("To: director@example.com\r\n"));
}

/// A first person on call who has a webhook at this receiver.
async fn with_webhook(receiver: &Receiver) -> Stage {
    let mut stage = Stage::new(Some("sample@example.com"), None).await;
    stage.practice().on_call[0].webhook = Some(Webhook { provider: Provider::Slack, url: receiver.url.clone() });
    stage
}

/// Guards: `next_try`, and the letter's id as the key of every try.
#[tokio::test]
async fn a_webhook_that_is_refused_for_now_is_told_again_under_the_same_key() {
    let receiver = Receiver::start(&[webhook::tests::Does::Answer(500), webhook::tests::Does::Answer(200)]).await;
    let stage = with_webhook(&receiver).await;
    stage.queue(LetterKind::StaffAlert, Recipient::Webhook(0)).await;
    assert_eq!(stage.send_all().await, [LedgerState::Retry]);
    assert_eq!(stage.send_all().await, []);
    stage.clock.advance(Duration::from_secs(13));
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    let got = receiver.got.lock().unwrap().clone();
    let key = |request: &String| request.lines().find(|line| line.starts_with("idempotency-key")).unwrap().to_owned();
    assert_eq!((got.len(), key(&got[0])), (2, key(&got[1])));
    assert!(got.iter().all(|request| !request.contains("Sample") && !request.contains("Zebulon")));
    assert!(stage.letters().is_empty());
}

/// Sends a letter, and dies as soon as this has happened.
async fn crash_once(happened: impl Fn() -> bool, stage: &Stage, letter: ClaimedLetter) {
    let sender = Arc::clone(&stage.sender);
    let sending = tokio::spawn(async move { sender.send_letter(&letter).await });
    while !happened() {
        assert!(!sending.is_finished(), "it ended before");
        tokio::task::yield_now().await;
    }
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
}

/// Guard: a webhook stays claimed while it is told. As `sending` it would be `unknown` after a crash, and nobody told.
#[tokio::test]
async fn after_a_crash_while_a_webhook_is_told_it_is_told_again() {
    let receiver = Receiver::start(&[webhook::tests::Does::Hang, webhook::tests::Does::Answer(200)]).await;
    let stage = with_webhook(&receiver).await;
    stage.queue(LetterKind::StaffAlert, Recipient::Webhook(0)).await;
    let letter = stage.claim().await.remove(0);
    crash_once(|| receiver.got.lock().unwrap().len() == 1, &stage, letter).await;
    stage.clock.advance(Duration::from_secs(61));
    stage.sender.tend().await.unwrap();
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    assert_eq!(receiver.got.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_webhook_that_is_not_there_any_more_fails_and_says_so() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    stage.queue(LetterKind::StaffAlert, Recipient::Webhook(7)).await;
    assert_eq!(stage.send_all().await, [LedgerState::Failed]);
}

/// Guards: `Matter::acknowledged`, and `stopped_at` in `Sender::still_true`.
#[tokio::test]
async fn what_somebody_acknowledged_and_whoever_is_not_contacted_any_more_are_not_written() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    stage.queue(LetterKind::StaffAlert, Recipient::OnCall(0)).await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
    let (case, intake, now) = (stage.case, stage.intake, stage.clock.now());
    let changed = stage.sender.store.transact(move |tx| {
        Box::pin(async move {
            let mut alert = rapport_store::alerts::of_case(tx, case).await?.remove(0).0;
            alert.acknowledge("Sam", now).unwrap();
            rapport_store::alerts::save(tx, &alert).await?;
            let mut calls = rapport_store::calls::of_client(tx, intake).await?;
            calls.stop(now);
            rapport_store::calls::put(tx, intake, &calls).await
        })
    });
    changed.await.map_err(|error: StoreError| error).unwrap();
    assert_eq!(stage.send_all().await, [LedgerState::Superseded; 2]);
    assert!(stage.letters().is_empty());
}

/// Guard: `letters::write_anew` takes what is in hand from whoever holds it.
#[tokio::test]
async fn a_letter_in_hand_is_written_anew_for_how_its_client_is_reached_now() {
    let stage = Stage::new(Some("before@example.com"), None).await;
    stage.queue(LetterKind::WeWillCall, Recipient::Client(stage.intake)).await;
    let in_hand = stage.claim().await.remove(0);
    let (intake, now) = (stage.intake, stage.clock.now());
    let changed =
        stage.sender.store.transact(move |tx| Box::pin(async move { letters::write_anew(tx, intake, now).await }));
    changed.await.map_err(|error: StoreError| error).unwrap();
    assert!(matches!(stage.sender.send_letter(&in_hand).await, Err(StoreError::Conflict)));
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    assert_eq!(stage.letters().len(), 1);
}

/// 22:00 on the last of November in Charlotte, where the night ends at 8:00.
const NIGHT: &str = "2026-12-01T03:00:00Z";
const MORNING: &str = "2026-12-01T13:00:00Z";

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Guard: `Letter::waits`, and `Sender::waits_until` before the first byte is written.
#[tokio::test]
async fn a_reminder_waits_for_the_morning_and_an_answer_does_not() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    let session = stage.session(AppointmentState::Confirmed, 1).await;
    stage.clock.set(instant(NIGHT));
    stage.queue_about(LetterKind::Reminder, &session, 1).await;
    assert_eq!(stage.send_all().await, [LedgerState::Queued]);
    assert_eq!(stage.send_all().await, []);
    stage.queue_about(LetterKind::Confirmed, &session, 1).await;
    stage.queue(LetterKind::StaffAlert, Recipient::OnCall(0)).await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent; 2]);
    stage.clock.set(instant(MORNING) - SignedDuration::from_secs(1));
    assert_eq!(stage.send_all().await, []);
    stage.clock.set(instant(MORNING));
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
}

/// Guard: `NOTICE`. The session of [`Stage::session`] begins at ten in the morning there.
#[tokio::test]
async fn what_would_be_read_too_late_does_not_wait_for_the_morning() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    let session = stage.session(AppointmentState::Confirmed, 1).await;
    stage.clock.set(instant("2026-12-04T04:00:00Z"));
    stage.queue_about(LetterKind::Reminder, &session, 1).await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
}

#[tokio::test]
async fn a_reminder_of_a_session_that_has_begun_or_has_changed_is_never_sent() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    let session = stage.session(AppointmentState::Confirmed, 2).await;
    stage.queue_about(LetterKind::Reminder, &session, 1).await;
    assert_eq!(stage.send_all().await, [LedgerState::Superseded]);
    stage.queue_about(LetterKind::Reminder, &session, 2).await;
    stage.clock.set(session.starts_at);
    assert_eq!(stage.send_all().await, [LedgerState::Superseded]);
    assert!(stage.letters().is_empty());
}

/// Guard: `Sender::write` asks for the link of the letter's own intake. It opens what the status token opens.
#[tokio::test]
async fn a_letter_about_a_time_leads_to_its_clients_own_page() {
    let mut stage = Stage::new(Some("sample@example.com"), None).await;
    let session = stage.session(AppointmentState::Confirmed, 1).await;
    stage.queue_about(LetterKind::Confirmed, &session, 1).await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    let letter = stage.letters().remove(0).replace("=\r\n", "");
    let (_, rest) = letter.split_once("/session/").unwrap();
    let token = rapport_security::Token::parse(rest.get(..43).unwrap()).unwrap();
    let opened = rapport_store::intakes::by_token(&stage.sender.store, token.hash()).await.unwrap();
    assert_eq!(opened, Some(stage.intake));
    stage.practice().pages_url = None;
    stage.queue_about(LetterKind::Reminder, &session, 1).await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    let without = stage.letters().into_iter().find(|letter| letter.contains("Coming up")).unwrap();
    assert!(!without.contains("href") && without.contains("please call us"));
}

/// Guards: the digest's day is its precondition; `read_digest` reads the trail's last seal.
#[tokio::test]
async fn the_digest_tells_the_days_numbers_and_yesterdays_is_never_sent() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    let day = async |date: jiff::civil::Date| {
        let digest =
            PracticeLetter { cause: Cause::Day(date), recipient: Recipient::Digest(0), kind: LetterKind::StaffDigest };
        let now = stage.clock.now();
        let store = &stage.sender.store;
        let queued =
            store.transact(move |tx| Box::pin(async move { letters::queue_of_practice(tx, &[digest], now).await }));
        queued.await.unwrap();
    };
    stage.clock.advance(Duration::from_secs(5 * 3600));
    let head = rapport_store::audit::seal::next(&stage.sender.store, stage.clock.now()).await.unwrap().unwrap();
    day(date(2026, 11, 30)).await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    let letter = stage.letters().remove(0).replace("=\r\n", "");
    assert!(letter.contains("To: office@example.com\r\n"));
    assert!(letter.contains("Subject: Today: 1 open, 1 late\r\n"), "the case was to be answered within four hours");
    assert!(letter.contains("- Wait for a person: 1\r\n") && letter.contains("could handle: 0\r\n"));
    assert!(letter.contains(&format!("Seal {}:\r\n\r\n{}\r\n", head.number, head.hex())), "{letter}");
    assert!(letter.contains("or have ended: 0\r\n"));
    for told in ["Sample", "Zebulon", &stage.case.uuid().to_string()] {
        assert!(!letter.contains(told), "{told}");
    }
    day(date(2026, 12, 1)).await;
    stage.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(stage.send_all().await, [LedgerState::Superseded]);
}

/// Guards: the link is derived from when it was made, and `signs_in` asks whether it still opens something.
#[tokio::test]
async fn a_colleague_gets_the_link_that_signs_them_in_and_none_that_was_used() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    let (account, now) = (stage.colleague().await, stage.clock.now());
    let token = stage.sender.store.keyring().sign_in_token(account.uuid(), now.as_microsecond());
    let offer = async |made_at: Timestamp| {
        let cause = Cause::SignIn(account, made_at);
        let letter = PracticeLetter { cause, recipient: Recipient::Staff(account), kind: LetterKind::StaffInvitation };
        let token = stage.sender.store.keyring().sign_in_token(account.uuid(), made_at.as_microsecond());
        let expires_at = made_at + SIGN_IN_LASTS;
        let offered = OneTimeSignIn { account, opens_session: false, expires_at };
        let queued = stage.sender.store.transact(move |tx| {
            Box::pin(async move {
                accounts::offer_sign_in(tx, offered, token.hash()).await?;
                letters::queue_of_practice(tx, &[letter], made_at).await
            })
        });
        queued.await.unwrap();
    };
    offer(now).await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    let letter = stage.letters().remove(0).replace("=\r\n", "");
    assert!(letter.contains("To: colleague@example.com\r\n"), "{letter}");
    assert!(letter.contains(&format!("/staff/welcome/{}", token.text())), "{letter}");
    assert!(letter.contains("Thursday, December 3 at 10:00 am"), "until when: {letter}");
    // Another one was made before the letter left, or it was used.
    offer(now + SignedDuration::from_secs(1)).await;
    let withdrawn =
        stage.sender.store.transact(move |tx| Box::pin(async move { accounts::withdraw_sign_ins(tx, account).await }));
    assert!(withdrawn.await.map_err(|error: StoreError| error).unwrap());
    stage.clock.advance(Duration::from_secs(2));
    assert_eq!(stage.send_all().await, [LedgerState::Superseded]);
}

/// Guard: `read_licence` looks at the roster again.
#[tokio::test]
async fn a_licence_that_was_renewed_meanwhile_is_told_of_to_nobody() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    let cause = stage.licence().await;
    let queue = async |cause| {
        let letter = PracticeLetter { cause, recipient: Recipient::Digest(0), kind: LetterKind::LicenceEnds };
        let now = stage.clock.now();
        let store = &stage.sender.store;
        let queued =
            store.transact(move |tx| Box::pin(async move { letters::queue_of_practice(tx, &[letter], now).await }));
        queued.await.unwrap();
    };
    queue(cause).await;
    assert_eq!(stage.send_all().await, [LedgerState::Sent]);
    let Cause::Licence(therapist, state, expires) = cause else { panic!("{cause:?}") };
    let name = rapport_store::therapists::get(&stage.sender.store, therapist).await.unwrap().unwrap().name;
    let letter = stage.letters().remove(0).replace("=\r\n", "");
    assert!(letter.contains(&format!("The {} licence of {name} ends on", state.as_str())), "{letter}");
    queue(Cause::Licence(therapist, state, expires.tomorrow().unwrap())).await;
    assert_eq!(stage.send_all().await, [LedgerState::Superseded]);
}

/// Guards: `Matter` has no place for any of it, and `Letter::tells`. Everything that the store knows of two people and
/// their case is a word that stands nowhere else; every letter is written from it and holds none of them, in its bytes as
/// they leave and in its parts.
#[tokio::test]
async fn no_letter_holds_what_the_store_knows_of_the_case_but_the_given_name_and_the_time() {
    let stage = Stage::new(Some("sample@example.com"), None).await;
    let secrets = plant(&stage).await;
    let session = stage.session(AppointmentState::Confirmed, 1).await;
    let invitation = stage.invite().await;
    let (account, licence) = (stage.colleague().await, stage.licence().await);
    for kind in LetterKind::ALL {
        let recipient = match crate::letters::Letter::of(kind).audience {
            crate::letters::Audience::Client => Recipient::Client(stage.intake),
            crate::letters::Audience::Invited => Recipient::Invited(invitation),
            crate::letters::Audience::Staff => match kind {
                LetterKind::StaffDigest | LetterKind::LicenceEnds => Recipient::Digest(0),
                LetterKind::StaffInvitation => Recipient::Staff(account),
                _ => Recipient::OnCall(0),
            },
        };
        let letter = ClaimedLetter {
            kind,
            recipient,
            cause: licence.to_string(),
            appointment: Some((session.id, 1)),
            ..stage_letter(&stage, &session).await
        };
        let subject = stage.sender.read_subject(&letter).await.unwrap();
        let bytes = stage.sender.write(&letter, &subject).await.unwrap().unwrap();
        let read = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let parts = read.parts.iter().filter_map(|part| part.text_contents().map(str::to_owned));
        let whole = parts.chain([String::from_utf8(bytes.clone()).unwrap().replace("=\r\n", "")]).collect::<String>();
        let whole = whole.to_lowercase();
        for secret in &secrets {
            assert!(!whole.contains(&secret.to_lowercase()), "{}: {secret}", kind.name());
        }
    }
}

/// A claimed letter to be changed at will.
async fn stage_letter(stage: &Stage, session: &Appointment) -> ClaimedLetter {
    stage.queue_about(LetterKind::Confirmed, session, 1).await;
    match stage.claim().await.pop() {
        Some(letter) => letter,
        None => {
            stage.clock.advance(Duration::from_secs(3600));
            stage.claim().await.pop().unwrap()
        }
    }
}

/// What triage found of somebody, each word of it one that stands nowhere else.
fn telling_result() -> TriageResult {
    let word = |what: &str| format!("{what}quill");
    TriageResult {
        protocol: word("digest"),
        urgency: Urgency::Immediate,
        booking: Booking::Never,
        flagged: true,
        clinician_only: true,
        under_18: false,
        needs: [word("competence")].into(),
        fired: vec![FiredRule {
            rule: word("rule"),
            urgency: Urgency::Immediate,
            because: word("because"),
            safety: true,
            evidence: vec![Evidence { source: word("item"), label: word("question"), value: word("answer") }],
        }],
        scores: vec![Score {
            scale: word("scale"),
            label: word("mood"),
            value: Some(77.125),
            minimum: 0.0,
            maximum: 88.375,
            band: Some(word("band")),
            band_label: Some(word("severe")),
        }],
        drivers: [(word("driver"), 0.625)].into(),
        advice: vec![Advice {
            step: word("step"),
            label: word("small step"),
            closeness: true,
            because: vec![word("rule")],
        }],
        notify: [word("director")].into(),
        reports: [word("report")].into(),
    }
}

/// Fills the case, and gives every word that would tell of it: two people of different names, what they answered and
/// how it was scored.
async fn plant(stage: &Stage) -> Vec<String> {
    let (case, first, store) = (stage.case, stage.intake, &stage.sender.store);
    let second = stage.join("quillonia@example.org").await;
    assert_ne!(second, first);
    let planted = store.transact(move |tx| {
        Box::pin(async move {
            let mut partner = rapport_store::intakes::get(tx, second).await?.ok_or(StoreError::Missing("partner"))?;
            let told = &mut partner.submission;
            told.client.given_name = Line::parse("Marigold").map_err(|_| StoreError::Unreadable("a name"))?;
            told.client.family_name = Line::parse("Thistlequill").map_err(|_| StoreError::Unreadable("a name"))?;
            let answer = vec![Value::Text("they wrote answerquill".to_owned())];
            let sheet = [("itemquill".to_owned(), answer)].into();
            told.answers.0.insert("https://example.com/formquill|1".to_owned(), sheet);
            rapport_store::intakes::save_submission(tx, &partner).await?;
            for intake in [first, second] {
                rapport_store::triage_results::put(tx, intake, &telling_result()).await?;
            }
            Ok::<_, StoreError>(())
        })
    });
    planted.await.unwrap();
    let detail = CaseDetail {
        label: "Zebulon Quillfeather".to_owned(),
        match_because: vec!["Canaryfit with Doctor Quillwright, traumaquill-trained".to_owned()],
        excluded: vec!["Leftoutquill: methodquill".to_owned()],
        ..CaseDetail::default()
    };
    let saved = store.transact(move |tx| {
        Box::pin(async move {
            let mut case = rapport_store::cases::get(tx, case).await?.ok_or(StoreError::Missing("case"))?;
            case.assignee = Some("clinicianquill".to_owned());
            rapport_store::cases::save_with_detail(tx, &case, &detail).await
        })
    });
    saved.await.unwrap();
    [
        "Zebulon",
        "Marigold",
        "Thistle",
        "quill",
        "77.125",
        "88.375",
        "0.625",
        "couple",
        "partner",
        "therap",
        "clinic",
        "urgent",
        "flagged",
        "704-555-0142",
        "1990",
        "video_",
    ]
    .map(str::to_owned)
    .to_vec()
}
