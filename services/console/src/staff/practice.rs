//! What decides: the files in force, or an older protocol's by which a case was decided; and what changed ones would have
//! decided for the people who came before.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use rapport_proto::{
    staff::{
        GetProtocolRequest, GetProtocolResponse, ReplayChange, ReplayDifference, ReplayProtocolRequest, ReplaySummary,
        ReplayVerdict, Urgency, replay_protocol_response::Step,
    },
    time,
};
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{clock::Clock, problem::Problem, rpc, shell::Shell, signed_in::Staff};
use crate::{desk::Desk, form::Form, shell::page};

/// Changes that a page shows; the counters count all.
const MOST_CHANGES: usize = 100;
/// The file that is most often changed, and the one that is shown open.
const RULES: &str = "triage.yaml";

/// Urgencies from the strictest, as the matrix has them.
const URGENCIES: [(Urgency, &str); 4] = [
    (Urgency::Immediate, "IMMEDIATE"),
    (Urgency::Urgent, "URGENT"),
    (Urgency::Priority, "PRIORITY"),
    (Urgency::Routine, "ROUTINE"),
];

#[derive(Template)]
#[template(path = "staff/practice.html")]
struct PracticePage {
    shell: Shell,
    digest: String,
    in_force: bool,
    files: Vec<(String, String)>,
    /// The rules as they were typed, where they were; else as they are.
    draft: String,
    since: String,
    problems: Vec<String>,
    replays: bool,
    letters: bool,
}

