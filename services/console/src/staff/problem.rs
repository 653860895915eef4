//! Why a page of staff's cannot be shown, and what it says then: what happened, and what to do.
//!
//! A handler's error travels in the response's extensions to [`tell`].

use std::time::Duration;

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use rapport_proto::errors::Reason;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{
    shell::Shell,
    sign_in,
    signed_in::{BACKGROUND, Staff},
    words,
};
use crate::{
    cookies::Cookie,
    desk::Desk,
    problem::{Problem as Plain, reason, unsaid},
    shell::page,
    visitor::Visitor,
};

/// Why. It never holds what somebody typed.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// Nobody is signed in, or their session has ended.
    SignedOut,
    /// Their role may not do this.
    Forbidden,
    /// Somebody changed it since it was read, and the page has no better answer.
    Changed,
    /// It stands otherwise than the action needs; `None` where the service gave no reason that we know.
    Refused(Option<Reason>),
    /// What any page can meet.
    Plain(Plain),
}

/// A heading and what to do.
pub(super) struct Saying {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
}

impl Problem {
    /// There is nothing by this name, or in this place.
    pub(crate) const NOT_FOUND: Self = Self::Plain(Plain::NotFound);
    /// Our fault.
    pub(crate) const OURS: Self = Self::Plain(Plain::Ours);

    const fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Changed | Self::Refused(_) => StatusCode::CONFLICT,
            Self::Plain(Plain::Closed | Plain::FormGone) => StatusCode::NOT_FOUND,
            Self::Plain(plain) => plain.status(),
        }
    }
}

impl From<Plain> for Problem {
    fn from(plain: Plain) -> Self {
        Self::Plain(plain)
    }
}

/// What the service said, where a page has no better answer to it.
impl From<Status> for Problem {
    fn from(status: Status) -> Self {
        match status.code() {
            Code::Unauthenticated => Self::SignedOut,
            Code::PermissionDenied => Self::Forbidden,
            Code::NotFound => Self::NOT_FOUND,
            Code::Aborted => Self::Changed,
            Code::FailedPrecondition | Code::AlreadyExists => Self::Refused(reason(&status)),
            Code::InvalidArgument if reason(&status) == Some(Reason::RequestIdReused) => Self::Refused(reason(&status)),
            Code::Unavailable | Code::DeadlineExceeded | Code::Cancelled | Code::ResourceExhausted => {
                let wait = status.get_details_retry_info().and_then(|info| info.retry_delay);
                Self::Plain(Plain::Away(wait.as_ref().map_or(5, Duration::as_secs).clamp(1, 300)))
            }
            _ => Self::Plain(Plain::from(status)),
        }
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
#[template(path = "staff/problem.html")]
struct ProblemPage {
    shell: Shell,
    says: Saying,
    /// Where somebody goes on, and what that is called.
    onward: (String, &'static str),
}

#[derive(Template)]
#[template(path = "staff/arriving.html")]
struct Arriving {
    shell: Shell,
    path: String,
}

/// What a request was, for whoever has to answer instead of its page.
struct Asked {
    method: Method,
    headers: HeaderMap,
    /// Path and filters; what somebody searched for is never in an address.
    address: String,
}

/// Writes the page for whatever a handler, or a layer below this one, could not do.
pub(crate) async fn tell(desk: &Desk, visitor: Visitor, request: Request, next: Next) -> Response {
    let asked = Asked {
        method: request.method().clone(),
        headers: request.headers().clone(),
        address: request.uri().path_and_query().map_or_else(String::new, ToString::to_string),
    };
    let response = next.run(request).await;
    let Some(problem) = of(&response) else { return response };
    match problem {
        Problem::SignedOut if asked.method == Method::GET && !asked.headers.contains_key(BACKGROUND) => {
            if came_from_elsewhere(&asked.headers) {
                arrive(desk, asked.address).await
            } else {
                to_sign_in(&asked.address)
            }
        }
        problem => write(desk, &visitor, &problem).await,
    }
}

/// What a handler, or a layer around it, could not do.
fn of(response: &Response) -> Option<Problem> {
    let extensions = response.extensions();
    let told = extensions.get::<Problem>().cloned();
    let plain = || extensions.get::<Plain>().cloned().map(Problem::Plain);
    // A page that says itself what is the matter has its own status.
    let unsaid = || unsaid(response).filter(|_| !is_page(response)).map(Problem::Plain);
    told.or_else(plain).or_else(unsaid)
}

fn is_page(response: &Response) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// A `SameSite=Strict` cookie does not come with the first request of a link that another site's page holds, and so not
/// with any redirect of ours: a page that asks again by itself is our own, and brings it.
pub(super) async fn arrive(desk: &Desk, path: String) -> Response {
    let refresh = HeaderValue::try_from(format!("0; url={path}"));
    let mut response = page(&Arriving { shell: Shell::of_nobody(desk).await, path });
    if let Ok(refresh) = refresh {
        response.headers_mut().insert(HeaderName::from_static("refresh"), refresh);
    }
    response
}

fn came_from_elsewhere(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site")
}

fn to_sign_in(address: &str) -> Response {
    let back: String = form_urlencoded::Serializer::new(String::new()).append_pair("back", address).finish();
    let query = if address == "/staff" { String::new() } else { format!("?{back}") };
    Redirect::to(&format!("{}{query}", sign_in::PATH)).into_response()
}

async fn write(desk: &Desk, visitor: &Visitor, problem: &Problem) -> Response {
    if let Problem::Plain(Plain::Away(_)) = problem {
        tracing::warn!("the intake service cannot be reached or is busy");
    }
    let signed_in = match (problem, visitor.cookies.get(Cookie::Staff)) {
        (Problem::SignedOut | Problem::Plain(Plain::Away(_)), _) | (_, None) => None,
        (_, Some(token)) => Staff::of(desk, token, true, &visitor.path).await.ok(),
    };
    let shell = match &signed_in {
        Some(staff) => Shell::of(desk, staff).await,
        None => Shell::of_nobody(desk).await,
    };
    let onward = match (problem, &signed_in) {
        (Problem::SignedOut, _) => (sign_in::PATH.to_owned(), "Sign in"),
        (_, Some(staff)) => (staff.home().to_owned(), "To the start"),
        (_, None) => ("/staff".to_owned(), "Try again"),
    };
    let mut told = page(&ProblemPage { shell, says: words::problem(problem), onward });
    *told.status_mut() = problem.status();
    if let Problem::Plain(Plain::Away(seconds)) = problem {
        told.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    told
}
