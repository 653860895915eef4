//! Walks the on-call chain for every alert that nobody has acknowledged: the
//! domain says which steps are due, one transaction takes them.
//!
//! Where database or worker were away, what was missed is made up for at the next
//! turn. Each step is taken once: the alert's version lets one of two workers
//! win, a step's own row is there once, and so is each letter in the ledger.

use std::time::Duration;

use jiff::Timestamp;
use rapport_domain::{
    alert::{Alert, AlertState, AlertStep},
    case::{Case, CaseState},
    id::AlertId,
    letter::{Cause, DueLetter, LetterKind, Recipient},
    practice::Practice,
};
use rapport_store::{StoreError, Tx, alerts, cases, letters};

use crate::{Deps, job::JobError, timer::Timer};

/// Steps are minutes apart; a few seconds late is on time.
pub(crate) const TIMER: Timer = Timer { name: "walk_alerts", period: Duration::from_secs(5) };

/// Alerts that one turn looks at; the rest waits for the next turn.
const BATCH: u64 = 200;

/// Takes every step that is due, and says how many there were.
///
/// # Errors
/// The first failure, after all the others had their turn.
pub async fn walk_due(deps: &Deps, now: Timestamp) -> Result<usize, JobError> {
    let (mut taken, mut failure) = (0, None);
    for alert in alerts::due(&deps.store, now, BATCH).await? {
        match walk(deps, alert, now).await {
            Ok(steps) => taken += steps,
            // Another worker was first, or somebody acknowledged just now.
            Err(JobError::Conflict) => {}
            Err(error) => failure = failure.or(Some(error)),
        }
    }
    failure.map_or(Ok(taken), Err)
}

#[tracing::instrument(skip_all, fields(alert.id = %id))]
async fn walk(deps: &Deps, id: AlertId, now: Timestamp) -> Result<usize, JobError> {
    let practice = std::sync::Arc::clone(&deps.practice);
    deps.store
        .transact(move |tx| {
            Box::pin(async move {
                let mut alert = alerts::get(tx, id).await?.ok_or(StoreError::Missing("an alert"))?;
                let case = cases::get(tx, alert.case).await?.ok_or(StoreError::Missing("an alert's case"))?;
                take_steps(tx, &practice, &mut alert, &case, now).await
            })
        })
        .await
}

async fn take_steps(
    tx: &Tx,
    practice: &Practice,
    alert: &mut Alert,
    case: &Case,
    now: Timestamp,
) -> Result<usize, JobError> {
    let steps = match case.state {
        CaseState::Closed => {
            alert.end();
            Vec::new()
        }
        _ => alert.walk(practice, case.urgency, now),
    };
    alerts::save(tx, alert).await?;
    alerts::add_steps(tx, alert.id, &steps).await?;
    let due: Vec<_> = steps.iter().flat_map(|step| letters_of(practice, alert, step)).collect();
    letters::queue(tx, &due, now).await?;
    for step in &steps {
        tracing::info!(case.id = %case.id, step = step.number, told = step.told.len(), "a step of an alert");
    }
    if alert.state == AlertState::Unheard {
        tracing::error!(case.id = %case.id, "nobody on call has acknowledged an alert, and all were told as often as may be");
    }
    Ok(steps.len())
}

/// A letter and, where they have one, a webhook for everybody whom a step tells. The first step's letter is the one
/// that raised the alert.
fn letters_of(practice: &Practice, alert: &Alert, step: &AlertStep) -> Vec<DueLetter> {
    let due = |recipient| DueLetter {
        cause: Cause::Alert(alert.id, step.number),
        recipient,
        kind: LetterKind::StaffAlert,
        case: alert.case,
        appointment: None,
    };
    let has_webhook = |position: u32| practice.on_call.get(position as usize).is_some_and(|it| it.webhook.is_some());
    let told = step.told.iter().copied();
    let by_letter = told.clone().filter(|_| step.number > 0).map(Recipient::OnCall);
    by_letter.chain(told.filter(|position| has_webhook(*position)).map(Recipient::Webhook)).map(due).collect()
}
