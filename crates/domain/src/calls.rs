//! Calls to a client: what became of them, when the next one is, and that some
//! are never called again.
//!
//! What a client reads about when they are called comes from here, from their own
//! intake alone; by when a *case* must be answered is staff's.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::hours::on_day,
    case::Note,
    contact::{Contact, Language},
    id::{AttemptId, CaseId, IntakeId},
    practice::Practice,
    triage::Urgency,
};

#[cfg(test)]
mod tests;

/// How somebody tried to reach a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By phone.
    Phone,
    /// By a text message.
    Text,
    /// By a letter that a person wrote.
    Email,
    /// Face to face.
    InPerson,
}

impl Channel {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Phone, Self::Text, Self::Email, Self::InPerson];

    /// Whether it may ring or light up beside somebody else.
    #[must_use]
    pub const fn keeps_safe_hours(self) -> bool {
        matches!(self, Self::Phone | Self::Text)
    }
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// They talked.
    Reached,
    /// Nobody answered.
    NoAnswer,
    /// A message was left.
    VoicemailLeft,
    /// It is somebody else's number or address.
    WrongNumber,
    /// They were reached, and did not want to talk.
    Refused,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Reached, Self::NoAnswer, Self::VoicemailLeft, Self::WrongNumber, Self::Refused];

    /// Whether the client themselves was heard.
    #[must_use]
    pub const fn reached_them(self) -> bool {
        matches!(self, Self::Reached | Self::Refused)
    }
}

/// Why a client is not contacted any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopReason {
    /// They asked for it.
    ClientAsked,
    /// It would put them in danger.
    Unsafe,
    /// The note says why.
    Other,
}

impl StopReason {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ClientAsked, Self::Unsafe, Self::Other];
}

/// Somebody tried to reach a client. What staff write may tell of answers, so it has no `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactAttempt {
    /// Its id.
    pub id: AttemptId,
    /// The client's case.
    pub case: CaseId,
    /// Whom.
    pub intake: IntakeId,
    /// When.
    pub at: Timestamp,
    /// All else.
    pub told: AttemptTold,
}

/// What is told of an attempt; kept encrypted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptTold {
    /// How.
    pub channel: Channel,
    /// What became of it.
    pub outcome: Outcome,
    /// More about it.
    pub note: Option<Note>,
    /// Why danger outweighed the client's safe hours, where it did: a clinician's words.
    pub danger: Option<Note>,
    /// By when the next one is made.
    pub next_by: Option<Timestamp>,
    /// What colleagues call whoever did it.
    pub by: String,
    /// Whether that was a clinician, whose words are for clinicians.
    pub by_clinician: bool,
}

/// What is known of one client's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ClientCalls {
    /// When somebody last talked with them.
    pub reached_at: Option<Timestamp>,
    /// The next call that was fixed.
    pub next: Option<NextCall>,
    /// Since when they are not contacted any more.
    pub stopped_at: Option<Timestamp>,
}

/// A call that somebody fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextCall {
    /// By when it is made.
    pub by: Timestamp,
    /// Whether a clinician judged that it need not wait for the client's safe hours.
    pub outside_safe_hours: bool,
}

/// An attempt that may not be noted so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AttemptError {
    /// They are not contacted any more.
    #[error("the client is not contacted any more")]
    Stopped,
    /// It was outside the client's safe hours, and no clinician said why.
    #[error("outside the client's safe hours: a clinician must say why danger outweighs them")]
    OutsideSafeHours,
    /// The next one would be, and no clinician said why.
    #[error("must be within the client's safe hours, unless a clinician says why danger outweighs them")]
    NextOutsideSafeHours,
    /// The next one would break what is promised.
    #[error("must not be later than a new promise would be, unless a clinician decides so")]
    NextTooLate,
    /// The next one would be before this one.
    #[error("must be later than this attempt")]
    NextInThePast,
}

impl ClientCalls {
    /// Notes an attempt. A call that was fixed is over with it; another one may be fixed.
    ///
    /// # Errors
    /// Where the client is not contacted any more, or a call is outside their safe hours, or later than promised,
    /// without a clinician's word.
    pub fn note(
        &mut self,
        practice: &Practice,
        contact: &Contact,
        urgency: Urgency,
        attempt: &ContactAttempt,
    ) -> Result<(), AttemptError> {
        let told = &attempt.told;
        let excused = told.by_clinician && told.danger.is_some();
        if self.stopped_at.is_some() {
            return Err(AttemptError::Stopped);
        }
        if told.channel.keeps_safe_hours() && !practice.is_safe(contact, attempt.at) && !excused {
            return Err(AttemptError::OutsideSafeHours);
        }
        let next = match told.next_by {
            None => None,
            Some(by) if by <= attempt.at => return Err(AttemptError::NextInThePast),
            Some(by) => {
                let outside_safe_hours = !practice.is_safe(contact, by);
                if outside_safe_hours && !excused {
                    return Err(AttemptError::NextOutsideSafeHours);
                }
                let (promised, _) = practice.call_promise(urgency, &contact.safe_hours, Language::En, attempt.at);
                if by > promised && !told.by_clinician {
                    return Err(AttemptError::NextTooLate);
                }
                Some(NextCall { by, outside_safe_hours })
            }
        };
        self.next = next;
        if told.outcome.reached_them() {
            self.reached_at = Some(attempt.at);
        }
        Ok(())
    }

    /// They are not contacted any more; `false` where they were not before.
    pub fn stop(&mut self, at: Timestamp) -> bool {
        let stops = self.stopped_at.is_none();
        if stops {
            (self.stopped_at, self.next) = (Some(at), None);
        }
        stops
    }

    /// They may be contacted again; `false` where they might all along.
    pub fn resume(&mut self) -> bool {
        self.stopped_at.take().is_some()
    }

    /// They are called at other hours from now on: a call that was fixed for one that is not safe any more is off.
    pub fn keep_hours(&mut self, practice: &Practice, contact: &Contact) {
        self.next = self.next.filter(|next| next.outside_safe_hours || practice.is_safe(contact, next.by));
    }

    /// The call that a client is told of, while it is to come.
    #[must_use]
    pub fn told_of(&self, now: Timestamp) -> Option<NextCall> {
        self.next.filter(|next| next.by > now)
    }
}

impl Practice {
    /// Whether a call then keeps the client's safe hours; without any, every hour is safe.
    #[must_use]
    pub fn is_safe(&self, contact: &Contact, at: Timestamp) -> bool {
        let today = on_day(&self.zone, &contact.safe_hours, self.today(at));
        // A call that is due at the end of a safe hour keeps it.
        contact.safe_hours.is_empty() || today.iter().any(|safe| safe.starts_at <= at && at <= safe.ends_at)
    }
}
