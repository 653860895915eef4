//! A wish to be called before any question.

use rapport_domain::{
    contact::{Client, Contact, Language, Line, Mailbox, Name, Phone},
    intake::{CareWish, Preferences, Submission},
    problem::{FieldProblem, FieldProblems},
    screening::Answers,
};
use rapport_proto::intake as pb;

use super::{SubmitIntake, client::optional, request_id, windows};

/// Reads it as a submission in which nothing but how to call was asked. Whom the care is for is not known: one person
/// has asked for one call.
///
/// # Errors
/// Every field that is wrong.
pub(crate) fn request_call(request: &pb::RequestCallRequest) -> Result<SubmitIntake, Vec<FieldProblem>> {
    let mut problems = FieldProblems::default();
    let id = problems.take("request_id", request_id(&request.request_id));
    let given_name = problems.take("given_name", Name::parse(&request.given_name));
    let family_name = problems.take("family_name", Name::parse(&request.family_name));
    let phone = problems.take("phone", Phone::parse(&request.phone));
    let language = match request.language.as_str() {
        "" => Some(Language::default()),
        tag => problems.take("language", Language::parse(tag)),
    };
    let safe_hours = windows("safe_hours", &request.safe_hours, &mut problems);
    let introduce_as = problems.take("introduce_as", optional(&request.introduce_as, Line::parse));
    match (id, given_name, family_name, phone, language, introduce_as) {
        (Some(request_id), Some(given_name), Some(family_name), Some(phone), Some(language), Some(introduce_as))
            if problems.is_empty() =>
        {
            let client = Client {
                given_name,
                family_name,
                email: None,
                phone,
                date_of_birth: None,
                pronouns: None,
                language,
                residence_state: None,
            };
            // Nothing is written to them; should they give an address later, they say then who reads it.
            let mailbox = Mailbox::Shared;
            let contact = Contact { mailbox, voicemail_ok: request.voicemail_ok, safe_hours, introduce_as, pin: None };
            let submission = Submission {
                client,
                contact,
                preferences: Preferences::default(),
                consents: Vec::new(),
                answers: Answers::default(),
                asked_for_a_call: true,
            };
            Ok(SubmitIntake { request_id, care: CareWish::Individual, submission })
        }
        _ => Err(problems.into_vec()),
    }
}
