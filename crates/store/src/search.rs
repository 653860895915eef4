//! Finding cases by values that are stored encrypted only.

use rapport_domain::{contact::Client, id::CaseId};

use crate::{Store, StoreError, Tx};

/// A value's keyed hash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SearchToken {
    /// "email", "phone", "name".
    pub kind: &'static str,
    /// The hash.
    pub token: [u8; 32],
}

/// The tokens of a client: address and number tell that two cases are one person's; names find a case.
#[must_use]
pub fn tokens(_store: &Store, _client: &Client) -> Vec<SearchToken> {
    todo!()
}

/// Lets a case be found.
///
/// # Errors
/// Where the database fails.
pub async fn put(_tx: &Tx, _case: CaseId, _tokens: &[SearchToken]) -> Result<(), StoreError> {
    todo!()
}
