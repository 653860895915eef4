//! The same request many times over: it happens once, and every answer is the same.

use prost::Message as _;
use rapport_proto::intake::{SubmitIntakeRequest, intake_service_client::IntakeServiceClient};
use rapport_tests::{
    people::{People, Sample},
    production::Production,
    wait,
};
use tokio::task::JoinSet;
use tonic::{Code, transport::Channel};
use tonic_types::StatusExt as _;

/// How often a page whose answer got lost might send it, and far beyond.
const TIMES: usize = 50;

/// Guard: `submit_intake` gives back `Accepted::Repeated`, not the answer it had made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_sent_fifty_times_at_once_happens_once_also_after_the_intake_role_was_killed() {
    let mut production = Production::new().await.unwrap();
    production.start_all().await.unwrap();
    let mut client = production.client().await.unwrap();
    let people = People::of(&mut client).await.unwrap();
    let request = people.another(Sample::DriftAndStress, 1).unwrap();

    let first = one_answer_of_all(&client, &request).await;
    production.processes.kill("intake").await.unwrap();
    production.processes.start("intake").await.unwrap();
    let client = production.client().await.unwrap();
    assert_eq!(one_answer_of_all(&client, &request).await, first);

    wait::until("nothing is left over", || async { production.left_over().await.unwrap().is_empty() }).await;
    // Everything is decided: it still is the same answer, and still nothing happens.
    assert_eq!(one_answer_of_all(&client, &request).await, first);
    wait::until("nothing is left over", || async { production.left_over().await.unwrap().is_empty() }).await;
    let counts: (i64, i64, i64, i64, i64) = production
        .one(
            "SELECT (SELECT count(*) FROM intakes), (SELECT count(*) FROM cases), (SELECT count(*) FROM appointments), \
             (SELECT count(*) FROM letters WHERE state = 'sent' AND case_id IS NOT NULL), \
             (SELECT count(*) FROM letters WHERE case_id IS NOT NULL)",
        )
        .await
        .unwrap();
    assert_eq!(counts, (1, 1, 1, 1, 1));
    // The practice's own digest is no answer to anybody.
    let answers = production.smtp.accepted().into_iter().filter(|letter| letter.to != ["office@example.com"]);
    assert_eq!(answers.count(), 1);
    production.close().await.unwrap();
}

/// Guard: the digest that is kept with a request id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_id_with_one_changed_field_is_refused() {
    let mut production = Production::new().await.unwrap();
    production.processes.start("intake").await.unwrap();
    let mut client = production.client().await.unwrap();
    let people = People::of(&mut client).await.unwrap();
    let request = people.another(Sample::DriftAndStress, 1).unwrap();
    one_answer_of_all(&client, &request).await;

    let mut changed = request.clone();
    changed.client.as_mut().unwrap().given_name.push('y');
    let refused = client.submit_intake(changed).await.unwrap_err();
    let reason = refused.get_error_details().error_info().map(|info| info.reason.clone());
    assert_eq!((refused.code(), reason.as_deref()), (Code::InvalidArgument, Some("REQUEST_ID_REUSED")));
    assert_eq!(production.count("SELECT count(*) FROM intakes").await.unwrap(), 1);
    production.close().await.unwrap();
}

/// Sends it fifty times at once; the bytes that all of them were answered with.
async fn one_answer_of_all(client: &IntakeServiceClient<Channel>, request: &SubmitIntakeRequest) -> Vec<u8> {
    let mut calls = JoinSet::new();
    for _ in 0..TIMES {
        let (mut client, request) = (client.clone(), request.clone());
        calls.spawn(
            async move { client.submit_intake(request).await.map(|answer| answer.into_inner().encode_to_vec()) },
        );
    }
    let mut answers: Vec<_> = calls.join_all().await.into_iter().map(Result::unwrap).collect();
    assert_eq!(answers.len(), TIMES);
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answers differ");
    answers.remove(0)
}
