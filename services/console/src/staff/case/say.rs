//! What the service tells of a case, in words: times in the practice's zone, people by their names.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use rapport_domain::contact::Language;
use rapport_proto::{
    intake::{Choice, Format, GetScreeningResponse, Mailbox, WeeklyWindow},
    staff::{self as pb, Case},
    time,
};

use crate::{hours, staff::left::when};

type Instant = prost_types::Timestamp;

/// Words about one case.
pub(crate) struct Say {
    pub(crate) zone: String,
    pub(crate) now: Timestamp,
    pub(crate) locations: Vec<Choice>,
    names: BTreeMap<String, String>,
}

impl Say {
    pub(crate) fn new(practice: &GetScreeningResponse, now: Timestamp, case: &Case) -> Self {
        let names = case.contacts.iter().map(|contact| (contact.intake.clone(), contact.display_name.clone()));
        Self {
            zone: practice.time_zone.clone(),
            now,
            locations: practice.choices.clone().unwrap_or_default().locations,
            names: names.collect(),
        }
    }

    /// "today, 2:30 pm"; empty where there is no such time.
    pub(crate) fn when(&self, at: &Option<Instant>) -> String {
        instant(at).map(|at| when(at, self.now, &self.zone)).unwrap_or_default()
    }

    /// "today, 2:30 pm".
    pub(crate) fn at(&self, at: Timestamp) -> String {
        when(at, self.now, &self.zone)
    }

    /// A wall time of the practice, as `<input type="datetime-local">` gives it.
    pub(crate) fn parse(zone: &str, text: &str) -> Option<Instant> {
        let wall: DateTime = text.parse().ok()?;
        let zone = TimeZone::get(zone).ok()?;
        Some(time::to_message(wall.to_zoned(zone).ok()?.timestamp()))
    }

    /// A client's name, by their intake's.
    pub(crate) fn name<'a>(&'a self, intake: &'a str) -> &'a str {
        self.names.get(intake).map_or("", String::as_str)
    }

    /// Whether the case is about two whose screenings are in.
    pub(crate) fn two(&self) -> bool {
        self.names.len() > 1
    }

    /// What both say, under its headings.
    #[expect(clippy::unused_self, reason = "a template's way to call it")]
    pub(crate) fn sections<'a>(&self, joint: &'a pb::JointView) -> [(&'static str, &'a [pb::JointRow]); 3] {
        [("Signs of drift", &joint.signs), ("Drivers", &joint.drivers), ("Red flags of drift", &joint.red_flags)]
    }

    /// "Mon–Thu 9 am–6 pm", or any hour of the practice.
    pub(crate) fn hours(&self, windows: &[WeeklyWindow]) -> String {
        if windows.is_empty() {
            "Any practice hour".to_owned()
        } else {
            hours::in_words(windows, Language::En).join(", ")
        }
    }

    /// A place by its words, as the service takes it back.
    pub(crate) fn location_id(&self, words: &str) -> &str {
        let found = self.locations.iter().find(|it| words == it.label || words.starts_with(&it.label));
        found.map_or("", |it| it.id.as_str())
    }
}

pub(crate) fn instant(at: &Option<Instant>) -> Option<Timestamp> {
    at.as_ref().and_then(time::from_message)
}

/// "(704) 555-0142" of "+17045550142".
pub(crate) fn phone(number: &str) -> String {
    match number.strip_prefix("+1").filter(|rest| rest.len() == 10 && rest.bytes().all(|byte| byte.is_ascii_digit())) {
        Some(rest) => {
            let (area, local) = rest.split_at(3);
            let (exchange, line) = local.split_at(3);
            format!("{area}-{exchange}-{line}")
        }
        None => number.to_owned(),
    }
}

pub(crate) fn language(tag: &str) -> &'static str {
    if tag == "es" { "Español" } else { "English" }
}

pub(crate) const fn mailbox(mailbox: Mailbox) -> &'static str {
    match mailbox {
        Mailbox::Shared => "shared: letters say a time and our number alone",
        Mailbox::Private | Mailbox::Unspecified => "private",
    }
}

pub(crate) const fn format(format: Format) -> &'static str {
    match format {
        Format::Unspecified => "",
        Format::InPerson => "in person",
        Format::Video => "by video",
    }
}

pub(crate) const fn wish(wish: pb::ClientWish) -> &'static str {
    match wish {
        pb::ClientWish::Unspecified => "",
        pb::ClientWish::Accepted => "Said yes to the held time",
        pb::ClientWish::Declined => "Said no to the held time",
    }
}

