//! A session that has another time by now, written so that nobody else can have either.

use rapport_domain::{appointment::Appointment, calendar::busy::blocks, event::Fact};
use rapport_store::{Blocked, Tx, appointments, calendar, outbox, wishes};

use crate::{Deps, own_appointment::event, refusal::Refusal};

/// Takes the new time, writes the session, frees the old time: in this order, so that moves and cancels never wait for
/// one another crosswise. What was said to the old time is forgotten with it.
///
/// # Errors
/// [`Refusal::TakenMeanwhile`] where somebody else has the new time: the transaction must roll back.
pub(crate) async fn write(deps: &Deps, tx: &Tx, session: &Appointment, read_sequence: u32) -> Result<(), Refusal> {
    let wanted = blocks(session, &deps.practice);
    if calendar::claim(tx, &wanted, session.id).await? == Blocked::Taken {
        return Err(Refusal::TakenMeanwhile);
    }
    appointments::save(tx, session, read_sequence).await?;
    calendar::settle(tx, &wanted, session.id).await?;
    wishes::forget(tx, session.id).await?;
    let fact = Fact::AppointmentMoved { appointment: session.id, case: session.case };
    outbox::add(tx, &event(deps, fact)).await?;
    Ok(())
}
