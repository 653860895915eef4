//! An action that did not go through: why, and everything that was typed for it, so that nothing has to be typed again.

use axum::http::StatusCode;
use rapport_proto::errors::Reason;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::{Entry, Snapshot};
use crate::{
    form::Form,
    problem::reason,
    staff::{errors::Errors, problem::Problem, words},
};

/// One of the page's forms as it was sent. It holds what was typed, so it has no `Debug`.
pub(crate) struct Tried {
    /// Which form; empty where none was sent.
    act: &'static str,
    sent: Form,
    pub(super) errors: Errors,
    /// Why the service refused it, in a sentence.
    pub(super) refused: Option<String>,
    /// Whether somebody else was faster.
    pub(super) overtaken: bool,
    /// What changed since the page was read.
    pub(super) changes: Vec<String>,
    pub(super) status: StatusCode,
}

impl Tried {
    /// A page that is looked at.
    pub(super) fn nothing() -> Self {
        Self {
            act: "",
            sent: Form::default(),
            errors: Errors::default(),
            refused: None,
            overtaken: false,
            changes: Vec::new(),
            status: StatusCode::OK,
        }
    }

    /// Fields that are wrong before the service is asked.
    pub(super) fn wrong(act: &'static str, sent: Form, errors: Errors) -> Self {
        Self { act, sent, errors, status: StatusCode::UNPROCESSABLE_ENTITY, ..Self::nothing() }
    }

    /// What the service said against it.
    ///
    /// # Errors
    /// Where the page itself cannot be shown for it.
    pub(super) fn refused(
        act: &'static str,
        sent: Form,
        status: Status,
        fields: &[(&str, &str)],
    ) -> Result<Self, Problem> {
        let tried = Self { act, sent, ..Self::nothing() };
        match status.code() {
            Code::Aborted => Ok(Self { overtaken: true, status: StatusCode::CONFLICT, ..tried }),
            code if code == Code::FailedPrecondition || reason(&status) == Some(Reason::RequestIdReused) => {
                Ok(Self { refused: Some(why(&status)), status: StatusCode::CONFLICT, ..tried })
            }
            Code::InvalidArgument => {
                let errors = Errors::of_fields(status, fields)?;
                Ok(Self { errors, status: StatusCode::UNPROCESSABLE_ENTITY, ..tried })
            }
            Code::PermissionDenied => {
                let refused = "Only a clinician decides that here. Nothing was changed.".to_owned();
                Ok(Self { refused: Some(refused), status: StatusCode::FORBIDDEN, ..tried })
            }
            _ => Err(status.into()),
        }
    }

    /// Finds out what changed since the page was read.
    pub(super) fn compare(&mut self, now: &Snapshot, entries: &[Entry]) {
        let Some(then) = Snapshot::parse(self.sent.text("was")).filter(|_| self.overtaken) else { return };
        let happened = entries.iter().filter(|entry| entry.at > then.read).map(Entry::in_a_line);
        self.changes = then.changes(now).into_iter().chain(happened).collect();
    }

    /// Whether this form was sent.
    pub(super) fn is(&self, act: &str) -> bool {
        self.act == act
    }

    /// What was typed into a field of this form.
    pub(super) fn text(&self, act: &str, field: &str) -> &str {
        if self.is(act) { self.sent.text(field) } else { "" }
    }

    /// What is wrong with a field of this form.
    pub(super) fn wrong_with(&self, act: &str, field: &str) -> Option<&str> {
        self.errors.of(field).filter(|_| self.is(act))
    }
}

/// What stands against it. Filters that a time does not pass are named one by one.
fn why(status: &Status) -> String {
    let filters = status.get_details_precondition_failure().filter(|_| reason(status) == Some(Reason::DoesNotFit));
    match filters {
        Some(failure) if !failure.violations.is_empty() => {
            let all: Vec<_> = failure.violations.into_iter().map(|it| it.description).collect();
            format!("This time does not fit: {}.", all.join("; "))
        }
        _ => words::refusal(reason(status)).to_owned(),
    }
}
