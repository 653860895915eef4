//! The one place where a refusal becomes a `Status`, with its details for programs.
//!
//! No value that a caller sent is repeated, and no cause from below is told:
//! those are logged here, once.

use std::time::Duration;

use rapport_domain::problem::FieldProblem;
use rapport_proto::errors::Reason;
use rapport_store::StoreError;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt};

use crate::{
    looks,
    refusal::{Refusal, Unfit},
};

/// `ErrorInfo.domain` of every error.
pub(crate) const DOMAIN: &str = "rapport";

/// When to come back after shedding: longer than a usual call, shorter than a person's patience.
const COME_BACK: Duration = Duration::from_secs(1);

impl From<Refusal> for Status {
    fn from(refusal: Refusal) -> Self {
        log(&refusal);
        let (code, reason) = code_and_reason(&refusal);
        let mut details = ErrorDetails::with_error_info(reason_name(reason), DOMAIN, []);
        if matches!(code, Code::ResourceExhausted | Code::Unavailable) {
            details.set_retry_info(Some(if refusal == Refusal::AskedTooOften { looks::WINDOW } else { COME_BACK }));
        }
        let message = refusal.to_string();
        match refusal {
            Refusal::Fields(problems) => {
                let violation = |problem: FieldProblem| FieldViolation::new(problem.field, problem.description);
                details.set_bad_request(problems.into_iter().map(violation).collect::<Vec<_>>());
            }
            Refusal::DoesNotFit(filters) => {
                let violation = |it: Unfit| PreconditionViolation::new("FILTER", it.filter, it.text);
                details.set_precondition_failure(filters.into_iter().map(violation).collect::<Vec<_>>());
            }
            _ => {}
        }
        Self::with_error_details(code, message, details)
    }
}

/// The reason as `ErrorInfo.reason` spells it: without its prefix.
pub(crate) fn reason_name(reason: Reason) -> &'static str {
    reason.as_str_name().trim_start_matches("REASON_")
}

/// What the audit trail calls it.
pub(crate) fn outcome(refusal: &Refusal) -> &'static str {
    reason_name(code_and_reason(refusal).1)
}

const fn code_and_reason(refusal: &Refusal) -> (Code, Reason) {
    match refusal {
        Refusal::Fields(_) => (Code::InvalidArgument, Reason::FieldsInvalid),
        Refusal::RequestIdReused => (Code::InvalidArgument, Reason::RequestIdReused),
        Refusal::ProtocolUnknown => (Code::FailedPrecondition, Reason::ProtocolUnknown),
        Refusal::TokenInvalid => (Code::Unauthenticated, Reason::TokenInvalid),
        Refusal::SignInRefused => (Code::Unauthenticated, Reason::SignInRefused),
        Refusal::OwnAccount => (Code::FailedPrecondition, Reason::OwnAccount),
        Refusal::RoleForbidden => (Code::PermissionDenied, Reason::RoleForbidden),
        Refusal::NotFound => (Code::NotFound, Reason::ResourceNotFound),
        Refusal::EtagMismatch | Refusal::Store(StoreError::Conflict) => (Code::Aborted, Reason::EtagMismatch),
        Refusal::AppointmentNotOpen => (Code::FailedPrecondition, Reason::AppointmentNotOpen),
        Refusal::SlotTaken | Refusal::TakenMeanwhile => (Code::FailedPrecondition, Reason::SlotTaken),
        Refusal::DoesNotFit(_) => (Code::FailedPrecondition, Reason::DoesNotFit),
        Refusal::SessionOpen => (Code::FailedPrecondition, Reason::SessionOpen),
        Refusal::SessionNotBegun => (Code::FailedPrecondition, Reason::SessionNotBegun),
        Refusal::TooLateToMove => (Code::FailedPrecondition, Reason::TooLateToMove),
        Refusal::MovesUsedUp => (Code::FailedPrecondition, Reason::MovesUsedUp),
        Refusal::AskedTooOften => (Code::ResourceExhausted, Reason::AskedTooOften),
        Refusal::CaseClaimed => (Code::FailedPrecondition, Reason::CaseClaimed),
        Refusal::CaseClosed => (Code::FailedPrecondition, Reason::CaseClosed),
        Refusal::ReportOpen => (Code::FailedPrecondition, Reason::ReportOpen),
        Refusal::ContactStopped => (Code::FailedPrecondition, Reason::ContactStopped),
        Refusal::OutsideSafeHours => (Code::FailedPrecondition, Reason::OutsideSafeHours),
        Refusal::ReportCompleted => (Code::FailedPrecondition, Reason::ReportCompleted),
        Refusal::LetterNotOpen => (Code::FailedPrecondition, Reason::LetterNotOpen),
        Refusal::DraftGone => (Code::FailedPrecondition, Reason::DraftGone),
        Refusal::InvitationNotOffered => (Code::FailedPrecondition, Reason::InvitationNotOffered),
        Refusal::InvitationClosed => (Code::FailedPrecondition, Reason::InvitationClosed),
        Refusal::InvitationLetterOff => (Code::FailedPrecondition, Reason::InvitationLetterOff),
        Refusal::EventsUnavailable => (Code::Unavailable, Reason::EventsUnavailable),
        Refusal::MailboxOff => (Code::FailedPrecondition, Reason::MailboxOff),
        Refusal::TherapistExists => (Code::AlreadyExists, Reason::TherapistExists),
        Refusal::PageTokenInvalid => (Code::InvalidArgument, Reason::PageTokenInvalid),
        Refusal::MessageInvalid => (Code::InvalidArgument, Reason::MessageInvalid),
        Refusal::Overloaded => (Code::ResourceExhausted, Reason::Overloaded),
        Refusal::DeadlineExceeded => (Code::DeadlineExceeded, Reason::DeadlineExceeded),
        Refusal::Store(error) if error.is_transient() => (Code::Unavailable, Reason::StorageUnavailable),
        Refusal::Store(_) | Refusal::Internal(_) => (Code::Internal, Reason::Internal),
    }
}

