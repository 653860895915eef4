//! Consumer of `intake.received.v1`: scores the answers, applies the rules of the
//! protocol that the intake pinned, and raises the case by what was found.
//!
//! One transaction: inbox row, result, case, search tokens, `case.triaged.v1`.
//! An unknown intake or protocol fails; whatever the store or a race kept from
//! being done retries.

use async_trait::async_trait;
use rapport_domain::{
    event::{Event, Fact},
    id::IntakeId,
};
use rapport_messaging::topology::TRIAGE_INTAKE;
use rapport_store::{cases, inbox, intakes, outbox, search, triage_results};

use crate::{Deps, consumers::Job, job::JobError, protocols::Protocols};

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
        let mut case =
            cases::get(store, intake.case).await?.ok_or(JobError::Poison("the intake's case does not exist"))?;
        let protocol = self.protocols.get(store, &intake.protocol).await?;
        let result = protocol.triage(&practice.subject(&intake.submission, intake.care.care(), intake.received_at));
        let promised = practice.respond_by(result.urgency, result.booking, intake.care.care(), intake.received_at);
        case.triage(result.urgency, result.booking, result.clinician_only, result.flagged, promised);

        let now = self.deps.clock.now();
        let tokens = search::tokens(store, &intake.submission.client);
        let triaged = self.deps.event(Fact::CaseTriaged { case: case.id, intake: intake.id }, now);
        let (heard, intake) = (event.id, intake.id);
        store
            .transact(move |tx| {
                Box::pin(async move {
                    if !inbox::first_time(tx, heard, TRIAGE_INTAKE.name, now).await? {
                        return Ok(());
                    }
                    cases::save(tx, &case).await?;
                    triage_results::put(tx, intake, &result).await?;
                    search::put(tx, case.id, &tokens).await?;
                    outbox::add(tx, &triaged).await?;
                    Ok(())
                })
            })
            .await
    }
}
