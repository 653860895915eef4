//! Who asks: a member of staff, as the service knows their session.

use std::collections::BTreeSet;

use axum::{extract::FromRequestParts, http::request::Parts};
use jiff::Timestamp;
use rapport_proto::{
    staff::{Account, GetSessionRequest, StaffRole},
    time,
};
use tonic::{Request, metadata::MetadataValue};

use super::{places::PLACES, problem::Problem, rpc::Rpc};
use crate::{
    api::{bearer, bearer_stream},
    cookies::{Cookie, Cookies},
    desk::Desk,
};

/// What a script sends with everything that a page asks by itself, and what we pass on: it keeps no session open.
pub(crate) const BACKGROUND: &str = "x-rapport-background";

/// Somebody signed in. It holds their token, so it has no `Debug`.
#[derive(Clone)]
pub(crate) struct Staff {
    token: String,
    pub(crate) account: Account,
    /// When the session ends if nobody works with it.
    pub(crate) idle_end: Option<Timestamp>,
    may: BTreeSet<String>,
    background: bool,
    /// The page that they look at.
    pub(crate) path: String,
}

impl Staff {
    /// Whoever this token belongs to.
    pub(crate) async fn of(desk: &Desk, token: &str, background: bool, path: &str) -> Result<Self, Problem> {
        let request = bearer(token, GetSessionRequest {})?;
        let session = desk.staff.accounts().get_session(request).await?.into_inner();
        Ok(Self {
            token: token.to_owned(),
            account: session.account.unwrap_or_default(),
            idle_end: session.idle_expire_time.as_ref().and_then(time::from_message),
            may: session.methods.into_iter().collect(),
            background,
            path: path.to_owned(),
        })
    }

    /// Somebody who may call these.
    #[cfg(test)]
    pub(crate) fn sample(role: StaffRole, may: &[Rpc]) -> Self {
        Self {
            token: String::new(),
            account: Account { display_name: "Sam".to_owned(), role: role.into(), ..Account::default() },
            idle_end: None,
            may: may.iter().map(|rpc| rpc.full_name()).collect(),
            background: false,
            path: "/staff".to_owned(),
        }
    }

    /// A call of theirs.
    pub(crate) fn ask<T>(&self, message: T) -> Result<Request<T>, Problem> {
        Ok(self.mark(bearer(&self.token, message)?))
    }

    /// The same for a stream, which has no deadline.
    pub(crate) fn ask_stream<T>(&self, message: T) -> Result<Request<T>, Problem> {
        Ok(self.mark(bearer_stream(&self.token, message)?))
    }

    /// Themselves, asking what keeps no session open.
    pub(crate) fn in_background(&self) -> Self {
        Self { background: true, ..self.clone() }
    }

    /// The same session as it stands now.
    pub(crate) async fn again(&self, desk: &Desk) -> Result<Self, Problem> {
        Self::of(desk, &self.token, self.background, &self.path).await
    }

    /// Whether the service lets their role call it; with which case, it says when it is called.
    pub(crate) fn may(&self, rpc: Rpc) -> bool {
        self.may.contains(&rpc.full_name())
    }

    /// Whether the page asks by itself, and nobody looks anew.
    pub(crate) const fn asks_by_itself(&self) -> bool {
        self.background
    }

    /// Whether they are a clinician: pages word some things otherwise for one.
    pub(crate) fn is_clinician(&self) -> bool {
        self.account.role() == StaffRole::Clinician
    }

    /// What they may do, in a word.
    pub(crate) fn role(&self) -> &'static str {
        super::words::role(self.account.role())
    }

    /// Where they start.
    pub(crate) fn home(&self) -> &'static str {
        PLACES.iter().find(|place| self.may(place.by)).map_or("/staff/account", |place| place.path)
    }

    fn mark<T>(&self, mut request: Request<T>) -> Request<T> {
        if self.background {
            request.metadata_mut().insert(BACKGROUND, MetadataValue::from_static("1"));
        }
        request
    }
}

impl FromRequestParts<Desk> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let cookies = Cookies::read(&parts.headers);
        let Some(token) = cookies.get(Cookie::Staff) else { return Err(Problem::SignedOut) };
        let background = parts.headers.contains_key(BACKGROUND);
        Self::of(desk, token, background, parts.uri.path()).await
    }
}
