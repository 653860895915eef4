//! What a therapist reads before the first session, on one page to print: why they came, what drives it, scores, wishes,
//! what is known from whom, and what not to mention.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use rapport_domain::contact::Language;
use rapport_proto::staff as pb;

use super::{chart, read, say, say::Say};
use crate::{
    desk::Desk,
    shell::page,
    staff::{problem::Problem, queue::line, shell::Shell, signed_in::Staff, words},
};

#[derive(Template)]
#[template(path = "staff/brief.html")]
struct BriefPage {
    shell: Shell,
    id: String,
    case: pb::Case,
    summary: pb::CaseSummary,
    mark: words::Mark,
    care: &'static str,
    scales: Vec<chart::Scale>,
    /// What one of two told and the other must not hear of from us.
    secrets: Vec<(String, String)>,
    printed: String,
    say: Say,
}

/// `GET /staff/cases/{id}/brief`: for those who read answers.
pub(crate) async fn show(State(desk): State<Desk>, staff: Staff, Path(id): Path<String>) -> Result<Response, Problem> {
    let case = read(&desk, &staff, &id).await?;
    let (practice, now) = (desk.board.today(Language::En).await?, desk.clock.now());
    let say = Say::new(&practice, now, &case);
    let summary = case.summary.clone().unwrap_or_default();
    Ok(page(&BriefPage {
        shell: Shell::of(&desk, &staff).await,
        id,
        mark: words::urgency(summary.urgency()),
        care: line::care(summary.care()),
        scales: chart::scales(&case),
        secrets: secrets(&case),
        printed: say.at(now),
        say,
        summary,
        case,
    }))
}

fn secrets(case: &pb::Case) -> Vec<(String, String)> {
    let told = case.fired_rules.iter().filter(|rule| !rule.known_only_from.is_empty());
    told.map(|rule| (rule.because.clone(), rule.known_only_from.clone())).collect()
}
