//! What was told in confidence stands in sealed columns, in the view of those who may read it and, as a given name, in
//! the client's own letter; nowhere else, whatever goes wrong.

mod canaries;
mod refusals;

use std::{
    fs,
    path::{Path, PathBuf},
};

use rapport_messaging::{Transport, topology};
use rapport_proto::intake::{
    AcceptInvitationRequest, CancelAppointmentRequest, DeclineInvitationRequest, GetIntakeRequest, Intake, IntakeState,
    InvitationLetter, InvitePartnerRequest, SaveDraftRequest, SubmitIntakeRequest, SubmitIntakeResponse,
};
use rapport_tests::{
    people::{People, Sample},
    processes::Processes,
    production::{Bearer, Production},
    wait,
};
use sqlx::{SqlitePool, sqlite::SqliteConnectOptions};
use tonic::{Code, Status};

use crate::staff;
use canaries::{MARK, Search, given_name, phone, plant, wish_to_be_called};

/// Who is accepted, in this order.
const ACCEPTED: [Sample; 5] =
    [Sample::DriftAndStress, Sample::Couple, Sample::SelfHarm, Sample::NobodyMatches, Sample::Fear];
/// Who meets a database that fails.
const TURNED_AWAY: usize = ACCEPTED.len() + 1;
/// Who would rather talk.
const CALLED: usize = TURNED_AWAY + 1;

/// Every case is decided, no event waits, and no letter is under way.
const ALL_DONE: &str = "SELECT NOT EXISTS (SELECT 1 FROM cases WHERE state IN ('received', 'triaged')) \
                        AND NOT EXISTS (SELECT 1 FROM outbox WHERE published_at IS NULL) \
                        AND NOT EXISTS (SELECT 1 FROM letters WHERE state IN ('queued', 'claimed', 'sending', 'retry'))";

/// What left the house while the test went on.
struct Said {
    answers: Vec<SubmitIntakeResponse>,
    addresses: Vec<String>,
    refusals: Vec<Status>,
    intakes: Vec<Intake>,
    /// Tokens of a draft and an invitation.
    tokens: [String; 2],
    waiting: Vec<(String, Vec<u8>)>,
}

/// Guards: StoreError keeps only the database's code, Refusal's texts repeat no value, `telemetry::is_safe` silences what
/// prints values, spans skip all arguments, events carry ids, and every column that tells of a person is sealed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_told_in_confidence_is_nowhere_else() {
    let mut house = Production::new().await.unwrap();
    house.processes.set("RAPPORT__LOG__FILTER", "trace");
    let copies = house.rabbit.copies().await.unwrap();
    let said = a_bad_day(&mut house).await;
    let mut search = Search::of(CALLED);
    the_entitled_read(&house, &said).await;

    for answer in &said.answers {
        search.assert_absent("an answer", format!("{answer:?}").as_bytes());
    }
    for refusal in &said.refusals {
        search.assert_absent("a refusal", format!("{refusal:?}").as_bytes());
        search.assert_absent("a refusal's details", refusal.details());
    }
    for intake in &said.intakes {
        search.assert_absent("a client's view", format!("{intake:?}").as_bytes());
    }
    for answer in &said.answers {
        search.also("a status token", &answer.status_token);
    }
    for token in &said.tokens {
        search.also("the token of a draft or an invitation", token);
    }
    let events = copies.taken().await.unwrap();
    assert!(events.len() >= 2 * ACCEPTED.len(), "{} events", events.len());
    for (place, bytes) in events.iter().chain(&said.waiting) {
        search.assert_absent(place, bytes);
    }
    for column in house.columns().await.unwrap() {
        search.assert_absent(&column.place, &column.bytes);
    }
    let logs = house.processes.logs().unwrap();
    assert!(logs.contains("TRACE") && logs.contains("the store failed"), "the logs tell what happened");
    for line in logs.lines() {
        search.assert_absent("a log line", line.as_bytes());
    }
    letters_tell_given_names_alone(&house, &said, &search);
    house.close().await.unwrap();
}

