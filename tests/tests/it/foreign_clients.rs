//! Clients of other languages that know the contract alone.

use std::fs;

use rapport_tests::{
    clients,
    people::Sample,
    production::{Production, ROLES},
    wait,
};

use serde_json::Value;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_generic_client_submits_an_intake_by_reflection() {
    let house = open_house().await;
    let address = house.processes.intake.to_string();
    let printed = clients::python("grpc_generic.py", &[&address, Sample::SelfHarm.path()], &[]).await.unwrap();
    stands_in_the_database(&house, &printed).await;
    let lines = printed["submitted"]["safetyNotice"]["lines"].as_array().unwrap();
    assert_eq!(lines.iter().map(|line| line["phone"].as_str().unwrap()).collect::<Vec<_>>(), ["988", "911"]);
    close(house).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_grpc_web_client_submits_an_intake_and_reads_why_another_is_refused() {
    let house = open_house().await;
    let folder = tempfile::tempdir().unwrap();
    let descriptors = folder.path().join("rapport.binpb");
    fs::write(&descriptors, rapport_proto::FILE_DESCRIPTOR_SET).unwrap();
    let address = format!("http://{}", house.processes.intake);
    let arguments = [address.as_str(), Sample::Couple.path(), descriptors.to_str().unwrap()];
    let printed = clients::node("grpc_web.mjs", &arguments).await.unwrap();
    stands_in_the_database(&house, &printed).await;
    assert_eq!(printed["submitted"].get("safetyNotice"), None);
    assert_eq!(printed["refusal"], "InvalidArgument");
    close(house).await;
}

async fn open_house() -> Production {
    let mut house = Production::new().await.unwrap();
    for role in ROLES {
        house.processes.start(role).await.unwrap();
    }
    house
}

/// What the client was told is what was stored, once.
async fn stands_in_the_database(house: &Production, printed: &Value) {
    let name = printed["submitted"]["intake"].as_str().unwrap();
    assert_eq!(printed["submitted"]["statusToken"].as_str().unwrap().len(), 43);
    let state = printed["state"].as_str().unwrap();
    assert!(state.starts_with("INTAKE_STATE_") && state != "INTAKE_STATE_UNSPECIFIED", "{state}");
    let stored: Vec<(String,)> = house.all("SELECT 'intakes/' || id FROM intakes").await.unwrap();
    assert_eq!(stored, [(name.to_owned(),)]);
}

async fn close(house: Production) {
    wait::until("all is done", || async { house.left_over().await.is_ok_and(|left| left.is_empty()) }).await;
    house.close().await.unwrap();
}
