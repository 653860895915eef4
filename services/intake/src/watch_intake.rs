//! Tells a client that their own intake changed, and nothing of anybody else's.

use std::sync::Arc;

use futures::stream::BoxStream;
use rapport_domain::id::IntakeId;
use rapport_proto::intake as pb;
use rapport_store::Topic;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::{Deps, get_intake, guard::StreamPlace, hints::hints, protocols::Protocols, refusal::Refusal};

/// Hints from now on. Each piece of news about any case is weighed by reading
/// one's own again: a hint comes only where that would be answered otherwise.
pub(crate) async fn run(
    deps: &Deps,
    protocols: &Arc<Protocols>,
    own: IntakeId,
    asked: IntakeId,
    place: Option<StreamPlace>,
    stop: CancellationToken,
) -> Result<BoxStream<'static, Result<pb::WatchIntakeResponse, Status>>, Refusal> {
    let wake = deps.store.wakes().subscribe(Topic::Cases);
    // Always as it would read when the watching began: else a promise whose time is over would become a hint at
    // whatever else happens next, the other partner's doings among it.
    let began = deps.clock.now();
    get_intake::run(deps, protocols, own, asked).await?;
    let last = Arc::new(Mutex::new(get_intake::look(deps, protocols, own, began).await?));
    let (deps, protocols) = (deps.clone(), Arc::clone(protocols));
    Ok(hints(wake, place, stop, move || {
        let (deps, protocols, last) = (deps.clone(), Arc::clone(&protocols), Arc::clone(&last));
        async move {
            let now = get_intake::look(&deps, &protocols, own, began).await?;
            let mut last = last.lock().await;
            let changed = *last != now;
            *last = now;
            Ok(changed)
        }
    }))
}
