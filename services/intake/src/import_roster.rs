//! A roster out of a file: what it would do, and doing it. Used by the API and the command line.

use rapport_domain::{
    practice::roster::{Plan, Step, plan},
    problem::{FileProblem, Loaded},
};
use rapport_store::{AuditEntry, OnRoster, OutsideSession, StoreError, Tx, audit, outside, therapists};

use crate::Deps;

/// A file, and what is wanted of it.
#[derive(Clone)]
pub struct Import {
    /// Its name, for problems.
    pub file: String,
    /// Its text.
    pub csv: String,
    /// Whether anything is written.
    pub apply: bool,
    /// Who asks, for the audit trail; the resources are written here.
    pub audit: AuditEntry,
}

/// What came of it, or would.
pub struct Imported {
    /// What each line does.
    pub plan: Plan,
    /// What does not keep the file from being read.
    pub warnings: Vec<FileProblem>,
    /// Sessions that stand outside now, and were put before staff by this.
    pub outside: Vec<OutsideSession>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not right; all that is wrong with it.
    #[error("the file is not right")]
    File(Vec<FileProblem>),
    /// The database failed.
    #[error("the database failed")]
    Store(#[from] StoreError),
}

/// Everybody, far above what a practice has.
const EVERYBODY: u64 = 100_000;

/// Reads the file and does what it says in one transaction, or only says what it would do.
///
/// # Errors
/// Where the file is not right, or the database fails; then nothing is done.
pub async fn run(deps: &Deps, import: Import) -> Result<Imported, ImportError> {
    let deps = deps.clone();
    let store = deps.store.clone();
    store.transact(move |tx| Box::pin(async move { within(&deps, tx, &import).await })).await
}

/// As [`run`], in the caller's transaction.
pub(crate) async fn within(deps: &Deps, tx: &Tx, import: &Import) -> Result<Imported, ImportError> {
    let read = deps.practice.read_roster(&import.file, &import.csv).map_err(ImportError::File)?;
    let Loaded { value: lines, warnings } = read;
    let known = therapists::list(tx, None, EVERYBODY).await?;
    let roster: Vec<_> = known.iter().map(|it| it.therapist.clone()).collect();
    let plan = plan(&import.file, lines, &roster).map_err(ImportError::File)?;
    let mut outside = Vec::new();
    let mut resources = Vec::new();
    for step in &plan.steps {
        let therapist = step.therapist();
        let before = known.iter().find(|it| it.therapist.id == therapist.id);
        if !matches!(step, Step::Same(_)) {
            outside.extend(follow(deps, tx, import, step, before).await?);
            resources.push(therapist.id.to_string());
        }
    }
    resources.extend(outside.iter().map(|it: &OutsideSession| it.session.case.to_string()));
    audit::write(tx, &AuditEntry { resources, ..import.audit.clone() }).await?;
    Ok(Imported { plan, warnings, outside })
}

/// Writes one of them; the sessions of somebody known are looked at again.
async fn follow(
    deps: &Deps,
    tx: &Tx,
    import: &Import,
    step: &Step,
    before: Option<&OnRoster>,
) -> Result<Vec<OutsideSession>, StoreError> {
    let (therapist, now) = (step.therapist(), deps.clock.now());
    match before {
        None if import.apply => {
            therapists::insert(tx, therapist).await?;
            Ok(Vec::new())
        }
        Some(before) if import.apply => {
            therapists::save(tx, therapist, before.version).await?;
            outside::refer(tx, &deps.practice, therapist, now).await
        }
        None => Ok(Vec::new()),
        Some(_) => outside::found(tx, &deps.practice, therapist, now).await,
    }
}
