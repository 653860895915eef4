//! Files to try, and since when.

use std::sync::Arc;

use jiff::Timestamp;
use rapport_domain::{
    problem::{FieldProblem, FileProblem, Severity},
    protocol::{Files, Protocol},
};
use rapport_proto::{staff as pb, time};

use crate::refusal::Refusal;

/// The files as a protocol, loaded where nothing else waits, or all that is wrong with them.
pub(crate) async fn replay_protocol(
    request: pb::ReplayProtocolRequest,
) -> Result<(Arc<Protocol>, Option<Timestamp>), Refusal> {
    let since = match request.since_time {
        None => None,
        Some(since) => {
            let since = time::from_message(&since);
            Some(since.ok_or_else(|| Refusal::field("since_time", "must be an instant between the years 1 and 9999"))?)
        }
    };
    let files: Files = request.files.into_iter().collect();
    let loaded = tokio::task::spawn_blocking(move || Protocol::load(&files)).await;
    match loaded.map_err(|_| Refusal::Internal("reading the files to try panicked"))? {
        Ok(loaded) => Ok((Arc::new(loaded.value), since)),
        Err(problems) => {
            let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
            Err(Refusal::Fields(errors.map(field).collect()))
        }
    }
}

/// `files["triage.yaml"]`: `9:12: what, hint`.
fn field(problem: &FileProblem) -> FieldProblem {
    let hint = if problem.hint.is_empty() { String::new() } else { format!(", {}", problem.hint) };
    FieldProblem {
        field: format!("files[{:?}]", problem.file),
        description: format!("{}:{}: {}{hint}", problem.line, problem.column, problem.what),
    }
}
