//! `smtp(s)://[user:password@]HOST[:PORT][?ca=FILE]`.

use std::{net::IpAddr, path::PathBuf};

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use crate::transport::MailUrlError;

/// A mail server. No `Debug`: it may hold a password.
#[derive(Clone)]
pub struct SmtpUrl {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<(String, String)>,
    pub(super) authority: Option<PathBuf>,
}

/// How a connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the first byte: `smtps://`, port 465.
    Tls,
    /// Upgraded before anything is said: `smtp://`, port 587.
    Starttls,
    /// Not at all: `smtp://` to this very machine, port 25.
    None,
}

impl SmtpUrl {
    /// Reads it; letters leave this machine encrypted or not at all.
    pub(in crate::transport) fn parse(text: &str) -> Result<Self, MailUrlError> {
        let url =
            Url::parse(text).map_err(|_| MailUrlError("is not a URL like smtps://user:password@mail.example.com"))?;
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_ascii_lowercase(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            None => return Err(MailUrlError("must name a host: smtps://mail.example.com")),
        };
        let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let (security, port) = match (url.scheme(), here) {
            ("smtps", _) => (Security::Tls, 465),
            (_, true) => (Security::None, 25),
            (_, false) => (Security::Starttls, 587),
        };
        let mut authority = None;
        for (key, value) in url.query_pairs() {
            match key.as_ref() {
                "ca" => authority = Some(PathBuf::from(value.as_ref())),
                _ => return Err(MailUrlError("knows only one option: ?ca=FILE")),
            }
        }
        let decode = |text: &str| {
            percent_decode_str(text)
                .decode_utf8()
                .map(String::from)
                .map_err(|_| MailUrlError("holds a password that is not text"))
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => Some((decode(user)?, decode(password)?)),
            _ => return Err(MailUrlError("must hold both user and password, or neither")),
        };
        Ok(Self { host, port: url.port().unwrap_or(port), security, credentials, authority })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_leave_this_machine_encrypted_or_not_at_all() {
        for (text, security, port) in [
            ("smtp://127.0.0.1:2525", Security::None, 2525),
            ("smtp://localhost", Security::None, 25),
            ("smtp://[::1]:25", Security::None, 25),
            ("smtp://mail.example.com", Security::Starttls, 587),
            ("smtp://192.0.2.1:25", Security::Starttls, 25),
            ("smtps://mail.example.com", Security::Tls, 465),
            ("smtps://127.0.0.1:4650", Security::Tls, 4650),
        ] {
            let url = SmtpUrl::parse(text).unwrap();
            assert_eq!((url.security, url.port), (security, port), "{text}");
        }
    }

    #[test]
    fn user_and_password_may_hold_any_character() {
        let url = SmtpUrl::parse("smtps://post%40example.com:p%3Ass%2Fw@mail.example.com?ca=/etc/ca.pem").unwrap();
        assert_eq!(url.credentials, Some(("post@example.com".to_owned(), "p:ss/w".to_owned())));
        assert_eq!(url.authority, Some(PathBuf::from("/etc/ca.pem")));
        assert!(SmtpUrl::parse("smtps://post@mail.example.com").is_err());
        assert!(SmtpUrl::parse("smtps://mail.example.com?verify=no").is_err());
    }
}
