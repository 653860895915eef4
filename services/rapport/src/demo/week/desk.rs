//! What happened after somebody came: calls and decisions of the desk through the staff API, and what clients do on
//! their own page through theirs.

use anyhow::Context;
use jiff::SignedDuration;
use rapport_domain::practice::Practice;
use rapport_proto::{
    intake::{self as client_pb, intake_service_client::IntakeServiceClient},
    staff::{self as pb, triage_service_client::TriageServiceClient},
    time,
};
use rapport_runtime::Clock;
use serde::Deserialize;
use tonic::{Code, Request, Response, Status, transport::Channel};
use tonic_types::StatusExt;

use crate::client::{explain, with_bearer, within};

/// Something that somebody does.
#[derive(Clone, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case")]
pub(super) enum Deed {
    /// A clinician has the alert.
    Acknowledge,
    Claim {
        #[serde(default)]
        by: Seat,
    },
    Call {
        #[serde(default)]
        by: Seat,
        #[serde(default)]
        channel: Way,
        outcome: Outcome,
        #[serde(default)]
        note: String,
        /// How many of the practice's hours until the next call: "3h".
        next: Option<String>,
    },
    Note {
        text: String,
    },
    /// A clinician writes down that a report was made.
    Report {
        agency: String,
        reference: String,
        note: String,
    },
    Refer {
        to: String,
        reason: String,
    },
    Close {
        #[serde(default)]
        by: Seat,
        reason: Ending,
        #[serde(default)]
        note: String,
    },
    /// The client is not contacted any more, as they asked.
    Stop,
    /// The client hands a link to their partner, or has it sent to this address.
    Invite {
        email: Option<String>,
    },
    /// Whoever was invited wants no part.
    Decline,
    /// The client gives the session back.
    Cancel,
}

/// Who of the desk does it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Seat {
    #[default]
    Coordinator,
    Clinician,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    #[default]
    Phone,
    Text,
    Email,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Reached,
    NoAnswer,
    VoicemailLeft,
    WrongNumber,
    Refused,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Ending {
    CareBegan,
    ReferredOn,
    Duplicate,
}

/// Somebody who came, as the services know them.
pub(super) struct Known {
    pub(super) intake: String,
    pub(super) case: String,
    /// Opens their own page; nobody who called has one.
    pub(super) page: Option<String>,
    /// What they handed to their partner.
    pub(super) invitation: Option<String>,
}

/// What became of a deed.
pub(super) enum Done {
    Yes,
    /// Things stand otherwise: nothing to cancel, or the case has ended.
    NotNow,
    /// Outside of the client's safe hours: later.
    Later,
}

/// Two seats of the desk, and the pages of clients.
pub(super) struct Desk {
    staff: TriageServiceClient<Channel>,
    clients: IntakeServiceClient<Channel>,
    coordinator: String,
    clinician: String,
}

impl Deed {
    /// Whether it waits for the practice to open: coordinators call then, clinicians on call at any hour.
    pub(super) const fn waits_for_opening(&self) -> bool {
        matches!(self, Self::Call { by: Seat::Coordinator, .. } | Self::Claim { by: Seat::Coordinator })
    }
}

impl Desk {
    pub(super) const fn new(
        staff: TriageServiceClient<Channel>,
        clients: IntakeServiceClient<Channel>,
        coordinator: String,
        clinician: String,
    ) -> Self {
        Self { staff, clients, coordinator, clinician }
    }

