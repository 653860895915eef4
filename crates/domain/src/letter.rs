//! Which letters there are, to whom, and where each stands in the ledger.
//! [`decision`] is what staff may do about one, [`status`] a mail server's no in plain words.

pub mod decision;
pub mod status;

use std::fmt;

use jiff::{SignedDuration, Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    contact::UsState,
    id::{AccountId, AlertId, AppointmentId, CaseId, EventId, IntakeId, InvitationId, LetterId, TherapistId},
};

pub use decision::{LetterOutcome, NotOpen, Then};

/// How long a one-time sign-in stays good: a long weekend. Its letter says until when.
pub const SIGN_IN_LASTS: SignedDuration = SignedDuration::from_hours(72);

/// Every letter that Rapport writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LetterKind {
    /// A time is held.
    Held,
    /// A time is fixed.
    Confirmed,
    /// A fixed time is another one now. One that is only held is [`LetterKind::Held`] anew.
    Moved,
    /// Another time is proposed for a fixed one: never by whom, never why.
    TimeProposed,
    /// A fixed time comes near.
    Reminder,
    /// A time was given back.
    Cancelled,
    /// No time fits within the promise yet; staff look for one.
    NoTimeYet,
    /// A person of the practice will call.
    WeWillCall,
    /// A time for two is off, by whatever the other did: never who, never why.
    WillNotTakePlace,
    /// To somebody who is no client yet: a link to a page of their own.
    Invitation,
    /// To staff: a case needs somebody.
    StaffAlert,
    /// To the practice, once a day: how much is open, and what stands still.
    StaffDigest,
    /// To a new or reset colleague: a link by which they sign in.
    StaffInvitation,
    /// To the practice: licences that end soon.
    LicenceEnds,
}

impl LetterKind {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Held,
        Self::Confirmed,
        Self::Moved,
        Self::TimeProposed,
        Self::Reminder,
        Self::Cancelled,
        Self::NoTimeYet,
        Self::WeWillCall,
        Self::WillNotTakePlace,
        Self::Invitation,
        Self::StaffAlert,
        Self::StaffDigest,
        Self::StaffInvitation,
        Self::LicenceEnds,
    ];

    /// The name in the ledger, the API and the file that holds its text.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Confirmed => "confirmed",
            Self::Moved => "moved",
            Self::TimeProposed => "time_proposed",
            Self::Reminder => "reminder",
            Self::Cancelled => "cancelled",
            Self::NoTimeYet => "no_time_yet",
            Self::WeWillCall => "we_will_call",
            Self::WillNotTakePlace => "will_not_take_place",
            Self::Invitation => "invitation",
            Self::StaffAlert => "staff_alert",
            Self::StaffDigest => "staff_digest",
            Self::StaffInvitation => "staff_invitation",
            Self::LicenceEnds => "licence_ends",
        }
    }

    /// Reads [`LetterKind::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Why a letter is due; with recipient and kind, it names the letter once and for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Something happened.
    Event(EventId),
    /// A state of an appointment: the same appointment in a later state is another cause.
    Appointment(AppointmentId, u32),
    /// A case was put before staff, or flagged when it came.
    Case(CaseId),
    /// What one intake calls for beside its case: a second partner's own alert and letter, somebody whom a rule tells,
    /// or the invitation that its client sends. Whoever comes first queues it, the answer to the submission or the
    /// worker; the other finds it there.
    Intake(IntakeId),
    /// An appointment's time comes near, in this state of it: so many hours before it begins.
    Before(AppointmentId, u32, u32),
    /// A day has come, in the practice's zone.
    Day(Date),
    /// A step of an alert behind the letter that raised it.
    Alert(AlertId, u32),
    /// By this instant somebody should have reached the client, and nobody has.
    Overdue(CaseId, Timestamp),
    /// A letter that was refused for good: the alert about it.
    Letter(LetterId),
    /// A one-time sign-in that was made for an account at this instant.
    SignIn(AccountId, Timestamp),
    /// A licence of somebody in this state ends on this day.
    Licence(TherapistId, UsState, Date),
}

/// The text of the ledger's `cause` column.
impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(event) => write!(f, "{event}"),
            Self::Appointment(appointment, sequence) => write!(f, "{appointment}/{sequence}"),
            Self::Case(case) => write!(f, "{case}"),
            Self::Intake(intake) => write!(f, "{intake}"),
            Self::Before(appointment, sequence, hours) => write!(f, "{appointment}/{sequence}/-{hours}h"),
            Self::Day(date) => write!(f, "days/{date}"),
            Self::Alert(alert, step) => write!(f, "{alert}/{step}"),
            Self::Overdue(case, respond_by) => write!(f, "{case}/{}", respond_by.as_microsecond()),
            Self::Letter(letter) => write!(f, "{letter}"),
            Self::SignIn(account, made_at) => write!(f, "{account}/{}", made_at.as_microsecond()),
            Self::Licence(therapist, state, ends) => write!(f, "{therapist}/licences/{}/{ends}", state.as_str()),
        }
    }
}

impl Cause {
    /// Reads the text of [`Cause::Licence`].
    #[must_use]
    pub fn licence_of(text: &str) -> Option<(TherapistId, UsState, Date)> {
        let (therapist, licence) = text.split_once("/licences/")?;
        let (state, ends) = licence.split_once('/')?;
        Some((therapist.parse().ok()?, UsState::parse(state).ok()?, ends.parse().ok()?))
    }
}

