//! One stream per open page: a hint whenever one's own intake reads otherwise. The page's script then reads the page
//! again; without a script there is a link that does.

use std::convert::Infallible;

use axum::{
    extract::State,
    http::HeaderValue,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::StreamExt;
use rapport_proto::intake::WatchIntakeRequest;

use crate::{api::bearer_stream, desk::Desk, own::Own, problem::Problem, visitor::Visitor};

/// How soon a browser asks again where no place is free.
const RETRY_SECONDS: u64 = 30;

/// `GET /session/news`
pub(crate) async fn stream(State(desk): State<Desk>, visitor: Visitor) -> Result<Response, Problem> {
    let own = Own::of(&visitor).ok_or(Problem::Closed)?;
    let place = desk.streams.clone().try_acquire_owned().map_err(|_| Problem::Away(RETRY_SECONDS))?;
    let request = bearer_stream(&own.token, WatchIntakeRequest::default())?;
    let hints = desk.api.intake().watch_intake(request).await?.into_inner();
    // It ends with the first error, or with us; the browser opens it again by itself.
    let events = hints
        .take_while(|hint| futures::future::ready(hint.is_ok()))
        .take_until(desk.stop.clone().cancelled_owned())
        .map(move |_| {
            let _held = &place;
            Ok::<_, Infallible>(Event::default().event("news").data("read"))
        });
    let mut response = Sse::new(events).keep_alive(KeepAlive::default()).into_response();
    // A proxy that collects an answer before it hands it on would keep the news to itself.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
