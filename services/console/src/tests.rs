//! What holds of every answer, tried where the intake service is away: pages say so, and help is there nevertheless.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use rapport_runtime::{SystemClock, SystemIds};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::{Config, Deps, server::app};

/// Nobody listens there.
fn without_intake() -> Router {
    let config = Config { intake_url: "http://127.0.0.1:1".to_owned(), ..Config::default() };
    let deps = Deps { clock: Arc::new(SystemClock), ids: Arc::new(SystemIds) };
    app(&config, &deps, CancellationToken::new()).unwrap()
}

pub(crate) async fn ask(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (StatusCode, HeaderMap, String) {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "pages.example.com");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = without_intake().oneshot(request.body(Body::from(body.to_owned())).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

async fn get(path: &str) -> (StatusCode, HeaderMap, String) {
    ask(Method::GET, path, &[], "").await
}

pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Guard: `headers::surround` around all of it in `app`.
#[tokio::test]
async fn every_answer_is_kept_by_nobody_and_loads_nothing_from_elsewhere() {
    for (path, status) in [("/", 503), ("/help", 200), ("/nowhere", 404), ("/assets/nothing.css", 404), ("/leave", 404)]
    {
        let (found, headers, body) = get(path).await;
        assert_eq!(found.as_u16(), status, "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(!body.contains(" style=") && !body.contains("<script>") && !body.contains(" onclick"), "{path}");
        assert!(body.contains("988"), "{path} says where help is");
    }
}

#[tokio::test]
async fn only_a_visitor_over_tls_is_told_to_stay_there() {
    assert!(!get("/help").await.1.contains_key(header::STRICT_TRANSPORT_SECURITY));
    let (_, headers, _) = ask(Method::GET, "/help", &[("x-forwarded-proto", "https")], "").await;
    assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
}

/// Guard: `CsrfLayer` in `app`.
#[tokio::test]
async fn a_form_of_another_site_changes_nothing() {
    for foreign in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://elsewhere.example")]
    {
        let (status, headers, body) = ask(Method::POST, "/language", &[FORM, foreign], "language=es&back=/").await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(!headers.contains_key(header::SET_COOKIE));
        assert!(body.contains("<h1>"), "it says what to do");
    }
    let own = [FORM, ("origin", "https://pages.example.com")];
    assert_eq!(ask(Method::POST, "/language", &own, "language=es&back=/").await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn leaving_makes_the_device_forget() {
    let (_, headers, _) = ask(Method::POST, "/leave", &[FORM], "").await;
    assert_eq!(headers["refresh"], "0; url=https://www.weather.gov/");
    assert!(headers["clear-site-data"].to_str().unwrap().contains("cookies"));
    let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
    assert!(!cookies.is_empty() && cookies.iter().all(|cookie| cookie.to_str().unwrap().ends_with("Max-Age=0")));
}

#[tokio::test]
async fn a_body_that_is_no_form_or_too_long_is_refused_in_words() {
    let (status, ..) = ask(Method::POST, "/language", &[("content-type", "application/json")], "{}").await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let long = format!("language={}", "e".repeat(300_000));
    let (status, _, body) = ask(Method::POST, "/language", &[FORM], &long).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(body.contains("more than we can take"));
}

#[tokio::test]
async fn the_browser_is_answered_in_its_language_until_another_is_chosen() {
    let spanish = ("accept-language", "es-MX,es;q=0.9");
    let (_, _, body) = ask(Method::GET, "/help", &[spanish], "").await;
    assert!(body.contains("<html lang=\"es\">") && body.contains("Salir ya"));
    let (_, _, body) = ask(Method::GET, "/help", &[spanish, ("cookie", "__Host-lang=en")], "").await;
    assert!(body.contains("<html lang=\"en\">"));
}

#[tokio::test]
async fn files_are_kept_for_good_under_the_name_of_their_content() {
    let (_, _, page) = get("/help").await;
    let path = page.split("href=\"").find(|rest| rest.starts_with("/assets/") && rest.contains(".css")).unwrap();
    let (status, headers, _) = get(path.split('"').next().unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(headers["cache-control"].to_str().unwrap().contains("immutable"));
}

/// Guards: `programs` answers with a status alone, and asks for the bearer before anything is handed on.
#[tokio::test]
async fn programs_get_a_status_and_no_page() {
    for (path, status) in [
        ("/calendar/token.ics", StatusCode::SERVICE_UNAVAILABLE),
        ("/calendar/token", StatusCode::NOT_FOUND),
        ("/calendar/%0A.ics", StatusCode::NOT_FOUND),
    ] {
        let (found, headers, body) = get(path).await;
        assert_eq!((found, body.as_str()), (status, ""), "{path}");
        assert_eq!(headers["referrer-policy"], "no-referrer");
    }
    let message = "Content-Type: multipart/report\r\n\r\n";
    let bounce = async |authorization: &[(&str, &str)]| ask(Method::POST, "/bounces", authorization, message).await.0;
    assert_eq!(bounce(&[]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(bounce(&[("authorization", "Basic abc")]).await, StatusCode::UNAUTHORIZED);
    assert_eq!(bounce(&[("authorization", "bearer abc")]).await, StatusCode::SERVICE_UNAVAILABLE);
    let long = "x".repeat(1001 * 1024);
    let (status, ..) = ask(Method::POST, "/bounces", &[("authorization", "Bearer abc")], &long).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}
