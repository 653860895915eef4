//! Lets nobody come to a page who may not make every call that it is made of, before anything of it is read. Whether a call
//! is about a case of theirs, the service says when it is made.

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use super::{places::PLACES, problem::Problem, rpc::Rpc, signed_in::Staff};
use crate::desk::Desk;

/// Goes on with whoever may make all of these calls.
pub(crate) async fn admit(
    State((desk, calls)): State<(Desk, &'static [Rpc])>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let staff = Staff::from_request_parts(&mut parts, &desk).await?;
    if !calls.iter().all(|call| staff.may(*call)) {
        // The address that everybody knows: whoever has no queue starts elsewhere.
        let start = PLACES.first().is_some_and(|queue| queue.path == parts.uri.path());
        return if start { Ok(Redirect::to(staff.home()).into_response()) } else { Err(Problem::Forbidden) };
    }
    parts.extensions.insert(staff);
    Ok(next.run(Request::from_parts(parts, body)).await)
}
