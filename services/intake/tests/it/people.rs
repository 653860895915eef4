//! People who come, what the worker makes of it, and the desk that reads and decides.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use prost::Message;
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    calendar::busy::blocks,
    contact::{EmailAddress, Name, Phone},
    event::{Event, Fact},
    id::{AppointmentId, CaseId, EventId, IntakeId, InvitationId, ReportId},
    intake::{Care, Format, Intake},
    invitation::{Invitation, InvitationState},
    report::{Report, ReportState},
    screening::Value,
};
use rapport_proto::{intake, staff as pb, time};
use rapport_security::{Role, Token};
use rapport_store::{
    AuditEntry, Blocked, InvitationDetail, Joined, JoiningIntake, Raise, RequestKey, StoreError, appointments,
    calendar, cases, intakes, invitations, reports, search, therapists, triage_results,
};
use tonic::Status;

use crate::house::{House, bearing};

/// A second partner's answers that no safety rule minds.
pub(crate) const SAFE: &[(&str, &str)] = &[];

/// A house with staff in every role.
pub(crate) struct Desk<'h> {
    pub(crate) house: &'h House,
    tokens: BTreeMap<Role, String>,
}

/// An answer, and the bytes of it or of its refusal.
pub(crate) type Told<T> = (Result<T, Status>, Vec<u8>);

impl<'h> Desk<'h> {
    pub(crate) async fn of(house: &'h House) -> Self {
        let mut tokens = BTreeMap::new();
        for role in Role::ALL {
            tokens.insert(role, house.token(role).await);
        }
        Self { house, tokens }
    }

    pub(crate) fn token(&self, role: Role) -> &str {
        self.tokens.get(&role).unwrap()
    }

    /// A sample alone, triaged as the worker would.
    pub(crate) async fn flagged(&self, file: &str) -> String {
        self.another_of(self.house.sample(file)).await
    }

    /// A couple's first partner, who wrote this where the form leaves room.
    pub(crate) async fn couple(&self, words: &str) -> String {
        let mut request = self.house.sample("02-couple.json");
        for answer in request.screenings.iter_mut().flat_map(|screening| &mut screening.answers) {
            if answer.link_id == "tried_what" && !words.is_empty() {
                answer.values = vec![intake::Value { kind: Some(intake::value::Kind::Text(words.to_owned())) }];
            }
        }
        self.another_of(request).await
    }

    /// Somebody like a couple's first partner, changed.
    pub(crate) async fn another(&self, change: fn(&mut intake::Client)) -> String {
        let mut request = self.house.sample("02-couple.json");
        change(request.client.as_mut().unwrap());
        self.another_of(request).await
    }

    /// Whoever this request is of, triaged as the worker would.
    pub(crate) async fn another_of(&self, request: intake::SubmitIntakeRequest) -> String {
        let answer = self.house.client.clone().submit_intake(request).await.unwrap().into_inner();
        let intake = self.intake(&answer.intake).await;
        self.triage(&intake).await;
        intake.case.to_string()
    }

    pub(crate) async fn intake(&self, name: &str) -> Intake {
        intakes::get(&self.house.deps.store, name.parse().unwrap()).await.unwrap().unwrap()
    }

    /// Result, search tokens and reports of an intake, as the worker writes them.
    pub(crate) async fn triage(&self, intake: &Intake) {
        let deps = &self.house.deps;
        let subject = deps.practice.subject(&intake.submission, intake.care.care(), intake.received_at);
        let result = deps.practice.protocol.triage(&subject);
        let (case, of, now) = (intake.case, intake.id, deps.clock.now());
        let report = |kind: &String| Report {
            id: ReportId::new(deps.ids.uuid()),
            case,
            intake: of,
            kind: kind.clone(),
            state: ReportState::Open,
            created_at: now,
        };
        let asked: Vec<_> = result.reports.iter().map(report).collect();
        let tokens = search::tokens(&deps.store, &intake.submission.client);
        let triaged = deps.store.transact(move |tx| {
            Box::pin(async move {
                triage_results::put(tx, of, &result).await?;
                search::put(tx, case, &tokens).await?;
                reports::open(tx, case, &asked).await
            })
        });
        triaged.await.map_err(|error: StoreError| error).unwrap();
    }

