//! Everything that somebody answered: for a clinician who said why.

use rapport_domain::{intake::Intake, protocol::Protocol};
use rapport_proto::staff as pb;

use super::Sources;

/// One client's answers, under the protocol that they were asked under.
pub(crate) fn revealed(intake: &Intake, protocol: &Protocol, sources: &Sources) -> pb::RevealedScreening {
    let client = &intake.submission.client;
    let answers = protocol.reveal(&intake.submission.answers).into_iter().map(|it| pb::RevealedAnswer {
        questionnaire: it.questionnaire,
        link_id: it.link_id,
        label: it.label,
        value: it.value,
        safety: it.safety,
    });
    pb::RevealedScreening {
        intake: intake.id.to_string(),
        display_name: format!("{} {}", client.given_name.as_str(), client.family_name.as_str()),
        known_only_from: sources.known_only_from(intake.id),
        protocol: intake.protocol.clone(),
        answers: answers.collect(),
    }
}
