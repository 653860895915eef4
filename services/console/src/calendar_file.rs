//! The entry for a client's calendar (RFC 5545), as neutral as a letter's: our
//! office's name and the time. The UID is the letter's own, so that the two are one
//! entry wherever both are opened.

use icalendar::{Calendar, Class, Component as _, Event, EventStatus, Property};
use jiff::Timestamp;
use rapport_proto::{
    intake::{Appointment, AppointmentState, GetScreeningResponse},
    time,
};

/// What an entry is made of.
pub(crate) struct Entry {
    uid: String,
    sequence: u32,
    stamp: Timestamp,
    starts: Timestamp,
    ends: Timestamp,
    confirmed: bool,
    office: String,
}

impl Entry {
    /// Of a session whose time is taken; `None` of any other.
    pub(crate) fn of(appointment: &Appointment, practice: &GetScreeningResponse, now: Timestamp) -> Option<Self> {
        let confirmed = match appointment.state() {
            AppointmentState::Confirmed => true,
            AppointmentState::Held => false,
            _ => return None,
        };
        let id = appointment.name.strip_prefix("appointments/")?;
        let digits: String = appointment.etag.chars().take_while(char::is_ascii_digit).collect();
        Some(Self {
            uid: format!("{id}@{}", practice.office_email.rsplit('@').next().unwrap_or_default()),
            sequence: digits.parse().unwrap_or_default(),
            stamp: now,
            starts: time::from_message(appointment.start_time.as_ref()?)?,
            ends: time::from_message(appointment.end_time.as_ref()?)?,
            confirmed,
            office: practice.office.clone(),
        })
    }
}

/// The file's text, with CRLF at each line's end.
pub(crate) fn write(entry: &Entry) -> String {
    let mut event = Event::new();
    event
        .uid(&entry.uid)
        .sequence(entry.sequence)
        .add_property("DTSTAMP", utc(entry.stamp))
        .add_property("DTSTART", utc(entry.starts))
        .add_property("DTEND", utc(entry.ends))
        .summary(&entry.office)
        .status(if entry.confirmed { EventStatus::Confirmed } else { EventStatus::Tentative })
        .class(Class::Private);
    Calendar::empty()
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", "-//Office//EN"))
        .append_property(Property::new("CALSCALE", "GREGORIAN"))
        .append_property(Property::new("METHOD", "PUBLISH"))
        .push(event.done())
        .done()
        .to_string()
}

/// Instants are UTC, so that no zone definition is needed.
fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_holds_the_time_and_our_name_and_nothing_else() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let entry = Entry {
            uid: "0199@example.com".to_owned(),
            sequence: 2,
            stamp: at("2026-11-26T10:00:00Z"),
            starts: at("2026-12-03T23:00:00Z"),
            ends: at("2026-12-04T00:20:00Z"),
            confirmed: true,
            office: "River; bend, é\r\nX-EVIL:1".to_owned(),
        };
        let text = write(&entry);
        assert!(text.contains("\r\nDTSTART:20261203T230000Z\r\n"), "{text}");
        assert!(text.contains("\r\nSUMMARY:River\\; bend\\, é"), "{text}");
        let names: Vec<_> = text.split("\r\n").filter_map(|line| line.split([':', ';']).next()).collect();
        let wanted = [
            "BEGIN", "VERSION", "PRODID", "CALSCALE", "METHOD", "BEGIN", "CLASS", "DTEND", "DTSTAMP", "DTSTART",
            "SEQUENCE", "STATUS", "SUMMARY", "UID", "END", "END", "",
        ];
        assert_eq!(names, wanted, "{text}");
    }
}
