//! Typed ids: UUIDv7 in the database and on the wire, never interchangeable here.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An id that could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be {collection}/ followed by a UUID")]
pub struct IdError {
    collection: &'static str,
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident in $collection:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The collection in resource names.
            pub const COLLECTION: &'static str = $collection;

            /// Wraps an id that the caller made or read.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID, for a database column.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        /// The resource name, as in the API.
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}/{}", $collection, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        /// Reads a resource name; the UUID must be in its hyphenated form.
        impl FromStr for $name {
            type Err = IdError;

            fn from_str(name: &str) -> Result<Self, IdError> {
                name.strip_prefix(concat!($collection, "/"))
                    .filter(|id| id.len() == 36)
                    .and_then(|id| Uuid::try_parse(id).ok())
                    .map(Self)
                    .ok_or(IdError { collection: $collection })
            }
        }
    };
}

typed_id!(/// One person's screening.
    IntakeId in "intakes");
typed_id!(/// What staff work on; holds the intakes of one couple or one person.
    CaseId in "cases");
typed_id!(/// One session's time.
    AppointmentId in "appointments");
typed_id!(/// Somebody who treats.
    TherapistId in "therapists");
typed_id!(/// Something that happened.
    EventId in "events");
typed_id!(/// A row of the mail ledger.
    LetterId in "letters");
typed_id!(/// A screening that its client has not sent yet.
    DraftId in "drafts");
typed_id!(/// One partner's word to the other.
    InvitationId in "invitations");
typed_id!(/// That somebody tried to reach a client.
    AttemptId in "attempts");
typed_id!(/// What somebody of the desk wrote about a case.
    NoteId in "notes");
typed_id!(/// That a case needs somebody, told until somebody has it.
    AlertId in "alerts");
typed_id!(/// A member of staff who signs in.
    AccountId in "accounts");
typed_id!(/// What the law asks of a practice that learns of harm.
    ReportId in "reports");
typed_id!(/// A time in which a room cannot be used.
    ClosureId in "roomClosures");
typed_id!(/// A therapist's calendar as other programs read it.
    FeedId in "calendarFeeds");
