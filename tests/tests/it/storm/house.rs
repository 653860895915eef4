//! The door on one database, with people before it and somebody of the practice beside each.

use std::{fs, path::Path, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    appointment::Appointment, calendar::busy::Busy, id::CaseId, letter::LetterKind, practice::Practice, protocol::Files,
};
use rapport_proto::{
    intake::{self as client, intake_service_client::IntakeServiceClient},
    staff::{self, triage_service_client::TriageServiceClient},
    time,
};
use rapport_runtime::{ManualClock, SystemIds};
use rapport_security::{Role, Token};
use rapport_store::{
    LocalTransport, NewStaffToken, Store, appointments, calendar, intakes, letters, staff_tokens, therapists,
};
use rapport_tests::{
    database::Database,
    people::{People, Sample},
    practice_folder::PracticeFolder,
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Status, transport::Channel};
use tonic_types::StatusExt;
use uuid::Uuid;

/// A Monday, ten in the morning in Charlotte.
const NOW: &str = "2027-01-11T15:00:00Z";
/// The first of the fifty times: the Monday after, nine in the morning there.
const FIRST_TIME: &str = "2027-01-18T14:00:00Z";
const DAYS: u64 = 5;
const HOURS: u64 = 5;
/// In two rooms: the rooms leave fifty of these therapists' times.
const THERAPISTS: usize = 4;
/// Callers share so many connections.
const CONNECTIONS: usize = 16;

/// The door.
pub(super) struct House {
    store: Store,
    pub(super) practice: Arc<Practice>,
    people: People,
    clients: Vec<IntakeServiceClient<Channel>>,
    staff: Vec<TriageServiceClient<Channel>>,
    token: String,
    roster: Arc<[String]>,
    stop: CancellationToken,
}

impl House {
    pub(super) async fn open(database: &Database) -> Self {
        let hours = ["mon", "tue", "wed", "thu", "fri"].map(|day| format!("{day} 09:00-14:00 noda")).join("; ");
        let folder = PracticeFolder::sample().unwrap().set(&[("closed_on", "[]"), ("step_minutes", "60")]).unwrap();
        let folder = folder.therapists(THERAPISTS, &hours).unwrap();
        let mut files = Files::new();
        read(folder.path(), "", &mut files);
        let mut practice = Practice::load(&files).unwrap_or_else(|problems| panic!("{problems:?}")).value;
        let roster = practice.roster(&files).unwrap_or_else(|problems| panic!("{problems:?}")).value;
        practice.changes.most_moves = u32::MAX;
        let (store, practice) = (database.store().await.unwrap(), Arc::new(practice));
        therapists::seed_if_empty(&store, &roster).await.unwrap();
        let (token, now) = (Token::generate(), NOW.parse().unwrap());
        let row = NewStaffToken {
            id: Uuid::now_v7(),
            label: "Storm Sample".to_owned(),
            role: Role::Clinician,
            hash: token.hash(),
            created_at: now,
            expires_at: now + SignedDuration::from_hours(1),
        };
        staff_tokens::add(&store, &row).await.unwrap();
        let any = "127.0.0.1:0".parse().unwrap();
        let config = rapport_intake::Config {
            listen: any,
            staff_listen: any,
            most_calls: 2048,
            longest_call: Duration::from_secs(300),
            ..Default::default()
        };
        let deps = rapport_intake::Deps {
            transport: Arc::new(LocalTransport::new(store.clone(), move || now)),
            store: store.clone(),
            practice: Arc::clone(&practice),
            clock: Arc::new(ManualClock::at(now)),
            ids: Arc::new(SystemIds),
            letters: Arc::new(|_| Vec::new()),
        };
        let intake = rapport_intake::build(config, deps).await.unwrap();
        let (client, desk) = (intake.client_address(), intake.staff_address());
        let stop = CancellationToken::new();
        tokio::spawn(intake.run(stop.clone()));
        let (mut clients, mut staff) = (Vec::new(), Vec::new());
        for _ in 0..CONNECTIONS {
            clients.push(IntakeServiceClient::new(connect(client).await));
            staff.push(TriageServiceClient::new(connect(desk).await));
        }
        let people = People::of(&mut clients[0]).await.unwrap();
        let roster = roster.iter().map(|therapist| therapist.id.to_string()).collect();
        Self { store, practice, people, clients, staff, token: token.text(), roster, stop }
    }

