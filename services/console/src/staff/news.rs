//! One stream per open page: a hint whenever some case changed, and a word when the session has ended. The page's script
//! then reads the page again, or says so. Neither the stream nor what the script reads keeps the session open.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderValue,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt, stream};
use jiff::Timestamp;
use rapport_proto::staff::{WatchCasesRequest, WatchCasesResponse};
use tokio::{sync::OwnedSemaphorePermit, time::sleep};
use tonic::{Status, Streaming};

use super::{problem::Problem, signed_in::Staff};
use crate::{desk::Desk, problem::Problem as Plain};

/// How soon a browser asks again where no place is free.
const RETRY_SECONDS: u64 = 30;
/// How often the service is asked whether the session still stands: sooner where it would end sooner.
const STANDS: Duration = Duration::from_secs(60);

/// `GET /staff/news`
pub(crate) async fn stream(State(desk): State<Desk>, staff: Staff) -> Result<Response, Problem> {
    let place = desk.streams.clone().try_acquire_owned().map_err(|_| Problem::Plain(Plain::Away(RETRY_SECONDS)))?;
    let staff = staff.in_background();
    let hints = desk.staff.triage().watch_cases(staff.ask_stream(WatchCasesRequest {})?).await?.into_inner();
    let stop = desk.stop.clone();
    let told = tell(Open { desk, staff, hints, place }).take_until(stop.cancelled_owned());
    let mut response = Sse::new(told).keep_alive(KeepAlive::default()).into_response();
    // A proxy that collects an answer before it hands it on would keep the news to itself.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct Open {
    desk: Desk,
    staff: Staff,
    hints: Streaming<WatchCasesResponse>,
    #[expect(dead_code, reason = "held, never read")]
    place: OwnedSemaphorePermit,
}

/// It ends with the first error, which the browser mends by asking again; and with the session, which it does not.
fn tell(open: Open) -> impl Stream<Item = Result<Event, Infallible>> {
    let event = |name: &str| Ok(Event::default().event(name).data("read"));
    stream::unfold(Some(open), move |open| async move {
        let mut open = open?;
        loop {
            tokio::select! {
                hint = open.hints.next() => return went_on(hint).then(|| (event("changed"), Some(open))),
                () = sleep(until_asked(open.staff.idle_end, open.desk.clock.now())) => {
                    match open.staff.again(&open.desk).await {
                        Ok(staff) => open.staff = staff,
                        Err(Problem::SignedOut) => return Some((event("ended"), None)),
                        Err(_) => return None,
                    }
                }
            }
        }
    })
}

fn went_on(hint: Option<Result<WatchCasesResponse, Status>>) -> bool {
    matches!(hint, Some(Ok(_)))
}

/// A second behind the end of the session, so that it is over by then.
fn until_asked(idle_end: Option<Timestamp>, now: Timestamp) -> Duration {
    let left = idle_end.and_then(|end| Duration::try_from(end.duration_since(now)).ok());
    left.map_or(Duration::from_secs(1), |left| left + Duration::from_secs(1)).min(STANDS)
}
