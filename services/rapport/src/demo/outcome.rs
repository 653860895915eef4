//! What became of one sample, as staff see it and as the mail folder shows it.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use jiff::{SignedDuration, Timestamp};
use rapport_proto::{
    intake::{AppointmentState, Intake, SubmitIntakeResponse},
    staff::{Case, CaseState, GetCaseRequest, Urgency, triage_service_client::TriageServiceClient},
};
use serde::Serialize;
use tokio::time::Instant;
use tonic::transport::Channel;

use crate::{
    client::{explain, with_bearer, within},
    wording,
};

/// Between two looks at a case whose letters are on their way.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// What became of one sample.
#[derive(Serialize)]
pub(super) struct Outcome {
    pub(super) title: String,
    pub(super) sample: String,
    pub(super) intake: String,
    pub(super) case: String,
    pub(super) urgency: &'static str,
    pub(super) state: &'static str,
    pub(super) rule: Option<Rule>,
    pub(super) other_rules: usize,
    pub(super) session: Option<Session>,
    pub(super) before_staff: Option<String>,
    pub(super) shown_at_once: Vec<String>,
    pub(super) call_promise: String,
    pub(super) letters: Vec<Letter>,
}

#[derive(Serialize)]
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) because: String,
}

#[derive(Serialize)]
pub(super) struct Session {
    pub(super) held: bool,
    pub(super) text: String,
    pub(super) therapist: String,
    pub(super) starts_at: Timestamp,
    pub(super) submitted_at: Timestamp,
    /// When a held time is confirmed or freed, in the practice's wall time.
    pub(super) release: Option<String>,
    pub(super) because: Vec<String>,
}

#[derive(Serialize)]
pub(super) struct Letter {
    pub(super) letter: String,
    pub(super) state: String,
    pub(super) file: Option<PathBuf>,
}

/// Files that came into the mail folder, by whom they are for.
pub(super) struct NewLetters {
    to_client: Vec<PathBuf>,
    to_staff: Vec<PathBuf>,
}

/// Looks through the staff API and into the mail folder.
pub(super) struct Observer {
    staff: TriageServiceClient<Channel>,
    token: String,
    mail: PathBuf,
}

impl Observer {
    pub(super) fn new(staff: Channel, token: String, mail: PathBuf) -> Self {
        Self { staff: TriageServiceClient::new(staff), token, mail }
    }

    /// A case, once all its letters are sent or given up.
    pub(super) async fn settled_case(&self, name: &str, patience: Duration) -> anyhow::Result<Case> {
        let until = Instant::now() + patience;
        loop {
            let case = self.case(name).await?;
            let on_their_way = |state: &str| matches!(state, "queued" | "claimed" | "sending" | "retry");
            let state = case.summary.as_ref().map(|summary| summary.state()).unwrap_or_default();
            let decided = !matches!(state, CaseState::Received | CaseState::Triaged);
            if decided && !case.letters.is_empty() && !case.letters.iter().any(|letter| on_their_way(&letter.state)) {
                return Ok(case);
            }
            if Instant::now() >= until {
                bail!("{name}: its letters are still on their way after {} s", patience.as_secs());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    async fn case(&self, name: &str) -> anyhow::Result<Case> {
        let request = with_bearer(within(GetCaseRequest { name: name.to_owned() }), &self.token)?;
        let response = self.staff.clone().get_case(request).await.map_err(|status| explain(&status))?.into_inner();
        response.record.context("the server answered without the case")
    }

    /// Every letter's file.
    pub(super) fn letter_files(&self) -> anyhow::Result<BTreeSet<PathBuf>> {
        if !self.mail.is_dir() {
            return Ok(BTreeSet::new());
        }
        let entries = fs::read_dir(&self.mail).with_context(|| format!("cannot read {}", self.mail.display()))?;
        let paths = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
        Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|end| end == "eml")).collect())
    }

