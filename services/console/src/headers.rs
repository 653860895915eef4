//! What surrounds every answer: nothing is kept, sniffed, framed, sent on as a
//! referrer, or loaded from elsewhere. One page frames a letter, and says so by its [`Policy`].

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

/// Nothing but our own files; no script and no style within a page.
const PAGE: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// As [`PAGE`], and a frame of ours.
const FRAMING: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                       frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// A letter has its styles in place, as mail programs want them. It stands in a frame of ours, in an origin of its own:
/// nothing is loaded, run, sent or led to from there, whatever a practice wrote into it.
const LETTER: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; \
                      frame-ancestors 'self'; base-uri 'none'";
/// What pages need of a device.
const PERMISSIONS: &str = "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()";
/// Two years, as browsers ask for.
const HSTS: &str = "max-age=63072000; includeSubDomains";
/// Set by the proxy that ends TLS.
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// What an answer may do in a browser, where it is not what pages may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// A page with a frame, in which a letter stands.
    Framing,
    /// That letter.
    Letter,
}

/// Adds them. `Strict-Transport-Security` only where the visitor came over TLS.
pub(crate) async fn surround(request: Request, next: Next) -> Response {
    let over_tls = over_tls(request.headers());
    let mut response = next.run(request).await;
    let policy = match response.extensions().get::<Policy>() {
        None => PAGE,
        Some(Policy::Framing) => FRAMING,
        Some(Policy::Letter) => LETTER,
    };
    let headers = response.headers_mut();
    put(headers, header::CONTENT_SECURITY_POLICY, policy);
    put(headers, header::REFERRER_POLICY, "no-referrer");
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, HeaderName::from_static("permissions-policy"), PERMISSIONS);
    put(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(headers, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    put(headers, HeaderName::from_static("x-robots-tag"), "noindex");
    if !headers.contains_key(header::CACHE_CONTROL) {
        put(headers, header::CACHE_CONTROL, "no-store");
    }
    if over_tls {
        put(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    response
}

/// Whether the visitor came over TLS, as the proxy before us says.
pub(crate) fn over_tls(headers: &HeaderMap) -> bool {
    headers.get(FORWARDED_PROTO).is_some_and(|value| value == "https")
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

#[cfg(test)]
mod tests {
    use axum::{Extension, body::Body, handler::Handler, middleware::from_fn, response::IntoResponse};
    use tower::ServiceExt;

    use super::*;

    async fn policy_of(policy: Option<Policy>) -> String {
        let answer = async move || match policy {
            Some(policy) => (Extension(policy), "").into_response(),
            None => "".into_response(),
        };
        let app = answer.layer(from_fn(surround)).with_state(());
        let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
        response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
    }

    /// Guard: `PAGE` for whatever says nothing else.
    #[tokio::test]
    async fn only_a_letter_has_styles_in_place_and_it_can_do_nothing_else() {
        let [page, framing] = [policy_of(None).await, policy_of(Some(Policy::Framing)).await];
        assert_eq!(framing.replace(" frame-src 'self';", ""), page);
        assert!(!framing.contains("unsafe") && framing.contains("frame-ancestors 'none'"));
        let letter = policy_of(Some(Policy::Letter)).await;
        let parts: Vec<_> = letter.split("; ").collect();
        assert_eq!(parts[..3], ["sandbox", "default-src 'none'", "style-src 'unsafe-inline'"]);
        assert!(!letter.contains("allow-") && !letter.contains("script") && letter.contains("frame-ancestors 'self'"));
    }
}
