//! What staff see, read through their API.

use rapport_proto::staff as pb;
use rapport_tests::production::Bearer;
use tonic::transport::Channel;

type Triage = pb::triage_service_client::TriageServiceClient<Channel>;

/// The queue, with the cases that are closed left out.
pub(crate) async fn queue(triage: &mut Triage, bearer: &Bearer) -> Vec<pb::CaseSummary> {
    let request = bearer.with(pb::ListCasesRequest { page_size: 200, ..pb::ListCasesRequest::default() });
    triage.list_cases(request).await.unwrap().into_inner().cases
}

/// A case in full.
pub(crate) async fn case(triage: &mut Triage, bearer: &Bearer, name: &str) -> pb::Case {
    let request = bearer.with(pb::GetCaseRequest { name: name.to_owned() });
    triage.get_case(request).await.unwrap().into_inner().record.unwrap()
}

/// The case that an intake belongs to.
pub(crate) async fn case_of(triage: &mut Triage, bearer: &Bearer, intake: &str) -> pb::Case {
    for summary in queue(triage, bearer).await {
        let case = case(triage, bearer, &summary.name).await;
        if case.contacts.iter().any(|contact| contact.intake == intake) {
            return case;
        }
    }
    panic!("no case has {intake}")
}
