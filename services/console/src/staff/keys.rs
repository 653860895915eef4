//! Whether pages listen to single keys: somebody who dictates, or whose hands shake, switches them off.

use axum::{
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};

use super::problem::Problem;
use crate::{
    cookies::{Cookie, Keep, SetCookies},
    form::Form,
    visitor::Visitor,
};

/// On where nobody said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) on: bool,
}

impl Keys {
    pub(crate) fn of(visitor: &Visitor) -> Self {
        Self { on: visitor.cookies.get(Cookie::Keys) != Some("off") }
    }
}

/// `POST /staff/keys`
pub(crate) async fn choose(sent: Form) -> Result<Response, Problem> {
    let mut headers = HeaderMap::new();
    let value = if sent.text("keys") == "off" { "off" } else { "on" };
    SetCookies::default().set(Cookie::Keys, value, Keep::Days(365)).into_headers(&mut headers);
    Ok((headers, Redirect::to("/staff")).into_response())
}
