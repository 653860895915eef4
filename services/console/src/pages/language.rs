//! Another language, chosen by a press; the same page comes again in it.

use axum::response::{IntoResponse, Redirect, Response};
use rapport_domain::contact::Language;

use crate::{
    cookies::{Cookie, Keep, SetCookies},
    form::Form,
};

/// `POST /language`
pub(crate) async fn choose(form: Form) -> Response {
    let language = Language::parse(form.text("language")).unwrap_or_default();
    let mut response = Redirect::to(own_path(form.text("back"))).into_response();
    SetCookies::default().set(Cookie::Language, language.tag(), Keep::Session).into_headers(response.headers_mut());
    response
}

/// A page of ours, else the first one: `//elsewhere` and `/\elsewhere` lead away.
fn own_path(path: &str) -> &str {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte);
    if path.starts_with('/') && !path.starts_with("//") && path.bytes().all(plain) { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_site() {
        for path in ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", "", "/a?b", "/a\r\nb"]
        {
            assert_eq!(own_path(path), "/", "{path}");
        }
        assert_eq!(own_path("/questions/3"), "/questions/3");
    }
}
