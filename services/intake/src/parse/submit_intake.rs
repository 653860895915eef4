//! A submission.

use jiff::civil::Date;
use rapport_domain::{
    intake::{Care, CareWish, IfPartnerSilent, Submission},
    practice::Practice,
    problem::{FieldProblem, FieldProblems},
    protocol::Protocol,
};
use rapport_proto::{enums, intake as pb};
use uuid::Uuid;

use super::{client, consents, contact, preferences, request_id, screenings};

/// A submission that was read whole.
pub(crate) struct SubmitIntake {
    pub(crate) request_id: Uuid,
    pub(crate) care: CareWish,
    pub(crate) submission: Submission,
}

/// Reads a submission that was answered under `protocol`, which is absent where the request names none.
///
/// # Errors
/// Every field that is wrong.
pub(crate) fn submit_intake(
    request: pb::SubmitIntakeRequest,
    practice: &Practice,
    protocol: Option<&Protocol>,
    today: Date,
) -> Result<SubmitIntake, Vec<FieldProblem>> {
    let mut problems = FieldProblems::default();
    let id = problems.take("request_id", request_id(&request.request_id));
    let client = match &request.client {
        Some(client) => client::client(client, today, &mut problems),
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
    let answers = match protocol {
        Some(protocol) => screenings::screenings(request.screenings, protocol, &mut problems),
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
            submission: Submission { client, contact, preferences, consents, answers },
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
    match problems.take("care", enums::read::<Care>(request.care))? {
        Care::Couple => problems.take("if_partner_silent", silent).map(CareWish::Couple),
        Care::Individual if request.if_partner_silent == 0 => Some(CareWish::Individual),
        Care::Individual => {
            problems.add("if_partner_silent", "must be left out where care is CARE_INDIVIDUAL");
            None
        }
    }
}