/// The embedded default keeps its one database in a file, and its events in a table of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_data_folder_tells_nothing_beside_the_letters() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let practice = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/charlotte");
    let settings = [
        ("RAPPORT__PRACTICE__DIR", practice.to_owned()),
        ("RAPPORT__DATA__DIR", data.display().to_string()),
        ("RAPPORT__LOG__FILTER", "trace".to_owned()),
    ];
    let mut all = Processes::new(settings).unwrap();
    all.start("all").await.unwrap();
    let mut client = all.client().await.unwrap();
    let people = People::of(&mut client).await.unwrap();
    let mut addresses = Vec::new();
    for (person, sample) in (1..).zip(ACCEPTED) {
        let request = plant(people.request(sample).unwrap(), person);
        addresses.push(request.client.as_ref().unwrap().email.clone());
        client.submit_intake(request).await.unwrap();
    }
    client.request_call(wish_to_be_called(CALLED)).await.unwrap();
    let database = SqliteConnectOptions::new().filename(data.join("rapport.db")).read_only(true);
    let database = SqlitePool::connect_with(database).await.unwrap();
    // How many letters that makes depends on the hour: the practice's own digest and what it is told of its cases.
    wait::until("all is done", || async {
        sqlx::query_scalar::<_, bool>(ALL_DONE).fetch_one(&database).await.is_ok_and(|done| done)
    })
    .await;
    database.close().await;
    let letters: String = files(&data.join("mail")).iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    for address in &addresses {
        assert!(letters.contains(&format!("To: {address}")), "{address} was written to");
    }
    all.kill("all").await.unwrap();
    let search = Search::of(CALLED);
    let kept: Vec<_> = files(&data).into_iter().filter(|path| !path.starts_with(data.join("mail"))).collect();
    assert!(kept.iter().any(|path| path.ends_with("rapport.db")), "{kept:?}");
    for path in kept {
        search.assert_absent(&path.display().to_string(), &fs::read(&path).unwrap());
    }
    search.assert_absent("the log", all.logs().unwrap().as_bytes());
}

/// The search is worth nothing unless it finds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_canary_in_a_plain_column_is_found() {
    let house = Production::new().await.unwrap();
    let search = Search::of(1);
    assert!(house.columns().await.unwrap().iter().all(|column| search.find(&column.bytes).is_none()));
    for planted in [
        "INSERT INTO protocols VALUES ('tells Zqxvkjwy1family plainly', 'x')",
        "INSERT INTO protocols VALUES ('in capitals', 'ZQXVKJWY')",
        "INSERT INTO protocols VALUES ('as digits', encode('Zqxvkjwy', 'hex')::bytea)",
        "INSERT INTO protocols VALUES ('base64, 0', encode('Zqxvkjwy1family', 'base64')::bytea)",
        "INSERT INTO protocols VALUES ('base64, 1', encode('aZqxvkjwy1family', 'base64')::bytea)",
        "INSERT INTO protocols VALUES ('base64, 2', encode('abZqxvkjwy1family', 'base64')::bytea)",
        "INSERT INTO protocols VALUES ('a phone', '+17042368801')",
        "INSERT INTO protocols VALUES ('born', '{\"born\":\"1931-08-11\"}')",
        "INSERT INTO therapists VALUES (gen_random_uuid(), '{\"name\": \"Zqxvkjwy1given\"}')",
        "INSERT INTO inbox VALUES ('Zqxvkjwy1given', gen_random_uuid(), now())",
    ] {
        house.execute(planted).await.unwrap();
        let found = house.columns().await.unwrap().iter().filter_map(|column| search.find(&column.bytes)).count();
        assert_eq!(found, 1, "{planted}");
        house.execute("DELETE FROM protocols").await.unwrap();
        house.execute("DELETE FROM therapists").await.unwrap();
        house.execute("DELETE FROM inbox").await.unwrap();
    }
    house.close().await.unwrap();
}