    /// Somebody who calls, and has no session yet.
    pub(super) async fn actor(&self, number: usize) -> impl Future<Output = Actor> + use<> {
        let mut request = self.people.another(Sample::DriftAndStress, number).unwrap();
        request.preferences = None;
        let (mut client, staff) =
            (self.clients[number % CONNECTIONS].clone(), self.staff[number % CONNECTIONS].clone());
        let (token, roster, store) = (self.token.clone(), Arc::clone(&self.roster), self.store.clone());
        async move {
            let submitted = client.submit_intake(request).await.unwrap().into_inner();
            let intake = intakes::get(&store, submitted.intake.parse().unwrap()).await.unwrap().unwrap();
            Actor {
                client,
                staff,
                staff_token: token,
                own_token: submitted.status_token,
                case: intake.case,
                roster,
                chance: number as u64 + 1,
                session: None,
                booked: 0,
                moved: 0,
                cancelled: 0,
                cancelled_alone: 0,
                refused: 0,
                unexpected: Vec::new(),
            }
        }
    }

    pub(super) async fn session_of(&self, actor: &Actor) -> Option<Appointment> {
        appointments::current_of_case(&self.store, actor.case).await.unwrap()
    }

    pub(super) async fn busy(&self) -> Vec<Busy> {
        let now: Timestamp = NOW.parse().unwrap();
        calendar::busy(&self.store, now, now + SignedDuration::from_hours(2000)).await.unwrap()
    }

    pub(super) async fn letters(&self, actors: &[Actor]) -> Vec<LetterKind> {
        let mut kinds = Vec::new();
        for actor in actors {
            let letters = letters::of_case(&self.store, actor.case).await.unwrap();
            kinds.extend(letters.into_iter().map(|letter| letter.kind));
        }
        kinds
    }

    pub(super) fn stop(&self) {
        self.stop.cancel();
    }
}

/// A session as its people read it: its name, when, with whom.
type Session = (String, Timestamp, String);

/// Somebody who books, moves and gives back, and what they were answered.
pub(super) struct Actor {
    client: IntakeServiceClient<Channel>,
    staff: TriageServiceClient<Channel>,
    staff_token: String,
    own_token: String,
    pub(super) case: CaseId,
    roster: Arc<[String]>,
    chance: u64,
    /// As the last answer told them.
    pub(super) session: Option<Session>,
    pub(super) booked: u32,
    pub(super) moved: u32,
    pub(super) cancelled: u32,
    /// Of these, given back by themselves.
    pub(super) cancelled_alone: u32,
    pub(super) refused: u32,
    /// Answers that nobody may get here.
    pub(super) unexpected: Vec<String>,
}

/// What a step came to.
enum Answer {
    /// The session that they have now.
    Has(Session),
    Gone,
}

impl Actor {
    /// One call, of whatever kind.
    pub(super) async fn step(&mut self) {
        let kind = self.number(10);
        let answer = match self.session.clone() {
            None => self.book().await,
            Some((name, ..)) if kind < 3 => self.move_by_phone(name).await,
            Some((name, ..)) if kind < 6 => self.move_alone(name).await,
            Some((name, ..)) if kind < 8 => self.cancel_by_phone(name).await,
            Some((name, ..)) => self.cancel_alone(name).await,
        };
        match answer {
            Ok(Answer::Has(session)) => {
                match &self.session {
                    None => self.booked += 1,
                    Some(before) => self.moved += u32::from(*before != session),
                }
                self.session = Some(session);
            }
            Ok(Answer::Gone) => {
                self.cancelled += 1;
                self.session = None;
            }
            Err(status) => self.refuse(&status),
        }
    }

    async fn book(&mut self) -> Result<Answer, Status> {
        let time = self.any_time();
        let request = staff::BookAppointmentRequest { name: self.case.to_string(), time, ..Default::default() };
        let request = bearing(&self.staff_token, request);
        has(self.staff.book_appointment(request).await?.into_inner().appointment)
    }

