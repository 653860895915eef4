//! What triage found, for clinicians alone: each piece with whose screening it is known from.

use rapport_domain::{
    id::IntakeId,
    triage::{
        Advice, FiredRule, JointView, Score,
        joint::{Row, Side},
    },
};
use rapport_proto::{enums, staff as pb};

use super::{Sources, Triaged};

/// The rules, scores and small steps of all of a case's results.
pub(super) fn findings(
    results: &[Triaged],
    sources: &Sources,
) -> (Vec<pb::FiredRule>, Vec<pb::Score>, Vec<pb::SmallStep>) {
    let (mut rules, mut scores, mut steps) = (Vec::new(), Vec::new(), Vec::new());
    let either_flagged = results.iter().any(|it| it.result.flagged);
    for triaged in results {
        let (intake, result) = (triaged.intake, &triaged.result);
        rules.extend(result.fired.iter().map(|rule| fired_rule(intake, rule, sources)));
        scores.extend(result.scores.iter().map(|score| scored(triaged, score, sources)));
        steps.extend(result.advice_in_case(either_flagged).map(|advice| small_step(intake, advice, sources)));
    }
    (rules, scores, steps)
}

/// Both partners' views side by side.
pub(super) fn joint(first: IntakeId, second: IntakeId, view: &JointView) -> pb::JointView {
    let rows = |rows: &[Row]| rows.iter().map(row).collect();
    let pursuer = view.pursue_and_withdraw.map(|pursuit| match pursuit.pursuer {
        Side::First => first.to_string(),
        Side::Second => second.to_string(),
    });
    pb::JointView {
        first: first.to_string(),
        second: second.to_string(),
        signs: rows(&view.signs),
        drivers: rows(&view.drivers),
        red_flags: rows(&view.red_flags),
        pursuer: pursuer.unwrap_or_default(),
    }
}

fn row(row: &Row) -> pb::JointRow {
    pb::JointRow {
        id: row.id.clone(),
        label: row.label.clone(),
        first: row.first.clone().unwrap_or_default(),
        second: row.second.clone().unwrap_or_default(),
        agree: row.agree,
    }
}

fn fired_rule(intake: IntakeId, rule: &FiredRule, sources: &Sources) -> pb::FiredRule {
    let evidence = rule.evidence.iter().map(|it| pb::Evidence {
        source: it.source.clone(),
        label: it.label.clone(),
        value: it.value.clone(),
    });
    pb::FiredRule {
        rule: rule.rule.clone(),
        urgency: enums::number(rule.urgency),
        because: rule.because.clone(),
        intake: intake.to_string(),
        evidence: evidence.collect(),
        known_only_from: sources.known_only_from(intake),
    }
}

fn scored(triaged: &Triaged, score: &Score, sources: &Sources) -> pb::Score {
    let bands = triaged.protocol.iter().flat_map(|protocol| protocol.score_bands(&score.scale));
    pb::Score {
        scale: score.scale.clone(),
        label: score.label.clone(),
        value: score.value,
        minimum: score.minimum,
        maximum: score.maximum,
        band: score.band_label.clone().or_else(|| score.band.clone()).unwrap_or_default(),
        intake: triaged.intake.to_string(),
        known_only_from: sources.known_only_from(triaged.intake),
        bands: bands.map(|it| pb::ScoreBand { label: it.label, begin: it.begin, end: it.end }).collect(),
    }
}

fn small_step(intake: IntakeId, advice: &Advice, sources: &Sources) -> pb::SmallStep {
    pb::SmallStep {
        step: advice.step.clone(),
        label: advice.label.clone(),
        because: advice.because.clone(),
        intake: intake.to_string(),
        known_only_from: sources.known_only_from(intake),
    }
}
