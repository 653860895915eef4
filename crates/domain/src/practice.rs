//! The files that a practice edits: always current, unlike the protocol that an intake pins.
//!
//! [`load`] reads practice.toml ([`on_call`] its chain), [`roster`] roster.csv, [`promise`] says what
//! both promise a client, in words and instants.

use jiff::{
    SignedDuration, Timestamp,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use serde::Deserialize;

use crate::{
    calendar::week::WeeklyWindow,
    contact::{EmailAddress, Language, UsState},
    intake::{Care, Submission},
    problem::FileProblem,
    protocol::{Protocol, Subject},
};

mod changes;
mod cost;
mod draft;
mod invitation;
mod letters;
mod load;
mod on_call;
mod paragraph;
mod promise;
pub mod roster;
#[cfg(test)]
pub(crate) mod sample;
mod section;
mod session_page;
#[cfg(test)]
mod tests;
mod words;

pub use changes::ChangePolicy;
pub use on_call::{AlertPolicy, OnCall, Provider, Webhook};
pub use session_page::{Fees, SessionPage, SessionTexts, StepText};

/// practice.toml, checked, with the protocol that new intakes begin with.
#[derive(Clone)]
pub struct Practice {
    /// Its name, on pages.
    pub name: String,
    /// The neutral name that letters come from.
    pub sender_name: String,
    /// The address that letters come from.
    pub sender_email: EmailAddress,
    /// Where to call, as a person reads it.
    pub phone: String,
    /// The zone of every wall time.
    pub zone: TimeZone,
    /// Of pages and letters, first one first.
    pub languages: Vec<Language>,
    /// When somebody answers the phone.
    pub hours: Vec<WeeklyWindow>,
    /// Which weekdays count as business days.
    pub business_days: Vec<Weekday>,
    /// Days on which neither holds.
    pub closed_on: Vec<Date>,
    /// Whom alerts go to, in order.
    pub on_call: Vec<OnCall>,
    /// What happens when nobody of them acknowledges.
    pub alerts: AlertPolicy,
    /// What is promised.
    pub promise: Promise,
    /// Where people are seen.
    pub locations: Vec<Location>,
    /// Lines that answer now.
    pub lines: Vec<Line>,
    /// Texts to be agreed to.
    pub consents: Vec<ConsentText>,
    /// Who pays, beside the clients themselves.
    pub payers: Vec<Payer>,
    /// Languages of sessions.
    pub session_languages: Vec<SessionLanguage>,
    /// What a machine may book, and how.
    pub booking: BookingPolicy,
    /// What whoever pays themselves pays.
    pub fees: Fees,
    /// What stands on the page of a session.
    pub session_texts: SessionTexts,
    /// What clients change by themselves, and until when.
    pub changes: ChangePolicy,
    /// Not an emergency service: on every page.
    pub emergency_note: Text,
    /// What a session costs, in plain sentences, with the numbers of this file; `None` where clients are to ask.
    pub cost: Option<Text>,
    /// Where clients' pages stand, `https://…` without a slash at its end; `None` where the practice has none yet, and
    /// an invitation is handed over as a word of mouth only.
    pub pages_url: Option<String>,
    /// What an invitation says: shown to the inviter before the press, and the very words of the letter.
    pub invitation_text: Text,
    /// Whom rules tell by id.
    pub notify: Vec<Notified>,
    /// When letters go, and to whom those about the practice itself.
    pub letters: LetterPolicy,
    /// How many days a draft is kept after it was last saved.
    pub draft_days: u32,
    /// What new intakes are answered under.
    pub protocol: Protocol,
}

/// A text in every language that Rapport writes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// Spanish.
    pub es: String,
}

impl Text {
    /// The text in a language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Es => &self.es,
        }
    }
}

/// Somebody whom a rule of triage.yaml tells.
#[derive(Clone)]
pub struct Notified {
    /// Their id, as rules name it.
    pub id: String,
    /// Who.
    pub name: String,
    /// Where the alert goes.
    pub email: EmailAddress,
}

