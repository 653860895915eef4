use futures::StreamExt;
use rapport_domain::protocol::Files;
use rapport_proto::staff::{
    self as pb, protocol_service_client::ProtocolServiceClient, replay_protocol_response::Step,
};
use rapport_security::Role;
use tonic::{Code, Status};

use crate::house::{House, bearing, details, on_each, reason};

/// How many of the samples are submitted.
const SOME: usize = 3;

async fn replay(house: &House, role: Role, files: Files) -> Result<Vec<Step>, Status> {
    let request = pb::ReplayProtocolRequest { files: files.into_iter().collect(), since_time: None };
    let mut api = ProtocolServiceClient::new(house.staff_channel.clone());
    let mut steps = api.replay_protocol(bearing(&house.token(role).await, request)).await?.into_inner();
    let mut told = Vec::new();
    while let Some(step) = steps.next().await {
        told.push(step?.step.unwrap());
    }
    Ok(told)
}

fn summary(steps: &[Step]) -> pb::ReplaySummary {
    let last =
        steps.last().and_then(|step| if let Step::Summary(summary) = step { Some(summary.clone()) } else { None });
    last.unwrap()
}

async fn submitted(house: &House) -> usize {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/charlotte/samples");
    let mut names: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.truncate(SOME);
    for name in &names {
        house.submit(name).await;
    }
    names.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_protocol_in_force_changes_nothing_and_is_told_to_those_who_keep_it() {
    on_each(async |house: &House| {
        let intakes = submitted(house).await;
        let mut api = ProtocolServiceClient::new(house.staff_channel.clone());
        for role in [Role::Clinician, Role::Admin] {
            let request = bearing(&house.token(role).await, pb::GetProtocolRequest::default());
            let told = api.get_protocol(request).await.unwrap().into_inner();
            assert_eq!(told.digest, house.deps.practice.protocol.digest());
            assert!(told.in_force && told.files.contains_key("triage.yaml"));
        }
        let unknown = pb::GetProtocolRequest { digest: "0".repeat(64) };
        let refused = api.get_protocol(bearing(&house.token(Role::Admin).await, unknown)).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::NotFound, "RESOURCE_NOT_FOUND"));

        let files = house.deps.practice.protocol.files();
        let steps = replay(house, Role::Clinician, files.clone()).await.unwrap();
        assert!(!steps.iter().any(|step| matches!(step, Step::Change(_))));
        let summary = summary(&steps);
        let read = (summary.weighed, summary.changed, summary.dropped_answers, summary.unreadable);
        assert_eq!(read, (i64::try_from(intakes).unwrap(), 0, 0, 0));
        for role in [Role::Coordinator, Role::Admin, Role::Auditor] {
            let refused = replay(house, role, files.clone()).await.unwrap_err();
            assert_eq!(refused.code(), Code::PermissionDenied);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_fires_for_everybody_changes_every_case_says_why_and_twice_the_same() {
    on_each(async |house: &House| {
        let intakes = submitted(house).await;
        let mut files = house.deps.practice.protocol.files();
        let all = "rules:\n  - {id: everybody, safety: true, when: client.age >= 18, urgency: IMMEDIATE, because: All., \
                   book: never}";
        let triage = files.get_mut("triage.yaml").unwrap();
        *triage = triage.replacen("rules:", all, 1);
        let steps = replay(house, Role::Clinician, files.clone()).await.unwrap();
        assert_eq!(steps, replay(house, Role::Clinician, files).await.unwrap());
        let changes = steps.iter().filter_map(|step| match step {
            Step::Change(change) => Some(change),
            _ => None,
        });
        let changes: Vec<_> = changes.collect();
        assert_eq!(changes.len(), intakes);
        for change in changes {
            assert!(change.rules.clone().unwrap().now.contains(&"everybody".to_owned()));
            let after = change.after.unwrap();
            assert_eq!((after.urgency(), after.booking()), (pb::Urgency::Immediate, pb::Booking::Never));
            assert!(change.case_name.starts_with("cases/") && change.intake.starts_with("intakes/"));
        }
        let summary = summary(&steps);
        assert!(!summary.silent_rules.contains(&"everybody".to_owned()) && !summary.silent_rules.is_empty());
        assert!(summary.matrix.iter().all(|cell| cell.after() == pb::Urgency::Immediate));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_do_not_load_are_refused_with_every_place() {
    on_each(async |house: &House| {
        let mut files = house.deps.practice.protocol.files();
        let triage = files.get_mut("triage.yaml").unwrap();
        *triage = triage.replacen("rules:", "rules:\n  - {id: odd, when: no.such == 1, urgency: SOON, because: x}", 1);
        let refused = replay(house, Role::Clinician, files).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "FIELDS_INVALID"));
        let details = details(&refused);
        let violation = details.bad_request().unwrap().field_violations[0].clone();
        assert_eq!(violation.field, "files[\"triage.yaml\"]");
        let (line, rest) = violation.description.split_once(':').unwrap();
        assert!(line.parse::<u32>().unwrap() > 0 && rest.contains(": "), "{}", violation.description);
    })
    .await;
}
