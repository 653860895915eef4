//! Letters that went wrong, as staff read and resolve them.

use std::sync::Arc;

use jiff::SignedDuration;
use prost::Message;
use rapport_domain::{
    contact::{Language, Mailbox},
    id::{CaseId, IntakeId},
    letter::{Cause, DueLetter, LetterKind, Recipient},
};
use rapport_intake::{Config, LetterPreview};
use rapport_proto::{
    intake,
    staff::{self as pb, operations_service_client::OperationsServiceClient},
};
use rapport_security::{BounceTag, Keyring, MasterKey, Role, Token};
use rapport_store::{ClaimedLetter, StoreError, letters};
use tonic::{Status, transport::Channel};

use crate::{
    house::{House, bearing, house, house_with, on_each, reason},
    people::Desk,
};

const LEASE: SignedDuration = SignedDuration::from_secs(60);

/// What whoever puts the services together would write.
pub(crate) fn samples(kind: LetterKind) -> Vec<LetterPreview> {
    let mailboxes: &[Mailbox] =
        if kind == LetterKind::StaffAlert { &[Mailbox::Private] } else { &[Mailbox::Private, Mailbox::Shared] };
    let variants = mailboxes.iter().flat_map(|mailbox| Language::ALL.map(|language| (*mailbox, language)));
    let written = variants.map(|(mailbox, language)| LetterPreview {
        kind,
        mailbox,
        language,
        subject: format!("{} in {}", kind.name(), language.tag()),
        text: format!("The words of {} for {mailbox:?}", kind.name()),
        html: format!("<p>The words of {} for {mailbox:?}</p>", kind.name()),
    });
    written.collect()
}

/// Guards: `view::letter_preview`, which leaves the words out; the name by which `get` finds one.
#[tokio::test]
async fn every_sample_letter_is_listed_and_read_by_its_name() {
    let house = house().await;
    let desk = house.token(Role::Coordinator).await;
    let mut operations = operations(&house);
    let listed = operations.list_letter_previews(bearing(&desk, <_>::default())).await.unwrap().into_inner().previews;
    assert_eq!(listed.len(), LetterKind::ALL.len() * 4 - 2);
    for head in listed {
        let request = pb::GetLetterPreviewRequest { name: head.name.clone() };
        let read = operations.get_letter_preview(bearing(&desk, request)).await.unwrap().into_inner().preview.unwrap();
        let mailbox = if head.mailbox() == intake::Mailbox::Shared { "shared" } else { "private" };
        assert_eq!(head.name, format!("letterPreviews/{}.{mailbox}.{}", head.letter, head.language));
        assert!(head.text.is_empty() && head.html.is_empty() && read.html.contains(&read.text));
        assert_eq!(pb::LetterPreview { text: String::new(), html: String::new(), ..read }, head);
    }
    for (name, expected) in [
        ("letterPreviews/staff_alert.shared.en", "RESOURCE_NOT_FOUND"),
        ("letterPreviews/held.private.en/..", "RESOURCE_NOT_FOUND"),
        ("letterPreviews/nothing.private.en", "FIELDS_INVALID"),
        ("held.private.en", "FIELDS_INVALID"),
    ] {
        let request = pb::GetLetterPreviewRequest { name: name.to_owned() };
        let refused = operations.get_letter_preview(bearing(&desk, request)).await.unwrap_err();
        assert_eq!(reason(&refused), expected, "{name}");
    }
}

fn operations(house: &House) -> OperationsServiceClient<Channel> {
    OperationsServiceClient::new(house.staff_channel.clone())
}

