//! Who asks: which language they read, what their browser keeps, where they are.

use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use rapport_domain::contact::Language;

use crate::{
    cookies::{Cookie, Cookies},
    words::Words,
};

/// One request's visitor. It holds tokens, so it has no `Debug`.
#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) language: Language,
    pub(crate) cookies: Cookies,
    /// The page they look at, for coming back to it in another language. A page's own address holds no token.
    pub(crate) path: String,
    /// Whether their browser says that it is a phone's; some say nothing.
    pub(crate) phone: bool,
}

impl Visitor {
    /// Every text of ours in their language.
    pub(crate) const fn words(&self) -> &'static Words {
        Words::of(self.language)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let cookies = Cookies::read(&parts.headers);
        let chosen = cookies.get(Cookie::Language).and_then(|tag| Language::parse(tag).ok());
        let language = chosen.unwrap_or_else(|| preferred(&parts.headers));
        let phone = parts.headers.get("sec-ch-ua-mobile").is_some_and(|value| value == "?1");
        Ok(Self { language, cookies, path: parts.uri.path().to_owned(), phone })
    }
}

/// The first language of `Accept-Language`, by its weights, that pages are written in.
fn preferred(headers: &HeaderMap) -> Language {
    let wanted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut best: Option<(Language, f32)> = None;
    for part in wanted.split(',') {
        let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
        let weight = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.trim().parse().ok());
        let (Ok(language), Some(weight)) = (Language::parse(tag.trim()), weight) else { continue };
        if weight > 0.0 && best.is_none_or(|(_, most)| weight > most) {
            best = Some((language, weight));
        }
    }
    best.map_or_else(Language::default, |(language, _)| language)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_language_is_the_one_that_the_browser_prefers_among_ours() {
        let check = |wanted: &'static str, language| {
            let headers = HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(wanted))]);
            assert_eq!(preferred(&headers), language, "{wanted}");
        };
        check("es-MX,es;q=0.9,en;q=0.8", Language::Es);
        check("en;q=0.5, es;q=0.7", Language::Es);
        check("de, fr;q=0.9", Language::En);
        check("es;q=0, en", Language::En);
        check("es;q=high", Language::En);
        check("", Language::En);
    }
}
