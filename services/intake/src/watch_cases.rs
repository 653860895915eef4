//! Tells staff that the queue changed.

use futures::stream::BoxStream;
use rapport_proto::staff as pb;
use rapport_security::StaffPrincipal;
use rapport_store::{Topic, audit};
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::{Deps, guard::StreamPlace, hints::hints, policy, refusal::Refusal, trail};

/// Hints from now on; they carry nothing, so that there is nothing in them to protect.
pub(crate) async fn run(
    deps: &Deps,
    staff: &StaffPrincipal,
    place: Option<StreamPlace>,
    stop: CancellationToken,
) -> Result<BoxStream<'static, Result<pb::WatchCasesResponse, Status>>, Refusal> {
    // Subscribed before the first hint, so that nothing falls between it and the reader's first look.
    let wake = deps.store.wakes().subscribe(Topic::Cases);
    audit::write(&deps.store, &trail::by_staff(deps, staff, policy::WATCH_CASES, Vec::new())).await?;
    Ok(hints(wake, place, stop, || std::future::ready(Ok(true))))
}
