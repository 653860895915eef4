//! A practice, its store and a worker that moves only when it is told to.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use jiff::Timestamp;
use rapport_domain::{
    appointment::{Appointment, AppointmentState, ClientWish},
    case::{Case, CaseState},
    event::{Event, Fact},
    id::{AppointmentId, CaseId, EventId, IntakeId, InvitationId, TherapistId},
    intake::{Care, Format, Intake},
    invitation::{Invitation, InvitationState},
    letter::{LetterKind, Recipient},
    matching::Therapist,
    practice::Practice,
    protocol::{Files, Subject},
    triage::{Booking, Urgency},
};
use rapport_messaging::{
    DeadLetter, Depth, Handler, InspectError, Kind, Message, PublishError, Queue, Transport, Verdict,
};
use rapport_runtime::{Clock, Ids, ManualClock, SystemIds};
use rapport_security::{Keyring, MasterKey, Token};
use rapport_store::{
    Accepted, AuditEntry, CaseDetail, InvitationDetail, Joined, JoiningIntake, NewIntake, Raise, RequestKey, Store,
    StoreSettings, appointments, calendar, cases, intakes, invitations, letters, protocols, search, therapists, wishes,
};
use rapport_worker::{Deps, consumers, relay::relay_once, release_holds::release_due};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::people::Person;

/// A Monday, ten in the morning in Charlotte; no holiday within three weeks.
const MONDAY: &str = "2027-01-11T15:00:00Z";

pub(crate) struct House {
    pub(crate) deps: Deps,
    pub(crate) clock: ManualClock,
    pub(crate) roster: Vec<Therapist>,
    posted: Arc<Posted>,
    database: Database,
    _folder: tempfile::TempDir,
}

/// Where a test's rows are.
enum Database {
    File(String),
    /// The server, and the database that is this test's own.
    Postgres(String, String),
}

impl House {
    /// The sample practice on a fresh database.
    pub(crate) async fn open() -> Self {
        Self::open_with(|_, _| {}).await
    }

    /// The sample practice with other words in its triage.yaml.
    pub(crate) async fn open_with_rule(from: &str, to: &str) -> Self {
        let mut files = sample_files();
        let rules = files.get_mut("triage.yaml").unwrap();
        assert!(rules.contains(from), "{from}");
        *rules = rules.replacen(from, to, 1);
        // Its own tests tell of the rules as they were.
        files.remove("triage.tests.yaml");
        Self::open_on(files, |_, _| {}).await
    }

    /// The sample practice, changed.
    pub(crate) async fn open_with(change: impl FnOnce(&mut Practice, &mut Vec<Therapist>)) -> Self {
        Self::open_on(sample_files(), change).await
    }

    async fn open_on(files: Files, change: impl FnOnce(&mut Practice, &mut Vec<Therapist>)) -> Self {
        let mut practice = Practice::load(&files).unwrap_or_else(|problems| panic!("{problems:?}")).value;
        let mut roster = practice.roster(&files).unwrap_or_else(|problems| panic!("{problems:?}")).value;
        change(&mut practice, &mut roster);
        let folder = tempfile::tempdir().unwrap();
        let database = Database::create(folder.path()).await;
        let settings = StoreSettings { url: database.url(), max_connections: 8 };
        let store = Store::connect(&settings, Keyring::new(&MasterKey::generate())).await.unwrap();
        store.migrate().await.unwrap();
        protocols::pin(&store, &practice.protocol).await.unwrap();
        therapists::seed_if_empty(&store, &roster).await.unwrap();
        let clock = ManualClock::at(MONDAY.parse().unwrap());
        let posted = Arc::new(Posted::default());
        let deps = Deps {
            store,
            transport: Arc::clone(&posted) as Arc<dyn Transport>,
            practice: Arc::new(practice),
            clock: Arc::new(clock.clone()),
            ids: Arc::new(SystemIds),
        };
        Self { deps, clock, roster, posted, database, _folder: folder }
    }

