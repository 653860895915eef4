//! An administrator makes an account.

use jiff::{SignedDuration, Timestamp};
use rapport_domain::id::AccountId;
use rapport_proto::staff as pb;
use rapport_security::{StaffPrincipal, Token};
use rapport_store::{Account, OneTimeSignIn, StoreError, Tx, accounts, audit};

use crate::{
    Deps,
    parse::InviteStaff,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

/// How long a one-time sign-in that is handed over stays good: a long weekend.
pub(crate) const LASTS: SignedDuration = SignedDuration::from_hours(72);

const TAKEN: &str = "has an account already";

/// Makes it, with a one-time sign-in to hand over.
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
    let one_time_sign_in = hand_over(tx, &account, now).await?;
    audit::write(tx, &trail::by_staff(deps, staff, policy::INVITE_STAFF, vec![account.id.to_string()])).await?;
    Ok(pb::InviteStaffResponse { account: Some(view::account(&account)), one_time_sign_in })
}

/// A one-time sign-in by which its owner enrols.
pub(crate) async fn hand_over(tx: &Tx, account: &Account, now: Timestamp) -> Result<String, Refusal> {
    let token = Token::generate();
    let offered = OneTimeSignIn { account: account.id, opens_session: false, expires_at: now + LASTS };
    accounts::offer_sign_in(tx, offered, token.hash()).await?;
    Ok(token.text())
}