/// Intakes are accepted and refused, the database fails, jobs fail until they are mended, a session is given back.
async fn a_bad_day(house: &mut Production) -> Said {
    house.processes.start("intake").await.unwrap();
    let mut client = house.client().await.unwrap();
    let people = People::of(&mut client).await.unwrap();
    let (mut answers, mut addresses) = (Vec::new(), Vec::new());
    for (person, sample) in (1..).zip(ACCEPTED) {
        let mut request = plant(people.request(sample).unwrap(), person);
        if sample == Sample::NobodyMatches {
            // A language that nobody speaks; it comes back in the reason that staff read.
            request.preferences.get_or_insert_default().languages = vec![format!("x-{MARK}")];
        }
        addresses.push(request.client.as_ref().unwrap().email.clone());
        answers.push(client.submit_intake(request).await.unwrap().into_inner());
    }
    let called = client.request_call(wish_to_be_called(CALLED)).await.unwrap().into_inner();
    let tokens = a_draft_and_an_invitation(house, &answers[1], plant(people.request(Sample::Fear).unwrap(), 1)).await;
    let token = Bearer::new(&answers[0].status_token).unwrap();
    let another = plant(people.request(Sample::Couple).unwrap(), TURNED_AWAY);
    let mut refusals = refusals::all(house, &another, &token).await;
    refusals.push(turned_away(house, another).await);
    let waiting = jobs_that_fail(house).await;
    house.processes.start("notifier").await.unwrap();
    tidy(house).await;

    let mut intakes = Vec::new();
    for answer in &answers {
        let token = Bearer::new(&answer.status_token).unwrap();
        let name = answer.intake.clone();
        intakes.extend(client.get_intake(token.with(GetIntakeRequest { name })).await.unwrap().into_inner().intake);
    }
    let get = Bearer::new(&called.status_token).unwrap().with(GetIntakeRequest::default());
    intakes.extend(client.get_intake(get).await.unwrap().into_inner().intake);
    let session = intakes[0].appointment.clone().expect("a session");
    assert_eq!(intakes[0].state(), IntakeState::Confirmed);
    let cancel = CancelAppointmentRequest { name: session.name, ..CancelAppointmentRequest::default() };
    client.cancel_appointment(token.with(cancel)).await.unwrap();
    tidy(house).await;
    Said { answers, addresses, refusals, intakes, tokens, waiting }
}

/// A draft that is never sent, and an invitation that is declined before its letter could go out.
async fn a_draft_and_an_invitation(
    house: &Production,
    couple: &SubmitIntakeResponse,
    request: SubmitIntakeRequest,
) -> [String; 2] {
    let mut client = house.client().await.unwrap();
    let SubmitIntakeRequest { protocol, screenings, .. } = request;
    let draft = SaveDraftRequest { protocol, screenings, ..SaveDraftRequest::default() };
    let draft = client.save_draft(draft).await.unwrap().into_inner();
    assert!(draft.safety_notice.is_some());
    let email = format!("{MARK}.partner@example.com").to_ascii_lowercase();
    let invite = InvitePartnerRequest {
        name: couple.intake.clone(),
        letter: Some(InvitationLetter { email, ..InvitationLetter::default() }),
        ..InvitePartnerRequest::default()
    };
    let inviter = Bearer::new(&couple.status_token).unwrap();
    let invitation = client.invite_partner(inviter.with(invite)).await.unwrap().into_inner();
    let invited = Bearer::new(&invitation.invitation_token).unwrap();
    client.accept_invitation(invited.with(AcceptInvitationRequest::default())).await.unwrap();
    client.decline_invitation(invited.with(DeclineInvitationRequest::default())).await.unwrap();
    [draft.draft_token, invitation.invitation_token]
}

/// The database refuses the row and quotes it in its message.
async fn turned_away(house: &Production, request: SubmitIntakeRequest) -> Status {
    house.execute("ALTER TABLE intakes ADD CONSTRAINT closed CHECK (false) NOT VALID").await.unwrap();
    let refused = house.client().await.unwrap().submit_intake(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::Internal);
    house.execute("ALTER TABLE intakes DROP CONSTRAINT closed").await.unwrap();
    refused
}

