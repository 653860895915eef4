//! What keeps the house running, as staff read it.

use jiff::Timestamp;
use rapport_domain::health::{Finding, worst};
use rapport_messaging::{DeadLetter, DeadLetterName, topology};
use rapport_proto::{enums, event, staff as pb, time};
use rapport_security::Role;

use crate::policy::sees_cases;

/// The light, and what is behind it.
pub(crate) fn health(findings: &[Finding], now: Timestamp) -> pb::Health {
    pb::Health {
        severity: enums::number(worst(findings)),
        checks: findings.iter().map(check).collect(),
        check_time: Some(time::to_message(now)),
    }
}

fn check(finding: &Finding) -> pb::HealthCheck {
    pb::HealthCheck {
        check: finding.check.to_owned(),
        severity: enums::number(finding.severity),
        finding: finding.found.clone(),
        to_do: finding.to_do.to_owned(),
        count: i64::try_from(finding.count).unwrap_or(i64::MAX),
        oldest_time: finding.oldest.map(time::to_message),
    }
}

/// An event that nobody could handle, as this role may see it.
pub(crate) fn dead_letter(letter: &DeadLetter, role: Role) -> pb::DeadLetter {
    let event = event::decode(&letter.body).ok();
    let about = event.as_ref().filter(|_| sees_cases(role)).map(|event| event.fact.about());
    pb::DeadLetter {
        name: DeadLetterName::of(letter).map(|name| name.to_string()).unwrap_or_default(),
        queue: letter.queue.to_owned(),
        topic: letter.routing_key.clone(),
        attempts: i32::try_from(letter.attempts).unwrap_or(i32::MAX),
        cause: letter.cause.clone(),
        meaning: topology::named(letter.queue).map_or("", |queue| queue.stands_still).to_owned(),
        occur_time: event.map(|event| time::to_message(event.occurred_at)),
        about: about.unwrap_or_default(),
    }
}
