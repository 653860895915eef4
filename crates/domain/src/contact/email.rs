//! An address that a mail server can be given.

use serde::{Deserialize, Serialize};

use super::ContactError;

/// One mail address that is usable in SMTP.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads it: `local@domain`, dot-atom local part of at most 64 octets, a
    /// domain of at least two labels, 254 octets in all (RFC 5321, 4.5.3.1).
    ///
    /// # Errors
    /// Where it is not such an address.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        const WRONG: ContactError = ContactError("must be one mail address like sample@example.com");
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(WRONG)?;
        let atom = |c: u8| c.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&c);
        let local_fits = local.len() <= 64 && local.split('.').all(|part| !part.is_empty() && part.bytes().all(atom));
        let label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        let top = domain.rsplit('.').next().unwrap_or_default();
        let domain_fits =
            domain.contains('.') && domain.split('.').all(label) && !top.bytes().all(|c| c.is_ascii_digit());
        if text.len() <= 254 && local_fits && domain_fits { Ok(Self(text.to_owned())) } else { Err(WRONG) }
    }

    /// The address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form by which two are the same: lower case.
    #[must_use]
    pub fn search_form(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = ContactError;

    fn try_from(text: String) -> Result<Self, ContactError> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}
