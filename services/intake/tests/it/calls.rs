//! Who has an alert, and what the desk reads of it.

use rapport_domain::id::CaseId;
use rapport_proto::staff as pb;
use rapport_security::Role::{self, Clinician, Coordinator};
use rapport_store::alerts;
use tonic::Status;

use crate::{
    house::{bearing, on_each, reason},
    people::Desk,
};

const FEAR: &str = "05-fear-of-partner.json";

async fn acknowledge(desk: &Desk<'_>, role: Role, alert: &str) -> Result<pb::AcknowledgeAlertResponse, Status> {
    let request = pb::AcknowledgeAlertRequest { name: alert.to_owned(), ..Default::default() };
    let answer = desk.house.staff.clone().acknowledge_alert(bearing(desk.token(role), request)).await;
    answer.map(tonic::Response::into_inner)
}

/// Guards: `alerts::raised_by` in the one statement, and `policy::may_claim` in `acknowledge_alert`.
#[tokio::test]
async fn an_alert_stands_with_its_intake_and_the_second_to_acknowledge_is_told_who_was_first() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.flagged(FEAR).await;
        let seen = desk.record(Coordinator, &case).await;
        assert!(seen.summary.as_ref().unwrap().unacknowledged);
        let [alert] = seen.alerts.as_slice() else { panic!("one alert: {}", seen.alerts.len()) };
        assert_eq!((alert.state(), alert.staff.as_str()), (pb::AlertState::Open, ""));
        assert!(desk.list(Coordinator).await.cases[0].unacknowledged);
        let refused = acknowledge(&desk, Coordinator, &alert.name).await.unwrap_err();
        assert_eq!(reason(&refused), "ROLE_FORBIDDEN", "clinicians would hear no more of it");
        let first = acknowledge(&desk, Clinician, &alert.name).await.unwrap();
        assert!(!first.summary.unwrap().unacknowledged);
        let first = first.alert.unwrap();
        assert_eq!((first.state(), first.staff.as_str()), (pb::AlertState::Acknowledged, "clinician Sam"));
        assert!(first.next_step_time.is_none());
        assert_eq!(acknowledge(&desk, Clinician, &alert.name).await.unwrap().alert.unwrap(), first);
        let id: CaseId = case.parse().unwrap();
        assert!(alerts::unacknowledged(&house.deps.store, [id].into_iter()).await.unwrap().is_empty());
        assert!(!desk.list(Coordinator).await.cases[0].unacknowledged);
        let missing = acknowledge(&desk, Clinician, "alerts/00000000-0000-7000-8000-000000000001").await.unwrap_err();
        assert_eq!(reason(&missing), "RESOURCE_NOT_FOUND");
    })
    .await;
}

#[tokio::test]
async fn an_alert_that_has_changed_since_it_was_read_is_not_acknowledged_unseen() {
    on_each(async |house| {
        let desk = Desk::of(house).await;
        let case = desk.flagged(FEAR).await;
        let alert = desk.record(Clinician, &case).await.alerts.remove(0);
        let request = |etag: &str| pb::AcknowledgeAlertRequest {
            name: alert.name.clone(),
            request_id: "0199f0c0-5a3e-7c41-9d58-2f6f0a1b2c51".to_owned(),
            etag: etag.to_owned(),
        };
        let call =
            async |etag| house.staff.clone().acknowledge_alert(bearing(desk.token(Clinician), request(etag))).await;
        assert_eq!(reason(&call("77").await.unwrap_err()), "ETAG_MISMATCH");
        let once = call(&alert.etag).await.unwrap().into_inner();
        assert_eq!(call(&alert.etag).await.unwrap().into_inner(), once);
    })
    .await;
}
