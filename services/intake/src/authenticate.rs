//! From a bearer token to who calls.

use http::{HeaderMap, header::AUTHORIZATION};
use rapport_security::{Principal, Token};
use rapport_store::{drafts, intakes, invitations, staff_tokens};

use crate::{Deps, policy::Access, refusal::Refusal};

/// Who calls. A token is looked up only as what this RPC takes, so that a
/// client's token is never tried as a member of staff's.
pub(crate) async fn authenticate(deps: &Deps, access: Access, headers: &HeaderMap) -> Result<Principal, Refusal> {
    match access {
        Access::Public => Ok(Principal::Anonymous),
        Access::Client => {
            let hash = bearer(headers).ok_or(Refusal::TokenInvalid)?;
            let intake = intakes::by_token(&deps.store, hash).await?.ok_or(Refusal::TokenInvalid)?;
            Ok(Principal::Client(intake.uuid()))
        }
        Access::DraftOrNew if !headers.contains_key(AUTHORIZATION) => Ok(Principal::Anonymous),
        Access::Draft | Access::DraftOrNew => {
            let hash = bearer(headers).ok_or(Refusal::TokenInvalid)?;
            let draft = drafts::by_token(&deps.store, hash, deps.clock.now()).await?.ok_or(Refusal::TokenInvalid)?;
            Ok(Principal::Draft(draft.uuid()))
        }
        Access::Invitation => {
            let hash = bearer(headers).ok_or(Refusal::TokenInvalid)?;
            let invitation = invitations::by_token(&deps.store, hash).await?.ok_or(Refusal::TokenInvalid)?;
            Ok(Principal::Invitation(invitation.uuid()))
        }
        Access::Staff(_) => {
            let hash = bearer(headers).ok_or(Refusal::TokenInvalid)?;
            let staff = staff_tokens::by_hash(&deps.store, hash, deps.clock.now()).await?;
            Ok(Principal::Staff(staff.ok_or(Refusal::TokenInvalid)?))
        }
    }
}

/// What the token hashes to; the scheme's name is case-insensitive (RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<[u8; 32]> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| Token::parse(token.trim()).ok()).flatten().map(|token| token.hash())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_bearer_token_counts() {
        let token = Token::generate();
        let check = |value: String, counts: bool| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, value.parse().unwrap())]);
            assert_eq!(bearer(&headers), counts.then(|| token.hash()));
        };
        check(format!("Bearer {}", token.text()), true);
        check(format!("bearer  {}", token.text()), true);
        check(format!("Basic {}", token.text()), false);
        check(token.text(), false);
        check(format!("Bearer {}", &token.text()[1..]), false);
        assert_eq!(bearer(&HeaderMap::new()), None);
    }
}
