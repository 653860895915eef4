//! What programs ask for, not people: a therapist's calendar, and where a mail server hands over what came back. They get
//! a status and no page.

use axum::http::StatusCode;
use tonic::{Code, Status};

use crate::{routes::Route, rpc};

mod bounces;
mod calendar;

/// A message that came back, whole; the service takes no more at once.
const MOST_OF_A_BOUNCE: usize = 1000 * 1024;

/// Every address for programs.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        Route::get("/calendar/{file}", &[rpc::GET_CALENDAR_FEED], calendar::show),
        Route::post("/bounces", &[rpc::REPORT_BOUNCE], bounces::report).of_at_most(MOST_OF_A_BOUNCE),
    ]
}

/// What the intake service's refusal is over HTTP, where nothing better is known of it.
fn refused(status: &Status) -> StatusCode {
    match status.code() {
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::InvalidArgument => StatusCode::BAD_REQUEST,
        Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::ResourceExhausted => {
            tracing::warn!("the intake service cannot be reached or is busy");
            StatusCode::SERVICE_UNAVAILABLE
        }
        code => {
            tracing::error!(rpc.code = ?code, "the intake service refused a call of ours");
            StatusCode::BAD_GATEWAY
        }
    }
}
