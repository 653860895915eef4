//! Somebody would rather talk: how to call them, and not one answer. It goes the
//! way of every screening, as one whose questions were all left open, and so a
//! person decides from the first moment on.

use prost::Message;
use rapport_proto::intake as pb;
use rapport_security::Principal;

use crate::{
    Deps, parse, policy,
    protocols::Protocols,
    refusal::Refusal,
    submit_intake::{Door, Read, keep},
};

/// Stores the wish and answers with its name, its token and the promise of the call.
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Protocols,
    request: pb::RequestCallRequest,
) -> Result<pb::RequestCallResponse, Refusal> {
    let digest = deps.store.keyring().request_digest(&request.encode_to_vec());
    let door = Door {
        caller: Principal::Anonymous,
        rpc: policy::REQUEST_CALL,
        by_phone: true,
        answer: Box::new(|_, submitted| answer(submitted)),
    };
    let read = match parse::request_call(&request) {
        Ok(command) => {
            let protocol = protocols.get(&deps.store, deps.practice.protocol.digest()).await?;
            Ok(Read { command, protocol, draft: None, invitation: None })
        }
        Err(problems) => Err(Refusal::Fields(problems)),
    };
    keep(deps, read, &request.request_id, digest, door).await
}

/// Nothing was answered, so no line is shown for an answer: they stand on the page anyway.
fn answer(submitted: pb::SubmitIntakeResponse) -> pb::RequestCallResponse {
    pb::RequestCallResponse {
        intake: submitted.intake,
        status_token: submitted.status_token,
        call_promise: submitted.safety_notice.map(|notice| notice.call_promise).unwrap_or_default(),
    }
}
