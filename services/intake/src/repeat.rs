//! A change that may be asked for twice: by its `request_id`, or because the
//! database was busy with somebody else's.

use futures::future::BoxFuture;
use prost::Message;
use rapport_security::Principal;
use rapport_store::{RequestKey, Seen, StoreError, Tx, requests};

use crate::{Deps, parse, policy::Rpc, refusal::Refusal};

/// How often a change is tried where another one came between reading and writing.
const MOST_TRIES: u32 = 5;

/// A change's request, where its caller gave it an id.
#[derive(Clone)]
pub(crate) struct Repeatable(Option<RequestKey>);

impl Repeatable {
    /// Reads the optional `request_id` of a request.
    pub(crate) fn new(
        deps: &Deps,
        principal: &Principal,
        rpc: Rpc,
        request: &impl Message,
        request_id: &str,
    ) -> Result<Self, Refusal> {
        if request_id.is_empty() {
            return Ok(Self(None));
        }
        let request_id =
            parse::request_id(request_id).map_err(|description| Refusal::field("request_id", description))?;
        let digest = deps.store.keyring().request_digest(&request.encode_to_vec());
        Ok(Self(Some(RequestKey { principal: principal.to_string(), method: rpc.name, request_id, digest })))
    }

    /// The answer that was given before, if any.
    async fn answered<M: Message + Default>(&self, deps: &Deps, tx: &Tx) -> Result<Option<M>, Refusal> {
        let Some(key) = &self.0 else { return Ok(None) };
        match requests::seen(tx, key, deps.clock.now()).await? {
            Seen::New => Ok(None),
            Seen::Repeated(bytes) => decode(&bytes).map(Some),
            Seen::OtherBody => Err(Refusal::RequestIdReused),
        }
    }

    /// Keeps the answer with the change that it tells of.
    async fn keep(&self, deps: &Deps, tx: &Tx, response: &impl Message) -> Result<(), Refusal> {
        if let Some(key) = &self.0 {
            requests::keep(tx, key, &response.encode_to_vec(), deps.clock.now()).await?;
        }
        Ok(())
    }
}

/// An answer as it was kept.
pub(crate) fn decode<M: Message + Default>(bytes: &[u8]) -> Result<M, Refusal> {
    M::decode(bytes).map_err(|_| Refusal::Internal("a kept answer cannot be read"))
}

/// Runs a change in a transaction with the answer that is kept for its request
/// id; a request that was answered before gets that answer, and nothing changes.
/// Runs it again from the start where another change came between: it reads
/// anew, so a stale etag is found then.
pub(crate) async fn change<T, W>(deps: &Deps, repeatable: Repeatable, work: W) -> Result<T, Refusal>
where
    T: Message + Default + 'static,
    W: for<'t> Fn(&'t Deps, &'t Tx) -> BoxFuture<'t, Result<T, Refusal>> + Clone + Send + Sync + 'static,
{
    let mut tries = 1;
    loop {
        let (deps_in, repeatable, work) = (deps.clone(), repeatable.clone(), work.clone());
        let once = deps.store.transact(move |tx| {
            Box::pin(async move {
                if let Some(answer) = repeatable.answered(&deps_in, tx).await? {
                    return Ok(answer);
                }
                let answer = work(&deps_in, tx).await?;
                repeatable.keep(&deps_in, tx, &answer).await?;
                Ok(answer)
            })
        });
        match once.await {
            Err(Refusal::Store(StoreError::Conflict | StoreError::Interrupted(_)) | Refusal::TakenMeanwhile)
                if tries < MOST_TRIES =>
            {
                tries += 1;
            }
            ended => return ended,
        }
    }
}