impl Desk<'_> {
    /// A letter of a kind to the case's first client, as a notifier holds it.
    pub(crate) async fn letter(&self, case: &str, kind: LetterKind) -> ClaimedLetter {
        let deps = &self.house.deps;
        let case: CaseId = case.parse().unwrap();
        let client: IntakeId = rapport_store::intakes::first_of_case(&deps.store, case).await.unwrap().unwrap();
        let due =
            DueLetter { cause: Cause::Case(case), recipient: Recipient::Client(client), kind, case, appointment: None };
        let now = deps.clock.now();
        let queued = deps.store.transact(move |tx| Box::pin(async move { letters::queue(tx, &[due], now).await }));
        queued.await.map_err(|error: StoreError| error).unwrap();
        let all = letters::claim(&deps.store, deps.clock.now(), LEASE, 100).await.unwrap();
        all.into_iter().find(|letter| letter.case == Some(case) && letter.kind == kind).unwrap()
    }

    /// One whose mailbox does not exist.
    async fn refused(&self, case: &str) -> ClaimedLetter {
        let letter = self.letter(case, LetterKind::WeWillCall).await;
        let deps = &self.house.deps;
        let why = "the mail server replied 550 5.1.1 to RCPT TO";
        let (refused, practice, now) = (letter.clone(), Arc::clone(&deps.practice), deps.clock.now());
        let refuse = deps
            .store
            .transact(move |tx| Box::pin(async move { letters::refuse(tx, &refused, why, &practice, now).await }));
        refuse.await.map_err(|error: StoreError| error).unwrap();
        letter
    }

    /// One whose reply was lost.
    async fn unknown(&self, case: &str) -> ClaimedLetter {
        let letter = self.letter(case, LetterKind::WeWillCall).await;
        let deps = &self.house.deps;
        letters::keep_bytes(&deps.store, &letter, b"kept").await.unwrap();
        letters::sending(&deps.store, &letter, deps.clock.now(), LEASE).await.unwrap();
        letters::unknown(&deps.store, &letter, "no reply", deps.clock.now()).await.unwrap();
        letter
    }

    async fn letters(&self, role: Role, request: pb::ListLettersRequest) -> Result<pb::ListLettersResponse, Status> {
        let request = bearing(self.token(role), request);
        operations(self.house).list_letters(request).await.map(tonic::Response::into_inner)
    }

    async fn resend(&self, role: Role, letter: &ClaimedLetter, etag: &str) -> Result<pb::Letter, Status> {
        let request =
            pb::ResendLetterRequest { name: letter.id.to_string(), etag: etag.to_owned(), ..Default::default() };
        let answer = operations(self.house).resend_letter(bearing(self.token(role), request)).await?;
        Ok(answer.into_inner().record.unwrap())
    }

    async fn resolve(
        &self,
        role: Role,
        letter: &ClaimedLetter,
        outcome: pb::LetterOutcome,
    ) -> Result<pb::Letter, Status> {
        let request =
            pb::ResolveLetterRequest { name: letter.id.to_string(), outcome: outcome.into(), ..Default::default() };
        let answer = operations(self.house).resolve_letter(bearing(self.token(role), request)).await?;
        Ok(answer.into_inner().record.unwrap())
    }
}

fn open_only() -> pb::ListLettersRequest {
    pb::ListLettersRequest { open_only: true, ..Default::default() }
}

#[tokio::test]
async fn a_refused_letter_says_in_words_why_and_whom_to_call_until_somebody_did() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        let letter = desk.refused(&case).await;
        let listed = desk.letters(Role::Coordinator, open_only()).await.unwrap().letters;
        let [refused] = &listed[..] else { panic!("{listed:?}") };
        assert_eq!(refused.to_do, "Letter refused: there is no such mailbox (5.1.1), call.");
        assert_eq!((&refused.case_name, &refused.recipient), (&case, &letter.recipient.to_string()));
        let seen = desk.record(Role::Coordinator, &case).await;
        assert!(seen.letters.contains(refused));
        assert!(seen.letters.iter().any(|letter| letter.letter == "staff_alert"), "{:?}", seen.letters);
        let queue = || async { desk.list(Role::Coordinator).await.cases.remove(0) };
        let line = queue().await;
        assert!(line.call_needed && line.staff_reason.ends_with(&refused.to_do), "{line:?}");
        for _ in 0..2 {
            let settled = desk.resolve(Role::Coordinator, &letter, pb::LetterOutcome::DoneOtherwise).await.unwrap();
            assert_eq!((&*settled.state, &*settled.to_do, &*settled.settled_by), ("failed", "", "coordinator Sam"));
        }
        assert!(desk.letters(Role::Coordinator, open_only()).await.unwrap().letters.is_empty());
        let line = queue().await;
        assert!(!line.call_needed && line.staff_reason.is_empty(), "{line:?}");
        let arrived = desk.resolve(Role::Coordinator, &letter, pb::LetterOutcome::Arrived).await.unwrap_err();
        assert_eq!(reason(&arrived), "LETTER_NOT_OPEN");
    })
    .await;
}

