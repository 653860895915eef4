//! The queue's filters and its page tokens.

use prost::Message;
use rapport_domain::{case::CaseState, problem::FieldProblems, triage::Urgency};
use rapport_proto::{enums, staff as pb};
use rapport_security::Keyring;
use rapport_store::{CaseCursor, CaseFilter};

use super::{
    entries,
    page::{self, Page},
};
use crate::refusal::Refusal;

/// A page of the queue that was asked for.
pub(crate) struct ListCases {
    pub(crate) filter: CaseFilter,
    pub(crate) page: Page<CaseCursor>,
}

/// Reads the request.
pub(crate) fn list_cases(request: pb::ListCasesRequest, keyring: &Keyring) -> Result<ListCases, Refusal> {
    let mut problems = FieldProblems::default();
    let mut filter = CaseFilter { unclaimed_only: request.unclaimed_only, ..CaseFilter::default() };
    for (at, state) in entries("states", &request.states, &mut problems) {
        filter.states.extend(problems.take(at, enums::read::<CaseState>(*state)));
    }
    for (at, urgency) in entries("urgencies", &request.urgencies, &mut problems) {
        filter.urgencies.extend(problems.take(at, enums::read::<Urgency>(*urgency)));
    }
    let size = page::size(request.page_size, &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    let page = Page::open(size, &request.page_token, bound_to(&request), keyring)?;
    Ok(ListCases { filter, page })
}

/// The filters in one form, whatever their order; a page may be of another size than the one before.
fn bound_to(request: &pb::ListCasesRequest) -> Vec<u8> {
    let sorted = |numbers: &[i32]| {
        let mut numbers = numbers.to_vec();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    };
    let filters = pb::ListCasesRequest {
        states: sorted(&request.states),
        urgencies: sorted(&request.urgencies),
        unclaimed_only: request.unclaimed_only,
        ..pb::ListCasesRequest::default()
    };
    [b"ListCases".as_slice(), &filters.encode_to_vec()].concat()
}

#[cfg(test)]
mod tests {
    use rapport_security::MasterKey;

    use super::*;

    fn keyring() -> Keyring {
        Keyring::new(&MasterKey::generate())
    }

    fn token(keyring: &Keyring, states: Vec<i32>) -> String {
        let request = pb::ListCasesRequest { states, ..pb::ListCasesRequest::default() };
        let cursor =
            r#"{"urgency":"URGENT","respond_by":"2026-03-02T14:30:00Z","case":"00000000-0000-0000-0000-000000000001"}"#;
        let page = list_cases(request, keyring).unwrap().page;
        page.token_behind(&serde_json::from_str(cursor).unwrap(), keyring).unwrap()
    }

    #[test]
    fn a_page_token_opens_with_its_own_filters_alone() {
        let keyring = keyring();
        let page_token = token(&keyring, vec![1, 2]);
        let check = |states: Vec<i32>, opens: bool| {
            let request =
                pb::ListCasesRequest { states, page_token: page_token.clone(), ..pb::ListCasesRequest::default() };
            match list_cases(request, &keyring) {
                Ok(query) => assert!(opens && query.page.after.is_some()),
                Err(refusal) => assert!(!opens && refusal == Refusal::PageTokenInvalid),
            }
        };
        check(vec![2, 1], true);
        check(vec![1], false);
        check(vec![], false);
    }

    #[test]
    fn a_foreign_page_token_is_refused() {
        let request = pb::ListCasesRequest { page_token: token(&keyring(), vec![]), ..pb::ListCasesRequest::default() };
        assert_eq!(list_cases(request, &keyring()).err(), Some(Refusal::PageTokenInvalid));
    }

    #[test]
    fn page_sizes_have_a_usual_and_a_longest() {
        let check = |page_size: i32, expected: Option<usize>| {
            let request = pb::ListCasesRequest { page_size, ..pb::ListCasesRequest::default() };
            assert_eq!(list_cases(request, &keyring()).ok().map(|query| query.page.size), expected);
        };
        check(0, Some(50));
        check(7, Some(7));
        check(201, Some(200));
        check(-1, None);
    }

    #[test]
    fn an_unspecified_filter_is_refused_with_its_path() {
        let request =
            pb::ListCasesRequest { states: vec![1, 0], urgencies: vec![9], ..pb::ListCasesRequest::default() };
        let Err(Refusal::Fields(problems)) = list_cases(request, &keyring()) else { panic!("accepted") };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["states[1]", "urgencies[0]"]);
    }
}