#[derive(Template)]
#[template(path = "staff/replayed.html")]
struct ReplayedPage {
    shell: Shell,
    summary: ReplaySummary,
    /// A row for each urgency before, with how many would have each afterwards.
    matrix: Vec<(&'static str, Vec<(i64, bool)>)>,
    changes: Vec<Change>,
    /// Changes that are only counted.
    more: i64,
    draft: String,
    since: String,
}

struct Change {
    case: String,
    before: String,
    after: String,
    /// "rules: +adults −court"
    differences: Vec<String>,
}

/// `GET /staff/practice?digest=…`
pub(crate) async fn show(
    State(desk): State<Desk>,
    staff: Staff,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let digest = Form::of_query(query.as_deref()).text("digest").to_owned();
    let protocol = read(&desk, &staff, digest).await?;
    let draft = protocol.files.get(RULES).cloned().unwrap_or_default();
    Ok(write(&desk, &staff, protocol, draft, String::new(), Vec::new()).await)
}

/// `POST /staff/practice/replay`: the files in force with these rules, over everybody since a day. Nothing is changed.
pub(crate) async fn replay(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let (draft, since) = (sent.text("rules").to_owned(), sent.text("since").trim().to_owned());
    let clock = Clock::of(&desk).await?;
    let since_time = clock.day(&since).map(time::to_message);
    let mut protocol = read(&desk, &staff, String::new()).await?;
    if since_time.is_none() && !since.is_empty() {
        let problems = vec!["The day must be one like 2026-11-29.".to_owned()];
        return Ok(refuse(&desk, &staff, protocol, draft, since, problems).await);
    }
    let mut files: BTreeMap<_, _> = std::mem::take(&mut protocol.files).into_iter().collect();
    files.insert(RULES.to_owned(), draft.clone());
    let request = ReplayProtocolRequest { files: files.clone().into_iter().collect(), since_time };
    match told(&desk, &staff, request).await? {
        Ok((changes, summary)) => Ok(page(&ReplayedPage {
            shell: Shell::of(&desk, &staff).await,
            matrix: matrix(&summary),
            more: summary.changed.saturating_sub(i64::try_from(changes.len()).unwrap_or(i64::MAX)),
            changes,
            summary,
            draft,
            since,
        })),
        Err(problems) => {
            protocol.files = files.into_iter().collect();
            Ok(refuse(&desk, &staff, protocol, draft, since, problems).await)
        }
    }
}

async fn read(desk: &Desk, staff: &Staff, digest: String) -> Result<GetProtocolResponse, Problem> {
    Ok(desk.staff.protocol().get_protocol(staff.ask(GetProtocolRequest { digest })?).await?.into_inner())
}

type Told = (Vec<Change>, ReplaySummary);

/// The whole replay; or what is wrong with the files, a sentence each.
async fn told(
    desk: &Desk,
    staff: &Staff,
    request: ReplayProtocolRequest,
) -> Result<Result<Told, Vec<String>>, Problem> {
    // As long as it takes: it has no deadline, and whoever leaves ends it.
    let mut steps = match desk.staff.protocol().replay_protocol(staff.ask_stream(request)?).await {
        Ok(steps) => steps.into_inner(),
        Err(status) => return wrong(status).map(Err),
    };
    let mut changes = Vec::new();
    loop {
        match steps.message().await {
            Ok(Some(step)) => match step.step {
                Some(Step::Change(change)) if changes.len() < MOST_CHANGES => changes.push(Change::of(change)),
                Some(Step::Summary(summary)) => return Ok(Ok((changes, summary))),
                _ => {}
            },
            Ok(None) => return Err(Problem::OURS),
            Err(status) => return wrong(status).map(Err),
        }
    }
}

fn wrong(status: Status) -> Result<Vec<String>, Problem> {
    let bad = match status.code() {
        Code::InvalidArgument => status.get_details_bad_request(),
        _ => None,
    };
    let Some(bad) = bad else { return Err(status.into()) };
    let file = |field: &str| field.split('"').nth(1).unwrap_or(field).to_owned();
    Ok(bad.field_violations.into_iter().map(|it| format!("{}:{}", file(&it.field), it.description)).collect())
}

async fn refuse(
    desk: &Desk,
    staff: &Staff,
    protocol: GetProtocolResponse,
    draft: String,
    since: String,
    problems: Vec<String>,
) -> Response {
    let written = write(desk, staff, protocol, draft, since, problems).await;
    (StatusCode::UNPROCESSABLE_ENTITY, written).into_response()
}

async fn write(
    desk: &Desk,
    staff: &Staff,
    protocol: GetProtocolResponse,
    draft: String,
    since: String,
    problems: Vec<String>,
) -> Response {
    let mut files: Vec<_> = protocol.files.into_iter().collect();
    // The rules first, then by name.
    files.sort_by_key(|(name, _)| (name != RULES, name.clone()));
    page(&PracticePage {
        shell: Shell::of(desk, staff).await,
        digest: protocol.digest,
        in_force: protocol.in_force,
        files,
        draft,
        since,
        problems,
        replays: staff.may(rpc::REPLAY_PROTOCOL),
        letters: staff.may(rpc::LIST_LETTER_PREVIEWS),
    })
}

fn matrix(summary: &ReplaySummary) -> Vec<(&'static str, Vec<(i64, bool)>)> {
    let count = |before: Urgency, after: Urgency| {
        let cell = summary.matrix.iter().find(|cell| cell.before() == before && cell.after() == after);
        (cell.map_or(0, |cell| cell.intakes), before != after)
    };
    URGENCIES
        .iter()
        .map(|(before, name)| (*name, URGENCIES.iter().map(|(after, _)| count(*before, *after)).collect()))
        .collect()
}

impl Change {
    fn of(change: ReplayChange) -> Self {
        let told = [
            ("rules", change.rules),
            ("small steps", change.advice),
            ("needs", change.needs),
            ("told", change.notify),
            ("reports", change.reports),
        ];
        let mut differences: Vec<_> = told.into_iter().filter_map(|(what, it)| difference(what, it?)).collect();
        if !change.altered_rules.is_empty() {
            differences.push(format!("asks for something else: {}", change.altered_rules.join(", ")));
        }
        Self {
            case: change.case_name,
            before: change.before.as_ref().map(verdict).unwrap_or_default(),
            after: change.after.as_ref().map(verdict).unwrap_or_default(),
            differences,
        }
    }
}

fn difference(what: &str, it: ReplayDifference) -> Option<String> {
    let now = it.now.iter().map(|id| format!("+{id}"));
    let ids: Vec<_> = now.chain(it.no_longer.iter().map(|id| format!("−{id}"))).collect();
    (!ids.is_empty()).then(|| format!("{what}: {}", ids.join(" ")))
}

fn verdict(it: &ReplayVerdict) -> String {
    let urgency = URGENCIES.iter().find(|(of, _)| *of == it.urgency()).map_or("", |(_, name)| *name);
    let clinician = if it.clinician_only { ", clinician" } else { "" };
    format!("{urgency}{clinician}")
}

#[cfg(test)]
mod tests {
    use rapport_proto::staff::ReplayCell;

    use super::*;

    #[test]
    fn the_matrix_has_a_cell_for_every_pair_and_marks_what_would_change() {
        let cell = |before: Urgency, after: Urgency, intakes| ReplayCell {
            before: before.into(),
            after: after.into(),
            intakes,
        };
        let cells = vec![cell(Urgency::Routine, Urgency::Priority, 3), cell(Urgency::Urgent, Urgency::Urgent, 2)];
        let rows = matrix(&ReplaySummary { matrix: cells, ..Default::default() });
        assert_eq!(rows[3], ("ROUTINE", vec![(0, true), (0, true), (3, true), (0, false)]));
        assert_eq!(rows[1].1[1], (2, false));
    }

    #[test]
    fn what_comes_and_what_goes_is_told_by_its_sign() {
        let it = ReplayDifference { now: vec!["adults".to_owned()], no_longer: vec!["court".to_owned()] };
        assert_eq!(difference("rules", it).as_deref(), Some("rules: +adults −court"));
        assert_eq!(difference("rules", ReplayDifference::default()), None);
    }
}
