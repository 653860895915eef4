//! A submission.

use jiff::civil::Date;
use rapport_domain::{
    intake::{Care, CareWish, IfPartnerSilent, Submission},
    practice::Practice,
    problem::{FieldProblem, FieldProblems},
    protocol::Protocol,
    screening::Answers,
};
use rapport_proto::{enums, intake as pb};
use uuid::Uuid;

use super::{client, consents, contact, preferences, request_id, screenings, token};

/// A submission that was read whole.
pub(crate) struct SubmitIntake {
    pub(crate) request_id: Uuid,
    pub(crate) care: CareWish,
    pub(crate) submission: Submission,
}

/// What a submission is held against.
pub(crate) struct Against<'a> {
    pub(crate) practice: &'a Practice,
    /// What it was answered under; absent where the request names none.
    pub(crate) protocol: Option<&'a Protocol>,
    /// The draft that it finishes: the digest of its protocol, and what it holds.
    pub(crate) draft: Option<(String, Answers)>,
    /// Whether somebody of the practice took it by phone: then there may be no e-mail address.
    pub(crate) by_phone: bool,
    /// The day it is in the practice's zone.
    pub(crate) today: Date,
}

/// Reads a submission.
///
/// # Errors
/// Every field that is wrong.
pub(crate) fn submit_intake(
    request: pb::SubmitIntakeRequest,
    against: Against<'_>,
) -> Result<SubmitIntake, Vec<FieldProblem>> {
    let Against { practice, protocol, draft, by_phone, today } = against;
    let mut problems = FieldProblems::default();
    let id = problems.take("request_id", request_id(&request.request_id));
    let client = match &request.client {
        Some(client) => client::client(client, by_phone, today, &mut problems),
        None => missing("client", &mut problems),
    };
    let contact = match &request.contact {
        Some(contact) => contact::contact(contact, &mut problems),
        None => missing("contact", &mut problems),
    };
    let care = care(&request, &mut problems);
    let wishes = request.preferences.unwrap_or_default();
    let preferences = preferences::preferences(&wishes, practice, &mut problems);
    let consents = consents::consents(&request.consents, practice, &mut problems);
    for (field, text) in [("draft_token", &request.draft_token), ("invitation_token", &request.invitation_token)] {
        problems.take(field, token(text));
    }
    let held = match (protocol, draft) {
        (Some(protocol), Some((digest, _))) if digest != protocol.digest() => {
            problems.add("protocol", "must be the draft's own, as GetDraft gives it");
            Answers::default()
        }
        (_, draft) => draft.map(|(_, answers)| answers).unwrap_or_default(),
    };
    let answers = match protocol {
        Some(protocol) => screenings::screenings(request.screenings, protocol, held, &mut problems),
        None => missing("protocol", &mut problems),
    };
    match (id, client, contact, care, preferences, consents, answers) {
        (
            Some(request_id),
            Some(client),
            Some(contact),
            Some(care),
            Some(preferences),
            Some(consents),
            Some(answers),
        ) if problems.is_empty() => Ok(SubmitIntake {
            request_id,
            care,
            submission: Submission { client, contact, preferences, consents, answers, asked_for_a_call: false },
        }),
        _ => Err(problems.into_vec()),
    }
}

fn missing<T>(field: &str, problems: &mut FieldProblems) -> Option<T> {
    problems.add(field, "must be given");
    None
}

fn care(request: &pb::SubmitIntakeRequest, problems: &mut FieldProblems) -> Option<CareWish> {
    let silent = enums::read::<IfPartnerSilent>(request.if_partner_silent);
    let invited = !request.invitation_token.is_empty();
    match problems.take("care", enums::read::<Care>(request.care))? {
        // The partner who invited is there already: what they said counts.
        Care::Couple if invited && request.if_partner_silent == 0 => Some(CareWish::Couple(IfPartnerSilent::CallMe)),
        Care::Couple => problems.take("if_partner_silent", silent).map(CareWish::Couple),
        Care::Individual if invited => {
            problems.add("care", "must be CARE_COUPLE where an invitation_token is given");
            None
        }
        Care::Individual if request.if_partner_silent == 0 => Some(CareWish::Individual),
        Care::Individual => {
            problems.add("if_partner_silent", "must be left out where care is CARE_INDIVIDUAL");
            None
        }
    }
}
