//! What keeps the house running, as staff see it: the light, dead letters, the mailbox.

use std::{slice, sync::Arc, time::Duration};

use async_trait::async_trait;
use prost::Message as _;
use rapport_domain::letter::LetterKind;
use rapport_intake::Config;
use rapport_messaging::{Handler, Message, Verdict, topology::TRIAGE_INTAKE};
use rapport_proto::staff::{self as pb, operations_service_client::OperationsServiceClient};
use rapport_runtime::{Ids, SystemIds};
use rapport_security::Role;
use rapport_store::{audit, outbox};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, transport::Channel};

use crate::{
    house::{House, bearing, house, house_with, on_each, on_each_by_hand, reason},
    people::Desk,
};

fn operations(house: &House) -> OperationsServiceClient<Channel> {
    OperationsServiceClient::new(house.staff_channel.clone())
}

/// Cannot do anything with what it is given.
struct Gives;

#[async_trait]
impl Handler for Gives {
    async fn handle(&self, _: &Message) -> Verdict {
        Verdict::Fail("the case is missing".to_owned())
    }
}

/// An intake whose event its consumer gave up.
async fn dead_letter(house: &House) -> String {
    let intake = house.submit("05-fear-of-partner.json").await.intake;
    let deps = &house.deps;
    let before = deps.transport.depth(&TRIAGE_INTAKE).await.unwrap().dead;
    outbox::relay_batch(&deps.store, &*deps.transport, 100, deps.clock.now()).await.unwrap();
    let stop = CancellationToken::new();
    let consumer = tokio::spawn({
        let (transport, stop) = (Arc::clone(&deps.transport), stop.clone());
        async move { transport.consume(&TRIAGE_INTAKE, 1, Arc::new(Gives), stop).await }
    });
    while deps.transport.depth(&TRIAGE_INTAKE).await.unwrap().dead == before {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    consumer.await.unwrap();
    intake
}

/// The youngest entries of the audit trail.
async fn trail(house: &House) -> Vec<audit::read::AuditRecord> {
    let all = audit::read::AuditFilter::default();
    audit::read::page(&house.deps.store, &all, audit::read::Direction::Back, None, 100).await.unwrap()
}

async fn list(house: &House, token: &str, request: pb::ListDeadLettersRequest) -> pb::ListDeadLettersResponse {
    operations(house).list_dead_letters(bearing(token, request)).await.unwrap().into_inner()
}

async fn get(house: &House, token: &str, name: &str) -> Result<pb::DeadLetter, Status> {
    let request = pb::GetDeadLetterRequest { name: name.to_owned() };
    Ok(operations(house).get_dead_letter(bearing(token, request)).await?.into_inner().dead_letter.unwrap())
}

async fn replay(house: &House, token: &str, name: &str) -> Result<i32, Status> {
    let request = pb::ReplayDeadLetterRequest { name: name.to_owned() };
    Ok(operations(house).replay_dead_letter(bearing(token, request)).await?.into_inner().replayed)
}

/// Guard: `view::dead_letter` leaves out whom it is about for administrators.
#[tokio::test]
async fn a_dead_letter_says_why_it_died_what_stands_still_and_is_put_back_once() {
    on_each(async |house| {
        let intake = dead_letter(house).await;
        let token = house.token(Role::Coordinator).await;
        let listed = list(house, &token, <_>::default()).await.dead_letters;
        let [letter] = &listed[..] else { panic!("{listed:?}") };
        assert_eq!((&*letter.queue, &*letter.topic, letter.attempts), ("triage_intake", "intake.received.v1", 1));
        assert_eq!(letter.cause, "the case is missing");
        assert!(letter.meaning.starts_with("A screening is not triaged"), "{}", letter.meaning);
        assert!(letter.about.contains(&intake) && letter.occur_time.is_some(), "{letter:?}");
        assert_eq!(get(house, &token, &letter.name).await.unwrap(), *letter);

        let of_admin = get(house, &house.token(Role::Admin).await, &letter.name).await.unwrap();
        assert_eq!((of_admin.about.as_slice(), &of_admin.cause), (&[][..], &letter.cause));

        assert_eq!(replay(house, &token, &letter.name).await.unwrap(), 1);
        assert_eq!(replay(house, &token, &letter.name).await.unwrap(), 0);
        assert_eq!(reason(&get(house, &token, &letter.name).await.unwrap_err()), "RESOURCE_NOT_FOUND");
        let depth = house.deps.transport.depth(&TRIAGE_INTAKE).await.unwrap();
        assert_eq!((depth.ready, depth.dead), (1, 0));
        let entries = trail(house).await;
        let of = |method: &str| entries.iter().filter(|it| it.method.ends_with(method)).count();
        assert_eq!((of("ListDeadLetters"), of("GetDeadLetter"), of("ReplayDeadLetter")), (1, 2, 2));
    })
    .await;
}

#[tokio::test]
async fn dead_letters_are_paged_each_once_and_a_whole_queue_is_put_back_at_once() {
    on_each(async |house| {
        for _ in 0..5 {
            dead_letter(house).await;
        }
        let token = house.token(Role::Clinician).await;
        let (mut seen, mut page_token) = (Vec::new(), String::new());
        loop {
            let request = pb::ListDeadLettersRequest { page_size: 2, page_token, queue: "triage_intake".to_owned() };
            let page = list(house, &token, request).await;
            seen.extend(page.dead_letters.into_iter().map(|letter| letter.name));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen.len(), 5);
        assert!(seen.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(replay(house, &token, "queues/triage_intake/deadLetters/-").await.unwrap(), 5);
    })
    .await;
}

#[tokio::test]
async fn what_names_no_dead_letter_is_refused() {
    let house = house().await;
    let token = house.token(Role::Admin).await;
    for name in ["", "queues/nowhere/deadLetters/-", "deadLetters/7"] {
        assert_eq!(reason(&replay(&house, &token, name).await.unwrap_err()), "FIELDS_INVALID", "{name:?}");
    }
    let whole = get(&house, &token, "queues/triage_intake/deadLetters/-").await.unwrap_err();
    assert_eq!(reason(&whole), "FIELDS_INVALID");
    let gone = format!("queues/triage_intake/deadLetters/{}", SystemIds.uuid());
    assert_eq!(reason(&get(&house, &token, &gone).await.unwrap_err()), "RESOURCE_NOT_FOUND");
}

/// Guard: the thresholds of `domain::health`, and that the light counts from what waits in the tables.
#[tokio::test]
async fn the_light_goes_out_where_no_worker_runs_and_tells_of_nobody() {
    on_each_by_hand(async |house, clock| {
        let health = async |role| {
            let request = bearing(&house.token(role).await, pb::GetHealthRequest {});
            operations(house).get_health(request).await.unwrap().into_inner().health.unwrap()
        };
        let severity = |health: &pb::Health, check: &str| {
            let found = health.checks.iter().find(|it| it.check == check).unwrap_or_else(|| panic!("no {check}"));
            (found.severity(), found.count)
        };
        use pb::HealthSeverity::{Failure, Fine};
        let quiet = health(Role::Auditor).await;
        assert_eq!((quiet.checks.len(), severity(&quiet, "events")), (9, (Fine, 0)));

        house.submit("05-fear-of-partner.json").await;
        clock.advance(Duration::from_secs(1800));
        let seen = health(Role::Coordinator).await;
        assert_eq!(seen.severity(), Failure);
        for check in ["outbox", "cases", "letters_waiting", "audit"] {
            let (severity, count) = severity(&seen, check);
            assert!(severity == Failure && count > 0, "{check}: {severity:?} {count}");
        }
        let first = &seen.checks[0];
        assert!(!first.to_do.is_empty() && first.oldest_time.is_some(), "{first:?}");
        let told = format!("{seen:?}");
        assert!(!told.contains("cases/") && !told.contains("intakes/"), "{told}");

        // Looked at by everybody, found once.
        house.submit("01-drift-and-stress.json").await;
        assert_eq!(severity(&health(Role::Clinician).await, "outbox"), severity(&seen, "outbox"));
        clock.advance(Duration::from_secs(6));
        assert_eq!(severity(&health(Role::Admin).await, "outbox").1, severity(&seen, "outbox").1 + 1);
    })
    .await;
}

const LETTER: &str = "From: \"Riverbend\" <office@example.com>\r\nTo: sample@example.com\r\nSubject: A time with us\r\n\
    Date: Thu, 24 Dec 2026 10:00:00 +0000\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=\"x\"\r\n\r\n\
    --x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
    Hello =C3=81vila, see you.\r\n\
    --x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello</p>\r\n\
    --x\r\nContent-Type: text/calendar; charset=utf-8; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n--x--\r\n";

/// Guards: `policy::may_read_mail` in the list and before one is read, and the row that is written before it leaves.
#[tokio::test]
async fn the_mailbox_shows_each_role_its_letters_and_leaves_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    let mailbox = folder.path().join("mail");
    let house = house_with(Config { mailbox: Some(mailbox.clone()), ..Config::default() }).await;
    let desk = Desk::of(&house).await;
    let list = async |role| {
        let request = bearing(&house.token(role).await, pb::ListMailRequest::default());
        operations(&house).list_mail(request).await.unwrap().into_inner().mail
    };
    let get = async |role, name: &str| {
        let request = bearing(&house.token(role).await, pb::GetMailRequest { name: name.to_owned() });
        operations(&house).get_mail(request).await.map(|it| it.into_inner().mail.unwrap())
    };
    assert!(list(Role::Clinician).await.is_empty(), "no folder yet");

    let usual = desk.letter(&desk.couple("").await, LetterKind::Confirmed).await;
    let clinical = desk.letter(&desk.flagged("05-fear-of-partner.json").await, LetterKind::WeWillCall).await;
    std::fs::create_dir(&mailbox).unwrap();
    for letter in [&usual, &clinical] {
        std::fs::write(mailbox.join(format!("{}.eml", letter.id.uuid())), LETTER).unwrap();
    }
    std::fs::write(mailbox.join(format!("{}.eml", SystemIds.uuid())), "of another house").unwrap();
    std::fs::write(mailbox.join(".unfinished.tmp"), "").unwrap();
    let [usual, clinical] = [&usual, &clinical].map(|it| format!("mail/{}", it.id.uuid()));

    let names = |mail: Vec<pb::Mail>| mail.into_iter().map(|it| it.name).collect::<Vec<_>>();
    assert_eq!(names(list(Role::Clinician).await), [clinical.clone(), usual.clone()]);
    assert_eq!(names(list(Role::Coordinator).await), slice::from_ref(&usual));
    assert!(list(Role::Admin).await.is_empty());
    let head = list(Role::Coordinator).await.remove(0);
    assert_eq!((&*head.letter, &*head.subject, &*head.to), ("confirmed", "A time with us", "sample@example.com"));
    assert_eq!(head.from, "Riverbend <office@example.com>");
    assert!(head.text.is_empty() && head.html.is_empty() && head.message.is_empty(), "words are GetMail's");

    let read = get(Role::Coordinator, &usual).await.unwrap();
    assert_eq!(read.text.trim_end(), "Hello Ávila, see you.");
    assert_eq!((read.html.trim_end(), read.message.as_slice()), ("<p>Hello</p>", LETTER.as_bytes()));
    assert!(read.calendar.starts_with("BEGIN:VCALENDAR"));
    for (role, name) in [(Role::Coordinator, &clinical), (Role::Admin, &usual)] {
        assert_eq!(reason(&get(role, name).await.unwrap_err()), "ROLE_FORBIDDEN");
    }
    let entries = trail(&house).await;
    let of_get: Vec<_> = entries.iter().filter(|it| it.method.ends_with("GetMail")).collect();
    assert_eq!(of_get.iter().filter(|it| it.outcome == "OK").count(), 1);
    assert_eq!(of_get.iter().filter(|it| it.outcome == "ROLE_FORBIDDEN").count(), 2);
    assert!(!get(Role::Clinician, &clinical).await.unwrap().encode_to_vec().is_empty());
}

#[tokio::test]
async fn where_letters_go_to_a_mail_server_there_is_no_mailbox() {
    let house = house().await;
    let token = house.token(Role::Clinician).await;
    let refused = operations(&house).list_mail(bearing(&token, pb::ListMailRequest::default())).await.unwrap_err();
    assert_eq!((refused.code(), &*reason(&refused)), (Code::FailedPrecondition, "MAILBOX_OFF"));
    let name = format!("mail/{}", SystemIds.uuid());
    let refused = operations(&house).get_mail(bearing(&token, pb::GetMailRequest { name })).await.unwrap_err();
    assert_eq!(reason(&refused), "MAILBOX_OFF");
}
