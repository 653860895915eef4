//! Staff say yes to a held time.

use rapport_domain::{
    appointment::{Appointment, AppointmentState, Changed, ClientWish},
    event::Fact,
    id::AppointmentId,
    letter::LetterKind,
};
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Tx, appointments, audit, letters, outbox, outside, wishes};

use crate::{
    Deps,
    own_appointment::event,
    policy,
    refusal::{Refusal, Unfit},
    repeat::{self, Repeatable},
    staff_case::{StaffCase, clients_of, letters_to},
    trail,
};

/// Fixes the time at once, for one or for two, and writes to the clients it is for.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, appointment.id = %asked))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: AppointmentId,
    etag: String,
    repeatable: Repeatable,
) -> Result<pb::ConfirmAppointmentResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, etag) = (staff.clone(), etag.clone());
        Box::pin(async move { confirm(deps, tx, &staff, asked, &etag).await })
    })
    .await
}

async fn confirm(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: AppointmentId,
    etag: &str,
) -> Result<pb::ConfirmAppointmentResponse, Refusal> {
    let mut session = appointments::get(tx, asked).await?.ok_or(Refusal::NotFound)?;
    let mut it = StaffCase::read(tx, session.case).await?;
    if !policy::may_confirm(staff.role, &it.case) {
        return Err(Refusal::RoleForbidden);
    }
    let read_sequence = session.sequence;
    if session.confirm().map_err(|_| Refusal::AppointmentNotOpen)? == Changed::Now {
        it.check_etag(etag)?;
        if somebody_said_no(tx, &session).await? {
            return Err(Refusal::AppointmentNotOpen);
        }
        let why = outside::of(tx, &deps.practice, &session).await?;
        if let Some(why) = why.filter(|why| why.forbids_a_yes()) {
            return Err(Refusal::DoesNotFit(vec![Unfit { filter: why.name(), text: why.text().to_owned() }]));
        }
        it.case.follow(AppointmentState::Confirmed)?;
        appointments::save(tx, &session, read_sequence).await?;
        it.save(tx).await?;
        let fact = Fact::AppointmentConfirmed { appointment: session.id, case: it.case.id };
        outbox::add(tx, &event(deps, fact)).await?;
        let clients = clients_of(tx, &it.case, &session).await?;
        letters::queue(tx, &letters_to(&clients, LetterKind::Confirmed, &session), deps.clock.now()).await?;
    }
    let resources = vec![session.id.to_string(), it.case.id.to_string()];
    audit::write(tx, &trail::by_staff(deps, staff, policy::STAFF_CONFIRM_APPOINTMENT, resources)).await?;
    let appointment = it.appointment_message(deps, tx, &session, staff.role).await?;
    Ok(pb::ConfirmAppointmentResponse { appointment: Some(appointment), summary: Some(it.summary(staff.role)) })
}

/// A client's no to this very time is not overruled by anybody's yes: another time is to be found.
async fn somebody_said_no(tx: &Tx, session: &Appointment) -> Result<bool, Refusal> {
    let said = wishes::of_appointment(tx, session.id).await?;
    Ok(said.iter().any(|(_, wish)| *wish == ClientWish::Declined))
}
