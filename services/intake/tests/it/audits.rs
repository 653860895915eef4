//! The audit trail, as auditors read it.

use rapport_proto::staff::{self as pb, audit_service_client::AuditServiceClient};
use rapport_security::Role;
use rapport_store::audit;

use crate::house::{bearing, on_each, reason};

#[tokio::test]
async fn an_auditor_reads_verifies_and_exports_the_trail_and_leaves_a_trace() {
    on_each(async |house| {
        let token = house.token(Role::Auditor).await;
        let mut trail = AuditServiceClient::new(house.staff_channel.clone());
        let (one, two) =
            (house.submit("01-drift-and-stress.json").await, house.submit("05-fear-of-partner.json").await);
        let mut list = async |filter: pb::AuditFilter, page_size, page_token: &str| {
            let request =
                pb::ListAuditEntriesRequest { filter: Some(filter), page_size, page_token: page_token.to_owned() };
            trail.list_audit_entries(bearing(&token, request)).await.map(tonic::Response::into_inner)
        };
        let about = |name: &str| pb::AuditFilter { resource: name.to_owned(), ..Default::default() };
        let found = list(about(&one.intake), 0, "").await.unwrap().entries;
        assert_eq!((found.len(), found[0].method.as_str()), (1, "rapport.intake.v1.IntakeService/SubmitIntake"));
        assert!(found[0].resources.contains(&one.intake) && !found[0].resources.contains(&two.intake));

        // What an auditor read is in the trail as well, the youngest first, and pages keep their filter.
        let page = list(pb::AuditFilter::default(), 1, "").await.unwrap();
        assert_eq!((page.entries[0].role.as_str(), page.entries[0].outcome.as_str()), ("auditor", "OK"));
        let next = list(pb::AuditFilter::default(), 50, &page.next_page_token).await.unwrap();
        assert_eq!(next.entries.last().unwrap().resources[0], one.intake);
        let other = list(about(&two.intake), 1, &page.next_page_token).await.unwrap_err();
        assert_eq!(reason(&other), "PAGE_TOKEN_INVALID");
        assert_eq!(reason(&list(about("a_b"), 1, "").await.unwrap_err()), "FIELDS_INVALID");

        while audit::seal::next(&house.deps.store, house.deps.clock.now()).await.unwrap().is_some() {}
        let mut verify = async |head: &str| {
            let request = pb::VerifyAuditTrailRequest { head: head.to_owned() };
            trail.verify_audit_trail(bearing(&token, request)).await.map(tonic::Response::into_inner)
        };
        let found = verify("").await.unwrap();
        assert!(found.intact && found.sealed_entries > 4 && found.head.len() == 64, "{found:?}");
        assert!(verify(&found.head.to_uppercase()).await.unwrap().intact);
        let cut_off = verify(&"0".repeat(64)).await.unwrap();
        assert!(!cut_off.intact && cut_off.faults.len() == 1);
        assert_eq!(reason(&verify("abc").await.unwrap_err()), "FIELDS_INVALID");

        let request = pb::ExportAuditTrailRequest::default();
        let mut parts = trail.export_audit_trail(bearing(&token, request)).await.unwrap().into_inner();
        let mut exported = Vec::new();
        while let Some(part) = parts.message().await.unwrap() {
            exported.extend(part.entries);
        }
        assert_eq!(exported[0].resources[0], one.intake);
        assert_eq!(exported.last().unwrap().method, "rapport.staff.v1.AuditService/ExportAuditTrail");
        assert!(exported.iter().all(|entry| entry.time.is_some()) && exported[0].seal == 1);
    })
    .await;
}
