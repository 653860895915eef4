//! Streams of hints: something changed, read again.

use std::time::Duration;

use futures::{
    StreamExt,
    stream::{self, BoxStream},
};
use rapport_store::Wake;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use crate::guard::StreamPlace;

/// Changes within this stretch are one hint: short for a person who waits,
/// long enough that a busy hour does not make every reader read without pause.
const GATHER: Duration = Duration::from_millis(100);

/// A hint at once and one after each piece of news that `worth_telling`, until
/// the service stops. However many came while a slow reader was busy, it gets one.
pub(crate) fn hints<H, W, F>(
    wake: Wake,
    place: Option<StreamPlace>,
    stop: CancellationToken,
    worth_telling: W,
) -> BoxStream<'static, Result<H, Status>>
where
    H: Default + Send + 'static,
    W: FnMut() -> F + Send + 'static,
    F: Future<Output = Result<bool, Status>> + Send,
{
    let after = stream::unfold(Some((wake, place, worth_telling)), |state| async move {
        let (mut wake, place, mut worth_telling) = state?;
        loop {
            wake.changed().await;
            tokio::time::sleep(GATHER).await;
            match worth_telling().await {
                Ok(true) => return Some((Ok(H::default()), Some((wake, place, worth_telling)))),
                Ok(false) => {}
                Err(status) => return Some((Err(status), None)),
            }
        }
    });
    stream::once(std::future::ready(Ok(H::default()))).chain(after).take_until(stop.cancelled_owned()).boxed()
}
