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

use super::page_size;
use crate::refusal::Refusal;

/// A page of matches that was asked for.
pub(crate) struct ListMatches {
    pub(crate) case: CaseId,
    /// Whom the session would be for; `None` for whom the case's next one is for.
    pub(crate) care: Option<Care>,
    pub(crate) page_size: usize,
    pub(crate) after: Option<MatchCursor>,
    bound_to: Vec<u8>,
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

impl ListMatches {
    /// The token of the page behind this one; it opens for the same case and care alone.
    pub(crate) fn token_behind(&self, last: MatchCursor, keyring: &Keyring) -> Result<String, Refusal> {
        let cursor = serde_json::to_vec(&last).map_err(|_| Refusal::Internal("a cursor cannot be written"))?;
        Ok(keyring.seal_page_token(&self.bound_to, &cursor))
    }
}

/// Reads the request.
pub(crate) fn list_matches(request: pb::ListMatchesRequest, keyring: &Keyring) -> Result<ListMatches, Refusal> {
    let mut problems = FieldProblems::default();
    let case = problems.take("name", request.name.parse::<CaseId>());
    let care = match request.care {
        0 => None,
        care => problems.take("care", enums::read::<Care>(care)),
    };
    let page_size = page_size(request.page_size, &mut problems);
    let Some(case) = case.filter(|_| problems.is_empty()) else { return Err(Refusal::Fields(problems.into_vec())) };
    let filters =
        pb::ListMatchesRequest { name: case.to_string(), care: request.care, ..pb::ListMatchesRequest::default() };
    let bound_to = [b"ListMatches".as_slice(), &filters.encode_to_vec()].concat();
    let after = match request.page_token.as_str() {
        "" => None,
        token => {
            let cursor = keyring.open_page_token(&bound_to, token).map_err(|_| Refusal::PageTokenInvalid)?;
            Some(serde_json::from_slice(&cursor).map_err(|_| Refusal::PageTokenInvalid)?)
        }
    };
    Ok(ListMatches { case, care, page_size, after, bound_to })
}
