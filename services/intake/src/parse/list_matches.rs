//! Whose matches are asked for, and from where on.

use jiff::Timestamp;
use prost::Message;
use rapport_domain::{
    id::{CaseId, TherapistId},
    intake::Care,
    problem::FieldProblems,
};
use rapport_proto::{enums, staff as pb};
use rapport_security::Keyring;
use serde::{Deserialize, Serialize};

use super::page::{self, Page};
use crate::refusal::Refusal;

/// A page of matches that was asked for.
pub(crate) struct ListMatches {
    pub(crate) case: CaseId,
    /// Whom the session would be for; `None` for whom the case's next one is for.
    pub(crate) care: Option<Care>,
    pub(crate) page: Page<MatchCursor>,
}

/// Where a page ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MatchCursor {
    /// The instant that the first page looked from.
    pub(crate) now: Timestamp,
    /// The last entry.
    pub(crate) last: TherapistId,
    /// Its score in bits, where it was a match; `None` among those left out.
    pub(crate) score: Option<u64>,
}

/// Reads the request.
pub(crate) fn list_matches(request: pb::ListMatchesRequest, keyring: &Keyring) -> Result<ListMatches, Refusal> {
    let mut problems = FieldProblems::default();
    let case = problems.take("name", request.name.parse::<CaseId>());
    let care = match request.care {
        0 => None,
        care => problems.take("care", enums::read::<Care>(care)),
    };
    let size = page::size(request.page_size, &mut problems);
    let Some(case) = case.filter(|_| problems.is_empty()) else { return Err(Refusal::Fields(problems.into_vec())) };
    let filters =
        pb::ListMatchesRequest { name: case.to_string(), care: request.care, ..pb::ListMatchesRequest::default() };
    let bound_to = [b"ListMatches".as_slice(), &filters.encode_to_vec()].concat();
    let page = Page::open(size, &request.page_token, bound_to, keyring)?;
    Ok(ListMatches { case, care, page })
}
