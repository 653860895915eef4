//! The queue's filters and its page tokens.

use prost::Message;
use rapport_domain::{case::CaseState, contact::Language, problem::FieldProblems, triage::Urgency};
use rapport_proto::{enums, staff as pb};
use rapport_security::Keyring;
use rapport_store::{CaseCursor, CaseFilter, search};

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

/// The longest that somebody can be called, reached by or written to at.
const LONGEST_CLIENT: usize = 254;

/// Reads the request; `own` is the label of whoever asks.
pub(crate) fn list_cases(request: pb::ListCasesRequest, keyring: &Keyring, own: &str) -> Result<ListCases, Refusal> {
    let mut problems = FieldProblems::default();
    let mut filter = CaseFilter {
        unclaimed_only: request.unclaimed_only,
        assignee: request.mine_only.then(|| own.to_owned()),
        overdue_only: request.overdue_only,
        ..CaseFilter::default()
    };
    if request.client.len() > LONGEST_CLIENT {
        problems.add("client", "must have at most 254 characters");
    } else if !request.client.trim().is_empty() {
        filter.client = Some(search::tokens_of_text(keyring, &request.client));
    }
    let mut languages = Vec::with_capacity(request.languages.len());
    for (at, tag) in entries("languages", &request.languages, &mut problems) {
        languages.extend(problems.take(at, Language::parse(tag)));
    }
    if !request.languages.is_empty() {
        filter.languages = Some(languages.into_iter().map(|language| search::of_language(keyring, language)).collect());
    }
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
    let page = Page::open(size, &request.page_token, bound_to(&request, own), keyring)?;
    Ok(ListCases { filter, page })
}

/// The filters in one form, whatever their order; a page may be of another size than the one before.
fn bound_to(request: &pb::ListCasesRequest, own: &str) -> Vec<u8> {
    let filters = pb::ListCasesRequest {
        states: sorted(&request.states),
        urgencies: sorted(&request.urgencies),
        languages: sorted(&request.languages),
        page_size: 0,
        page_token: String::new(),
        ..request.clone()
    };
    let whose = if request.mine_only { own } else { "" };
    [b"ListCases".as_slice(), &filters.encode_to_vec(), whose.as_bytes()].concat()
}

fn sorted<T: Ord + Clone>(all: &[T]) -> Vec<T> {
    let mut all = all.to_vec();
    all.sort_unstable();
    all.dedup();
    all
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
        let page = list_cases(request, keyring, "Sam").unwrap().page;
        page.token_behind(&serde_json::from_str(cursor).unwrap(), keyring).unwrap()
    }

    #[test]
    fn a_page_token_opens_with_its_own_filters_alone() {
        let keyring = keyring();
        let page_token = token(&keyring, vec![1, 2]);
        let check = |states: Vec<i32>, opens: bool| {
            let request =
                pb::ListCasesRequest { states, page_token: page_token.clone(), ..pb::ListCasesRequest::default() };
            match list_cases(request, &keyring, "Sam") {
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
        assert_eq!(list_cases(request, &keyring(), "Sam").err(), Some(Refusal::PageTokenInvalid));
    }

    #[test]
    fn page_sizes_have_a_usual_and_a_longest() {
        let check = |page_size: i32, expected: Option<usize>| {
            let request = pb::ListCasesRequest { page_size, ..pb::ListCasesRequest::default() };
            assert_eq!(list_cases(request, &keyring(), "Sam").ok().map(|query| query.page.size), expected);
        };
        check(0, Some(50));
        check(7, Some(7));
        check(201, Some(200));
        check(-1, None);
    }

    #[test]
    fn a_page_of_ones_own_cases_is_nobody_elses() {
        let keyring = keyring();
        let own = |label: &str, page_token: String| {
            let request = pb::ListCasesRequest { mine_only: true, page_token, ..pb::ListCasesRequest::default() };
            list_cases(request, &keyring, label)
        };
        let cursor =
            r#"{"urgency":"URGENT","respond_by":"2026-03-02T14:30:00Z","case":"00000000-0000-0000-0000-000000000001"}"#;
        let page = own("Sam", String::new()).unwrap().page;
        let token = page.token_behind(&serde_json::from_str(cursor).unwrap(), &keyring).unwrap();
        assert!(own("Sam", token.clone()).is_ok());
        assert!(own("Kim", token).is_err());
    }

    #[test]
    fn an_unspecified_filter_is_refused_with_its_path() {
        let request = pb::ListCasesRequest {
            states: vec![1, 0],
            urgencies: vec![9],
            languages: vec!["de".to_owned()],
            client: "x".repeat(255),
            ..pb::ListCasesRequest::default()
        };
        let Err(Refusal::Fields(problems)) = list_cases(request, &keyring(), "Sam") else { panic!("accepted") };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["client", "languages[0]", "states[1]", "urgencies[0]"]);
    }
}
