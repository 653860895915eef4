//! A number that can be called from Charlotte.

use serde::{Deserialize, Serialize};

use super::ContactError;

/// A North American number, kept as `+1` and ten digits.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// Reads ten digits, with or without `+1` or `1`, and the punctuation that
    /// people and their phones put between them. What the numbering plan gives to
    /// nobody is refused: area code and exchange begin with 2 to 9 and do not end
    /// in 11 (those are services, as 911), no area code has a 9 in the middle.
    ///
    /// # Errors
    /// Where it is not such a number; an extension can't be dialled and is none.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        const WRONG: ContactError = ContactError("must be a US phone number like 704-555-0100");
        let text = text.trim();
        let (plus, rest) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
        if rest.chars().count() > 24 || !rest.chars().all(|c| c.is_ascii_digit() || is_punctuation(c)) {
            return Err(WRONG);
        }
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let national = match digits.len() {
            10 if !plus => digits.as_str(),
            11 => digits.strip_prefix('1').ok_or(WRONG)?,
            _ => return Err(WRONG),
        };
        match national.as_bytes() {
            [area @ .., e1, e2, e3, _, _, _, _]
                if is_code(area) && is_code(&[*e1, *e2, *e3]) && area.get(1) != Some(&b'9') =>
            {
                Ok(Self(format!("+1{national}")))
            }
            _ => Err(WRONG),
        }
    }

    /// Whether it rings nowhere: 555-0100 to 555-0199 are kept free, in every area, for invented people.
    #[must_use]
    pub fn is_fictional(&self) -> bool {
        self.0.get(5..).is_some_and(|local| local.starts_with("55501"))
    }

    /// E.164.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Phone {
    type Error = ContactError;

    fn try_from(text: String) -> Result<Self, ContactError> {
        Self::parse(&text)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> Self {
        phone.0
    }
}

/// Dashes, dots, brackets and spaces, also as word processors write them.
const fn is_punctuation(c: char) -> bool {
    matches!(c, '-' | '.' | '(' | ')' | ' ' | '\u{a0}' | '\u{202f}' | '\u{2010}'..='\u{2015}')
}

/// Whether three digits can be an area code or an exchange.
fn is_code(digits: &[u8]) -> bool {
    matches!(digits, [b'2'..=b'9', rest @ ..] if rest != b"11")
}
