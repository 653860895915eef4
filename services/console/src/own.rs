//! The visitor's own intake, as their browser's cookie opens it.

use crate::{cookies::Cookie, visitor::Visitor};

/// The token that opens an intake; which one, the intake service knows by it. It has no `Debug`.
pub(crate) struct Own {
    pub(crate) token: String,
}

impl Own {
    /// The visitor's; `None` where their browser has none.
    pub(crate) fn of(visitor: &Visitor) -> Option<Self> {
        Some(Self { token: visitor.cookies.get(Cookie::Intake)?.to_owned() })
    }
}
