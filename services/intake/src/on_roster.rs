//! What every change of the roster has in common: it is written with what follows from it, or only tried.

use jiff::Timestamp;
use rapport_domain::{id::TherapistId, matching::Therapist};
use rapport_store::{OnRoster, OutsideSession, Tx, outside, therapists};

use crate::{Deps, refusal::Refusal};

/// Somebody as they are after a change, and the sessions that stand outside of their hours now.
pub(crate) struct Changed {
    pub(crate) on_roster: OnRoster,
    pub(crate) outside: Vec<OutsideSession>,
}

/// Reads somebody, and refuses a change that was decided on looking at an older state.
pub(crate) async fn read(tx: &Tx, id: TherapistId, etag: &str) -> Result<OnRoster, Refusal> {
    let on_roster = therapists::get_on_roster(tx, id).await?.ok_or(Refusal::NotFound)?;
    if etag.is_empty() || etag == on_roster.version.to_string() { Ok(on_roster) } else { Err(Refusal::EtagMismatch) }
}

/// Writes somebody who was read, and puts before staff what stands outside now; or only says what would.
pub(crate) async fn write(
    deps: &Deps,
    tx: &Tx,
    therapist: Therapist,
    read: &OnRoster,
    only_try: bool,
) -> Result<Changed, Refusal> {
    let now: Timestamp = deps.clock.now();
    if only_try {
        let outside = outside::found(tx, &deps.practice, &therapist, now).await?;
        return Ok(Changed { on_roster: OnRoster { therapist, version: read.version }, outside });
    }
    // Before the sessions are looked at: on PostgreSQL whoever writes somebody's row after us waits here, and sees ours.
    let on_roster = therapists::save(tx, &therapist, read.version).await?;
    let outside = outside::refer(tx, &deps.practice, &therapist, now).await?;
    Ok(Changed { on_roster, outside })
}
