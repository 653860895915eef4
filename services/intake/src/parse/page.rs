//! Which page of a listing is asked for.

use rapport_domain::problem::FieldProblems;
use rapport_security::Keyring;
use serde::{Serialize, de::DeserializeOwned};

use crate::refusal::Refusal;

/// A page's size where its caller names none.
const USUAL: usize = 50;
/// A page's size at most; more is not refused but cut.
const LONGEST: usize = 200;

/// A page of a listing whose places are told by `C`.
pub(crate) struct Page<C> {
    /// At most this many.
    pub(crate) size: usize,
    /// Behind this place.
    pub(crate) after: Option<C>,
    bound_to: Vec<u8>,
}

impl<C: Serialize + DeserializeOwned> Page<C> {
    /// Reads the token of a page of this size; it opens with the filters that it was given for alone.
    pub(crate) fn open(size: usize, token: &str, bound_to: Vec<u8>, keyring: &Keyring) -> Result<Self, Refusal> {
        let read = |token| {
            let cursor = keyring.open_page_token(&bound_to, token).ok()?;
            serde_json::from_slice(&cursor).ok()
        };
        let after = match token {
            "" => None,
            token => Some(read(token).ok_or(Refusal::PageTokenInvalid)?),
        };
        Ok(Self { size, after, bound_to })
    }

    /// The token of the page behind this place.
    pub(crate) fn token_behind(&self, last: &C, keyring: &Keyring) -> Result<String, Refusal> {
        let cursor = serde_json::to_vec(last).map_err(|_| Refusal::Internal("a cursor cannot be written"))?;
        Ok(keyring.seal_page_token(&self.bound_to, &cursor))
    }
}

/// Reads a page's size.
pub(super) fn size(asked: i32, problems: &mut FieldProblems) -> usize {
    match usize::try_from(asked) {
        Ok(0) => USUAL,
        Ok(size) => size.min(LONGEST),
        Err(_) => {
            problems.add("page_size", "must not be negative");
            USUAL
        }
    }
}
