//! Why a page cannot be shown, and what it says then: what happened, that nothing
//! is lost, what to do, whom to call.
//!
//! A handler's error travels in the response's extensions to [`tell`], which knows the visitor.

use std::time::Duration;

use askama::Template;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use rapport_proto::errors::Reason;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use crate::{
    cookies::{Cookie, SetCookies},
    desk::Desk,
    shell::{Shell, page},
    staff,
    visitor::Visitor,
    words,
};

/// Why. It never holds what somebody typed.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// No such page.
    NotFound,
    /// The link or the session behind it does not open anything (any more).
    Closed,
    /// The form that this device kept a token of was sent, or its time is over.
    FormGone,
    /// The intake service cannot be reached, or is busy; seconds after which to try again.
    Away(u64),
    /// A form came from another site's page.
    Foreign,
    /// What was sent is no form.
    NoForm,
    /// What was sent is too much.
    TooLong,
    /// Our fault.
    Ours,
}

impl Problem {
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Closed | Self::FormGone => StatusCode::GONE,
            Self::Away(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::NoForm => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Ours => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn words(&self, words: &'static words::Problems) -> &'static words::Saying {
        match self {
            Self::NotFound => &words.not_found,
            Self::Closed => &words.closed,
            Self::FormGone => &words.form_gone,
            Self::Away(_) => &words.away,
            Self::Foreign | Self::NoForm => &words.foreign,
            Self::TooLong => &words.too_long,
            Self::Ours => &words.ours,
        }
    }
}

/// What the intake service said, where a page has no better answer to it.
impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::Unauthenticated | Code::NotFound => Self::Closed,
            // No page or form of ours says what the service cannot read: this one was made by hand.
            Code::InvalidArgument => {
                tracing::warn!("the intake service could not read what an address or a form of somebody's said");
                Self::NotFound
            }
            // Aborted: others changed the same thing again and again; that passes too.
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::ResourceExhausted | Code::Aborted => {
                let wait = status.get_details_retry_info().and_then(|info| info.retry_delay);
                Self::Away(wait.as_ref().map_or(5, Duration::as_secs).clamp(1, 300))
            }
            code => {
                tracing::error!(rpc.code = ?code, rpc.reason = reason_text(&status), "the intake service refused a call of ours");
                Self::Ours
            }
        }
    }
}

/// The reason that the contract documents; `None` where there is none.
pub(crate) fn reason(status: &Status) -> Option<Reason> {
    Reason::from_str_name(&format!("REASON_{}", status.get_details_error_info()?.reason))
}

fn reason_text(status: &Status) -> String {
    status.get_details_error_info().map(|info| info.reason).unwrap_or_default()
}

impl From<askama::Error> for Problem {
    fn from(_: askama::Error) -> Self {
        tracing::error!("a page of ours cannot be written");
        Self::Ours
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    shell: Shell,
    says: &'static words::Saying,
    w: &'static words::Problems,
}

/// Writes the page for whatever a handler, or a layer below this one, could not do.
pub(crate) async fn tell(State(desk): State<Desk>, visitor: Visitor, request: Request, next: Next) -> Response {
    if staff::routes::holds(request.uri().path()) {
        return staff::problem::tell(&desk, visitor, request, next).await;
    }
    let response = next.run(request).await;
    let bare = response.extensions().get::<Problem>().cloned().or_else(|| unsaid(&response));
    let Some(problem) = bare else { return response };
    if matches!(problem, Problem::Away(_)) {
        tracing::warn!("the intake service cannot be reached or is busy");
    }
    let shell = Shell::of_last(&desk, &visitor);
    let w = &visitor.words().problems;
    let mut told = page(&ProblemPage { shell, says: problem.words(w), w }).into_response();
    *told.status_mut() = problem.status();
    match problem {
        Problem::Away(seconds) => {
            told.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Problem::FormGone => {
            SetCookies::default().forget(Cookie::Draft).forget(Cookie::Way).into_headers(told.headers_mut());
        }
        _ => {}
    }
    told
}

/// What layers refuse without a word: a foreign form, a method that a page does not have, a panic.
pub(crate) fn unsaid(response: &Response) -> Option<Problem> {
    match response.status() {
        StatusCode::FORBIDDEN => Some(Problem::Foreign),
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::NotFound),
        StatusCode::INTERNAL_SERVER_ERROR => Some(Problem::Ours),
        _ => None,
    }
}
