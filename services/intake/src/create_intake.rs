//! Somebody called instead of writing: their screening, taken by phone. It goes
//! the way of every other one; only the e-mail address may be missing.

use prost::Message;
use rapport_domain::problem::FieldProblem;
use rapport_proto::{intake, staff as pb};
use rapport_security::{Principal, StaffPrincipal};

use crate::{
    Deps, policy,
    protocols::Protocols,
    refusal::Refusal,
    submit_intake::{Door, store},
};

/// Stores it, and answers with what is to be read to the client at once.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    staff: &StaffPrincipal,
    mut request: pb::CreateIntakeRequest,
) -> Result<pb::CreateIntakeResponse, Refusal> {
    let digest = deps.store.keyring().request_digest(&request.encode_to_vec());
    let mut screening = request.intake.take().ok_or_else(|| Refusal::field("intake", "must be given"))?;
    left_empty(&screening)?;
    screening.request_id = request.request_id;
    let status_page = request.status_page;
    let door = Door {
        caller: Principal::Staff(staff.clone()),
        rpc: policy::CREATE_INTAKE,
        by_phone: true,
        answer: Box::new(move |case, submitted| answer(case.to_string(), submitted, status_page)),
    };
    store(deps, protocols, screening, digest, door).await.map_err(below_intake)
}

/// Nobody who calls has a draft or a link; both are for pages.
fn left_empty(screening: &intake::SubmitIntakeRequest) -> Result<(), Refusal> {
    let fields = [
        ("request_id", &screening.request_id),
        ("draft_token", &screening.draft_token),
        ("invitation_token", &screening.invitation_token),
    ];
    let given = fields.into_iter().filter(|(_, text)| !text.is_empty());
    let description = "must be left empty".to_owned();
    let problems: Vec<_> = given
        .map(|(field, _)| FieldProblem { field: format!("intake.{field}"), description: description.clone() })
        .collect();
    if problems.is_empty() { Ok(()) } else { Err(Refusal::Fields(problems)) }
}

fn answer(case_name: String, submitted: intake::SubmitIntakeResponse, status_page: bool) -> pb::CreateIntakeResponse {
    pb::CreateIntakeResponse {
        intake: submitted.intake,
        case_name,
        safety_notice: submitted.safety_notice,
        status_token: if status_page { submitted.status_token } else { String::new() },
    }
}

/// The fields' paths as this request has them.
fn below_intake(refusal: Refusal) -> Refusal {
    let Refusal::Fields(mut problems) = refusal else { return refusal };
    for problem in problems.iter_mut().filter(|problem| problem.field != "request_id") {
        problem.field.insert_str(0, "intake.");
    }
    Refusal::Fields(problems)
}