    /// The first partner's invitation, standing there.
    pub(crate) async fn invite(&self, case: &str, state: InvitationState) -> InvitationId {
        let deps = &self.house.deps;
        let case: CaseId = case.parse().unwrap();
        let inviter = intakes::first_of_case(&deps.store, case).await.unwrap().unwrap();
        let (id, token) = (InvitationId::new(deps.ids.uuid()), Token::generate());
        let invitation = Invitation { id, case, inviter, state, created_at: deps.clock.now() };
        let detail = InvitationDetail { token: token.text(), letter: None };
        let invited = deps.store.transact(move |tx| {
            Box::pin(async move { invitations::create(tx, &invitation, token.hash(), &detail).await })
        });
        invited.await.map_err(|error: StoreError| error).unwrap();
        id
    }

    /// A second partner, Robin, comes with the first one's answers but for these, and is triaged.
    pub(crate) async fn partner(&self, case: &str, answers: &[(&str, &str)]) -> IntakeId {
        let (intake, joined) = self.try_partner(case, answers).await;
        assert_eq!(joined, Joined::Stored);
        self.triage(&intake).await;
        intake.id
    }

    /// As [`Desk::partner`], with what became of it.
    pub(crate) async fn try_partner(&self, case: &str, answers: &[(&str, &str)]) -> (Intake, Joined) {
        let deps = &self.house.deps;
        let now = deps.clock.now();
        let given = invitations::of_case(&deps.store, case.parse().unwrap()).await.unwrap().pop();
        let invitation = match given {
            Some(given) => given.id,
            None => self.invite(case, InvitationState::Open).await,
        };
        let mut intake = intakes::of_case(&deps.store, case.parse().unwrap()).await.unwrap().remove(0);
        (intake.id, intake.received_at) = (IntakeId::new(deps.ids.uuid()), now);
        let client = &mut intake.submission.client;
        (client.given_name, client.family_name) = (Name::parse("Robin").unwrap(), Name::parse("Partner").unwrap());
        client.email = EmailAddress::parse(&format!("{}@example.com", intake.id.uuid())).ok();
        client.phone = Phone::parse(&format!("+1980555{:04}", intake.id.uuid().as_u128() % 10_000)).unwrap();
        for items in intake.submission.answers.0.values_mut() {
            for (link_id, code) in answers {
                if let Some([Value::Code { code: given, .. }]) = items.get_mut(*link_id).map(Vec::as_mut_slice) {
                    (*code).clone_into(given);
                }
            }
        }
        let safety =
            deps.practice.protocol.screen_safety(&deps.practice.subject(&intake.submission, intake.care.care(), now));
        let raise = Raise {
            urgency: safety.urgency,
            clinician_only: safety.clinician_only,
            flagged: safety.flagged,
            respond_by: deps.practice.respond_by(safety.urgency, safety.booking, intake.care.care(), now),
        };
        let id = deps.ids.uuid();
        let joining = JoiningIntake {
            invitation,
            intake: intake.clone(),
            status_token_hash: Token::generate().hash(),
            raise,
            event: Event {
                id: EventId::new(id),
                occurred_at: now,
                fact: Fact::IntakeReceived { intake: intake.id, case: intake.case },
            },
            letters: Vec::new(),
            reports: Vec::new(),
            draft: None,
            request: RequestKey { principal: id.to_string(), method: "test", request_id: id, digest: [0; 32] },
            response: Vec::new(),
            audit: AuditEntry {
                at: now,
                principal: String::new(),
                role: "client",
                method: "test",
                resources: Vec::new(),
                outcome: "OK",
            },
            now,
        };
        let joined = deps.store.join(joining).await.unwrap();
        (intake, joined)
    }

    /// Holds a time for a case, as the worker would: for two where the care is for two.
    pub(crate) async fn hold(&self, case: &str) -> Appointment {
        self.hold_at(case, SignedDuration::from_hours(6 * 24)).await
    }

