//! What stands around the handlers: limits, deadlines, browsers, health.

use std::{sync::Arc, time::Duration};

use rapport_intake::Config;
use rapport_proto::intake as pb;
use rapport_store::StoreError;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
};
use tonic::{Code, codec::CompressionEncoding};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::house::{House, details, house, house_with, reason};

async fn ask(house: &House) -> tonic::Status {
    house.client.clone().get_screening(pb::GetScreeningRequest::default()).await.unwrap_err()
}

#[tokio::test]
async fn a_call_that_takes_too_long_ends_with_deadline_exceeded() {
    let house = house_with(Config { longest_call: Duration::from_millis(50), ..Config::default() }).await;
    // Another writer holds the database until the answer is there.
    let (begun, answered) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (store, tell, wait) = (house.deps.store.clone(), Arc::clone(&begun), Arc::clone(&answered));
    let writer = tokio::spawn(async move {
        store
            .transact(move |_| {
                Box::pin(async move {
                    tell.notify_one();
                    wait.notified().await;
                    Ok::<_, StoreError>(())
                })
            })
            .await
    });
    begun.notified().await;
    let refused = house.client.clone().submit_intake(house.sample("02-couple.json")).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    answered.notify_one();
    writer.await.unwrap().unwrap();
}

#[tokio::test]
async fn too_many_calls_are_told_when_to_come_back_and_health_still_answers() {
    let house = house_with(Config { most_calls: 0, ..Config::default() }).await;
    let refused = ask(&house).await;
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::ResourceExhausted, "OVERLOADED"));
    assert!(details(&refused).retry_info().is_some());
    let service = "rapport.intake.v1.IntakeService".to_owned();
    let health = HealthClient::new(house.channel.clone()).check(HealthCheckRequest { service }).await.unwrap();
    assert_eq!(health.into_inner().status, 1);
}

#[tokio::test]
async fn answers_are_gzipped_for_whoever_takes_gzip() {
    let house = house().await;
    for (mut client, encoding) in [
        (house.client.clone().accept_compressed(CompressionEncoding::Gzip), Some("gzip")),
        (house.client.clone(), None),
    ] {
        let answer = client.get_screening(pb::GetScreeningRequest::default()).await.unwrap();
        assert_eq!(answer.metadata().get("grpc-encoding").map(|it| it.to_str().unwrap()), encoding);
        assert!(!answer.into_inner().questionnaires.is_empty());
    }
}

#[tokio::test]
async fn a_message_that_is_too_long_is_refused_with_its_reason() {
    let house = house_with(Config { most_bytes: 100, ..Config::default() }).await;
    let refused = house.client.clone().submit_intake(house.sample("02-couple.json")).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "MESSAGE_INVALID"));
}

/// One HTTP/1.1 exchange, as a browser has it; the headers in lower case.
async fn exchange(house: &House, head: &str, body: &[u8]) -> String {
    let mut stream = TcpStream::connect(house.client_address).await.unwrap();
    let length = body.len();
    let head = format!("{head}\r\nhost: x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).to_ascii_lowercase()
}

#[tokio::test]
async fn a_browser_of_an_allowed_origin_may_call_and_read_errors() {
    let origins = vec!["https://www.example.com".to_owned()];
    let house = house_with(Config { cors_origins: origins, ..Config::default() }).await;
    let path = "/rapport.intake.v1.IntakeService/SubmitIntake HTTP/1.1";
    let asked = exchange(
        &house,
        &format!(
            "OPTIONS {path}\r\norigin: https://www.example.com\r\naccess-control-request-method: POST\r\n\
             access-control-request-headers: content-type,x-grpc-web,authorization"
        ),
        b"",
    )
    .await;
    assert!(asked.contains("access-control-allow-origin: https://www.example.com"), "{asked}");
    let call = |origin: &str| {
        format!("POST {path}\r\norigin: {origin}\r\ncontent-type: application/grpc-web+proto\r\nx-grpc-web: 1")
    };
    let answer = exchange(&house, &call("https://www.example.com"), &[0, 0, 0, 0, 0]).await;
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(answer.contains("grpc-status-details-bin"), "{answer}");
    assert!(answer.contains("access-control-expose-headers: grpc-status,grpc-message"), "{answer}");
    let foreign = exchange(&house, &call("https://evil.example.com"), &[0, 0, 0, 0, 0]).await;
    assert!(!foreign.contains("access-control-allow-origin"), "{foreign}");
}

#[tokio::test]
async fn the_service_drains_and_ends_when_stopped() {
    let house = house().await;
    house.submit("01-drift-and-stress.json").await;
    house.stop.cancel();
    let gone = async {
        while TcpStream::connect(house.client_address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), gone).await.unwrap();
}
