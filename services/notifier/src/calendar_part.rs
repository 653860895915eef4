//! The entry for the client's calendar (iTIP, RFC 5546).
//!
//! Instants are UTC, so that no zone definition is needed; the UID is the
//! appointment and SEQUENCE its state, so that a calendar follows each change.

use icalendar::{Calendar, Class, Component as _, Event, EventStatus, Property};
use jiff::Timestamp;
use rapport_domain::{appointment::Appointment, contact::EmailAddress};

use crate::{
    letters::{Letterhead, Meeting},
    values::is_unseen,
};

/// Bytes of a line, without its end.
const LONGEST_LINE: usize = 75;

/// What an entry is made of.
pub(crate) struct Entry<'a> {
    /// What it does.
    pub(crate) meeting: Meeting,
    /// The session.
    pub(crate) appointment: &'a Appointment,
    /// What it shows.
    pub(crate) summary: &'a str,
    /// Whose calendar it is for: the one attendee.
    pub(crate) attendee: &'a EmailAddress,
    /// Who invites.
    pub(crate) letterhead: &'a Letterhead,
    /// When the letter was queued; the same at every try.
    pub(crate) stamp: Timestamp,
}

impl Meeting {
    /// The name that stands in the calendar and in the part's content type.
    pub(crate) const fn method(self) -> &'static str {
        match self {
            Self::Request => "REQUEST",
            Self::Cancel | Self::Withdraw => "CANCEL",
        }
    }
}

/// The text of the calendar part, with CRLF at each line's end.
pub(crate) fn calendar_part(entry: &Entry<'_>) -> String {
    let sender = &entry.letterhead.sender_email;
    let mut event = Event::new();
    event
        .uid(&format!("{}@{}", entry.appointment.id.uuid(), domain_of(sender)))
        .sequence(entry.appointment.sequence)
        .add_property("DTSTAMP", utc(entry.stamp))
        .add_property("DTSTART", utc(entry.appointment.starts_at))
        .add_property("DTEND", utc(entry.appointment.ends_at))
        .summary(entry.summary)
        .status(match entry.meeting {
            Meeting::Request => EventStatus::Confirmed,
            Meeting::Cancel | Meeting::Withdraw => EventStatus::Cancelled,
        })
        .class(Class::Private)
        .append_property(
            Property::new("ORGANIZER", mailto(sender)).add_parameter("CN", &organizer(entry.letterhead)).done(),
        )
        .append_property(
            Property::new("ATTENDEE", mailto(entry.attendee))
                .add_parameter("ROLE", "REQ-PARTICIPANT")
                .add_parameter("PARTSTAT", "ACCEPTED")
                .add_parameter("RSVP", "FALSE")
                .done(),
        );
    let calendar = Calendar::empty()
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", format!("-//{}//EN", domain_of(sender))))
        .append_property(Property::new("CALSCALE", "GREGORIAN"))
        .append_property(Property::new("METHOD", entry.meeting.method()))
        .push(event.done())
        .done();
    folded(&calendar.to_string())
}

/// Lines of at most 75 bytes (RFC 5545, 3.1): icalendar 0.17 leaves a last one of 76 where 75 remain.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for line in text.replace("\r\n ", "").split_terminator("\r\n") {
        let mut used = 0;
        for c in line.chars() {
            if used + c.len_utf8() > LONGEST_LINE {
                folded.push_str("\r\n ");
                used = 1;
            }
            folded.push(c);
            used += c.len_utf8();
        }
        folded.push_str("\r\n");
    }
    folded
}

/// What stands behind the `@` of the practice's address: its own name space.
pub(crate) fn domain_of(address: &EmailAddress) -> &str {
    address.as_str().rsplit('@').next().unwrap_or_default()
}

/// `20261203T223000Z`, to the second as calendars count.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn mailto(address: &EmailAddress) -> String {
    format!("mailto:{}", address.as_str())
}

/// The name that invites, without what would end a parameter's quotes or its line (RFC 5545, 3.1); the address where nothing
/// is left of it.
fn organizer(letterhead: &Letterhead) -> String {
    let name: String = letterhead.sender_name.chars().filter(|c| !is_unseen(*c) && *c != '"').take(200).collect();
    if name.trim().is_empty() { letterhead.sender_email.as_str().to_owned() } else { name.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guard: `folded`; the line as icalendar folds it is the first of these with 76 bytes.
    #[test]
    fn no_line_is_longer_than_75_bytes_and_none_loses_a_character() {
        for length in 1..400 {
            for c in ["n", "é", "人", "🧑"] {
                let name = c.repeat(length);
                let text = Calendar::empty().append_property(Property::new("X", &name)).done().to_string();
                let folded = folded(&text);
                assert!(folded.split("\r\n").all(|line| line.len() <= 75), "{c} {length}");
                assert!(folded.replace("\r\n ", "").contains(&format!("\r\nX:{name}\r\n")), "{c} {length}");
            }
        }
    }
}
