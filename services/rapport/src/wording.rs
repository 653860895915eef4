//! How times, states and places read in a terminal.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rapport_proto::intake::{Appointment, Format, Intake, IntakeState};

/// Where an intake stands, on a line or two.
pub(crate) fn standing(intake: &Intake) -> String {
    let word = match intake.state() {
        IntakeState::Unspecified => "unknown",
        IntakeState::Received => "received",
        IntakeState::Held => "held",
        IntakeState::Confirmed => "confirmed",
        IntakeState::WeWillCall => "a person will call",
        IntakeState::Closed => "closed",
    };
    let session = intake.appointment.as_ref().map(|appointment| format!(": {}", session(appointment)));
    format!("{word}{}\n{}", session.unwrap_or_default(), intake.next_step)
}

/// "Wed 25 Nov 2026, 17:30 EST, by video, with Dana Whitfield".
pub(crate) fn session(appointment: &Appointment) -> String {
    let place = match appointment.format() {
        Format::InPerson if !appointment.location.is_empty() => format!(", {}", appointment.location),
        Format::InPerson => ", in person".to_owned(),
        Format::Video => ", by video".to_owned(),
        Format::Unspecified => String::new(),
    };
    let when = appointment.start_time.map(|time| local(instant(time), &appointment.time_zone)).unwrap_or_default();
    format!("{when}{place}, with {}", appointment.therapist)
}

/// An instant in a zone's wall time; in UTC where the zone is unknown here.
pub(crate) fn local(instant: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    instant.to_zoned(zone).strftime("%a %-d %b %Y, %H:%M %Z").to_string()
}

/// A message's time; the epoch where it is out of range.
pub(crate) fn instant(time: prost_types::Timestamp) -> Timestamp {
    Timestamp::new(time.seconds, time.nanos).unwrap_or_default()
}

/// "4 days 3 hours", "50 minutes": the two largest parts that matter.
pub(crate) fn span(from: Timestamp, to: Timestamp) -> String {
    length(to.duration_since(from))
}

/// A span as [`span`] tells it.
pub(crate) fn length(length: SignedDuration) -> String {
    let minutes = length.as_mins().max(0);
    let part = |number: i64, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    match (minutes / 1440, minutes % 1440 / 60, minutes % 60) {
        (0, 0, minutes) => part(minutes, "minute"),
        (0, hours, _) => part(hours, "hour"),
        (days, 0, _) => part(days, "day"),
        (days, hours, _) => format!("{} {}", part(days, "day"), part(hours, "hour")),
    }
}

/// The middle one; of two, the earlier.
pub(crate) fn median(mut spans: Vec<SignedDuration>) -> Option<SignedDuration> {
    spans.sort_unstable();
    let middle = spans.len().checked_sub(1)? / 2;
    spans.get(middle).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_practices_zone() {
        let instant: Timestamp = "2026-11-25T22:30:00Z".parse().unwrap();
        assert_eq!(local(instant, "America/New_York"), "Wed 25 Nov 2026, 17:30 EST");
    }

    #[test]
    fn spans_name_their_two_largest_parts() {
        let from = Timestamp::UNIX_EPOCH;
        let after = |minutes: i64| from + SignedDuration::from_mins(minutes);
        for (minutes, text) in [(50, "50 minutes"), (61, "1 hour"), (1440, "1 day"), (4 * 1440 + 190, "4 days 3 hours")]
        {
            assert_eq!(span(from, after(minutes)), text);
        }
    }
}
