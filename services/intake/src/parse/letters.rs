//! Which letters are listed.

use prost::Message;
use rapport_domain::{
    id::LetterId,
    letter::{LedgerState, LetterKind},
    problem::FieldProblems,
};
use rapport_proto::staff as pb;
use rapport_security::Keyring;
use rapport_store::LetterFilter;

use super::{
    entries,
    page::{self, Page},
};
use crate::refusal::Refusal;

/// A page of letters that was asked for.
pub(crate) struct ListLetters {
    pub(crate) filter: LetterFilter,
    pub(crate) page: Page<LetterId>,
}

/// Reads the request.
pub(crate) fn list_letters(request: pb::ListLettersRequest, keyring: &Keyring) -> Result<ListLetters, Refusal> {
    let mut problems = FieldProblems::default();
    let mut filter = LetterFilter { open_only: request.open_only, ..LetterFilter::default() };
    for (at, state) in entries("states", &request.states, &mut problems) {
        let names = || LedgerState::ALL.map(LedgerState::name).join(", ");
        let known = LedgerState::from_name(state).ok_or_else(|| format!("must be one of {}", names()));
        filter.states.extend(problems.take(at, known));
    }
    if !request.case_name.is_empty() {
        filter.case = problems.take("case_name", request.case_name.parse());
    }
    let size = page::size(request.page_size, &mut problems);
    if !problems.is_empty() {
        return Err(Refusal::Fields(problems.into_vec()));
    }
    let token = request.page_token.clone();
    let page = Page::open(size, &token, bound_to(request), keyring)?;
    Ok(ListLetters { filter, page })
}

/// The filters in one form, whatever their order; a page may be of another size than the one before.
fn bound_to(request: pb::ListLettersRequest) -> Vec<u8> {
    let mut filters = pb::ListLettersRequest { page_size: 0, page_token: String::new(), ..request };
    filters.states.sort_unstable();
    filters.states.dedup();
    [b"ListLetters".as_slice(), &filters.encode_to_vec()].concat()
}

/// `letterPreviews/{letter}.{mailbox}.{language}`: which letter that is.
pub(crate) fn letter_preview_kind(name: &str) -> Result<LetterKind, Refusal> {
    let letter = name.strip_prefix("letterPreviews/").and_then(|id| id.split_once('.'));
    let kind = letter.and_then(|(letter, _)| LetterKind::from_name(letter));
    kind.ok_or_else(|| {
        Refusal::field("name", "must be letterPreviews/ followed by the name of a letter, a mailbox and a language")
    })
}

#[cfg(test)]
mod tests {
    use rapport_security::MasterKey;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_page_token_opens_with_its_own_filters_alone() {
        let keyring = Keyring::new(&MasterKey::generate());
        let states = |states: &[&str]| states.iter().map(|state| (*state).to_owned()).collect();
        let first = pb::ListLettersRequest { states: states(&["failed", "sent"]), ..Default::default() };
        let page = list_letters(first, &keyring).unwrap().page;
        let page_token = page.token_behind(&LetterId::new(Uuid::from_u128(7)), &keyring).unwrap();
        let check = |request: pb::ListLettersRequest, opens: bool| {
            let request = pb::ListLettersRequest { page_token: page_token.clone(), ..request };
            match list_letters(request, &keyring) {
                Ok(query) => assert!(opens && query.page.after.is_some()),
                Err(refusal) => assert!(!opens && refusal == Refusal::PageTokenInvalid),
            }
        };
        let other = |open_only| pb::ListLettersRequest {
            states: states(&["sent", "failed", "sent"]),
            open_only,
            page_size: 3,
            ..Default::default()
        };
        check(other(false), true);
        check(other(true), false);
        check(pb::ListLettersRequest::default(), false);
    }

    #[test]
    fn every_bad_filter_is_told_with_its_path() {
        let request = pb::ListLettersRequest {
            states: vec!["failed".to_owned(), "lost".to_owned()],
            case_name: "7".to_owned(),
            page_size: -1,
            ..Default::default()
        };
        let Err(Refusal::Fields(problems)) = list_letters(request, &Keyring::new(&MasterKey::generate())) else {
            panic!("accepted")
        };
        let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, ["states[1]", "case_name", "page_size"]);
    }
}
