//! Since when something is new: since the last time that this browser showed the queue, more than a moment ago.

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};

use crate::{
    cookies::{Cookie, Keep, SetCookies},
    visitor::Visitor,
};

/// Looks within it are one: whoever opens a case and comes back still sees what was new.
const ONE_LOOK: SignedDuration = SignedDuration::from_mins(1);

/// Two looks, as the cookie keeps them: the one that what is new is told from, and the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Looked {
    pub(crate) since: Timestamp,
    last: Timestamp,
    by_itself: bool,
}

impl Looked {
    /// What a page that asks by itself sees is nobody's look.
    pub(crate) fn of(visitor: &Visitor, now: Timestamp, by_itself: bool) -> Self {
        let kept = visitor.cookies.get(Cookie::Looked).and_then(read);
        let (since, last) = kept.unwrap_or((now, now));
        if by_itself {
            return Self { since, last, by_itself };
        }
        let since = if now.duration_since(last) > ONE_LOOK { last } else { since };
        Self { since, last: now, by_itself }
    }

    /// Keeps it for the next look.
    pub(crate) fn keep(&self, headers: &mut HeaderMap) {
        if !self.by_itself {
            let text = format!("{}.{}", self.since.as_second(), self.last.as_second());
            SetCookies::default().set(Cookie::Looked, &text, Keep::Days(30)).into_headers(headers);
        }
    }
}

fn read(text: &str) -> Option<(Timestamp, Timestamp)> {
    let (since, last) = text.split_once('.')?;
    let at = |text: &str| Timestamp::from_second(text.parse().ok()?).ok();
    Some((at(since)?, at(last)?))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};
    use rapport_domain::contact::Language;

    use super::*;
    use crate::cookies::Cookies;

    fn visitor(kept: &str) -> Visitor {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::try_from(format!("__Host-looked={kept}")).unwrap());
        Visitor { language: Language::En, cookies: Cookies::read(&headers), path: "/staff".to_owned(), phone: false }
    }

    #[test]
    fn what_came_since_the_last_look_is_new_until_the_next_one() {
        let at = |second| Timestamp::from_second(second).unwrap();
        // Long after the last look.
        let look = Looked::of(&visitor("100.200"), at(1000), false);
        assert_eq!((look.since, look.last), (at(200), at(1000)));
        // Back from a case.
        let look = Looked::of(&visitor("200.1000"), at(1030), false);
        assert_eq!((look.since, look.last), (at(200), at(1030)));
        // By itself, hours later.
        let look = Looked::of(&visitor("200.1030"), at(9000), true);
        assert_eq!((look.since, look.last), (at(200), at(1030)));
        let mut headers = HeaderMap::new();
        look.keep(&mut headers);
        assert!(headers.is_empty());
        // For the first time nothing is new.
        assert_eq!(Looked::of(&visitor("x.y"), at(5), false).since, at(5));
    }
}