/// To whom a letter goes. The address is looked up when it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// The client of this intake.
    Client(IntakeId),
    /// The practice's on-call chain, by position from 0.
    OnCall(u32),
    /// The same person's webhook, by position from 0.
    Webhook(u32),
    /// Whoever this invitation is for, at the address that the inviter gave.
    Invited(InvitationId),
    /// Somebody whom a rule tells, by their id under `[[notify]]` in practice.toml.
    Notified(String),
    /// Whom the day's digest goes to, by position from 0 under `[letters]` in practice.toml.
    Digest(u32),
    /// A member of staff, at their account's address.
    Staff(AccountId),
}

/// The text of the ledger's `recipient` column.
impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Client(intake) => write!(f, "{intake}"),
            Self::OnCall(position) => write!(f, "on-call/{position}"),
            Self::Webhook(position) => write!(f, "webhook/{position}"),
            Self::Invited(invitation) => write!(f, "invitation/{}", invitation.uuid()),
            Self::Notified(id) => write!(f, "notify/{id}"),
            Self::Digest(position) => write!(f, "digest/{position}"),
            Self::Staff(account) => write!(f, "{account}"),
        }
    }
}

impl Recipient {
    /// Reads its text.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        match text.split_once('/')? {
            ("on-call", position) => position.parse().ok().map(Self::OnCall),
            ("webhook", position) => position.parse().ok().map(Self::Webhook),
            ("invitation", id) => id.parse().ok().map(InvitationId::new).map(Self::Invited),
            ("notify", id) => Some(Self::Notified(id.to_owned())),
            ("digest", position) => position.parse().ok().map(Self::Digest),
            ("accounts", _) => text.parse().ok().map(Self::Staff),
            _ => text.parse().ok().map(Self::Client),
        }
    }
}

/// A letter that is due, as a use case puts it into the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueLetter {
    /// Why.
    pub cause: Cause,
    /// To whom.
    pub recipient: Recipient,
    /// Which.
    pub kind: LetterKind,
    /// About which case.
    pub case: CaseId,
    /// About which appointment, in which state of it.
    pub appointment: Option<(AppointmentId, u32)>,
}

/// A letter that is due and about no case: about the practice itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeLetter {
    /// Why.
    pub cause: Cause,
    /// To whom.
    pub recipient: Recipient,
    /// Which.
    pub kind: LetterKind,
}

impl DueLetter {
    /// Whether it begins an alert: the first letter to the chain about something. A step's own letters do not.
    #[must_use]
    pub fn raises_alert(&self) -> bool {
        self.recipient == Recipient::OnCall(0)
            && self.kind == LetterKind::StaffAlert
            && !matches!(self.cause, Cause::Alert(..))
    }
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LedgerState {
    /// Due.
    Queued,
    /// A notifier writes it and keeps its bytes.
    Claimed,
    /// The final dot may have been sent: from here no blind second try.
    Sending,
    /// Accepted by the mail server, or written to the folder.
    Sent,
    /// Refused for now; tried again later with the same bytes.
    Retry,
    /// Refused for good.
    Failed,
    /// Nobody can tell whether it was accepted: staff decide.
    Unknown,
    /// No longer true when its turn came; never sent.
    Superseded,
}

impl LedgerState {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Claimed,
        Self::Sending,
        Self::Sent,
        Self::Retry,
        Self::Failed,
        Self::Unknown,
        Self::Superseded,
    ];

    /// The name in the ledger and the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Claimed => "claimed",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Retry => "retry",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Superseded => "superseded",
        }
    }

    /// Reads [`LedgerState::name`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// Beginnings of words that tell what kind of care it is, or that somebody else is part of it.
const TELLING: [&str; 18] = [
    "therap",
    "terap",
    "couple",
    "pareja",
    "partner",
    "marri",
    "marit",
    "matrimon",
    "counsel",
    "conseje",
    "psych",
    "psic",
    "clinic",
    "clínic",
    "mental",
    "relationship",
    "waiting list",
    "lista de espera",
];

/// What a text tells that nobody may learn who looks over a shoulder: beginnings of words, in either language. Letters
/// and the invitation's text hold none.
pub fn telling(text: &str) -> impl Iterator<Item = &'static str> {
    let words = text.to_lowercase().split(|c: char| !c.is_alphanumeric()).collect::<Vec<_>>().join(" ");
    let words = format!(" {words}");
    TELLING.into_iter().filter(move |telling| words.contains(&format!(" {telling}")))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Recipient, telling};
    use crate::id::{AccountId, IntakeId, InvitationId};

    #[test]
    fn a_recipient_is_read_from_its_own_text() {
        let id = Uuid::from_u128(7);
        for recipient in [
            Recipient::Client(IntakeId::new(id)),
            Recipient::OnCall(2),
            Recipient::Webhook(0),
            Recipient::Invited(InvitationId::new(id)),
            Recipient::Notified("director".to_owned()),
            Recipient::Digest(1),
            Recipient::Staff(AccountId::new(id)),
        ] {
            assert_eq!(Recipient::from_text(&recipient.to_string()), Some(recipient));
        }
        for text in ["", "on-call/", "invitation/7", "cases/00000000-0000-0000-0000-000000000007"] {
            assert_eq!(Recipient::from_text(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_telling_word_is_found_by_its_beginning_and_nowhere_else() {
        assert_eq!(telling("A COUPLE's session").collect::<Vec<_>>(), ["couple"]);
        assert_eq!(telling("Está en la lista\nde espera.").collect::<Vec<_>>(), ["lista de espera"]);
        assert_eq!(telling("A time that is instrumental to departments").count(), 0);
    }
}
