//! A therapist's sessions, as calendar programs subscribe to them. The address holds the token: it stands in no log, and
//! whoever revokes it closes it at once, since nobody keeps what was there without asking again.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rapport_proto::staff::{GetCalendarFeedRequest, GetCalendarFeedResponse};
use tonic::Code;

use super::refused;
use crate::{api::bearer, desk::Desk};

/// `GET /calendar/{token}.ics`
pub(super) async fn show(State(desk): State<Desk>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some(token) = file.strip_suffix(".ics") else { return StatusCode::NOT_FOUND.into_response() };
    let request = GetCalendarFeedRequest { etag: known(&headers) };
    let Ok(request) = bearer(token, request) else { return StatusCode::NOT_FOUND.into_response() };
    match desk.staff.operations().get_calendar_feed(request).await {
        Ok(answer) => feed(answer.into_inner()),
        // Unknown and revoked alike.
        Err(status) if status.code() == Code::Unauthenticated => StatusCode::NOT_FOUND.into_response(),
        Err(status) => refused(&status).into_response(),
    }
}

fn feed(feed: GetCalendarFeedResponse) -> Response {
    let mut response = match feed.unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => feed.calendar.into_response(),
    };
    let headers = response.headers_mut();
    let mut put = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(header::ETAG, &format!("\"{}\"", feed.etag));
    put(header::CACHE_CONTROL, "private, no-cache");
    if !feed.unchanged {
        put(header::CONTENT_TYPE, &feed.content_type);
        put(header::CONTENT_DISPOSITION, "inline; filename=\"calendar.ics\"");
    }
    response
}

/// The etag of what the program has (RFC 9110, 13.1.2): whether it is a weak one does not matter to a GET.
fn known(headers: &HeaderMap) -> String {
    let sent = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let first = sent.split(',').next().unwrap_or_default().trim();
    first.trim_start_matches("W/").trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_etag_of_what_a_program_has_is_read_however_it_is_sent() {
        for (sent, read) in [("\"abc\"", "abc"), ("W/\"abc\"", "abc"), ("\"abc\", \"def\"", "abc"), ("", "")] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, sent.parse().unwrap())]);
            assert_eq!(known(&headers), read);
        }
        assert_eq!(known(&HeaderMap::new()), "");
    }

    #[test]
    fn a_feed_is_a_calendar_and_an_unchanged_one_is_empty() {
        let whole = GetCalendarFeedResponse {
            calendar: "BEGIN:VCALENDAR".to_owned(),
            content_type: "text/calendar; charset=utf-8".to_owned(),
            etag: "abc".to_owned(),
            unchanged: false,
        };
        let response = feed(whole.clone());
        assert_eq!(response.status(), StatusCode::OK);
        let header = |response: &Response, name| response.headers().get(name).map(|it| it.to_str().unwrap().to_owned());
        assert_eq!(header(&response, header::CONTENT_TYPE).as_deref(), Some("text/calendar; charset=utf-8"));
        assert_eq!(header(&response, header::ETAG).as_deref(), Some("\"abc\""));
        assert_eq!(header(&response, header::CACHE_CONTROL).as_deref(), Some("private, no-cache"));
        let unchanged = feed(GetCalendarFeedResponse { calendar: String::new(), unchanged: true, ..whole });
        assert_eq!(unchanged.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(header(&unchanged, header::ETAG).as_deref(), Some("\"abc\""));
    }
}