    /// Does it.
    ///
    /// # Errors
    /// What a server said, but for what only says that things stand otherwise.
    pub(super) async fn does(
        &self,
        deed: &Deed,
        known: &mut Known,
        practice: &Practice,
        clock: &dyn Clock,
    ) -> anyhow::Result<Done> {
        let name = known.case.clone();
        let done = match deed {
            Deed::Acknowledge => {
                for alert in self.case(&known.case).await?.alerts {
                    self.acknowledge(alert.name).await?;
                }
                Ok(Done::Yes)
            }
            Deed::Claim { by } => {
                let request = pb::ClaimCaseRequest { name, ..Default::default() };
                answered(self.staff.clone().claim_case(self.as_seat(*by, request)?).await)
            }
            Deed::Call { by, channel, outcome, note, next } => {
                let wait = next.as_deref().map(str::parse::<SignedDuration>).transpose()?;
                let minutes = wait.map(|wait| u32::try_from(wait.as_mins())).transpose()?;
                let now = clock.now();
                let next = minutes.map(|minutes| practice.minutes_later(now, minutes, true));
                // A coordinator fixes a call for the same day, or none.
                let next = next.filter(|next| *by == Seat::Clinician || practice.today(*next) == practice.today(now));
                let request = pb::RecordContactAttemptRequest {
                    name: known.intake.clone(),
                    channel: channel.message().into(),
                    outcome: outcome.message().into(),
                    note: note.clone(),
                    next_by_time: next.map(time::to_message),
                    ..Default::default()
                };
                answered(self.staff.clone().record_contact_attempt(self.as_seat(*by, request)?).await)
            }
            Deed::Note { text } => {
                let (kind, text) = (pb::NoteKind::Coordination.into(), text.clone());
                let request = pb::AddNoteRequest { name, kind, text, ..Default::default() };
                answered(self.staff.clone().add_note(self.as_seat(Seat::Coordinator, request)?).await)
            }
            Deed::Report { agency, reference, note } => self.report(known, agency, reference, note, clock).await?,
            Deed::Refer { to, reason } => {
                let request =
                    pb::ReferCaseRequest { name, to: to.clone(), reason: reason.clone(), ..Default::default() };
                answered(self.staff.clone().refer_case(self.as_seat(Seat::Coordinator, request)?).await)
            }
            Deed::Close { by, reason, note } => self.close(name, *by, *reason, note).await?,
            Deed::Stop => {
                let (name, reason) = (known.intake.clone(), pb::StopReason::ClientAsked.into());
                let request = pb::StopContactRequest { name, reason, ..Default::default() };
                answered(self.staff.clone().stop_contact(self.as_seat(Seat::Coordinator, request)?).await)
            }
            Deed::Invite { email } => self.invite(known, email.as_deref()).await?,
            Deed::Decline => {
                let token = known.invitation.as_deref().context("nobody was invited")?;
                let request = client_pb::DeclineInvitationRequest::default();
                answered(self.clients.clone().decline_invitation(with_bearer(within(request), token)?).await)
            }
            Deed::Cancel => self.cancel(known).await?,
        };
        done.map_err(|status| explain(&status))
    }

    /// A clinician has an alert.
    pub(super) async fn acknowledge(&self, name: String) -> anyhow::Result<()> {
        let request = pb::AcknowledgeAlertRequest { name, ..Default::default() };
        let told = self.staff.clone().acknowledge_alert(self.as_seat(Seat::Clinician, request)?).await;
        answered(told).map(|_| ()).map_err(|status| explain(&status))
    }

    /// Writes down who came to whatever has taken place, and hands those cases to their therapists.
    pub(super) async fn close_what_began(&self, known: &Known, clock: &dyn Clock) -> anyhow::Result<()> {
        let case = self.case(&known.case).await?;
        let Some(session) = case.appointment else { return Ok(()) };
        let is_over = session.end_time.as_ref().and_then(time::from_message).is_some_and(|end| end < clock.now());
        if !is_over || session.state() != client_pb::AppointmentState::Confirmed || !session.attendance.is_empty() {
            return Ok(());
        }
        let came = |contact: pb::SafeContact| pb::ClientAttendance {
            intake: contact.intake,
            attendance: pb::Attendance::Attended.into(),
            ..Default::default()
        };
        let attendance = case.contacts.into_iter().map(came).collect();
        let request = pb::MarkAttendanceRequest { name: session.name, attendance, ..Default::default() };
        let marked = self.staff.clone().mark_attendance(self.as_seat(Seat::Coordinator, request)?).await;
        answered(marked).map_err(|status| explain(&status))?;
        let closed = self.close(known.case.clone(), Seat::Coordinator, Ending::CareBegan, "").await?;
        closed.map(|_| ()).map_err(|status| explain(&status))
    }

    async fn report(
        &self,
        known: &Known,
        agency: &str,
        reference: &str,
        note: &str,
        clock: &dyn Clock,
    ) -> anyhow::Result<Result<Done, Status>> {
        let report = self.case(&known.case).await?.reports.into_iter().next().context("the case has no report")?;
        let made = pb::ReportMade {
            agency: agency.to_owned(),
            time: Some(time::to_message(clock.now())),
            reference: reference.to_owned(),
            note: note.to_owned(),
        };
        let decision = Some(pb::complete_report_request::Decision::Made(made));
        let request = pb::CompleteReportRequest { name: report.name, decision, ..Default::default() };
        Ok(answered(self.staff.clone().complete_report(self.as_seat(Seat::Clinician, request)?).await))
    }

