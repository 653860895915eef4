//! A session alone that waited for the client's yes over the link, or for that of
//! somebody of the practice, and did not get it: the time is freed for somebody
//! else, and staff ask the client.

use jiff::Timestamp;
use rapport_domain::{
    appointment::Appointment,
    case::{CaseState, StaffReason},
    event::Fact,
    letter::Cause,
};
use rapport_store::outbox;

use crate::{Deps, dossier, job::JobError, refer::Referral, release_holds::free};

/// Frees the hold and puts its case before staff, in one transaction.
#[tracing::instrument(skip_all, fields(appointment.id = %hold.id, case.id = %hold.case))]
pub(crate) async fn lapse(deps: &Deps, mut hold: Appointment, now: Timestamp) -> Result<(), JobError> {
    let dossier = dossier::read(&deps.store, hold.case).await?;
    let freed = deps.event(Fact::AppointmentReleased { appointment: hold.id, case: hold.case }, now);
    let cause = Cause::Appointment(hold.id, hold.sequence + 1);
    let reason = match dossier.found.booking.needs_staff() {
        true => StaffReason::NotConfirmedByStaff,
        false => StaffReason::HoldLapsed,
    };
    let referral =
        (dossier.case.state != CaseState::Closed).then(|| Referral::plan(deps, &dossier, reason, cause, now));
    deps.store
        .transact(move |tx| {
            Box::pin(async move {
                free(tx, &mut hold).await?;
                outbox::add(tx, &freed).await?;
                if let Some(referral) = referral {
                    referral.write(tx, dossier, now).await?;
                }
                Ok(())
            })
        })
        .await
}
