//! An address that a mail server can be given.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::ContactError;

/// One mail address that can stand in an SMTP `RCPT TO`, exactly as it was given.
///
/// What RFC 5321 lets a server accept is accepted, however rare: quoted local
/// parts, address literals, a bare top-level domain. What only RFC 5322 knows is
/// not: comments, folded white space, obsolete forms. Addresses beyond ASCII are
/// refused, since they need SMTPUTF8 on every server of the way; a domain can be
/// given in its `xn--` form. Nothing is trimmed: the form on the page does that.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// Octets of the whole (RFC 5321, 4.5.3.1.3: 256 with the angle brackets).
const MOST_OCTETS: usize = 254;

/// Octets of the local part (RFC 5321, 4.5.3.1.1).
const MOST_LOCAL_OCTETS: usize = 64;

impl EmailAddress {
    /// Reads it.
    ///
    /// # Errors
    /// Where no mail server could be given it.
    pub fn parse(text: &str) -> Result<Self, ContactError> {
        if !text.is_ascii() {
            return Err(ContactError("must be in plain letters; write a domain with others in its xn-- form"));
        }
        match text.rsplit_once('@') {
            Some((local, domain)) if text.len() <= MOST_OCTETS && is_local_part(local) && is_domain(domain) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(ContactError("must be one mail address like sample@example.com")),
        }
    }

    /// The address as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before and after the last `@`.
    #[must_use]
    pub fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once('@').unwrap_or_default()
    }

    /// Whether nobody can read it: example.com, .org and .net are kept free for examples (RFC 2606).
    #[must_use]
    pub fn is_fictional(&self) -> bool {
        let domain = self.parts().1;
        ["example.com", "example.org", "example.net"].iter().any(|free| domain.eq_ignore_ascii_case(free))
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

/// `Local-part` of RFC 5321, 4.1.2.
fn is_local_part(local: &str) -> bool {
    let quoted = local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    local.len() <= MOST_LOCAL_OCTETS
        && match quoted {
            Some(content) => is_quoted_content(content),
            None => local.split('.').all(is_atom),
        }
}

fn is_atom(atom: &str) -> bool {
    !atom.is_empty() && atom.bytes().all(|c| c.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&c))
}

/// Printable characters and spaces; a quote or a backslash stands behind a backslash.
fn is_quoted_content(content: &str) -> bool {
    let mut bytes = content.bytes();
    while let Some(byte) = bytes.next() {
        let meant = if byte == b'\\' { bytes.next() } else { Some(byte).filter(|b| *b != b'"') };
        if !meant.is_some_and(|b| (b' '..=b'~').contains(&b)) {
            return false;
        }
    }
    true
}

/// `Domain` or `address-literal` of RFC 5321, 4.1.2 and 4.1.3.
fn is_domain(domain: &str) -> bool {
    match domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(literal) => is_address_literal(literal),
        None => domain.split('.').all(is_label),
    }
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// Of the general literals none but `IPv6:` is registered. There, `::` stands for two groups or more.
fn is_address_literal(literal: &str) -> bool {
    let tag = literal.get(..5).filter(|tag| tag.eq_ignore_ascii_case("IPv6:"));
    let Some(v6) = tag.and_then(|tag| literal.get(tag.len()..)) else {
        return literal.parse::<Ipv4Addr>().is_ok();
    };
    let groups = v6.split(':').filter(|group| !group.is_empty()).count() + usize::from(v6.contains('.'));
    v6.parse::<Ipv6Addr>().is_ok() && (groups <= 6 || !v6.contains("::"))
}
