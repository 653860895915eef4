//! Names of enumerations and what refusals say. Staff read English.

use rapport_proto::{
    errors::Reason,
    staff::{CaseState, StaffRole, Urgency},
};

use super::problem::{Problem, Saying};
use crate::problem::Problem as Plain;

/// What somebody may do.
pub(super) const fn role(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Unspecified => "",
        StaffRole::Coordinator => "Coordinator",
        StaffRole::Clinician => "Clinician",
        StaffRole::Admin => "Administrator",
        StaffRole::Auditor => "Auditor",
    }
}

/// An urgency as word, shape and colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Its class.
    pub(crate) class: &'static str,
    pub(crate) shape: &'static str,
    pub(crate) word: &'static str,
}

pub(super) const fn urgency(urgency: Urgency) -> Mark {
    let (class, shape, word) = match urgency {
        Urgency::Immediate => ("immediate", "▲", "Immediate"),
        Urgency::Urgent => ("urgent", "◆", "Urgent"),
        Urgency::Priority => ("priority", "●", "Priority"),
        Urgency::Routine | Urgency::Unspecified => ("routine", "○", "Routine"),
    };
    Mark { class, shape, word }
}

/// Where a case stands.
pub(super) const fn case_state(state: CaseState) -> &'static str {
    match state {
        CaseState::Unspecified => "",
        CaseState::Received => "Just in",
        CaseState::Triaged => "Being matched",
        CaseState::Held => "Time held",
        CaseState::Confirmed => "Session fixed",
        CaseState::BeforeStaff => "Before staff",
        CaseState::Closed => "Closed",
    }
}

/// Why a page cannot be shown, and what to do.
pub(super) const fn problem(problem: &Problem) -> Saying {
    let (title, text) = match problem {
        Problem::SignedOut => (
            "Your session has ended",
            "Nothing was changed. Sign in, in another tab if you were writing; then go back and send it again: what you typed is still in the form.",
        ),
        Problem::Forbidden => (
            "Your role may not do that",
            "Nothing was changed. Where a clinician decides, ask one; where an account needs another role, ask an administrator.",
        ),
        Problem::Changed => (
            "Somebody changed this while you looked at it",
            "Nothing was changed by you. Open it again to see how it stands now.",
        ),
        Problem::Refused(reason) => ("That is not possible as things stand", refusal(*reason)),
        Problem::Plain(plain) => return of_any_page(plain),
    };
    Saying { title, text }
}

const fn of_any_page(plain: &Plain) -> Saying {
    let (title, text) = match plain {
        Plain::NotFound | Plain::Closed | Plain::FormGone => {
            ("There is no such page", "Check the address. It may also be about something that is not here any more.")
        }
        Plain::Away(_) => (
            "The intake service cannot be reached",
            "Nothing was lost. Wait a moment and load this page again; where it goes on, tell whoever runs the installation.",
        ),
        Plain::Foreign | Plain::NoForm => (
            "That was not taken",
            "It did not come from a form of this page. Go back, load the page again, and send it once more.",
        ),
        Plain::TooLong => ("That is more than can be taken at once", "Go back and make the longest text shorter."),
        Plain::Ours => (
            "Something broke on our side",
            "Nothing of yours is at fault. Go back and try once more; if it happens again, tell whoever runs the installation at what time it did.",
        ),
    };
    Saying { title, text }
}

/// What stands against an action, and what to do first.
pub(super) const fn refusal(reason: Option<Reason>) -> &'static str {
    match reason {
        Some(Reason::CaseClaimed) => "A colleague has this case in hand. Ask them to hand it over.",
        Some(Reason::CaseClosed) => "The case is closed. Reopen it first.",
        Some(Reason::ReportOpen) => "A report of this case is open. Complete it first.",
        Some(Reason::ReportCompleted) => "The report is completed, and what was written stands.",
        Some(Reason::AppointmentNotOpen) => "This session's time was given back or freed. Load the page again.",
        Some(Reason::SlotTaken) => "Somebody else has this time by now. Choose another one.",
        Some(Reason::DoesNotFit) => "This time does not fit what the clients need.",
        Some(Reason::SessionOpen) => "The case has a session to come. Move or cancel that one.",
        Some(Reason::SessionNotBegun) => "The session has not begun, or was never fixed.",
        Some(Reason::ContactStopped) => "This client is not contacted any more.",
        Some(Reason::OutsideSafeHours) => {
            "This is outside of the hours in which the client may be called. A clinician may say why danger outweighs them."
        }
        Some(Reason::LetterNotOpen) => "The letter stands otherwise by now. Load the page again.",
        Some(Reason::TherapistExists) => "Somebody with this first licence is on the roster. Change their entry.",
        Some(Reason::RequestIdReused) => {
            "This form was sent before, with other words. Look at what came of it, and send it again if that is not all."
        }
        Some(Reason::OwnAccount) => "Nobody changes their own account. Ask another administrator.",
        Some(Reason::ProtocolUnknown) => "The questions have changed meanwhile. Begin the form again.",
        _ => "Load the page again to see how it stands now.",
    }
}