    async fn move_by_phone(&mut self, name: String) -> Result<Answer, Status> {
        let time = self.any_time();
        let request =
            bearing(&self.staff_token, staff::RescheduleAppointmentRequest { name, time, ..Default::default() });
        has(self.staff.reschedule_appointment(request).await?.into_inner().appointment)
    }

    async fn move_alone(&mut self, name: String) -> Result<Answer, Status> {
        let list = client::ListOpenSlotsRequest { name: name.clone(), page_size: 200, ..Default::default() };
        let open = self.client.list_open_slots(bearing(&self.own_token, list)).await?.into_inner().slots;
        let which = usize::try_from(self.number(open.len().max(1) as u64)).unwrap();
        let Some(slot) = open.get(which).map(|open| open.slot.clone()) else { return self.move_by_phone(name).await };
        let request = client::RescheduleAppointmentRequest { name, slot, ..Default::default() };
        let moved = self.client.reschedule_appointment(bearing(&self.own_token, request)).await?.into_inner();
        let moved = moved.appointment.unwrap();
        Ok(Answer::Has((moved.name, time::from_message(&moved.start_time.unwrap()).unwrap(), moved.therapist)))
    }

    async fn cancel_by_phone(&mut self, name: String) -> Result<Answer, Status> {
        let request = staff::CancelAppointmentRequest { name, ..Default::default() };
        self.staff.cancel_appointment(bearing(&self.staff_token, request)).await?;
        Ok(Answer::Gone)
    }

    async fn cancel_alone(&mut self, name: String) -> Result<Answer, Status> {
        let request = client::CancelAppointmentRequest { name, ..Default::default() };
        self.client.cancel_appointment(bearing(&self.own_token, request)).await?;
        self.cancelled_alone += 1;
        Ok(Answer::Gone)
    }

    /// Any of the fifty, with anybody.
    fn any_time(&mut self) -> Option<staff::ChosenTime> {
        let first: Timestamp = FIRST_TIME.parse().unwrap();
        let hours = 24 * self.number(DAYS) + self.number(HOURS);
        let therapist = usize::try_from(self.number(THERAPISTS as u64)).unwrap();
        Some(staff::ChosenTime {
            therapist: self.roster[therapist].clone(),
            start_time: Some(time::to_message(first + SignedDuration::from_hours(i64::try_from(hours).unwrap()))),
            format: client::Format::InPerson.into(),
            location: "noda".to_owned(),
        })
    }

    /// A time that somebody else has by now is no surprise, nor that a session stays which was moved to tomorrow; whatever
    /// tells of the database is.
    fn refuse(&mut self, status: &Status) {
        self.refused += 1;
        let details = status.get_error_details();
        let reason = details.error_info().map(|info| info.reason.clone()).unwrap_or_default();
        let filters = details.precondition_failure().map(|it| it.violations.clone()).unwrap_or_default();
        let taken = reason == "DOES_NOT_FIT" && filters.iter().all(|filter| filter.subject == "free");
        if !taken && !matches!(reason.as_str(), "SLOT_TAKEN" | "ASKED_TOO_OFTEN" | "TOO_LATE_TO_MOVE") {
            self.unexpected.push(format!("{:?} {reason} {}", status.code(), status.message()));
        }
    }

    /// xorshift64: the same for the same person in every run.
    fn number(&mut self, below: u64) -> u64 {
        self.chance ^= self.chance << 13;
        self.chance ^= self.chance >> 7;
        self.chance ^= self.chance << 17;
        self.chance % below
    }
}

fn has(appointment: Option<staff::CaseAppointment>) -> Result<Answer, Status> {
    let appointment = appointment.unwrap();
    let starts_at = time::from_message(&appointment.start_time.unwrap()).unwrap();
    Ok(Answer::Has((appointment.name, starts_at, appointment.therapist_name)))
}

fn bearing<T>(token: &str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    request
}

async fn connect(address: std::net::SocketAddr) -> Channel {
    Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

fn read(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read(&path, &format!("{name}/"), files);
        } else {
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}
