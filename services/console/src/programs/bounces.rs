//! Letters that came back, from the program that gets the mail of the letters' envelope address. It brings the token of
//! the settings (`mail.bounce_token`), which the intake service knows and this one does not.

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use rapport_proto::staff::ReportBounceRequest;

use super::refused;
use crate::{api::bearer, desk::Desk};

/// `POST /bounces` with the message as it came (RFC 3464) and `Authorization: Bearer TOKEN`. Whatever is reported gets the
/// same answer.
pub(super) async fn report(State(desk): State<Desk>, headers: HeaderMap, message: Bytes) -> StatusCode {
    let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = authorization.and_then(|value| value.split_once(' ')).filter(|(scheme, _)| {
        // The scheme's name is case-insensitive (RFC 9110, 11.1).
        scheme.eq_ignore_ascii_case("bearer")
    });
    let Some((_, token)) = token else { return StatusCode::UNAUTHORIZED };
    let report = ReportBounceRequest { message: message.to_vec(), ..ReportBounceRequest::default() };
    let Ok(request) = bearer(token.trim(), report) else { return StatusCode::UNAUTHORIZED };
    match desk.staff.operations().report_bounce(request).await {
        Ok(_) => StatusCode::NO_CONTENT,
        Err(status) => refused(&status),
    }
}
