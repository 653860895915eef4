//! Requests into domain types: every bad field at once, none of them repeated.
//!
//! [`submit_intake`](mod@submit_intake) puts a submission together from
//! [`client`], [`contact`](mod@contact), [`preferences`], [`consents`] and [`screenings`], and
//! [`request_call`](mod@request_call) one in which nothing was asked yet;
//! [`list_cases`](mod@list_cases), [`list_matches`](mod@list_matches), [`list_open_slots`](mod@list_open_slots) and
//! [`letters`] read filters and page tokens ([`page`]), [`decisions`] what staff decide, [`appointments`] what they do
//! with a session's time, [`accounts`] who is to have an account, [`audit`] which part of the trail somebody wants,
//! [`roster`] who treats and when, [`dead_letters`] and [`mail`] what keeps the house running,
//! [`reveal_answers`](mod@reveal_answers) whose answers and why, [`calls`] how clients were called, [`bounce`](mod@bounce) what a
//! mail server says of a letter.

mod accounts;
mod appointments;
mod audit;
mod bounce;
mod calls;
mod client;
mod consents;
mod contact;
mod dead_letters;
mod decisions;
mod letters;
mod list_cases;
mod list_matches;
mod list_open_slots;
mod mail;
mod page;
mod preferences;
mod replay_protocol;
mod request_call;
mod reveal_answers;
mod roster;
mod screenings;
mod submit_intake;
#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use rapport_domain::{calendar::week::WeeklyWindow, contact::Language, practice::Practice, problem::FieldProblems};
use rapport_proto::{intake as pb, week};
use rapport_security::{Token, TokenError};
use uuid::Uuid;

use crate::refusal::Refusal;

pub(crate) use accounts::{InviteStaff, UpdateAccount, invite_staff, list_accounts, list_colleagues, update_account};
pub(crate) use appointments::{
    BookAppointment, Chosen, MarkAttendance, StaffReschedule, book_appointment, mark_attendance, staff_reschedule,
};
pub(crate) use audit::{ListAuditEntries, audit_filter, audit_head, list_audit_entries};
pub(crate) use bounce::{Bounce, bounce};
pub(crate) use calls::{
    AddNote, AssignCase, RecordContactAttempt, ReferCase, StopContact, WithReason, add_note, assign_case,
    record_contact_attempt, refer_case, reopen_case, resume_contact, stop_contact,
};
pub(crate) use client::optional;
pub(crate) use contact::contact;
pub(crate) use dead_letters::{ListDeadLetters, list_dead_letters};
pub(crate) use decisions::{CloseCase, CompleteReport, OverrideUrgency, close_case, complete_report, override_urgency};
pub(crate) use letters::{ListLetters, letter_preview_kind, list_letters};
pub(crate) use list_cases::{ListCases, list_cases};
pub(crate) use list_matches::{ListMatches, MatchCursor, list_matches};
pub(crate) use list_open_slots::{ListOpenSlots, list_open_slots};
pub(crate) use mail::{list_mail, mail_name};
pub(crate) use page::Page;
pub(crate) use replay_protocol::replay_protocol;
pub(crate) use request_call::request_call;
pub(crate) use reveal_answers::{RevealAnswers, reveal_answers};
pub(crate) use roster::{
    ListHours, ListSessions, ListTherapists, SetHours, close_room, create_therapist, list_hours, list_sessions,
    list_therapists, set_hours, treated_client, update_therapist,
};
pub(crate) use screenings::given_answers;
pub(crate) use submit_intake::{Against, SubmitIntake, submit_intake};

/// How many entries a list may have; far above what any form sends.
const MOST_ENTRIES: usize = 100;

/// A resource name.
pub(crate) fn name<T>(field: &str, text: &str) -> Result<T, Refusal>
where
    T: FromStr<Err: fmt::Display>,
{
    text.parse().map_err(|error: T::Err| Refusal::field(field, error.to_string()))
}

/// A request's id: a UUID in its hyphenated form, and not the empty one.
pub(crate) fn request_id(text: &str) -> Result<Uuid, &'static str> {
    Some(text)
        .filter(|text| text.len() == 36)
        .and_then(|text| Uuid::try_parse(text).ok())
        .filter(|id| !id.is_nil())
        .ok_or("must be a UUID that was made for this request")
}

/// The hash of a token in a field that may be left empty.
pub(crate) fn token(text: &str) -> Result<Option<[u8; 32]>, TokenError> {
    if text.is_empty() { Ok(None) } else { Token::parse(text).map(|token| Some(token.hash())) }
}

/// The language asked for, where the practice writes it; its first one otherwise.
pub(crate) fn offered_language(tag: &str, practice: &Practice) -> Language {
    Language::parse(tag)
        .ok()
        .filter(|language| practice.languages.contains(language))
        .or_else(|| practice.languages.first().copied())
        .unwrap_or_default()
}

/// Weekly windows; each bad one is noted with its own bad field.
fn windows(field: &str, windows: &[pb::WeeklyWindow], problems: &mut FieldProblems) -> Vec<WeeklyWindow> {
    entries(field, windows, problems)
        .filter_map(|(at, window)| {
            week::from_message(window).map_err(|(part, why)| problems.add(format!("{at}.{part}"), why.to_string())).ok()
        })
        .collect()
}

/// A list's entries with their paths; notes a list that is too long, and reads none of it.
fn entries<'a, T>(
    field: &str,
    list: &'a [T],
    problems: &mut FieldProblems,
) -> impl Iterator<Item = (String, &'a T)> + use<'a, T> {
    let fits = list.len() <= MOST_ENTRIES;
    if !fits {
        problems.add(field, format!("must have at most {MOST_ENTRIES} entries"));
    }
    let field = field.to_owned();
    list.iter()
        .take(if fits { list.len() } else { 0 })
        .enumerate()
        .map(move |(n, entry)| (format!("{field}[{n}]"), entry))
}
