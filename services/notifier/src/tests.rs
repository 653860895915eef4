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
mod staff;
mod stage;
mod telling;

use stage::{Stage, practice_files, told};

use super::*;
use crate::{
    send_letters::LEASE,
    transport::smtp::scripted_server::{Does, Server},
    webhook::tests::Receiver,
};

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