/// Guard: `begin_again` keeps the bytes, so that a second copy is the same message.
#[tokio::test]
async fn an_unknown_letter_is_sent_again_by_somebodys_word_alone() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.couple("").await;
        let letter = desk.unknown(&case).await;
        let deps = &house.deps;
        assert!(letters::claim(&deps.store, deps.clock.now(), LEASE, 100).await.unwrap().is_empty());
        let again = desk.resolve(Role::Coordinator, &letter, pb::LetterOutcome::NotArrived).await.unwrap();
        assert_eq!((&*again.state, &*again.to_do), ("queued", ""));
        let claimed = letters::claim(&deps.store, deps.clock.now(), LEASE, 100).await.unwrap();
        let [claimed] = &claimed[..] else { panic!("not due") };
        assert_eq!((claimed.id, claimed.bytes.as_deref(), claimed.tries), (letter.id, Some(&b"kept"[..]), 1));
        letters::sending(&deps.store, claimed, deps.clock.now(), LEASE).await.unwrap();
        let in_hand = desk.resend(Role::Coordinator, &letter, "").await.unwrap_err();
        assert_eq!(reason(&in_hand), "LETTER_NOT_OPEN");
        letters::unknown(&deps.store, claimed, "no reply", deps.clock.now()).await.unwrap();
        let arrived = desk.resolve(Role::Coordinator, &letter, pb::LetterOutcome::Arrived).await.unwrap();
        assert_eq!((&*arrived.state, &*arrived.to_do), ("sent", ""));
    })
    .await;
}

/// Guard: `StaffLetter::follow`.
#[tokio::test]
async fn a_letter_that_changed_since_it_was_read_is_not_sent_again() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let letter = desk.refused(&desk.couple("").await).await;
    let etag = desk.letters(Role::Clinician, open_only()).await.unwrap().letters.remove(0).etag;
    desk.resolve(Role::Clinician, &letter, pb::LetterOutcome::DoneOtherwise).await.unwrap();
    assert_eq!(reason(&desk.resend(Role::Clinician, &letter, &etag).await.unwrap_err()), "ETAG_MISMATCH");
    let resent = desk.resend(Role::Clinician, &letter, "").await.unwrap();
    assert_eq!((&*resent.state, &*resent.settled_by), ("queued", ""));
}

/// Guards: `view::letter` for administrators, `list_letters` for their filter.
#[tokio::test]
async fn an_administrator_sees_that_letters_fail_and_nobodys() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.couple("").await;
    let letter = desk.refused(&case).await;
    let listed = desk.letters(Role::Admin, open_only()).await.unwrap();
    assert_eq!(listed.letters.len(), 1);
    let told = String::from_utf8_lossy(&listed.encode_to_vec()).into_owned();
    for secret in [&case, &letter.recipient.to_string()] {
        assert!(!told.contains(secret.as_str()), "{secret}");
    }
    let by_case = pb::ListLettersRequest { case_name: case.clone(), ..Default::default() };
    assert_eq!(reason(&desk.letters(Role::Admin, by_case).await.unwrap_err()), "ROLE_FORBIDDEN");
}

/// Guards: `view::letters::recipient` and `policy::may_decide_on_letter`.
#[tokio::test]
async fn of_a_clinicians_case_a_coordinator_learns_not_who_is_written_to_and_decides_nothing() {
    let house = house().await;
    let desk = Desk::of(&house).await;
    let case = desk.flagged("05-fear-of-partner.json").await;
    let letter = desk.refused(&case).await;
    let of = |role| desk.letters(role, open_only());
    assert_eq!(of(Role::Coordinator).await.unwrap().letters[0].recipient, "");
    assert_eq!(of(Role::Clinician).await.unwrap().letters[0].recipient, letter.recipient.to_string());
    let refused = desk.resolve(Role::Coordinator, &letter, pb::LetterOutcome::DoneOtherwise).await.unwrap_err();
    assert_eq!(reason(&refused), "ROLE_FORBIDDEN");
    assert_eq!(reason(&desk.resend(Role::Coordinator, &letter, "").await.unwrap_err()), "ROLE_FORBIDDEN");
    desk.resolve(Role::Clinician, &letter, pb::LetterOutcome::DoneOtherwise).await.unwrap();
}

#[tokio::test]
async fn letters_are_paged_latest_first_and_each_once() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        for _ in 0..5 {
            let case = desk.couple("").await;
            desk.refused(&case).await;
        }
        let (mut seen, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListLettersRequest { page_size: 2, page_token, ..open_only() };
            let page = desk.letters(Role::Clinician, request).await.unwrap();
            seen.extend(page.letters.into_iter().map(|letter| letter.name));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen.len(), 5);
        assert!(seen.windows(2).all(|pair| pair[0] > pair[1]));
    })
    .await;
}

/// A report of a try that came back, as the program that gets what comes back hands it on.
async fn report(house: &House, token: &str, tag: &str, status: &str) -> Result<(), Status> {
    let request = pb::ReportBounceRequest {
        message: Vec::new(),
        address: format!("office+{tag}@example.com"),
        status: status.to_owned(),
    };
    operations(house).report_bounce(bearing(token, request)).await.map(|_| ())
}

