//! What a letter's words are given: as much as the letter may tell in this
//! mailbox, and nothing else. A template that asks for more does not render.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use rapport_domain::{
    calendar::words,
    contact::{Language, Mailbox},
    letter::LetterKind,
};

use crate::letters::{Digest, Letter, Matter, Tells};

/// Names and values for a template; each value is one line.
#[derive(Clone)]
pub(crate) struct Values(BTreeMap<&'static str, String>);

impl Values {
    /// For a letter that is about to be written.
    pub(crate) fn new(letter: &Letter, mailbox: Mailbox, language: Language, matter: &Matter<'_>) -> Self {
        let letterhead = matter.letterhead;
        let mut values = Self::of_practice(&letterhead.sender_name, &letterhead.phone);
        for told in letter.tells(mailbox) {
            match told {
                Tells::Name => values.put("name", matter.given_name.unwrap_or_default()),
                Tells::When => {
                    let starts_at = matter.appointment.map_or(matter.queued_at, |it| it.starts_at);
                    values.put_when(starts_at, &letterhead.zone, language);
                }
                Tells::By => values.put_by((letter.by)(matter), &letterhead.zone, language),
                Tells::Invitation => {
                    values.put("text", matter.invitation.map_or("", |invitation| &invitation.text));
                    values.put("link", matter.invitation.map_or("", |invitation| &invitation.link));
                }
                Tells::Case => values.put("case", &matter.case.map(|case| case.id.to_string()).unwrap_or_default()),
                Tells::Digest => {
                    values.put_when(matter.queued_at, &letterhead.zone, language);
                    if let Some(digest) = matter.digest {
                        values.put_digest(digest);
                    }
                }
            }
        }
        values
    }

    /// For the check at load: the names that the letter will have, with values of a usual shape.
    pub(crate) fn sample(kind: LetterKind, mailbox: Mailbox, language: Language) -> Self {
        let mut values = Self::of_practice("Riverbend", "704-555-0100");
        for told in Letter::of(kind).tells(mailbox) {
            match told {
                Tells::Name => values.put("name", "Sample"),
                Tells::When => values.put_when(SAMPLE_START, &TimeZone::UTC, language),
                Tells::By => values.put_by(SAMPLE_BY, &TimeZone::UTC, language),
                Tells::Invitation => {
                    values.put("text", "You are invited to find a time with us.");
                    values.put("link", "https://intake.example.com/invitation/0190a1b2");
                }
                Tells::Case => values.put("case", "cases/0190a1b2-0000-7000-8000-000000000001"),
                Tells::Digest => {
                    values.put_when(SAMPLE_START, &TimeZone::UTC, language);
                    values.put_digest(&SAMPLE_DIGEST);
                }
            }
        }
        values
    }

    /// The value of a name; empty where the letter does not tell it.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// For a template.
    pub(crate) const fn all(&self) -> &BTreeMap<&'static str, String> {
        &self.0
    }

    /// The names, for a message.
    pub(crate) fn names(&self) -> String {
        self.0.keys().copied().collect::<Vec<_>>().join(", ")
    }

    fn of_practice(sender: &str, phone: &str) -> Self {
        let mut values = Self(BTreeMap::new());
        values.put("sender", sender);
        values.put("phone", phone);
        values
    }

    fn put_when(&mut self, at: Timestamp, zone: &TimeZone, language: Language) {
        let at = at.to_zoned(zone.clone());
        self.put("day", &words::day(language, &at));
        self.put("time", &words::time(language, &at));
        self.put("when", &words::when(language, &at));
    }

    fn put_by(&mut self, at: Timestamp, zone: &TimeZone, language: Language) {
        let at = at.to_zoned(zone.clone());
        self.put("by_day", &words::day(language, &at));
        self.put("by", &words::when(language, &at));
    }

    fn put_digest(&mut self, digest: &Digest) {
        let open = digest.deciding + digest.before_staff + digest.held + digest.confirmed;
        for (name, number) in [
            ("open", open),
            ("deciding", digest.deciding),
            ("before_staff", digest.before_staff),
            ("held", digest.held),
            ("confirmed", digest.confirmed),
            ("late", digest.late),
            ("refused", digest.refused),
            ("unknown", digest.unknown),
        ] {
            self.put(name, &number.to_string());
        }
        self.put("dead", &digest.dead.map_or_else(|| "?".to_owned(), |dead| dead.to_string()));
    }

    /// Names are parsed before they are stored; that a value is one line without
    /// direction marks is made sure of once more where headers are written.
    fn put(&mut self, name: &'static str, value: &str) {
        let plain = |c: &char| !c.is_control() && !matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        self.0.insert(name, value.chars().filter(plain).collect());
    }
}

/// Thursday, December 3, 2026 at 5:30 pm.
const SAMPLE_START: Timestamp = Timestamp::constant(1_796_319_000, 0);
/// Two days before.
const SAMPLE_BY: Timestamp = Timestamp::constant(1_796_146_200, 0);
/// A morning with something of everything.
const SAMPLE_DIGEST: Digest =
    Digest { deciding: 1, before_staff: 4, held: 6, confirmed: 9, late: 2, refused: 1, unknown: 1, dead: Some(0) };