    /// What the intake service stores for somebody.
    pub(crate) async fn submit(&self, person: &Person) -> CaseId {
        let new = self.intake(person);
        let case = new.case.id;
        assert!(matches!(self.deps.store.accept(new).await.unwrap(), Accepted::Stored));
        case
    }

    pub(crate) fn intake(&self, person: &Person) -> NewIntake {
        let (practice, now) = (&self.deps.practice, self.clock.now());
        let uuid = || self.deps.ids.uuid();
        let (case, intake) = (CaseId::new(uuid()), IntakeId::new(uuid()));
        let submission = person.submission(&practice.protocol);
        let safety = practice.protocol.screen_safety(&Subject {
            answers: &submission.answers,
            age: submission.client.age_on(practice.today(now)),
            care: person.care.care(),
        });
        NewIntake {
            case: Case {
                id: case,
                care: person.care,
                state: CaseState::Received,
                urgency: Urgency::Routine,
                booking: Booking::Auto,
                clinician_only: false,
                flagged: safety.flagged,
                respond_by: practice.respond_by(safety.urgency, safety.booking, person.care.care(), now),
                created_at: now,
                assignee: None,
                silent_rounds: 0,
                version: 1,
            },
            detail: CaseDetail { label: submission.client.short_name(), ..CaseDetail::default() },
            intake: Intake {
                id: intake,
                case,
                care: person.care,
                protocol: practice.protocol.digest().to_owned(),
                received_at: now,
                submission,
            },
            status_token_hash: Token::generate().hash(),
            event: Event { id: EventId::new(uuid()), occurred_at: now, fact: Fact::IntakeReceived { intake, case } },
            letters: Vec::new(),
            reports: Vec::new(),
            draft: None,
            request: RequestKey {
                principal: "anonymous".to_owned(),
                method: "SubmitIntake",
                request_id: uuid(),
                digest: [0; 32],
            },
            response: Vec::new(),
            audit: AuditEntry {
                at: now,
                principal: "anonymous".to_owned(),
                role: "anonymous",
                method: "SubmitIntake",
                resources: vec![intake.to_string()],
                outcome: "OK",
            },
            now,
        }
    }

    /// What the intake service stores for a second partner who comes through their invitation.
    pub(crate) async fn join(&self, person: &Person, case: CaseId) -> IntakeId {
        let mut new = self.intake(person);
        new.intake.case = case;
        let (intake, now) = (new.intake.id, new.now);
        let store = &self.deps.store;
        let inviter = intakes::first_of_case(store, case).await.unwrap().unwrap();
        let id = InvitationId::new(self.deps.ids.uuid());
        let invitation = Invitation { id, case, inviter, state: InvitationState::Open, created_at: now };
        let detail = InvitationDetail { token: String::new(), letter: None };
        let hash = Token::generate().hash();
        let given = store
            .transact(move |tx| Box::pin(async move { invitations::create(tx, &invitation, hash, &detail).await }));
        given.await.unwrap();
        let joining = JoiningIntake {
            invitation: id,
            raise: Raise {
                urgency: new.case.urgency,
                clinician_only: new.case.clinician_only,
                flagged: new.case.flagged,
                respond_by: new.case.respond_by,
            },
            intake: new.intake,
            status_token_hash: new.status_token_hash,
            event: Event { fact: Fact::IntakeReceived { intake, case }, ..new.event },
            letters: new.letters,
            reports: new.reports,
            draft: None,
            request: new.request,
            response: new.response,
            audit: new.audit,
            now,
        };
        assert_eq!(store.join(joining).await.unwrap(), Joined::Stored);
        intake
    }

