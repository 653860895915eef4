//! A client says yes to a held time.

use rapport_domain::{
    appointment::{AppointmentState, Changed},
    event::Fact,
    id::{AppointmentId, IntakeId},
    letter::LetterKind,
};
use rapport_proto::intake as pb;
use rapport_store::{Tx, appointments, audit, cases, letters, outbox};

use crate::{
    Deps,
    own_appointment::{OwnAppointment, event},
    policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail,
};

/// Records the yes. A time held for two stays held until its release step; one
/// held for the client alone is fixed, with its event and letter.
#[tracing::instrument(skip_all, fields(intake.id = %own, appointment.id = %asked))]
pub(crate) async fn run(
    deps: &Deps,
    own: IntakeId,
    asked: AppointmentId,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::ConfirmAppointmentResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let etag = etag.clone();
        Box::pin(async move {
            Ok(pb::ConfirmAppointmentResponse { appointment: Some(confirm(deps, tx, own, asked, &etag).await?) })
        })
    })
    .await
}

async fn confirm(
    deps: &Deps,
    tx: &Tx,
    own: IntakeId,
    asked: AppointmentId,
    etag: &str,
) -> Result<pb::Appointment, Refusal> {
    let mut it = OwnAppointment::read(tx, own, asked).await?;
    if it.appointment.accept().map_err(|_| Refusal::AppointmentNotOpen)? == Changed::Now {
        it.check_etag(etag)?;
        appointments::save(tx, &it.appointment, it.read_sequence).await?;
        if it.appointment.state == AppointmentState::Confirmed {
            it.case.follow(it.appointment.state).map_err(|_| Refusal::AppointmentNotOpen)?;
            let fact = Fact::AppointmentConfirmed { appointment: it.appointment.id, case: it.case.id };
            outbox::add(tx, &event(deps, fact)).await?;
            letters::queue(tx, &[it.letter(LetterKind::Confirmed)], deps.clock.now()).await?;
        }
        // Written even where it stays as it is: whoever watches the case is told.
        cases::save(tx, &it.case).await?;
    }
    let resources = vec![it.appointment.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_client(deps, own, policy::CONFIRM_APPOINTMENT, resources)).await?;
    it.message(deps, tx).await
}