/// When letters go, and to whom those about the practice itself.
#[derive(Clone)]
pub struct LetterPolicy {
    /// Whom the day's digest goes to.
    pub digest_to: Vec<EmailAddress>,
    /// From when on, in the practice's zone.
    pub digest_at: Time,
    /// How many hours before a session alone its client is reminded.
    pub remind_hours: u32,
    /// How many hours before a joint session its clients are.
    pub remind_joint_hours: u32,
    /// How long staff have to say whether a letter arrived of which nobody knows; then it is sent once more, where a
    /// second copy does no harm. None where that is always asked.
    pub resend_unknown_after: Option<SignedDuration>,
    /// The night, in the practice's zone: it may pass midnight. None where every hour is as good.
    pub quiet: Option<(Time, Time)>,
}

/// What is promised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Promise {
    /// IMMEDIATE: a call within these minutes, at any hour.
    pub immediate_minutes: u32,
    /// URGENT: a clinician's call within these hours, at any hour.
    pub urgent_hours: u32,
    /// PRIORITY: a first session alone within these business days.
    pub priority_days: u32,
    /// PRIORITY: a first joint session within these business days.
    pub priority_joint_days: u32,
    /// Where no machine may book: a call within these business days.
    pub call_days: u32,
    /// ROUTINE: a first session within these days.
    pub routine_days: u32,
}

/// A place where people are seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Its id.
    pub id: String,
    /// What a person reads.
    pub name: String,
    /// The street address.
    pub address: String,
    /// The state that it lies in.
    pub state: UsState,
    /// How to get there.
    pub directions: Text,
    /// Where to leave a car or a bicycle.
    pub parking: Text,
    /// How to come in by wheelchair, and what else makes it easier.
    pub access: Text,
    /// Ids of its rooms, unique in the practice, in the order in which they are given out.
    pub rooms: Vec<String>,
}

/// A line that answers now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its id, as rules name it.
    pub id: String,
    /// Its name.
    pub name: Text,
    /// The number to call; may be empty.
    pub phone: String,
    /// How to text it; may be empty.
    pub text: Text,
    /// Its chat's https address; may be empty.
    pub chat_url: String,
    /// When it answers, in which languages.
    pub note: Text,
    /// When somebody last made sure of all that.
    pub last_verified: Date,
}

/// A text to be agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentText {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// What a person reads.
    pub text: Text,
    /// Whether an intake is refused without it.
    pub required: bool,
}

/// Who pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payer {
    /// Its id.
    pub id: String,
    /// What a person reads.
    pub label: String,
    /// The kinds of care that it pays for.
    pub pays_for: Vec<Care>,
}

/// A language of sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLanguage {
    /// BCP 47.
    pub tag: String,
    /// What a person reads.
    pub label: Text,
}

/// What a machine may book, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BookingPolicy {
    /// Whether a session alone is fixed at once or waits for the client's yes.
    pub confirm: Confirm,
    /// Hours between now and the first time that is offered.
    pub lead_hours: u32,
    /// A joint hold starts at least these days out.
    pub hold_min_days: u32,
    /// A joint hold is confirmed or freed these hours before it starts.
    pub release_hours: u32,
    /// The share of a therapist's weekly sessions that holds may take, from 0 to 1.
    pub hold_share: f64,
    /// How often another joint time is looked for while the partner stays silent.
    pub most_rounds: u32,
    /// Length of a session alone, in minutes.
    pub individual_minutes: u32,
    /// Length of a joint session, in minutes.
    pub couple_minutes: u32,
    /// Minutes behind every session in which therapist and room stay free.
    pub buffer_minutes: u32,
    /// Minutes between the times that are offered within a therapist's hours.
    pub step_minutes: u32,
}

/// How long a session alone waits for the client's yes, or for that of somebody of the practice, where one is asked for.
/// A day: whoever reads their mail in the evening can answer, and the time is still worth something to somebody else.
const WAITS_FOR_YES: SignedDuration = SignedDuration::from_hours(24);

