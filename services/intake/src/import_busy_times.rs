//! When somebody is taken, out of their own calendar's file. Used by the API and the command line.

use rapport_domain::{
    calendar::{
        elsewhere::Elsewhere,
        ics::{self, Reading},
    },
    id::TherapistId,
    matching::Therapist,
    problem::FileProblem,
};
use rapport_store::{AuditEntry, Tx, audit};

use crate::{
    Deps,
    on_roster::{self, Changed},
    refusal::Refusal,
    trail,
};

/// A file, and what is wanted of it.
#[derive(Clone)]
pub struct ImportBusy {
    /// Whose calendar.
    pub therapist: TherapistId,
    /// Its name, for problems.
    pub file: String,
    /// Its text; empty forgets what was read before.
    pub calendar: String,
    /// The version that was looked at; empty takes any.
    pub etag: String,
    /// Whether anything is written.
    pub apply: bool,
    /// Who asks, for the audit trail; the resources are written here.
    pub audit: AuditEntry,
}

/// What came of it, or would.
pub struct ImportedBusy {
    /// Whose calendar, as clients read their name.
    pub display_name: String,
    /// How many times come once, and how many recur.
    pub count: (usize, usize),
    /// Booked sessions that stand outside now, and were put before staff by this.
    pub outside: Vec<rapport_store::OutsideSession>,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ImportBusyError {
    /// The file is not right; all that is wrong with it.
    #[error("the file is not right")]
    File(Vec<FileProblem>),
    /// There is no such therapist.
    #[error("there is no such therapist")]
    NotFound,
    /// The database failed, or somebody else changed them meanwhile.
    #[error("the change could not be written")]
    Failed,
}

/// Reads the file and writes what it says in the place of what was read before, or only says what it would do.
///
/// # Errors
/// Where the file is not right, there is no such therapist, or the database fails.
pub async fn run(deps: &Deps, import: ImportBusy) -> Result<ImportedBusy, ImportBusyError> {
    let elsewhere = read(deps, &import).map_err(ImportBusyError::File)?;
    let deps = deps.clone();
    let store = deps.store.clone();
    let done: Result<Changed, Refusal> =
        store.transact(move |tx| Box::pin(async move { within(&deps, tx, &import, elsewhere).await })).await;
    let changed = done.map_err(|refusal| match refusal {
        Refusal::NotFound => ImportBusyError::NotFound,
        _ => ImportBusyError::Failed,
    })?;
    let therapist = &changed.on_roster.therapist;
    let (display_name, count) = (therapist.name.clone(), therapist.hours.elsewhere().count());
    Ok(ImportedBusy { display_name, count, outside: changed.outside })
}

/// What the file says.
pub(crate) fn read(deps: &Deps, import: &ImportBusy) -> Result<Elsewhere, Vec<FileProblem>> {
    if import.calendar.is_empty() {
        return Ok(Elsewhere::default());
    }
    let practice = &deps.practice;
    let own = practice.sender_email.as_str().rsplit('@').next().unwrap_or_default();
    let reading = Reading { file: &import.file, now: deps.clock.now(), zone: &practice.zone, own };
    ics::read(&reading, &import.calendar)
}

/// Writes it in the caller's transaction.
pub(crate) async fn within(
    deps: &Deps,
    tx: &Tx,
    import: &ImportBusy,
    elsewhere: Elsewhere,
) -> Result<Changed, Refusal> {
    let read = on_roster::read(tx, import.therapist, &import.etag).await?;
    let hours = read.therapist.hours.clone().with_elsewhere(elsewhere);
    let therapist = Therapist { hours, ..read.therapist.clone() };
    let changed = on_roster::write(deps, tx, therapist, &read, !import.apply).await?;
    audit::write(tx, &AuditEntry { resources: trail::of_change(&changed), ..import.audit.clone() }).await?;
    Ok(changed)
}
