//! Who somebody is and how to reach them without harm.
//!
//! Every type here is parsed once and cannot be wrong afterwards. None of them
//! has `Debug`, so that none can slip into a log line.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::calendar::week::WeeklyWindow;

mod email;
mod phone;
#[cfg(test)]
mod tests;

pub use email::EmailAddress;
pub use phone::Phone;

/// Why a field was refused; it reads after the field's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ContactError(pub(crate) &'static str);

/// Who the person is.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// As they want to be called.
    pub given_name: Name,
    /// Family name.
    pub family_name: Name,
    /// Where letters go; absent where they called, or only asked for a call.
    pub email: Option<EmailAddress>,
    /// Where calls go.
    pub phone: Phone,
    /// Date of birth; absent of somebody who only asked for a call.
    pub date_of_birth: Option<Date>,
    /// In their own words.
    pub pronouns: Option<Line<40>>,
    /// For pages and letters.
    pub language: Language,
    /// Where they sit during sessions; absent of somebody who only asked for a call.
    pub residence_state: Option<UsState>,
}

impl Client {
    /// "Sample A.": enough to tell two cases apart in a queue.
    #[must_use]
    pub fn short_name(&self) -> String {
        let initial = self.family_name.as_str().chars().next().unwrap_or('–');
        format!("{} {initial}.", self.given_name.as_str())
    }

    /// Whether they are sample data: nobody can be reached at their number, nor at their address where they gave one.
    /// So a mark that says it can stand on no real person, and needs no switch that somebody could forget.
    #[must_use]
    pub fn is_sample(&self) -> bool {
        self.phone.is_fictional() && self.email.as_ref().is_none_or(EmailAddress::is_fictional)
    }

    /// Age in whole years on a day in the practice's zone, where it is known.
    #[must_use]
    pub fn age_on(&self, today: Date) -> Option<i16> {
        let born = self.date_of_birth?;
        let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
        Some(today.year() - born.year() - i16::from(!had_birthday))
    }
}

/// How to reach them without harm.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Who reads the mailbox.
    pub mailbox: Mailbox,
    /// Whether a message may be left.
    pub voicemail_ok: bool,
    /// When it is safe to call; empty: any practice hour.
    pub safe_hours: Vec<WeeklyWindow>,
    /// Whom we say is calling.
    pub introduce_as: Option<Line<60>>,
    /// The word they know us by and we know them by.
    pub pin: Option<Pin>,
}

/// Who reads the mailbox that letters go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mailbox {
    /// Nobody but the client.
    Private,
    /// Somebody else may.
    Shared,
}

/// A language that pages and letters are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Spanish.
    Es,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::En, Self::Es];

    /// BCP 47.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Es => "es",
        }
    }

    /// Reads a BCP 47 tag; a region behind it is ignored.
    ///
    /// # Errors
    /// Where pages and letters are not written in it.
    pub fn parse(tag: &str) -> Result<Self, ContactError> {
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.tag() == primary).ok_or(ContactError("must be \"en\" or \"es\""))
    }
}

/// A person's name: one line, 1 to 100 characters, no control characters.
pub type Name = Line<100>;

/// One line of text: trimmed, 1 to `MOST` characters, no control or
/// direction-changing characters, so that it can stand in a mail header.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const MOST: usize>(String);

impl<const MOST: usize> Line<MOST> {
    /// Reads it.
    ///
    /// # Errors
    /// Where it is empty, too long or not one plain line.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(ContactError("must not be empty"));
        }
        if text.chars().count() > MOST {
            return Err(ContactError(match MOST {
                40 => "must be at most 40 characters",
                60 => "must be at most 60 characters",
                _ => "must be at most 100 characters",
            }));
        }
        if text.chars().any(|c| c.is_control() || is_invisible_control(c)) {
            return Err(ContactError("must be one line without control characters"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MOST: usize> TryFrom<String> for Line<MOST> {
    type Error = ContactError;

    fn try_from(text: String) -> Result<Self, ContactError> {
        Self::parse(&text)
    }
}

impl<const MOST: usize> From<Line<MOST>> for String {
    fn from(line: Line<MOST>) -> Self {
        line.0
    }
}

/// Line and paragraph separators, and marks that change the reading direction of what follows.
const fn is_invisible_control(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A word of 4 to 12 ASCII letters or digits.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pin(String);

impl Pin {
    /// Reads it.
    ///
    /// # Errors
    /// Where it is not 4 to 12 ASCII letters or digits.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        if (4..=12).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ContactError("must be 4 to 12 letters or digits"))
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Pin {
    type Error = ContactError;

    fn try_from(text: String) -> Result<Self, ContactError> {
        Self::parse(&text)
    }
}

impl From<Pin> for String {
    fn from(pin: Pin) -> Self {
        pin.0
    }
}

/// A date of birth, `YYYY-MM-DD`, of somebody who is alive on that day.
///
/// # Errors
/// Where it is no date, in the future, or more than 120 years ago.
pub fn parse_date_of_birth(text: &str, today: Date) -> Result<Date, ContactError> {
    let born: Date = (text.len() == 10)
        .then(|| text.parse().ok())
        .flatten()
        .ok_or(ContactError("must be a date like 1990-04-30"))?;
    if born > today || today.year() - born.year() > 120 {
        return Err(ContactError("must be within the last 120 years"));
    }
    Ok(born)
}

/// A US state or the District of Columbia, by its two letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UsState([u8; 2]);

/// The fifty states and the District of Columbia.
const US_STATES: &str = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT \
     NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY";

impl UsState {
    /// Reads two letters, in either case.
    ///
    /// # Errors
    /// Where there is no such state.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        let upper = text.to_ascii_uppercase();
        US_STATES
            .split_whitespace()
            .find(|state| *state == upper)
            .and_then(|state| state.as_bytes().try_into().ok())
            .map(Self)
            .ok_or(ContactError("must be the two letters of a US state, like NC"))
    }

    /// Its two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl TryFrom<String> for UsState {
    type Error = ContactError;

    fn try_from(text: String) -> Result<Self, ContactError> {
        Self::parse(&text)
    }
}

impl From<UsState> for String {
    fn from(state: UsState) -> Self {
        state.as_str().to_owned()
    }
}