    /// As [`Desk::hold`], beginning so long from now.
    pub(crate) async fn hold_at(&self, case: &str, from_now: SignedDuration) -> Appointment {
        let deps = &self.house.deps;
        let mut case = cases::get(&deps.store, case.parse().unwrap()).await.unwrap().unwrap();
        let starts_at = deps.clock.now() + from_now;
        let ends_at = starts_at + SignedDuration::from_mins(50);
        let all = therapists::all(&deps.store).await.unwrap();
        let busy = calendar::busy(&deps.store, starts_at, ends_at).await.unwrap();
        let care = case.care.care();
        let held = Appointment {
            id: AppointmentId::new(deps.ids.uuid()),
            case: case.id,
            // Whoever has no other session then.
            therapist: all.get(busy.len() % all.len()).unwrap().id,
            care,
            format: Format::Video,
            room: None,
            starts_at,
            ends_at,
            state: AppointmentState::Held,
            release_at: (care == Care::Couple).then(|| starts_at - SignedDuration::from_hours(48)),
            sequence: 0,
        };
        case.follow(AppointmentState::Held).unwrap();
        let (written, taken) = (held.clone(), blocks(&held, &deps.practice));
        let hold = deps.store.transact(move |tx| {
            Box::pin(async move {
                cases::save(tx, &case).await?;
                appointments::insert(tx, &written).await?;
                assert_eq!(calendar::block(tx, &taken, written.id).await?, Blocked::All);
                Ok::<_, StoreError>(())
            })
        });
        hold.await.unwrap();
        held
    }

    pub(crate) async fn record(&self, role: Role, case: &str) -> pb::Case {
        let request = bearing(self.token(role), pb::GetCaseRequest { name: case.to_owned() });
        self.house.staff.clone().get_case(request).await.unwrap().into_inner().record.unwrap()
    }

    pub(crate) async fn summary(&self, case: &str) -> pb::CaseSummary {
        self.record(Role::Clinician, case).await.summary.unwrap()
    }

    pub(crate) async fn list(&self, role: Role) -> pb::ListCasesResponse {
        let request = bearing(self.token(role), pb::ListCasesRequest::default());
        self.house.staff.clone().list_cases(request).await.unwrap().into_inner()
    }

    pub(crate) async fn claim(&self, role: Role, case: &str) -> Vec<u8> {
        let request = pb::ClaimCaseRequest { name: case.to_owned(), ..Default::default() };
        told(self.house.staff.clone().claim_case(bearing(self.token(role), request)).await).1
    }

    pub(crate) async fn override_urgency(
        &self,
        role: Role,
        case: &str,
        urgency: pb::Urgency,
        reason: &str,
    ) -> Told<pb::OverrideUrgencyResponse> {
        let (name, reason) = (case.to_owned(), reason.to_owned());
        let request = pb::OverrideUrgencyRequest { name, urgency: urgency.into(), reason, ..Default::default() };
        told(self.house.staff.clone().override_urgency(bearing(self.token(role), request)).await)
    }

    pub(crate) async fn close(&self, role: Role, case: &str, note: &str) -> Told<pb::CloseCaseResponse> {
        let (name, note) = (case.to_owned(), note.to_owned());
        let reason = pb::CloseReason::ReferredOn.into();
        let request = pb::CloseCaseRequest { name, reason, note, ..Default::default() };
        told(self.house.staff.clone().close_case(bearing(self.token(role), request)).await)
    }

    pub(crate) async fn complete(&self, role: Role, report: &str, agency: &str) -> Told<pb::CompleteReportResponse> {
        let at = Some(time::to_message(self.house.deps.clock.now() - SignedDuration::from_hours(1)));
        let made = pb::ReportMade { agency: agency.to_owned(), time: at, ..Default::default() };
        let decision = Some(pb::complete_report_request::Decision::Made(made));
        let request = pb::CompleteReportRequest { name: report.to_owned(), decision, ..Default::default() };
        told(self.house.staff.clone().complete_report(bearing(self.token(role), request)).await)
    }

    /// A page of who could see the case's clients.
    pub(crate) async fn matches(&self, role: Role, request: pb::ListMatchesRequest) -> Told<pb::ListMatchesResponse> {
        told(self.house.staff.clone().list_matches(bearing(self.token(role), request)).await)
    }

    /// Says yes to the case's held time.
    pub(crate) async fn confirm(&self, role: Role, case: &str) -> Told<pb::ConfirmAppointmentResponse> {
        let id = case.parse().unwrap();
        let session = appointments::current_of_case(&self.house.deps.store, id).await.unwrap().unwrap();
        let request = pb::ConfirmAppointmentRequest { name: session.id.to_string(), ..Default::default() };
        told(self.house.staff.clone().confirm_appointment(bearing(self.token(role), request)).await)
    }
}

fn told<T: Message>(answer: Result<tonic::Response<T>, Status>) -> Told<T> {
    match answer {
        Ok(answer) => {
            let answer = answer.into_inner();
            let bytes = answer.encode_to_vec();
            (Ok(answer), bytes)
        }
        Err(status) => {
            let bytes = [status.message().as_bytes(), status.details()].concat();
            (Err(status), bytes)
        }
    }
}
