//! A session for somebody who has proven who they are.

use rapport_proto::{staff as pb, time};
use rapport_security::Token;
use rapport_store::{Account, Tx, sessions};

use crate::{Deps, refusal::Refusal, view};

/// Opens it; its token is told this once.
pub(crate) async fn run(deps: &Deps, tx: &Tx, account: Account) -> Result<pb::OpenedSession, Refusal> {
    let token = Token::generate();
    let expires_at = sessions::open(tx, deps.ids.uuid(), account.id, token.hash(), deps.clock.now()).await?;
    let expire_time = Some(time::to_message(expires_at));
    Ok(pb::OpenedSession { token: token.text(), account: Some(view::account(&account)), expire_time })
}
