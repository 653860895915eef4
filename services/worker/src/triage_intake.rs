//! Consumer of `intake.received.v1`: scores the answers, applies the rules of the
//! protocol that the intake pinned, and raises the case by what was found.
//!
//! One transaction: inbox row, result, case, search tokens, reports, the letters
//! to whom a rule tells by name, what a second partner reads, `case.triaged.v1`.
//! An unknown intake or protocol fails; whatever the store or a race kept from
//! being done retries.

use async_trait::async_trait;
use jiff::Timestamp;
use rapport_domain::{
    case::Case,
    event::{Event, Fact},
    id::{IntakeId, ReportId},
    intake::Intake,
    letter::{Cause, DueLetter, LetterKind, Recipient},
    report::{Report, ReportState},
    triage::TriageResult,
};
use rapport_messaging::topology::TRIAGE_INTAKE;
use rapport_store::{appointments, cases, inbox, intakes, letters, outbox, reports, search, triage_results};

use crate::{Deps, consumers::Job, job::JobError, protocols::Protocols, second_partner};

/// Triages an intake.
pub(crate) struct TriageIntake {
    deps: Deps,
    protocols: Protocols,
}

#[async_trait]
impl Job for TriageIntake {
    async fn run(&self, event: &Event) -> Result<(), JobError> {
        let Fact::IntakeReceived { intake, .. } = event.fact else {
            return Err(JobError::Poison("triage_intake hears of received intakes only"));
        };
        self.triage(event, intake).await
    }
}

impl TriageIntake {
    pub(crate) const fn new(deps: Deps, protocols: Protocols) -> Self {
        Self { deps, protocols }
    }

    #[tracing::instrument(skip_all, fields(event.id = %event.id, intake.id = %intake))]
    async fn triage(&self, event: &Event, intake: IntakeId) -> Result<(), JobError> {
        let Deps { store, practice, .. } = &self.deps;
        let intake = intakes::get(store, intake).await?.ok_or(JobError::Poison("there is no such intake"))?;
        let protocol = self.protocols.get(store, &intake.protocol).await?;
        let result = protocol.triage(&practice.subject(&intake.submission, intake.care.care(), intake.received_at));
        let (heard, now) = (event.id, self.deps.clock.now());
        let (case, keys) = (intake.case, store.clone());
        let triaged = self.deps.event(Fact::CaseTriaged { case, intake: intake.id }, now);
        let (mut letters, reports) = (told_by_name(&intake, &result), reports_of(&self.deps, &intake, &result, now));
        let raised = self.raised(&intake, &result).await?;
        store
            .transact(move |tx| {
                Box::pin(async move {
                    if !inbox::first_time(tx, heard, TRIAGE_INTAKE.name, now).await? {
                        return Ok(());
                    }
                    let Raised { case: standing, letters: own } = raised;
                    cases::save(tx, &standing).await?;
                    triage_results::put(tx, intake.id, &result).await?;
                    // Read again here: whoever changed their address meanwhile is not found by the old one. Such a change
                    // writes the case too, so that one of the two runs again.
                    let client =
                        intakes::get(tx, intake.id).await?.ok_or(JobError::Poison("there is no such intake"))?;
                    search::put(tx, case, &search::tokens(&keys, &client.submission.client)).await?;
                    reports::open(tx, case, &reports).await?;
                    outbox::add(tx, &triaged).await?;
                    letters.extend(own);
                    letters::queue(tx, &letters, now).await?;
                    Ok(())
                })
            })
            .await
    }

    /// The case as this intake raises it. Of a second partner's nothing changes but what staff see; where it stands and
    /// what a machine may book are the first partner's.
    async fn raised(&self, intake: &Intake, result: &TriageResult) -> Result<Raised, JobError> {
        let Deps { store, practice, .. } = &self.deps;
        let mut case =
            cases::get(store, intake.case).await?.ok_or(JobError::Poison("the intake's case does not exist"))?;
        let promised = practice.respond_by(result.urgency, result.booking, intake.care.care(), intake.received_at);
        if intakes::first_of_case(store, intake.case).await? == Some(intake.id) {
            case.triage(result.urgency, result.booking, result.clinician_only, result.flagged, promised);
            return Ok(Raised { case, letters: Vec::new() });
        }
        // Read after the case: whatever is booked meanwhile raises its version, and this is done again.
        let session = appointments::current_of_case(store, intake.case).await?;
        let letters = match case.join(result.urgency, result.clinician_only, result.flagged, promised) {
            Ok(()) => second_partner::letters(&case, session.as_ref(), intake, result),
            Err(_) => Vec::new(),
        };
        Ok(Raised { case, letters })
    }
}

/// What an intake makes of its case, and the letters that follow from that.
struct Raised {
    case: Case,
    letters: Vec<DueLetter>,
}

/// Whom the rules tell by name: once for an intake, whoever queues it first.
fn told_by_name(intake: &Intake, result: &TriageResult) -> Vec<DueLetter> {
    let letter = |id: &String| DueLetter {
        cause: Cause::Intake(intake.id),
        recipient: Recipient::Notified(id.clone()),
        kind: LetterKind::StaffAlert,
        case: intake.case,
        appointment: None,
    };
    result.notify.iter().map(letter).collect()
}

/// What the law asks for; one that the submission opened stays as it is.
fn reports_of(deps: &Deps, intake: &Intake, result: &TriageResult, now: Timestamp) -> Vec<Report> {
    let report = |kind: &String| Report {
        id: ReportId::new(deps.ids.uuid()),
        case: intake.case,
        intake: intake.id,
        kind: kind.clone(),
        state: ReportState::Open,
        created_at: now,
    };
    result.reports.iter().map(report).collect()
}
