//! An administrator makes an account.

use jiff::Timestamp;
use rapport_domain::{
    id::AccountId,
    letter::{Cause, LetterKind, PracticeLetter, Recipient, SIGN_IN_LASTS},
};
use rapport_proto::staff as pb;
use rapport_security::{StaffPrincipal, Token};
use rapport_store::{Account, OneTimeSignIn, StoreError, Tx, accounts, audit, letters};

use crate::{
    Deps,
    parse::InviteStaff,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

const TAKEN: &str = "has an account already";

/// Makes it, with a one-time sign-in.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    invited: InviteStaff,
    repeatable: Repeatable,
) -> Result<pb::InviteStaffResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, invited) = (staff.clone(), invited.clone());
        Box::pin(async move { invite(deps, tx, &staff, invited).await })
    })
    .await
}

async fn invite(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    invited: InviteStaff,
) -> Result<pb::InviteStaffResponse, Refusal> {
    let now = deps.clock.now();
    let account = Account::invited(AccountId::new(deps.ids.uuid()), invited.name, invited.email, invited.role, now);
    match accounts::create(tx, &account, now).await {
        Err(StoreError::Conflict) => return Err(Refusal::field("email", TAKEN)),
        made => made?,
    }
    let one_time_sign_in = offer(deps, tx, &account, invited.by_letter, now).await?;
    audit::write(tx, &trail::by_staff(deps, staff, policy::INVITE_STAFF, vec![account.id.to_string()])).await?;
    Ok(pb::InviteStaffResponse { account: Some(view::account(&account)), one_time_sign_in })
}

/// A one-time sign-in by which its owner enrols: brought by a letter that nobody else reads, or to be handed over.
pub(crate) async fn offer(
    deps: &Deps,
    tx: &Tx,
    account: &Account,
    by_letter: bool,
    now: Timestamp,
) -> Result<String, Refusal> {
    let offered = OneTimeSignIn { account: account.id, opens_session: false, expires_at: now + SIGN_IN_LASTS };
    if !by_letter {
        let token = Token::generate();
        accounts::offer_sign_in(tx, offered, token.hash()).await?;
        return Ok(token.text());
    }
    if deps.practice.pages_url.is_none() {
        return Err(Refusal::InvitationLetterOff);
    }
    let token = deps.store.keyring().sign_in_token(account.id.uuid(), now.as_microsecond());
    accounts::offer_sign_in(tx, offered, token.hash()).await?;
    let letter = PracticeLetter {
        cause: Cause::SignIn(account.id, now),
        recipient: Recipient::Staff(account.id),
        kind: LetterKind::StaffInvitation,
    };
    letters::queue_of_practice(tx, &[letter], now).await?;
    Ok(String::new())
}