pub(crate) const fn invitation(state: pb::InvitationState) -> &'static str {
    match state {
        pb::InvitationState::Unspecified => "",
        pb::InvitationState::NotInvited => "The second partner has not been invited yet.",
        pb::InvitationState::Invited => "The second partner is invited and has not opened it.",
        pb::InvitationState::Opened => "The second partner opened the invitation and has sent no screening yet.",
        pb::InvitationState::Declined => "The second partner wants no part. Never write to them again.",
        pb::InvitationState::In => "Both screenings are in.",
        pb::InvitationState::Withdrawn => "The invitation is withdrawn.",
    }
}

pub(crate) const fn channel(channel: pb::ContactChannel) -> &'static str {
    match channel {
        pb::ContactChannel::Unspecified | pb::ContactChannel::Phone => "by phone",
        pb::ContactChannel::Text => "by text message",
        pb::ContactChannel::Email => "by e-mail",
        pb::ContactChannel::InPerson => "face to face",
    }
}

pub(crate) const fn outcome(outcome: pb::ContactOutcome) -> &'static str {
    match outcome {
        pb::ContactOutcome::Unspecified => "",
        pb::ContactOutcome::Reached => "Reached",
        pb::ContactOutcome::NoAnswer => "No answer",
        pb::ContactOutcome::VoicemailLeft => "Voicemail left",
        pb::ContactOutcome::WrongNumber => "Wrong number or address",
        pb::ContactOutcome::Refused => "Reached, did not want to talk",
    }
}

pub(crate) const fn closing(reason: pb::CloseReason) -> &'static str {
    match reason {
        pb::CloseReason::Unspecified => "",
        pb::CloseReason::CareBegan => "Care has begun",
        pb::CloseReason::ReferredOn => "Referred on",
        pb::CloseReason::ClientWithdrew => "The client wants nothing more",
        pb::CloseReason::Unreachable => "Nobody could be reached",
        pb::CloseReason::Duplicate => "Another case is the same person's",
        pb::CloseReason::Other => "Otherwise",
    }
}

pub(crate) const fn stopping(reason: pb::StopReason) -> &'static str {
    match reason {
        pb::StopReason::Unspecified => "",
        pb::StopReason::ClientAsked => "they asked for it",
        pb::StopReason::Unsafe => "it would put them in danger",
        pb::StopReason::Other => "for another reason",
    }
}

pub(crate) const fn attendance(attendance: pb::Attendance) -> &'static str {
    match attendance {
        pb::Attendance::Unspecified => "",
        pb::Attendance::Attended => "came in time",
        pb::Attendance::Late => "came late",
        pb::Attendance::NoShow => "did not come, and told nobody",
    }
}

pub(crate) const fn alert(state: pb::AlertState) -> &'static str {
    match state {
        pb::AlertState::Unspecified => "",
        pb::AlertState::Open => "On-call is being told",
        pb::AlertState::Acknowledged => "Somebody has it",
        pb::AlertState::Unheard => "All of the chain was told, and nobody has acknowledged",
        pb::AlertState::Ended => "Its case ended first",
    }
}

/// Where a letter stands in the ledger, for somebody who does not know the ledger.
pub(crate) fn letter_state(state: &str) -> &'static str {
    match state {
        "queued" => "waits to be sent",
        "claimed" | "sending" => "is being sent",
        "sent" => "sent",
        "retry" => "waits for another try",
        "failed" => "refused for good",
        "unknown" => "may or may not have arrived",
        "superseded" => "not sent: something newer took its place",
        _ => "unclear",
    }
}

/// "staff_alert" as words.
pub(crate) fn letter_kind(letter: &str) -> String {
    let words = letter.replace('_', " ");
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_their_groups() {
        assert_eq!(phone("+17045550142"), "704-555-0142");
        assert_eq!(phone("+44123"), "+44123");
    }

    #[test]
    fn a_wall_time_is_the_practices() {
        let at = Say::parse("America/New_York", "2026-12-03T18:00").unwrap();
        assert_eq!(instant(&Some(at)).unwrap().to_string(), "2026-12-03T23:00:00Z");
        assert_eq!(Say::parse("America/New_York", "soon"), None);
    }

    #[test]
    fn kinds_of_letters_read_as_words() {
        assert_eq!(letter_kind("staff_alert"), "Staff alert");
        assert_eq!(letter_kind(""), "");
    }
}
