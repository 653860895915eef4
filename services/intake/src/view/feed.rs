//! A therapist's sessions as an iCalendar feed (RFC 5545, RFC 7986): instants in UTC, so that no program needs a zone,
//! and the same bytes for the same sessions.

use icalendar::{Calendar, Class, Component as _, Event, EventLike as _, EventStatus, Property};
use jiff::{SignedDuration, Timestamp};
use rapport_domain::{
    appointment::{Appointment, AppointmentState},
    practice::Practice,
};

/// How often programs are asked to look again; Outlook reads the second name for it.
const REFRESH: &str = "PT30M";

/// The text of the feed.
pub(crate) fn calendar_feed(sessions: &[Appointment], practice: &Practice) -> String {
    let sender = practice.sender_email.as_str();
    let domain = sender.rsplit('@').next().unwrap_or_default();
    let mut calendar = Calendar::empty();
    calendar
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", format!("-//{}//EN", plain(&practice.sender_name))))
        .append_property(Property::new("CALSCALE", "GREGORIAN"))
        .append_property(Property::new("METHOD", "PUBLISH"))
        .append_property(Property::new("X-WR-CALNAME", plain(&practice.sender_name)))
        .append_property(Property::new("REFRESH-INTERVAL", REFRESH).add_parameter("VALUE", "DURATION").done())
        .append_property(Property::new("X-PUBLISHED-TTL", REFRESH));
    for session in sessions {
        calendar.push(event(session, practice, domain, sender));
    }
    calendar.done().to_string()
}

fn event(session: &Appointment, practice: &Practice, domain: &str, sender: &str) -> Event {
    let held = session.state == AppointmentState::Held;
    let place = match session.room.as_deref() {
        Some(room) => match practice.location_of(room) {
            Some(location) => format!("{room}, {}", location.name),
            None => room.to_owned(),
        },
        None => "Video".to_owned(),
    };
    Event::new()
        .uid(&format!("{}@{domain}", session.id.uuid()))
        .sequence(session.sequence)
        .add_property("DTSTAMP", utc(stamp(session)))
        .add_property("DTSTART", utc(session.starts_at))
        .add_property("DTEND", utc(session.ends_at))
        .summary(if held { "Session (held)" } else { "Session" })
        .location(&plain(&place))
        .status(if held { EventStatus::Tentative } else { EventStatus::Confirmed })
        .class(Class::Private)
        .append_property(Property::new("TRANSP", "OPAQUE"))
        .append_property(Property::new("ORGANIZER", format!("mailto:{sender}")))
        .done()
}

/// When the session was made, a second later with each of its changes: it rises with them, and is the same whenever the
/// feed is read.
fn stamp(session: &Appointment) -> Timestamp {
    let made = session.id.uuid().get_timestamp().map(|made| made.to_unix().0).unwrap_or_default();
    let made = i64::try_from(made).ok().and_then(|second| Timestamp::from_second(second).ok()).unwrap_or_default();
    made.checked_add(SignedDuration::from_secs(i64::from(session.sequence))).unwrap_or(made)
}

/// `20261203T223000Z`, to the second as calendars count.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Without what would end a line (RFC 5545, 3.1).
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}