    async fn close(&self, name: String, by: Seat, reason: Ending, note: &str) -> anyhow::Result<Result<Done, Status>> {
        let (reason, note) = (reason.message().into(), note.to_owned());
        let request = pb::CloseCaseRequest { name, reason, note, ..Default::default() };
        Ok(answered(self.staff.clone().close_case(self.as_seat(by, request)?).await))
    }

    async fn invite(&self, known: &mut Known, email: Option<&str>) -> anyhow::Result<Result<Done, Status>> {
        let letter = email.map(|email| client_pb::InvitationLetter { email: email.to_owned(), ..Default::default() });
        let request = client_pb::InvitePartnerRequest { letter, ..Default::default() };
        match self.clients.clone().invite_partner(on_page(known, request)?).await {
            Ok(invitation) => {
                known.invitation = Some(invitation.into_inner().invitation_token);
                Ok(Ok(Done::Yes))
            }
            Err(status) => Ok(otherwise(status)),
        }
    }

    async fn cancel(&self, known: &Known) -> anyhow::Result<Result<Done, Status>> {
        let read = self.clients.clone().get_intake(on_page(known, client_pb::GetIntakeRequest::default())?).await;
        let session = match read {
            Ok(read) => read.into_inner().intake.and_then(|intake| intake.appointment),
            Err(status) => return Ok(otherwise(status)),
        };
        let Some(session) = session else { return Ok(Ok(Done::NotNow)) };
        let request = client_pb::CancelAppointmentRequest { name: session.name, ..Default::default() };
        Ok(answered(self.clients.clone().cancel_appointment(on_page(known, request)?).await))
    }

    /// A case as a clinician reads it.
    pub(super) async fn case(&self, name: &str) -> anyhow::Result<pb::Case> {
        let request = self.as_seat(Seat::Clinician, pb::GetCaseRequest { name: name.to_owned() })?;
        let read = self.staff.clone().get_case(request).await.map_err(|status| explain(&status))?;
        read.into_inner().record.context("the server answered without the case")
    }

    /// A screening that a coordinator takes on the phone.
    pub(super) async fn take_call(
        &self,
        request_id: String,
        screening: client_pb::SubmitIntakeRequest,
    ) -> anyhow::Result<Known> {
        let request = pb::CreateIntakeRequest { request_id, intake: Some(screening), status_page: false };
        let taken = self.staff.clone().create_intake(self.as_seat(Seat::Coordinator, request)?).await;
        let taken = taken.map_err(|status| explain(&status))?.into_inner();
        Ok(Known { intake: taken.intake, case: taken.case_name, page: None, invitation: None })
    }

    fn as_seat<T>(&self, seat: Seat, message: T) -> anyhow::Result<Request<T>> {
        let token = match seat {
            Seat::Coordinator => &self.coordinator,
            Seat::Clinician => &self.clinician,
        };
        with_bearer(within(message), token)
    }
}

fn on_page<T>(known: &Known, message: T) -> anyhow::Result<Request<T>> {
    with_bearer(within(message), known.page.as_deref().context("whoever called has no page")?)
}

fn answered<T>(answer: Result<Response<T>, Status>) -> Result<Done, Status> {
    answer.map(|_| Done::Yes).or_else(otherwise)
}

/// Which day of the week it is decides how far a case has come, so some deeds come too early or too late.
fn otherwise(status: Status) -> Result<Done, Status> {
    let reason = status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default();
    match (status.code(), reason.as_str()) {
        (Code::FailedPrecondition, "OUTSIDE_SAFE_HOURS") => Ok(Done::Later),
        (Code::FailedPrecondition, _) => Ok(Done::NotNow),
        _ => Err(status),
    }
}

impl Way {
    const fn message(self) -> pb::ContactChannel {
        match self {
            Self::Phone => pb::ContactChannel::Phone,
            Self::Text => pb::ContactChannel::Text,
            Self::Email => pb::ContactChannel::Email,
        }
    }
}

impl Outcome {
    const fn message(self) -> pb::ContactOutcome {
        match self {
            Self::Reached => pb::ContactOutcome::Reached,
            Self::NoAnswer => pb::ContactOutcome::NoAnswer,
            Self::VoicemailLeft => pb::ContactOutcome::VoicemailLeft,
            Self::WrongNumber => pb::ContactOutcome::WrongNumber,
            Self::Refused => pb::ContactOutcome::Refused,
        }
    }
}

impl Ending {
    const fn message(self) -> pb::CloseReason {
        match self {
            Self::CareBegan => pb::CloseReason::CareBegan,
            Self::ReferredOn => pb::CloseReason::ReferredOn,
            Self::Duplicate => pb::CloseReason::Duplicate,
        }
    }
}