    /// What a client says to a held time.
    pub(crate) async fn wish(&self, hold: &Appointment, intake: IntakeId, wish: ClientWish) {
        let (hold, now) = (hold.id, self.clock.now());
        let said =
            self.deps.store.transact(move |tx| Box::pin(async move { wishes::put(tx, hold, intake, wish, now).await }));
        said.await.unwrap();
    }

    /// This person was seen alone by this therapist, in a case that has ended.
    pub(crate) async fn sees_alone(&self, person: &Person, therapist: TherapistId) {
        let new = self.intake(person);
        let now = self.clock.now();
        let tokens = search::tokens(&self.deps.store, &new.intake.submission.client);
        let session = Appointment {
            id: AppointmentId::new(self.deps.ids.uuid()),
            case: new.case.id,
            therapist,
            care: Care::Individual,
            format: Format::Video,
            room: None,
            starts_at: now - jiff::SignedDuration::from_hours(48),
            ends_at: now - jiff::SignedDuration::from_hours(47),
            state: AppointmentState::Confirmed,
            release_at: None,
            sequence: 0,
        };
        let mut case = new.case.clone();
        case.state = CaseState::Closed;
        assert!(matches!(self.deps.store.accept(new).await.unwrap(), Accepted::Stored));
        let stored = self.deps.store.transact(move |tx| {
            Box::pin(async move {
                cases::save(tx, &case).await?;
                search::put(tx, case.id, &tokens).await?;
                appointments::insert(tx, &session).await
            })
        });
        stored.await.unwrap();
    }

    /// Relays and handles until nothing moves.
    pub(crate) async fn settle(&self) {
        loop {
            while relay_once(&self.deps).await.unwrap() > 0 {}
            let Some(message) = self.posted.take() else { return };
            self.deliver(&message).await;
        }
    }

    /// Relays what is due and hands back the messages instead of handling them.
    pub(crate) async fn relayed(&self) -> Vec<Message> {
        while relay_once(&self.deps).await.unwrap() > 0 {}
        std::iter::from_fn(|| self.posted.take()).collect()
    }

    /// Hands a message to every consumer that hears its topic.
    pub(crate) async fn deliver(&self, message: &Message) {
        for consumer in consumers::all(&self.deps) {
            if consumer.queue.bindings.contains(&message.routing_key.as_str()) {
                assert_eq!(consumer.handle(message).await, Verdict::Done, "{}", message.routing_key);
            }
        }
    }

    /// Lets the release step come for every hold, and what follows from it.
    pub(crate) async fn release_at(&self, now: Timestamp) {
        self.clock.set(now);
        release_due(&self.deps, now).await.unwrap();
        self.settle().await;
    }

    /// Every test ends here: nothing waits to be relayed or handled. A failed one leaves its database to be looked into.
    pub(crate) async fn close(self) {
        assert!(self.relayed().await.is_empty(), "events are left over");
        self.database.drop().await;
    }

    pub(crate) async fn case(&self, case: CaseId) -> Case {
        cases::get(&self.deps.store, case).await.unwrap().unwrap()
    }

    pub(crate) async fn detail(&self, case: CaseId) -> CaseDetail {
        cases::detail(&self.deps.store, case).await.unwrap().unwrap()
    }

    pub(crate) async fn appointment(&self, case: CaseId) -> Option<Appointment> {
        appointments::current_of_case(&self.deps.store, case).await.unwrap()
    }

    pub(crate) async fn letters(&self, case: CaseId) -> Vec<LetterKind> {
        let letters = letters::of_case(&self.deps.store, case).await.unwrap();
        let mut kinds: Vec<_> = letters.into_iter().map(|letter| letter.kind).collect();
        kinds.sort();
        kinds
    }

    /// What the first client was written.
    pub(crate) async fn client_letters(&self, case: CaseId) -> Vec<LetterKind> {
        let first = intakes::of_case(&self.deps.store, case).await.unwrap()[0].id;
        let letters = letters::of_case(&self.deps.store, case).await.unwrap();
        letters
            .into_iter()
            .filter(|letter| letter.recipient == Recipient::Client(first))
            .map(|letter| letter.kind)
            .collect()
    }

