//! A letter that staff are about to decide on, read within the transaction that changes it.

use rapport_domain::{id::LetterId, letter::Then};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{LetterStanding, Tx, audit, letters};

use crate::{
    Deps,
    policy::{self, Rpc},
    refusal::Refusal,
    trail, view,
};

/// Which letter somebody decides on, and how it stood when they looked.
#[derive(Clone)]
pub(crate) struct StaffLetter {
    pub(crate) letter: LetterId,
    pub(crate) etag: String,
}

impl StaffLetter {
    /// Reads it, where this role decides on its case.
    pub(crate) async fn read(&self, tx: &Tx, staff: &StaffPrincipal) -> Result<LetterStanding, Refusal> {
        let letter = letters::get(tx, self.letter).await?.ok_or(Refusal::NotFound)?;
        if policy::may_decide_on_letter(staff.role, &letter) { Ok(letter) } else { Err(Refusal::RoleForbidden) }
    }

    /// Does what was decided, and answers with the letter after it.
    pub(crate) async fn follow(
        &self,
        deps: &Deps,
        tx: &Tx,
        staff: &StaffPrincipal,
        rpc: Rpc,
        letter: &LetterStanding,
        then: Then,
    ) -> Result<pb::Letter, Refusal> {
        if then != Then::Already && !self.etag.is_empty() && self.etag != view::letter_etag(letter) {
            return Err(Refusal::EtagMismatch);
        }
        let now = deps.clock.now();
        match then {
            Then::Hurry => letters::hurry(tx, letter, now).await?,
            Then::Again => letters::begin_again(tx, letter, now).await?,
            Then::Sent => letters::arrived(tx, letter, &staff.label, now).await?,
            Then::Settled => letters::settle(tx, letter, &staff.label, now).await?,
            Then::Already => {}
        }
        let resources = [letter.id.to_string()].into_iter().chain(letter.case.map(|case| case.to_string())).collect();
        audit::write(tx, &trail::by_staff(deps, staff, rpc, resources)).await?;
        let after = letters::get(tx, letter.id).await?.ok_or(Refusal::NotFound)?;
        Ok(view::letter(&after, staff.role))
    }
}
