//! Why a call is refused: one variant per reason of the contract.

use rapport_domain::{case::CaseError, letter::NotOpen, problem::FieldProblem, report::AlreadyCompleted};
use rapport_messaging::InspectError;
use rapport_store::StoreError;

/// Why a call is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    /// Fields are wrong; all of them are listed.
    #[error("one or more fields are wrong")]
    Fields(Vec<FieldProblem>),
    /// The same id came with another request.
    #[error("this request_id was already used with another request")]
    RequestIdReused,
    /// The screening was answered under a protocol that was never served here.
    #[error("the protocol is unknown: get the screening again")]
    ProtocolUnknown,
    /// No token, or none that is valid.
    #[error("a valid bearer token is needed")]
    TokenInvalid,
    /// Address, password or second factor are wrong, or there were too many failures: one wording for all.
    #[error("this address, password or code is not right, or there were too many tries: wait a few minutes")]
    SignInRefused,
    /// What an administrator does to others, tried on their own account.
    #[error("nobody changes their own account: ask another administrator")]
    OwnAccount,
    /// The role may not do this.
    #[error("this role may not do that")]
    RoleForbidden,
    /// No such resource, or not the caller's.
    #[error("there is no such resource")]
    NotFound,
    /// Changed since it was read.
    #[error("it has changed since it was read: read it again")]
    EtagMismatch,
    /// The appointment's time was freed or given back.
    #[error("the appointment is no longer open")]
    AppointmentNotOpen,
    /// Somebody else has this time by now, or it does not fit; the two read alike.
    #[error("this time is no longer open: list the open ones again")]
    SlotTaken,
    /// Somebody took the time while it was being taken here: look again at what is left.
    #[error("this time is no longer open: list the open ones again")]
    TakenMeanwhile,
    /// Filters stand against the time that staff chose; all are listed.
    #[error("this time does not fit")]
    DoesNotFit(Vec<Unfit>),
    /// One session at a time.
    #[error("the case has a session to come: move or cancel that one")]
    SessionOpen,
    /// Nobody can have come yet.
    #[error("the session has not begun, or was never fixed")]
    SessionNotBegun,
    /// Within the notice that the practice needs.
    #[error("it is too late to move this session here: call the practice")]
    TooLateToMove,
    /// So often that a person should talk with them.
    #[error("this session was moved as often as it can be here: call the practice")]
    MovesUsedUp,
    /// One client, too many times.
    #[error("asked too often: come back a little later")]
    AskedTooOften,
    /// Somebody else holds the case.
    #[error("somebody else claimed the case")]
    CaseClaimed,
    /// The case has ended.
    #[error("the case is closed")]
    CaseClosed,
    /// A report that the answers ask for is open.
    #[error("a report of the case is open: complete it first")]
    ReportOpen,
    /// The client is not contacted any more.
    #[error("the client is not contacted any more")]
    ContactStopped,
    /// A call that a clinician must answer for.
    #[error("outside the client's safe hours: a clinician must say why danger outweighs them")]
    OutsideSafeHours,
    /// What was written about a report stands.
    #[error("the report is completed")]
    ReportCompleted,
    /// What was asked for does not fit where the letter stands.
    #[error("the letter's state does not take that: read it again")]
    LetterNotOpen,
    /// The draft was sent before, or its time is over.
    #[error("the draft is gone: send the answers again without it")]
    DraftGone,
    /// This intake invites nobody.
    #[error("this intake invites nobody")]
    InvitationNotOffered,
    /// Declined, used, or its case has ended: one wording for all.
    #[error("the invitation is no longer open")]
    InvitationClosed,
    /// The practice has no pages that a letter could lead to.
    #[error("this practice sends no invitations by letter")]
    InvitationLetterOff,
    /// The queues that events travel through cannot be reached.
    #[error("the queues cannot be reached: try again")]
    EventsUnavailable,
    /// Letters go to a mail server.
    #[error("letters go to a mail server here: there is no mailbox to look into")]
    MailboxOff,
    /// Somebody with this first licence is on the roster.
    #[error("somebody with this first licence is on the roster: update them")]
    TherapistExists,
    /// Damaged, or made for other filters.
    #[error("the page token does not belong to this listing")]
    PageTokenInvalid,
    /// Longer than the service takes, or no message of the contract.
    #[error("the message is longer than the server takes, or cannot be decoded")]
    MessageInvalid,
    /// Too many calls at once.
    #[error("too many calls at once")]
    Overloaded,
    /// Not finished in time.
    #[error("not finished within the deadline")]
    DeadlineExceeded,
    /// The database failed.
    #[error("the database failed")]
    Store(#[source] StoreError),
    /// A fault of ours, in words for the log alone.
    #[error("a fault of ours")]
    Internal(&'static str),
}

/// A filter that stands against a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// Its name for programs.
    pub(crate) filter: &'static str,
    /// In words, as far as the reader's role may know.
    pub(crate) text: String,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<InspectError> for Refusal {
    fn from(error: InspectError) -> Self {
        tracing::warn!(error = &error as &dyn std::error::Error, "the queues cannot be looked into");
        Self::EventsUnavailable
    }
}

impl From<CaseError> for Refusal {
    fn from(error: CaseError) -> Self {
        match error {
            CaseError::Closed => Self::CaseClosed,
            CaseError::ClaimedByAnother => Self::CaseClaimed,
            CaseError::CliniciansOnly => Self::RoleForbidden,
            CaseError::ReportOpen => Self::ReportOpen,
        }
    }
}

impl From<AlreadyCompleted> for Refusal {
    fn from(AlreadyCompleted: AlreadyCompleted) -> Self {
        Self::ReportCompleted
    }
}

impl From<NotOpen> for Refusal {
    fn from(NotOpen: NotOpen) -> Self {
        Self::LetterNotOpen
    }
}

impl Refusal {
    /// One field is wrong.
    pub(crate) fn field(field: &str, description: impl Into<String>) -> Self {
        Self::Fields(vec![FieldProblem { field: field.to_owned(), description: description.into() }])
    }
}