    /// What the second client was written.
    pub(crate) async fn letters_to_second(&self, case: CaseId) -> Vec<LetterKind> {
        let second = intakes::of_case(&self.deps.store, case).await.unwrap()[1].id;
        let letters = letters::of_case(&self.deps.store, case).await.unwrap();
        let own = letters.into_iter().filter(|letter| letter.recipient == Recipient::Client(second));
        own.map(|letter| letter.kind).collect()
    }

    /// Every appointment that takes time, and a check that no two of them overlap.
    pub(crate) async fn booked(&self) -> usize {
        let now = self.clock.now();
        let busy =
            calendar::busy(&self.deps.store, now, now + jiff::SignedDuration::from_hours(24 * 60)).await.unwrap();
        for (n, one) in busy.iter().enumerate() {
            for other in &busy[n + 1..] {
                let apart = one.resource != other.resource || !one.overlaps(other.starts_at, other.ends_at);
                assert!(apart, "{} is taken twice", one.resource);
            }
        }
        let mut appointments: Vec<AppointmentId> = busy.iter().filter_map(|block| block.appointment).collect();
        appointments.sort();
        appointments.dedup();
        appointments.len()
    }
}

/// `deploy/charlotte`, as it is shipped.
fn sample_files() -> Files {
    fn read(folder: &Path, prefix: &str, files: &mut Files) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                read(&path, &format!("{name}/"), files);
            } else {
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut files = Files::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/charlotte"), "", &mut files);
    files
}

impl Database {
    #[expect(clippy::disallowed_methods, reason = "which database the tests run on is the caller's choice")]
    async fn create(folder: &Path) -> Self {
        let Ok(server) = std::env::var("RAPPORT_TEST_POSTGRES") else {
            return Self::File(format!("sqlite:{}", folder.join("rapport.db").display()));
        };
        let name = format!("worker_jobs_{}", SystemIds.uuid().simple());
        ask(&server, format!("create database {name}")).await;
        Self::Postgres(server, name)
    }

    fn url(&self) -> String {
        match self {
            Self::File(url) => url.clone(),
            Self::Postgres(server, name) => format!("{}/{name}", server.rsplit_once('/').unwrap().0),
        }
    }

    async fn drop(&self) {
        if let Self::Postgres(server, name) = self {
            ask(server, format!("drop database {name} with (force)")).await;
        }
    }
}

async fn ask(server: &str, statement: String) {
    use sqlx::{Connection, Executor};

    let mut connection = sqlx::PgConnection::connect(server).await.unwrap();
    connection.execute(sqlx::AssertSqlSafe(statement)).await.unwrap();
}

/// A broker that keeps what is published until the test takes it.
#[derive(Default)]
struct Posted(Mutex<VecDeque<Message>>);

impl Posted {
    fn take(&self) -> Option<Message> {
        self.0.lock().unwrap().pop_front()
    }
}

#[async_trait]
impl Transport for Posted {
    fn kind(&self) -> Kind {
        Kind::Amqp
    }

    async fn publish(&self, batch: &[Message]) -> Result<(), PublishError> {
        self.0.lock().unwrap().extend(batch.iter().cloned());
        Ok(())
    }

    async fn consume(&self, _: &Queue, _: usize, _: Arc<dyn Handler>, stop: CancellationToken) {
        stop.cancelled().await;
    }

    async fn depth(&self, _: &Queue) -> Result<Depth, InspectError> {
        Ok(Depth::default())
    }

    async fn dead_letters(&self, _: &Queue, _: usize) -> Result<Vec<DeadLetter>, InspectError> {
        Ok(Vec::new())
    }

    async fn replay(&self, _: &Queue, _: Option<Uuid>) -> Result<usize, InspectError> {
        Ok(0)
    }
}
