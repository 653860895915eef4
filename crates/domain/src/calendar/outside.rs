//! Why a session that is booked no longer stands within its therapist's hours.

use serde::{Deserialize, Serialize};

use super::{
    busy::{Busy, room_resource},
    hours::Stretch,
    timetable::Place,
};
use crate::{appointment::Appointment, intake::Format, matching::Therapist, practice::Practice};

/// What is in the way of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outside {
    /// They see nobody any more.
    Inactive,
    /// Their licence ends before.
    Licence,
    /// The room is closed, or is none any more.
    Room,
    /// The practice is closed that day.
    Closed,
    /// They are on leave.
    Leave,
    /// Their own calendar holds something else.
    Elsewhere,
    /// They do not work then, or not there.
    Hours,
}

impl Outside {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Inactive, Self::Licence, Self::Room, Self::Closed, Self::Leave, Self::Elsewhere, Self::Hours];

    /// The name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inactive => "inactive",
            Self::Licence => "licence",
            Self::Room => "room",
            Self::Closed => "closed",
            Self::Leave => "leave",
            Self::Elsewhere => "elsewhere",
            Self::Hours => "hours",
        }
    }

    /// Whether a time that is only held must not be fixed, whoever says yes to it: nobody may see the client then, or there
    /// is no room. Everything else a person may judge otherwise.
    #[must_use]
    pub const fn forbids_a_yes(self) -> bool {
        matches!(self, Self::Inactive | Self::Licence | Self::Room)
    }

    /// In words, as the rest of a sentence: "the therapist is on leave then".
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Inactive => "the therapist sees nobody at present",
            Self::Licence => "the therapist's licence ends before it",
            Self::Room => "the room is closed then",
            Self::Closed => "the practice is closed that day",
            Self::Leave => "the therapist is on leave then",
            Self::Elsewhere => "the therapist's own calendar is taken then",
            Self::Hours => "the therapist does not work there and then",
        }
    }
}

/// What is in the way of a session that is booked; `None` where nothing is. `closed` holds at least the rooms that are
/// closed while it lasts. Where the clients sit is not looked at: that a licence holds there was asked when it was
/// booked, and what ends is asked here.
#[must_use]
pub fn outside(session: &Appointment, therapist: &Therapist, closed: &[Busy], practice: &Practice) -> Option<Outside> {
    if !therapist.active {
        return Some(Outside::Inactive);
    }
    let date = practice.today(session.starts_at);
    let location = session.room.as_deref().map(|room| practice.location_of(room));
    if location == Some(None) {
        return Some(Outside::Room);
    }
    let state = location.flatten().map(|location| location.state);
    let licensed = therapist.licences.iter().any(|licence| {
        licence.expires >= date && state.is_none_or(|state| licence.state == state && !licence.video_only)
    });
    if !licensed {
        return Some(Outside::Licence);
    }
    let room = session.room.as_deref().map(room_resource);
    let is_closed =
        |block: &Busy| Some(&block.resource) == room.as_ref() && block.overlaps(session.starts_at, session.ends_at);
    if closed.iter().any(is_closed) {
        return Some(Outside::Room);
    }
    let place = Place {
        location: location.flatten().map(|location| location.id.clone()),
        video: session.format == Format::Video,
    };
    let stretch = Stretch { starts_at: session.starts_at, ends_at: session.ends_at };
    therapist.hours.holds(practice, stretch, &place).err()
}
