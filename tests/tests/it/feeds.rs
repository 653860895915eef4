//! What programs ask of the pages' address: a therapist's calendar, and a letter that came back.

use rapport_proto::{
    intake as pb,
    staff::{self, operations_service_client::OperationsServiceClient},
};
use rapport_security::Token;
use rapport_tests::{
    clients,
    people::{People, Sample},
    processes::Processes,
    wait,
};
use serde_json::Value;

use crate::staff::case_of;

async fn http(arguments: &[&str], body: &[u8]) -> Value {
    clients::python("ask_http.py", arguments, body).await.unwrap()
}

/// Guards: `programs::calendar` asks for the feed each time, and takes no name but the token; `calendar_feed::read` for
/// a token that was revoked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_therapists_calendar_is_read_by_two_parsers_until_it_is_revoked() {
    let mut house = Processes::new([]).unwrap();
    house.start("all").await.unwrap();
    let mut client = house.client().await.unwrap();
    let people = People::of(&mut client).await.unwrap();
    let request = people.request(Sample::DriftAndStress).unwrap();
    let told = request.client.clone().unwrap();
    let submitted = client.submit_intake(request).await.unwrap().into_inner();
    let (mut triage, bearer) = house.staff("coordinator").await.unwrap();
    let own = async || {
        let mut request = tonic::Request::new(pb::GetIntakeRequest { name: submitted.intake.clone() });
        let token = format!("Bearer {}", submitted.status_token).parse().unwrap();
        request.metadata_mut().insert("authorization", token);
        client.clone().get_intake(request).await.unwrap().into_inner().intake.unwrap()
    };
    wait::until("a session is fixed", || async { own().await.state() == pb::IntakeState::Confirmed }).await;
    let session = case_of(&mut triage, &bearer, &submitted.intake).await.appointment.unwrap();

    let mut operations = OperationsServiceClient::connect(format!("http://{}", house.staff)).await.unwrap();
    let therapist = session.therapist.clone();
    let request = bearer.with(staff::CreateCalendarFeedRequest { therapist: therapist.clone(), ..Default::default() });
    let feed = operations.create_calendar_feed(request).await.unwrap().into_inner();
    assert!(feed.url.ends_with(&format!("/calendar/{}.ics", feed.token)), "{}", feed.url);
    let url = format!("http://{}/calendar/{}.ics", house.console, feed.token);

    let first = http(&["GET", &url], &[]).await;
    assert_eq!(first["status"], 200, "{first}");
    assert_eq!(first["headers"]["content-type"], "text/calendar; charset=utf-8");
    assert_eq!(first["headers"]["cache-control"], "private, no-cache");
    let text = first["body"].as_str().unwrap();
    let read = clients::python("read_feed.py", &[], text.as_bytes()).await.unwrap();
    assert_eq!(read["icalendar"], read["vobject"], "two implementations read the same");
    let [event] = &read["icalendar"].as_array().unwrap()[..] else { panic!("{read}") };
    assert_eq!(event["start_seconds"], session.start_time.unwrap().seconds);
    assert_eq!(event["end_seconds"], session.end_time.unwrap().seconds);
    assert_eq!((&event["summary"], &event["status"]), (&"Session".into(), &"CONFIRMED".into()));
    for name in [&*told.given_name, &told.family_name, &told.email, &submitted.intake["intakes/".len()..]] {
        assert!(!text.contains(name), "{name} stands in the feed");
    }

    let etag = format!("If-None-Match: {}", first["headers"]["etag"].as_str().unwrap());
    let again = http(&["GET", &url, &etag], &[]).await;
    assert_eq!((&again["status"], &again["body"]), (&304.into(), &"".into()));

    let unknown = format!("http://{}/calendar/{}.ics", house.console, Token::generate().text());
    let revoke = bearer.with(staff::RevokeCalendarFeedRequest { therapist });
    operations.revoke_calendar_feed(revoke).await.unwrap();
    for gone in [&url, &unknown] {
        let refused = http(&["GET", gone, &etag], &[]).await;
        assert_eq!((&refused["status"], &refused["body"]), (&404.into(), &"".into()));
    }
    let logs = house.logs().unwrap();
    house.kill("all").await.unwrap();
    assert!(!logs.contains(&feed.token), "the token stands in a log");
}

/// Guard: the intake service compares the bearer, which the console only hands on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_that_came_back_is_reported_by_whoever_has_the_token_of_the_settings() {
    let (token, other) = (Token::generate().text(), Token::generate().text());
    let mut house = Processes::new([("RAPPORT__MAIL__BOUNCE_TOKEN", token.clone())]).unwrap();
    house.start("all").await.unwrap();
    let url = format!("http://{}/bounces", house.console);
    let report = b"To: office+b.x@example.com\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n";
    let kind = "Content-Type: message/rfc822";
    let status = async |authorization: &[&str]| {
        let arguments = [&["POST", &url, kind], authorization].concat();
        http(&arguments, report).await["status"].as_u64().unwrap()
    };
    assert_eq!(status(&[&format!("Authorization: Bearer {token}")]).await, 204);
    assert_eq!(status(&[&format!("Authorization: Bearer {other}")]).await, 401);
    assert_eq!(status(&[]).await, 401);
    let logs = house.logs().unwrap();
    house.kill("all").await.unwrap();
    assert!(!logs.contains(&token) && !logs.contains(&other), "a token stands in a log");
}