/// The first intake cannot be opened, which is tried again, and the second one's rules are lost, which makes a dead
/// letter; gives what lay in the queues meanwhile, and mends both.
async fn jobs_that_fail(house: &mut Production) -> Vec<(String, Vec<u8>)> {
    house
        .execute("CREATE TABLE kept AS SELECT id, submission, protocol FROM intakes ORDER BY id LIMIT 2")
        .await
        .unwrap();
    house
        .execute("UPDATE intakes SET submission = '\\x00' WHERE id = (SELECT id FROM kept ORDER BY id LIMIT 1)")
        .await
        .unwrap();
    house
        .execute("UPDATE intakes SET protocol = 'lost' WHERE id = (SELECT id FROM kept ORDER BY id DESC LIMIT 1)")
        .await
        .unwrap();
    house.processes.start("worker").await.unwrap();
    let transport = house.rabbit.transport().unwrap();
    wait::until("one job waits for its next try and one is dead", || async {
        transport.depth(&topology::TRIAGE_INTAKE).await.is_ok_and(|depth| (depth.delayed, depth.dead) == (1, 1))
    })
    .await;
    let waiting = house.rabbit.lying().await.unwrap();
    let told = |queue: &str, cause: &str| {
        waiting.iter().any(|(at, whole)| at.contains(queue) && String::from_utf8_lossy(whole).contains(cause))
    };
    assert!(told(".dead", "never pinned") && told(".retry.", "cannot be read"), "both were seen, with their causes");
    house
        .execute("UPDATE intakes SET submission = kept.submission, protocol = kept.protocol FROM kept WHERE kept.id = intakes.id")
        .await
        .unwrap();
    assert_eq!(transport.replay(&topology::TRIAGE_INTAKE, None).await.unwrap(), 1);
    waiting
}

async fn tidy(house: &Production) {
    wait::until("all is done", || async { house.left_over().await.is_ok_and(|left| left.is_empty()) }).await;
}

/// The other half: those who may read it do, so the canaries were really there.
async fn the_entitled_read(house: &Production, said: &Said) {
    let (mut triage, clinician) = house.staff("clinician").await.unwrap();
    let (_, coordinator) = house.staff("coordinator").await.unwrap();
    for (person, answer) in (1..).zip(&said.answers) {
        for bearer in [&clinician, &coordinator] {
            let case = staff::case_of(&mut triage, bearer, &answer.intake).await;
            let [contact] = case.contacts.as_slice() else { panic!("{} contacts", case.contacts.len()) };
            assert_eq!(contact.display_name, format!("{} {MARK}{person}family", given_name(person)));
            assert_eq!(contact.phone, format!("+1{}", phone(person)));
            assert_eq!(contact.pronouns, format!("{MARK}{person}pronouns"));
            assert_eq!(contact.introduce_as, format!("{MARK}{person}introduce"));
            assert_eq!(contact.email, said.addresses[person - 1]);
        }
    }
}

/// A client's letter names them by their given name and goes to their address; staff's says nothing at all.
fn letters_tell_given_names_alone(house: &Production, said: &Said, search: &Search) {
    let mut named = 0;
    for letter in house.smtp.accepted() {
        // Soft line breaks of quoted-printable, then those of the calendar.
        let mut words = letter.message.replace("=\r\n", "").replace("\r\n ", "");
        if let Some(person) = said.addresses.iter().position(|address| letter.to == [address.clone()]) {
            // Somebody else may read the mailbox of whoever is afraid.
            let names = ACCEPTED[person] != Sample::Fear;
            assert_eq!(words.contains(&given_name(person + 1)), names, "the letter to {:?}", ACCEPTED[person]);
            words = words.replace(&said.addresses[person], "").replace(&given_name(person + 1), "");
            named += 1;
        }
        search.assert_absent("a letter", words.as_bytes());
    }
    assert!(named > ACCEPTED.len(), "everybody had a letter, and one a second: {named}");
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    fs::read_dir(folder).unwrap().flat_map(|entry| below(entry.unwrap().path())).collect()
}