/// Guards: the tag's code, its attempt, the status' class, and that `letters::bounced` leaves out what was not sent and what
/// failed before.
#[tokio::test]
async fn a_letter_that_comes_back_is_refused_once_and_its_client_is_called() {
    let token = Token::generate();
    let house = house_with(Config { bounce_token: Some(token.hash()), ..Config::default() }).await;
    let (desk, deps, token) = (Desk::of(&house).await, &house.deps, token.text());
    let case = desk.couple("").await;
    let letter = desk.letter(&case, LetterKind::Confirmed).await;
    let keyring = deps.store.keyring();
    let tag = |attempt| keyring.bounce_tag(BounceTag { letter: letter.id.uuid(), attempt });
    let standing = async || letters::get(&deps.store, letter.id).await.unwrap().unwrap();
    let ours = tag(1);
    let forged = Keyring::new(&MasterKey::generate()).bounce_tag(BounceTag { letter: letter.id.uuid(), attempt: 1 });

    report(&house, &token, &ours, "5.1.1").await.unwrap();
    assert_eq!(standing().await.state.name(), "claimed", "what was not sent cannot come back");
    letters::sending(&deps.store, &letter, deps.clock.now(), LEASE).await.unwrap();
    letters::sent(&deps.store, &letter, deps.clock.now()).await.unwrap();
    for (tag, status) in [(&ours, "4.2.2"), (&ours, "2.0.0"), (&forged, "5.1.1"), (&tag(2), "5.1.1")] {
        report(&house, &token, tag, status).await.unwrap();
        assert_eq!(standing().await.state.name(), "sent", "{tag} {status}");
    }
    for _ in 0..2 {
        report(&house, &token, &ours, "5.1.1").await.unwrap();
        let back = standing().await;
        assert_eq!((back.state.name(), back.why.as_deref()), ("failed", Some("it came back with 5.1.1")));
    }
    let seen = desk.record(Role::Coordinator, &case).await;
    let line = seen.summary.unwrap();
    assert_eq!(line.staff_reason, "Letter refused: there is no such mailbox (5.1.1), call.");
    assert!(line.call_needed);
    assert_eq!(seen.letters.iter().filter(|letter| letter.letter == "staff_alert").count(), 1);
    desk.resolve(Role::Coordinator, &letter, pb::LetterOutcome::DoneOtherwise).await.unwrap();
    report(&house, &token, &ours, "5.1.1").await.unwrap();
    assert_eq!(standing().await.settled_by.as_deref(), Some("coordinator Sam"), "nobody has to do it again");
}

/// Guard: each state in `letters::bounced`.
#[tokio::test]
async fn what_may_have_left_and_comes_back_is_refused_whatever_its_sender_knew() {
    let token = Token::generate();
    let house = house_with(Config { bounce_token: Some(token.hash()), ..Config::default() }).await;
    let (desk, deps) = (Desk::of(&house).await, &house.deps);
    let case = desk.couple("").await;
    for (kind, lost) in [(LetterKind::WeWillCall, true), (LetterKind::Confirmed, false)] {
        let letter = desk.letter(&case, kind).await;
        letters::sending(&deps.store, &letter, deps.clock.now(), LEASE).await.unwrap();
        if lost {
            letters::unknown(&deps.store, &letter, "no reply", deps.clock.now()).await.unwrap();
        }
        let tag = deps.store.keyring().bounce_tag(BounceTag { letter: letter.id.uuid(), attempt: 1 });
        report(&house, &token.text(), &tag, "5.1.1").await.unwrap();
        let back = letters::get(&deps.store, letter.id).await.unwrap().unwrap();
        assert_eq!(back.state.name(), "failed", "{}", kind.name());
    }
}

/// Guard: `authenticate`'s arm for bounces.
#[tokio::test]
async fn nobody_reports_bounces_without_the_token_of_the_settings() {
    let token = Token::generate();
    let house_with_token = house_with(Config { bounce_token: Some(token.hash()), ..Config::default() }).await;
    let house_without = house().await;
    let staff = house_with_token.token(Role::Clinician).await;
    for (house, bearer) in [
        (&house_with_token, Token::generate().text()),
        (&house_with_token, staff),
        (&house_without, token.text()),
        (&house_without, Token::generate().text()),
    ] {
        let refused = report(house, &bearer, "b.a.a", "5.1.1").await.unwrap_err();
        assert_eq!(reason(&refused), "TOKEN_INVALID");
    }
    report(&house_with_token, &token.text(), "b.a.a", "5.1.1").await.unwrap();
}
