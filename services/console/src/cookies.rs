//! What a browser keeps for us. Every cookie is `__Host-` (ours alone: no other
//! host, no other path, never over a connection that others read), out of
//! scripts' reach, and holds nothing but letters that need no quoting.
//!
//! `Secure` is never left out. Chromium and Firefox take such cookies over plain
//! HTTP from the machine itself, where the demo runs; elsewhere pages need TLS.

use std::collections::BTreeMap;

use axum::http::{HeaderMap, HeaderValue, header};

/// Names are short: they are sent with every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cookie {
    /// `en` or `es`, where somebody chose it.
    Language,
    /// The token of a form that is under way.
    Draft,
    /// The way through it: `screening::sheet::Way`.
    Way,
    /// What somebody told of themselves, until it is sent: `about::About`.
    About,
    /// `1` where somebody lets this device keep the way back.
    Keep,
    /// The token that opens an intake.
    Intake,
    /// The token of an invitation.
    Invitation,
    /// The token of a staff session.
    Staff,
    /// A one-time sign-in, until it is used.
    Welcome,
    /// When staff last looked at the queue: `staff::queue::looked`.
    Looked,
    /// What the queue listed last: `staff::queue::filters`.
    Listed,
    /// `off` where pages are not to listen to single keys.
    Keys,
}

/// How long a browser keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// Until it is closed.
    Session,
    /// These days.
    Days(u32),
}

impl Cookie {
    /// All of them, as leaving forgets them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Language,
        Self::Draft,
        Self::Way,
        Self::About,
        Self::Keep,
        Self::Intake,
        Self::Invitation,
        Self::Staff,
        Self::Welcome,
        Self::Looked,
        Self::Listed,
        Self::Keys,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Language => "__Host-lang",
            Self::Draft => "__Host-form",
            Self::Way => "__Host-way",
            Self::About => "__Host-you",
            Self::Keep => "__Host-keep",
            Self::Intake => "__Host-own",
            Self::Invitation => "__Host-asked",
            Self::Staff => "__Host-staff",
            Self::Welcome => "__Host-welcome",
            Self::Looked => "__Host-looked",
            Self::Listed => "__Host-listed",
            Self::Keys => "__Host-keys",
        }
    }

    /// Whether it comes along when a link of another site is followed: a letter's link must find its client's session,
    /// and nothing may find staff's.
    const fn same_site(self) -> &'static str {
        match self {
            Self::Staff | Self::Welcome => "Strict",
            _ => "Lax",
        }
    }
}

/// The cookies that came with a request.
#[derive(Clone, Default)]
pub(crate) struct Cookies(BTreeMap<Cookie, String>);

impl Cookies {
    /// Reads ours; others', which share the host's name, are left alone.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let mut found = BTreeMap::new();
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        for (name, value) in pairs.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('=')) {
            if let Some(cookie) = Cookie::ALL.into_iter().find(|cookie| cookie.name() == name) {
                found.insert(cookie, value.to_owned());
            }
        }
        Self(found)
    }

    /// Its value; `None` where there is none, or an empty one.
    pub(crate) fn get(&self, cookie: Cookie) -> Option<&str> {
        self.0.get(&cookie).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Cookies that go out with an answer.
#[derive(Default)]
pub(crate) struct SetCookies(Vec<HeaderValue>);

impl SetCookies {
    /// Sets one. `value` is letters, digits and `-_.~`: whatever else it holds is refused by leaving the cookie unset.
    #[must_use]
    pub(crate) fn set(mut self, cookie: Cookie, value: &str, keep: Keep) -> Self {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
        if !value.bytes().all(plain) {
            return self;
        }
        let age = match keep {
            Keep::Session => String::new(),
            Keep::Days(days) => format!("; Max-Age={}", u64::from(days) * 86_400),
        };
        let (name, site) = (cookie.name(), cookie.same_site());
        self.push(format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite={site}{age}"));
        self
    }

    /// Takes one back.
    #[must_use]
    pub(crate) fn forget(mut self, cookie: Cookie) -> Self {
        let (name, site) = (cookie.name(), cookie.same_site());
        self.push(format!("{name}=; Path=/; Secure; HttpOnly; SameSite={site}; Max-Age=0"));
        self
    }

    /// Takes all back.
    pub(crate) fn forget_all() -> Self {
        Cookie::ALL.into_iter().fold(Self::default(), Self::forget)
    }

    /// Adds them to an answer's headers.
    pub(crate) fn into_headers(self, headers: &mut HeaderMap) {
        for value in self.0 {
            headers.append(header::SET_COOKIE, value);
        }
    }

    fn push(&mut self, text: String) {
        self.0.extend(HeaderValue::try_from(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(cookies: SetCookies) -> Vec<String> {
        let mut headers = HeaderMap::new();
        cookies.into_headers(&mut headers);
        headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn every_cookie_is_ours_alone_and_out_of_scripts_reach() {
        for cookie in Cookie::ALL {
            let [set] = sent(SetCookies::default().set(cookie, "abc", Keep::Days(1))).try_into().unwrap();
            assert!(set.starts_with("__Host-"), "{set}");
            let site = if set.contains("staff") || set.contains("welcome") { "Strict" } else { "Lax" };
            assert!(set.ends_with(&format!("=abc; Path=/; Secure; HttpOnly; SameSite={site}; Max-Age=86400")), "{set}");
        }
        assert_eq!(sent(SetCookies::forget_all()).len(), Cookie::ALL.len());
    }

    #[test]
    fn a_value_that_could_end_the_cookie_is_not_set() {
        for value in ["a;b", "a b", "a\r\nSet-Cookie: x", "\"", "é"] {
            assert!(sent(SetCookies::default().set(Cookie::Language, value, Keep::Session)).is_empty(), "{value}");
        }
    }

    #[test]
    fn cookies_of_others_are_left_alone() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("other=1; __Host-lang=es;=; x"));
        assert_eq!(Cookies::read(&headers).get(Cookie::Language), Some("es"));
    }
}
