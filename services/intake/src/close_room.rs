//! Rooms that cannot be used for a time.

use jiff::Timestamp;
use rapport_domain::id::ClosureId;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Closure, OutsideSession, Tx, audit, closures, outside, therapists};

use crate::{
    Deps, policy,
    refusal::Refusal,
    repeat::{self, Repeatable},
    trail, view,
};

/// A room and a time that were asked for.
#[derive(Clone)]
pub(crate) struct CloseRoom {
    pub(crate) room: String,
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) validate_only: bool,
}

/// Closes it, and puts before staff the sessions that were to take place there.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn run(
    deps: &Deps,
    staff: StaffPrincipal,
    asked: CloseRoom,
    repeatable: Repeatable,
) -> Result<pb::CloseRoomResponse, Refusal> {
    repeat::change(deps, repeatable, move |deps, tx| {
        let (staff, asked) = (staff.clone(), asked.clone());
        Box::pin(async move { close(deps, tx, &staff, asked).await })
    })
    .await
}

async fn close(
    deps: &Deps,
    tx: &Tx,
    staff: &StaffPrincipal,
    asked: CloseRoom,
) -> Result<pb::CloseRoomResponse, Refusal> {
    let CloseRoom { room, starts_at, ends_at, validate_only } = asked;
    let closure = Closure { id: ClosureId::new(deps.ids.uuid()), room, starts_at, ends_at };
    let now = deps.clock.now();
    let in_the_way = outside::in_room(tx, &closure, now).await?;
    let mut message = view::closure(&closure);
    if validate_only {
        message.name.clear();
    } else {
        closures::insert(tx, &closure).await?;
        for therapist in in_the_way.iter().map(|it| it.session.therapist).collect::<std::collections::BTreeSet<_>>() {
            if let Some(therapist) = therapists::get(tx, therapist).await? {
                outside::refer(tx, &deps.practice, &therapist, now).await?;
            }
        }
    }
    let cases = in_the_way.iter().map(|it: &OutsideSession| it.session.case.to_string());
    let resources = std::iter::once(closure.id.to_string()).chain(cases).collect();
    audit::write(tx, &trail::by_staff(deps, staff, policy::CLOSE_ROOM, resources)).await?;
    Ok(pb::CloseRoomResponse { closure: Some(message), outside: view::outside(&in_the_way) })
}

/// Opens it again; repeating it succeeds.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id, closure.id = %id))]
pub(crate) async fn reopen(deps: &Deps, staff: &StaffPrincipal, id: ClosureId) -> Result<(), Refusal> {
    let entry = trail::by_staff(deps, staff, policy::REOPEN_ROOM, vec![id.to_string()]);
    deps.store
        .transact(move |tx| {
            Box::pin(async move {
                closures::remove(tx, id).await?;
                audit::write(tx, &entry).await?;
                Ok(())
            })
        })
        .await
}

/// What is closed now or later.
#[tracing::instrument(skip_all, fields(staff.token_id = %staff.token_id))]
pub(crate) async fn list(deps: &Deps, staff: &StaffPrincipal) -> Result<pb::ListRoomClosuresResponse, Refusal> {
    let closures = closures::within(&deps.store, deps.clock.now(), Timestamp::MAX).await?;
    let resources = closures.iter().map(|it| it.id.to_string()).collect();
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::LIST_ROOM_CLOSURES, resources)).await?;
    Ok(pb::ListRoomClosuresResponse { closures: closures.iter().map(view::closure).collect() })
}
