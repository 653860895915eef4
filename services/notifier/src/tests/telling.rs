//! What no letter holds.

use super::*;

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