fn log(refusal: &Refusal) {
    match refusal {
        Refusal::Store(error) if error.is_transient() => tracing::warn!(%error, "the store refused for now"),
        Refusal::Store(error) => tracing::error!(%error, "the store failed"),
        Refusal::Internal(what) => tracing::error!(what, "a fault of ours"),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(refusal: Refusal, code: Code, reason: &str) -> ErrorDetails {
        let status = Status::from(refusal);
        assert_eq!(status.code(), code);
        let details = status.get_error_details();
        let info = details.error_info().unwrap();
        assert_eq!((info.domain.as_str(), info.reason.as_str()), ("rapport", reason));
        details
    }

    #[test]
    fn every_bad_field_is_told_with_its_path() {
        let problem = |field: &str| FieldProblem { field: field.to_owned(), description: "must be given".to_owned() };
        let refusal = Refusal::Fields(vec![problem("client.email"), problem("consents[1].version")]);
        let details = check(refusal, Code::InvalidArgument, "FIELDS_INVALID");
        let fields: Vec<_> =
            details.bad_request().unwrap().field_violations.iter().map(|it| it.field.clone()).collect();
        assert_eq!(fields, ["client.email", "consents[1].version"]);
    }

    #[test]
    fn whoever_should_come_back_is_told_when() {
        assert!(check(Refusal::Overloaded, Code::ResourceExhausted, "OVERLOADED").retry_info().is_some());
        let gone = Refusal::Store(StoreError::Unavailable);
        assert!(check(gone, Code::Unavailable, "STORAGE_UNAVAILABLE").retry_info().is_some());
        assert!(check(Refusal::NotFound, Code::NotFound, "RESOURCE_NOT_FOUND").retry_info().is_none());
    }

    #[test]
    fn what_went_wrong_inside_is_not_told_outside() {
        let status = Status::from(Refusal::Store(StoreError::Unreadable("intakes.submission")));
        assert_eq!((status.code(), status.message()), (Code::Internal, "the database failed"));
        assert_eq!(Status::from(Refusal::Internal("secret words")).message(), "a fault of ours");
    }

    #[test]
    fn a_lost_race_reads_like_a_stale_etag() {
        check(Refusal::Store(StoreError::Conflict), Code::Aborted, "ETAG_MISMATCH");
    }
}
