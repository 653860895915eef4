//! What a letter's words are given: as much as the letter may tell in this
//! mailbox, and nothing else. A template that asks for more does not render.

use std::collections::BTreeMap;

use jiff::{Timestamp, tz::TimeZone};
use rapport_domain::{
    calendar::words,
    contact::{Language, Mailbox},
};

use crate::letters::{Digest, Letter, Matter, Tells};

/// A value is cut here: longer than any that a practice or a client may write, and short enough for any mail program.
const LONGEST: usize = 1_000;

/// Names and values for a template; each value is one line.
#[derive(Clone)]
pub(crate) struct Values(BTreeMap<&'static str, String>);

impl Values {
    /// For a letter that is about to be written.
    pub(crate) fn new(letter: &Letter, mailbox: Mailbox, language: Language, matter: &Matter<'_>) -> Self {
        let letterhead = matter.letterhead;
        let mut values = Self(BTreeMap::new());
        values.put("sender", &letterhead.sender_name);
        values.put("phone", &letterhead.phone);
        for told in letter.tells(mailbox) {
            match told {
                Tells::Name => values.put("name", matter.given_name.unwrap_or_default()),
                Tells::When => {
                    let starts_at = matter.appointment.map_or(matter.queued_at, |it| it.starts_at);
                    values.put_when(starts_at, &letterhead.zone, language);
                }
                Tells::By => values.put_by((letter.by)(matter), &letterhead.zone, language),
                Tells::Answer => values.put("answer", if matter.awaits_answer { "yes" } else { "" }),
                Tells::Link => values.put("link", matter.link.unwrap_or_default()),
                Tells::Invitation => {
                    values.put("text", matter.invitation.map_or("", |invitation| &invitation.text));
                    values.put("link", matter.invitation.map_or("", |invitation| &invitation.link));
                }
                Tells::Case => values.put("case", &matter.case.map(|case| case.id.to_string()).unwrap_or_default()),
                Tells::Licence => {
                    let licence = matter.licence;
                    values.put("therapist", licence.map_or("", |it| &it.therapist));
                    values.put("state", licence.map_or("", |it| &it.state));
                    let ends = licence.map_or_else(|| matter.day(matter.queued_at), |it| it.ends);
                    if let Ok(noon) = ends.at(12, 0, 0, 0).to_zoned(letterhead.zone.clone()) {
                        values.put("day", &words::day(language, &noon));
                    }
                }
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
            ("licences", digest.licences),
        ] {
            self.put(name, &number.to_string());
        }
        let (number, head) = digest.audit_head.clone().unwrap_or_default();
        self.put("audit_seal", &number.to_string());
        self.put("audit_head", &head);
        self.put("dead", &digest.dead.map_or_else(|| "?".to_owned(), |dead| dead.to_string()));
    }

    /// Names are parsed before they are stored; that a value is one line of bounded length without marks that turn the
    /// reading direction is made sure of once more here.
    fn put(&mut self, name: &'static str, value: &str) {
        self.0.insert(name, value.chars().filter(|c| !is_unseen(*c)).take(LONGEST).collect());
    }
}

/// Characters that nobody sees, and that change what everybody sees.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
