//! A mail server's no in plain words, by the enhanced status codes of RFC 3463.

use std::{fmt, str::FromStr};

/// `5.1.1`: class, subject, detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailStatus {
    class: u8,
    subject: u16,
    detail: u16,
}

/// No status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an enhanced status code such as 5.1.1")]
pub struct NoStatus;

impl FromStr for MailStatus {
    type Err = NoStatus;

    fn from_str(text: &str) -> Result<Self, NoStatus> {
        let number = |digits: &str| {
            let fits = (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            fits.then(|| digits.parse::<u16>().ok()).flatten()
        };
        let mut numbers = text.split('.').map(number);
        match [numbers.next(), numbers.next(), numbers.next(), numbers.next()] {
            [Some(Some(class @ (2 | 4 | 5))), Some(Some(subject)), Some(Some(detail)), None] => {
                // One of the three above.
                let class = u8::try_from(class).map_err(|_| NoStatus)?;
                Ok(Self { class, subject, detail })
            }
            _ => Err(NoStatus),
        }
    }
}

impl fmt::Display for MailStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl MailStatus {
    /// Whether another try is of no use.
    #[must_use]
    pub const fn is_for_good(self) -> bool {
        self.class == 5
    }

    /// What it means, as half a sentence.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match (self.subject, self.detail) {
            (1, 2) | (4, 4) => "there is no such mail domain",
            (1, _) => "there is no such mailbox",
            (2, 1) => "the mailbox is switched off",
            (2, 2) => "the mailbox is full",
            (4, _) => "the mail server could not be reached",
            (7, _) => "the mail server does not take our letters",
            _ => "the mail server refused the letter",
        }
    }
}

/// The first status code in a text; the rest of it, which may hold an address, is left out.
#[must_use]
pub fn find(text: &str) -> Option<MailStatus> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|word| word.trim_end_matches('.').parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_found_in_a_servers_reply_and_told_in_words() {
        let check = |reply: &str, expected: Option<(&str, &str)>| {
            let found = find(reply).map(|status| (status.to_string(), status.meaning()));
            assert_eq!(found, expected.map(|(code, words)| (code.to_owned(), words)), "{reply}");
        };
        check("550 5.1.1 <sample@example.com>: no such user", Some(("5.1.1", "there is no such mailbox")));
        check("5.1.1", Some(("5.1.1", "there is no such mailbox")));
        check("452-4.2.2 Full.", Some(("4.2.2", "the mailbox is full")));
        check("554 5.7.26 unauthenticated", Some(("5.7.26", "the mail server does not take our letters")));
        check("550 no, 127.0.0.1 is listed", None);
        check("550 5.1.1.1", None);
        check("554 3.1.1 what", None);
        check("550 5.99999.1", None);
        check("", None);
    }
}
