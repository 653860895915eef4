//! From a bearer token to who calls.

use http::{HeaderMap, header::AUTHORIZATION};
use rapport_security::{Principal, Token, same_hash};
use rapport_store::{Session, accounts, drafts, feeds, intakes, invitations, sessions, staff_tokens};

use crate::{
    Deps,
    policy::{Access, Rpc},
    refusal::Refusal,
};

/// What a caller sends with everything that a page asks by itself: nobody is working for it.
const BACKGROUND: &str = "x-rapport-background";

/// Who calls, and in which session, where they came with one. A token is looked up only as what this RPC takes, so that a
/// client's token is never tried as a member of staff's.
pub(crate) async fn authenticate(
    deps: &Deps,
    bounce_token: Option<[u8; 32]>,
    rpc: &Rpc,
    headers: &HeaderMap,
) -> Result<(Principal, Option<Session>), Refusal> {
    if !matches!(rpc.access, Access::Staff(_)) {
        return Ok((principal(deps, bounce_token, rpc.access, headers).await?, None));
    }
    let (hash, now) = (bearer(headers).ok_or(Refusal::TokenInvalid)?, deps.clock.now());
    if let Some(session) = sessions::by_hash(&deps.store, hash, now).await? {
        if rpc.keeps_session && !headers.contains_key(BACKGROUND) {
            sessions::touch(&deps.store, &session, now).await?;
        }
        return Ok((Principal::Staff(session.staff.clone()), Some(session)));
    }
    let staff = staff_tokens::by_hash(&deps.store, hash, now).await?;
    Ok((Principal::Staff(staff.ok_or(Refusal::TokenInvalid)?), None))
}

async fn principal(
    deps: &Deps,
    bounce_token: Option<[u8; 32]>,
    access: Access,
    headers: &HeaderMap,
) -> Result<Principal, Refusal> {
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
        Access::Feed => {
            let hash = bearer(headers).ok_or(Refusal::TokenInvalid)?;
            let feed = feeds::by_token(&deps.store, hash).await?.ok_or(Refusal::TokenInvalid)?;
            Ok(Principal::Feed(feed.id.uuid()))
        }
        Access::Bounces => {
            let hash = bearer(headers).ok_or(Refusal::TokenInvalid)?;
            let known = bounce_token.is_some_and(|known| same_hash(&known, &hash));
            if known { Ok(Principal::Bounces) } else { Err(Refusal::TokenInvalid) }
        }
        Access::Enrol | Access::Redeem => {
            let hash = bearer(headers).ok_or(Refusal::TokenInvalid)?;
            let offered = accounts::sign_in_by_hash(&deps.store, hash, deps.clock.now()).await?;
            let fits = offered.filter(|offered| offered.opens_session == (access == Access::Redeem));
            Ok(Principal::Newcomer(fits.ok_or(Refusal::TokenInvalid)?.account.uuid()))
        }
        Access::Staff(_) => Err(Refusal::Internal("staff are told apart by their sessions")),
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
