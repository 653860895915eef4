//! What goes to those who work here: alerts, the digest, a way in, licences.

use super::*;

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
