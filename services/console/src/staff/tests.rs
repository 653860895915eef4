//! What holds of every answer below `/staff`, tried where the intake service is away.

use axum::http::{Method, StatusCode, header};

use crate::tests::{FORM, ask};

/// A token of the right form that nobody has.
const COOKIE: (&str, &str) = ("cookie", "__Host-staff=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");

/// Guard: `headers::surround` around all of it in `app`.
#[tokio::test]
async fn every_answer_is_kept_by_nobody_and_loads_nothing_from_elsewhere() {
    for (path, headers, status) in [
        ("/staff/sign-in", &[][..], 200),
        ("/staff/welcome", &[], 200),
        ("/staff/nowhere", &[], 404),
        ("/staff", &[COOKIE], 503),
    ] {
        let (found, headers, body) = ask(Method::GET, path, headers, "").await;
        assert_eq!(found.as_u16(), status, "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none';") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["cache-control"], "no-store", "{path}");
        assert!(!body.contains(" style=") && !body.contains("<script>") && !body.contains(" onclick"), "{path}");
        assert!(body.contains("<body class=\"staff\">"), "{path} is one of staff's pages");
    }
}

/// Guard: `admit`, behind which every handler below `/staff` but the way in stands, and the `Staff` extractor in it.
#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_the_way_in_and_back() {
    let (status, headers, _) = ask(Method::GET, "/staff/cases/0193?x=1", &[], "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(headers[header::LOCATION], "/staff/sign-in?back=%2Fstaff%2Fcases%2F0193%3Fx%3D1");
    let (status, _, body) = ask(Method::GET, "/staff/sign-in?back=%2Fstaff%2Fcases%2F0193", &[], "").await;
    assert!(status == StatusCode::OK && body.contains("name=\"back\" value=\"/staff/cases/0193\""));
    // Whoever sent something is told, so that they can go back to it.
    let (status, _, body) = ask(Method::POST, "/staff/cases/0193/note", &[FORM], "note_text=x").await;
    assert!(status == StatusCode::UNAUTHORIZED && body.contains("what you typed is still in the form"));
    // A script is told by the status.
    let (status, ..) = ask(Method::GET, "/staff", &[("x-rapport-background", "1")], "").await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

/// Guard: `problem::arrive`: the first request of another site's link has no cookie of staff's, and the next one has.
#[tokio::test]
async fn a_link_in_a_letter_finds_the_session_that_its_first_request_does_not_bring() {
    let (status, headers, _) = ask(Method::GET, "/staff/cases/0193", &[("sec-fetch-site", "cross-site")], "").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["refresh"], "0; url=/staff/cases/0193");
}

/// Guard: `welcome::open` does nothing but move the token.
#[tokio::test]
async fn a_one_time_sign_in_leaves_the_address_and_is_used_by_a_press_alone() {
    let token = "b".repeat(43);
    let (status, headers, body) = ask(Method::GET, &format!("/staff/welcome/{token}"), &[], "").await;
    assert_eq!((status, headers["refresh"].to_str().unwrap()), (StatusCode::OK, "0; url=/staff/welcome"));
    let cookie = headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with(&format!("__Host-welcome={token};")) && cookie.contains("SameSite=Strict"), "{cookie}");
    assert!(!body.contains(&token));
}

/// Guard: `CsrfLayer` in `app`.
#[tokio::test]
async fn a_form_of_another_site_is_refused_in_words() {
    let foreign = ("sec-fetch-site", "cross-site");
    let (status, _, body) = ask(Method::POST, "/staff/sign-out", &[FORM, foreign, COOKIE], "everywhere=1").await;
    assert!(status == StatusCode::FORBIDDEN && body.contains("did not come from a form of this page"), "{body}");
}

#[tokio::test]
async fn single_keys_can_be_switched_off() {
    let (status, headers, _) = ask(Method::POST, "/staff/keys", &[FORM], "keys=off").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(headers[header::SET_COOKIE].to_str().unwrap().starts_with("__Host-keys=off;"));
}