impl BookingPolicy {
    /// The time behind every session in which therapist and room stay free.
    #[must_use]
    pub fn buffer(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.buffer_minutes))
    }

    /// How long a session takes.
    #[must_use]
    pub fn session(&self, care: Care) -> SignedDuration {
        SignedDuration::from_mins(i64::from(match care {
            Care::Couple => self.couple_minutes,
            Care::Individual => self.individual_minutes,
        }))
    }

    /// When a hold that is made or moved now ends: a joint one at the release step, one alone after a day, or when it
    /// would begin.
    #[must_use]
    pub fn hold_ends(&self, care: Care, starts_at: Timestamp, now: Timestamp) -> Timestamp {
        match care {
            Care::Couple => self.release_at(starts_at),
            Care::Individual => starts_at.min(now + WAITS_FOR_YES),
        }
    }

    /// When a joint hold that starts then is confirmed or freed.
    #[must_use]
    pub fn release_at(&self, starts_at: Timestamp) -> Timestamp {
        starts_at - SignedDuration::from_hours(i64::from(self.release_hours))
    }
}

/// How a session alone is fixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// At once.
    Auto,
    /// By the client, over the link in the letter.
    Link,
}

/// What must be put before a person at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyNotice<'a> {
    /// One plain sentence.
    pub headline: String,
    /// Lines, in the order in which they stand.
    pub lines: Vec<&'a Line>,
    /// When a person of the practice calls.
    pub call_promise: String,
    /// What was not done: nobody else was told.
    pub discretion: String,
}

impl Practice {
    /// The day it is in the practice's zone.
    #[must_use]
    pub fn today(&self, now: Timestamp) -> Date {
        now.to_zoned(self.zone.clone()).date()
    }

    /// Whom triage looks at: somebody as they were on the day on which they submitted, so that the same answers give
    /// the same result whenever they are triaged.
    #[must_use]
    pub fn subject<'a>(&self, submission: &'a Submission, care: Care, received_at: Timestamp) -> Subject<'a> {
        Subject { answers: &submission.answers, age: submission.client.age_on(self.today(received_at)), care }
    }

    /// A warning per line that nobody has called for half a year, and one for fees of last year.
    #[must_use]
    pub fn stale(&self, today: Date) -> Vec<FileProblem> {
        let half_a_year_ago = today.checked_sub(jiff::Span::new().months(6)).unwrap_or(Date::MIN);
        let stale = self.lines.iter().filter(|line| line.last_verified < half_a_year_ago);
        stale
            .map(|line| {
                let what = format!("the line {:?} was last verified on {}", line.id, line.last_verified);
                let hint = "call it, and write the day into last_verified";
                FileProblem::warning(load::FILE, (0, 0), what, hint)
            })
            .chain(self.stale_fees(today))
            .collect()
    }

    /// The page of an invitation, where the practice has pages. The token stands in the path, so that the page needs no
    /// script; the page passes it on to no other.
    #[must_use]
    pub fn invitation_link(&self, token: &str) -> Option<String> {
        self.pages_url.as_ref().map(|pages| format!("{pages}/invitation/{token}"))
    }

    /// The page that a client's letters lead to, where the practice has pages.
    #[must_use]
    pub fn session_link(&self, token: &str) -> Option<String> {
        self.pages_url.as_ref().map(|pages| format!("{pages}/session/{token}"))
    }

    /// The page on which a colleague signs in for the first time, where the practice has pages.
    #[must_use]
    pub fn welcome_link(&self, token: &str) -> Option<String> {
        self.pages_url.as_ref().map(|pages| format!("{pages}/staff/welcome/{token}"))
    }

    /// Where the day's digest goes, by position.
    #[must_use]
    pub fn digest_to(&self, position: u32) -> Option<&EmailAddress> {
        self.letters.digest_to.get(usize::try_from(position).ok()?)
    }

    /// Whom a rule tells by this id.
    #[must_use]
    pub fn notified(&self, id: &str) -> Option<&Notified> {
        self.notify.iter().find(|somebody| somebody.id == id)
    }

    /// A room's location.
    #[must_use]
    pub fn location_of(&self, room: &str) -> Option<&Location> {
        self.locations.iter().find(|location| location.rooms.iter().any(|id| id == room))
    }
}