    /// The files that are there now and were not before.
    pub(super) fn new_letters(&self, before: &BTreeSet<PathBuf>, client: &str) -> anyhow::Result<NewLetters> {
        let new = self.letter_files()?.into_iter().filter(|path| !before.contains(path));
        let (to_client, to_staff) = new.partition(|path| is_to(path, client));
        Ok(NewLetters { to_client, to_staff })
    }
}

/// Whether a letter's To header names this address.
fn is_to(path: &Path, address: &str) -> bool {
    let text = fs::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let mut headers = text.lines().take_while(|line| !line.is_empty());
    headers.any(|line| line.to_ascii_lowercase().starts_with("to:") && line.contains(address))
}

impl Outcome {
    pub(super) fn new(
        title: String,
        sample: String,
        answer: &SubmitIntakeResponse,
        intake: &Intake,
        case: &Case,
        files: &NewLetters,
    ) -> Self {
        let summary = case.summary.clone().unwrap_or_default();
        let notice = answer.safety_notice.clone().unwrap_or_default();
        let deciding = case.fired_rules.iter().find(|rule| rule.urgency() == summary.urgency());
        Self {
            title,
            sample,
            intake: answer.intake.clone(),
            rule: deciding.map(|rule| Rule { id: rule.rule.clone(), because: rule.because.clone() }),
            other_rules: case.fired_rules.len().saturating_sub(1),
            session: session(intake, case),
            before_staff: Some(summary.staff_reason.clone()).filter(|reason| !reason.is_empty()),
            shown_at_once: notice.lines.into_iter().map(|line| line.name).collect(),
            call_promise: notice.call_promise,
            letters: letters(case, files),
            urgency: urgency_name(summary.urgency()),
            state: state_name(summary.state()),
            case: summary.name,
        }
    }

    /// From submission to the first session, where one is held or confirmed.
    pub(super) fn to_first_session(&self) -> Option<SignedDuration> {
        self.session.as_ref().map(|session| session.starts_at.duration_since(session.submitted_at))
    }
}

fn session(intake: &Intake, case: &Case) -> Option<Session> {
    let appointment = intake.appointment.as_ref()?;
    let state = appointment.state();
    if !matches!(state, AppointmentState::Held | AppointmentState::Confirmed) {
        return None;
    }
    let because = case.appointment.as_ref().map(|session| session.because.clone()).unwrap_or_default();
    Some(Session {
        held: state == AppointmentState::Held,
        text: wording::session(appointment),
        therapist: appointment.therapist.clone(),
        starts_at: wording::instant(appointment.start_time?),
        submitted_at: wording::instant(intake.submit_time?),
        release: appointment.release_time.map(|time| wording::local(wording::instant(time), &appointment.time_zone)),
        because,
    })
}

/// Pairs the ledger's rows with the files that came.
fn letters(case: &Case, files: &NewLetters) -> Vec<Letter> {
    let (mut to_client, mut to_staff) = (files.to_client.iter(), files.to_staff.iter());
    let row = |letter: &rapport_proto::staff::Letter| {
        let file = match letter.state.as_str() {
            "sent" if letter.letter == "staff_alert" => to_staff.next(),
            "sent" => to_client.next(),
            _ => None,
        };
        Letter { letter: letter.letter.clone(), state: letter.state.clone(), file: file.cloned() }
    };
    case.letters.iter().map(row).collect()
}

const fn urgency_name(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Unspecified => "UNKNOWN",
        Urgency::Routine => "ROUTINE",
        Urgency::Priority => "PRIORITY",
        Urgency::Urgent => "URGENT",
        Urgency::Immediate => "IMMEDIATE",
    }
}

const fn state_name(state: CaseState) -> &'static str {
    match state {
        CaseState::Unspecified => "unknown",
        CaseState::Received => "received",
        CaseState::Triaged => "triaged",
        CaseState::Held => "held",
        CaseState::Confirmed => "confirmed",
        CaseState::BeforeStaff => "before staff",
        CaseState::Closed => "closed",
    }
}
