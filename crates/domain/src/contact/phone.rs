//! A number that can be called from Charlotte.

use serde::{Deserialize, Serialize};

use super::ContactError;

/// A North American number, kept as `+1` and ten digits.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(String);

impl Phone {
    /// Reads ten digits, with or without `+1` or `1` and the usual punctuation.
    /// Area code and exchange do not begin with 0 or 1 (the numbering plan's rule).
    ///
    /// # Errors
    /// Where it is not such a number.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        const WRONG: ContactError = ContactError("must be a US phone number like 704-555-0100");
        let text = text.trim();
        if text.len() > 24 || !text.chars().all(|c| c.is_ascii_digit() || "+-.() ".contains(c)) {
            return Err(WRONG);
        }
        if text.rfind('+').is_some_and(|at| at > 0) {
            return Err(WRONG);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let national = match digits.len() {
            10 if !text.starts_with('+') => digits.as_str(),
            11 => digits.strip_prefix('1').ok_or(WRONG)?,
            _ => return Err(WRONG),
        };
        let mut each = national.bytes();
        let area_and_exchange = [each.next(), each.nth(2)];
        if area_and_exchange.iter().any(|digit| !digit.is_some_and(|d| d >= b'2')) {
            return Err(WRONG);
        }
        Ok(Self(format!("+1{national}")))
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
