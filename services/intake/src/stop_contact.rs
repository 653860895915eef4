//! A client is not contacted any more.

use rapport_domain::case::ContactStop;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, audit, calls, intakes, invitations, letters};

use crate::{
    Deps,
    parse::StopContact,
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    staff_case::StaffCase,
    trail,
};

/// Silences every letter that waits, freezes their links and withdraws their invitation. Where the case stands, its
/// time and all that their partner reads stay as they are.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, intake.id = %asked.intake))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: StopContact,
    repeatable: Repeatable,
) -> Result<pb::StopContactResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move { Ok(pb::StopContactResponse { summary: Some(stop(deps, tx, &staff, &asked).await?) }) })
    })
    .await
}

async fn stop(deps: &Deps, tx: &Tx, staff: &StaffPrincipal, asked: &StopContact) -> Result<pb::CaseSummary, Refusal> {
    let intake = intakes::get(tx, asked.intake).await?.ok_or(Refusal::NotFound)?;
    let mut it = StaffCase::read(tx, intake.case).await?;
    let mut known = calls::of_client(tx, intake.id).await?;
    let now = deps.clock.now();
    if known.stop(now) {
        it.check_etag(&asked.etag)?;
        calls::put(tx, intake.id, &known).await?;
        letters::silence(tx, intake.id, now).await?;
        intakes::revoke_session_token(tx, intake.id).await?;
        invitations::withdraw(tx, intake.id).await?;
        let (stopped, note, by) = (Some(asked.reason), asked.note.clone(), staff.label.clone());
        it.detail.stops.push(ContactStop { intake: intake.id, stopped, note, by, at: now });
        it.save(tx).await?;
        // Nobody owes a call to somebody who wants none.
        let all = intakes::of_case(tx, intake.case).await?.len();
        let of_case = calls::of_cases(tx, std::iter::once(intake.case)).await?;
        if of_case.iter().filter(|(_, _, calls)| calls.stopped_at.is_some()).count() == all {
            calls::answered(tx, &it.case).await?;
        }
    }
    let resources = vec![intake.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::STOP_CONTACT, resources)).await?;
    Ok(StaffCase::read(tx, intake.case).await?.summary(staff.role))
}
