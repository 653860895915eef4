//! "Leave now": this device forgets the form, and the weather is shown.
//!
//! The script does the same at once and tells this page behind its back; without
//! one, the answer leads away by itself. A redirect would not: what a form may
//! send to is held to our own address by the policy of `headers`, also on the way.

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

use crate::{cookies::SetCookies, shell::AWAY};

/// `POST /leave`
pub(crate) async fn leave() -> Response {
    // Nothing to read: not even our own style, so that the page is gone before anybody looks.
    let body = format!("<!DOCTYPE html><html lang=\"en\"><title>…</title><p><a href=\"{AWAY}\">{AWAY}</a></p></html>");
    let mut response = Html(body).into_response();
    let headers = response.headers_mut();
    headers.extend(HeaderValue::try_from(format!("0; url={AWAY}")).map(|value| (header::REFRESH, value)));
    headers.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"cookies\", \"storage\""));
    SetCookies::forget_all().into_headers(headers);
    response
}
