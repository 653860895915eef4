//! Everybody out of a file in the form of `roster.csv`: what it would do first, and exactly that by a second press.

use askama::Template;
use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::staff::{ImportRosterRequest, ImportRosterResponse, ImportedTherapist, OutsideSession};
use sha2::{Digest, Sha256};

use super::{PATH, file};
use crate::{
    desk::Desk,
    form::Form,
    shell::page,
    staff::{
        clock::{Clock, Moment},
        errors::Errors,
        problem::Problem,
        shell::Shell,
        signed_in::Staff,
    },
};

#[derive(Template)]
#[template(path = "staff/roster_import.html")]
struct ImportPage {
    shell: Shell,
    errors: Errors,
    /// The file's text, to be mended where it stands.
    csv: String,
}

#[derive(Template)]
#[template(path = "staff/roster_imported.html")]
struct ImportedPage {
    shell: Shell,
    /// Whether it was only tried.
    tried: bool,
    /// Whether it was to be done, and would do something else by now than what was shown.
    otherwise: bool,
    found: ImportRosterResponse,
    sessions: Vec<(OutsideSession, Option<Moment>)>,
    /// What to send again to do it.
    csv: String,
    digest: String,
    request_id: String,
}

impl ImportedPage {
    /// Whether anything on the roster would be another.
    fn changes(&self) -> bool {
        self.found.rows.iter().any(|row| row.added || !row.changes.is_empty())
    }
}

/// `GET /staff/roster/import`
pub(crate) async fn show(State(desk): State<Desk>, staff: Staff) -> Result<Response, Problem> {
    Ok(page(&ImportPage { shell: Shell::of(&desk, &staff).await, errors: Errors::default(), csv: String::new() }))
}

/// `POST /staff/roster/import`
pub(crate) async fn import(State(desk): State<Desk>, staff: Staff, sent: Form) -> Result<Response, Problem> {
    let csv = file::text(&sent, "csv").to_owned();
    let found = match read(&desk, &staff, &csv).await? {
        Ok(found) => found,
        Err(errors) => {
            let written = page(&ImportPage { shell: Shell::of(&desk, &staff).await, errors, csv });
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, written).into_response());
        }
    };
    let (sure, digest) = (sent.has("sure"), digest(&found));
    let otherwise = sure && sent.text("digest") != digest;
    if !sure || otherwise {
        return told(&desk, &staff, Told { found, tried: true, otherwise, csv, digest }).await;
    }
    let request = ImportRosterRequest { csv, validate_only: false, request_id: sent.text("request_id").to_owned() };
    let found = desk.staff.roster().import_roster(staff.ask(request)?).await?.into_inner();
    if found.outside.is_empty() {
        return Ok(Redirect::to(PATH).into_response());
    }
    told(&desk, &staff, Told { found, tried: false, otherwise, csv: String::new(), digest }).await
}

/// What it would do, or what is wrong with it, each by its line and column.
async fn read(desk: &Desk, staff: &Staff, csv: &str) -> Result<Result<ImportRosterResponse, Errors>, Problem> {
    if let Some(wrong) = file::wrong(csv) {
        return Ok(Err(Errors::one("csv", wrong)));
    }
    let request = ImportRosterRequest { csv: csv.to_owned(), validate_only: true, request_id: String::new() };
    match desk.staff.roster().import_roster(staff.ask(request)?).await {
        Ok(answer) => Ok(Ok(answer.into_inner())),
        Err(status) => Ok(Err(file::placed(Errors::of_fields(status, &[("csv", "csv")])?))),
    }
}

struct Told {
    found: ImportRosterResponse,
    tried: bool,
    otherwise: bool,
    csv: String,
    digest: String,
}

async fn told(desk: &Desk, staff: &Staff, told: Told) -> Result<Response, Problem> {
    let Told { mut found, tried, otherwise, csv, digest } = told;
    let clock = Clock::of(desk).await?;
    let with_moment = |it: OutsideSession| {
        let at = clock.moment(it.start_time.as_ref());
        (it, at)
    };
    found.warnings = found.warnings.iter().map(|warning| file::place(warning)).collect();
    Ok(page(&ImportedPage {
        shell: Shell::of(desk, staff).await,
        tried,
        otherwise,
        sessions: std::mem::take(&mut found.outside).into_iter().map(with_moment).collect(),
        found,
        csv,
        digest,
        request_id: desk.ids.uuid().to_string(),
    }))
}

/// What was shown, in short: by it the second press knows whether it would still do the same.
fn digest(found: &ImportRosterResponse) -> String {
    let row = |row: &ImportedTherapist| {
        let changes = row.changes.iter().map(|it| [it.column.as_str(), &it.before, &it.after].join("\0"));
        [row.name.as_str(), &row.display_name, if row.added { "added" } else { "" }]
            .into_iter()
            .map(str::to_owned)
            .chain(changes)
            .collect::<Vec<_>>()
            .join("\0")
    };
    let session = |it: &OutsideSession| [it.appointment.as_str(), &it.why].join("\0");
    let shown: Vec<_> = found.rows.iter().map(row).chain(found.outside.iter().map(session)).collect();
    Sha256::digest(shown.join("\0\0")).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use rapport_proto::staff::ImportedChange;

    use super::*;

    #[test]
    fn another_plan_has_another_digest() {
        let row =
            |added, changes| ImportedTherapist { name: "therapists/1".into(), added, changes, ..Default::default() };
        let change = |before: &str, after: &str| {
            let (before, after) = (before.to_owned(), after.to_owned());
            ImportedChange { column: "languages".to_owned(), before, after }
        };
        let of = |rows| digest(&ImportRosterResponse { rows, ..Default::default() });
        let shown = of(vec![row(false, vec![change("en", "en; es")])]);
        assert_eq!(shown, of(vec![row(false, vec![change("en", "en; es")])]));
        for other in [row(true, Vec::new()), row(false, Vec::new()), row(false, vec![change("en; fr", "en; es")])] {
            assert_ne!(shown, of(vec![other]));
        }
    }
}
