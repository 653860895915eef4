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
    pub(crate) async fn answered<M: Message + Default>(&self, deps: &Deps, tx: &Tx) -> Result<Option<M>, Refusal> {
        let Some(key) = &self.0 else { return Ok(None) };
        match requests::seen(tx, key, deps.clock.now()).await? {
            Seen::New => Ok(None),
            Seen::Repeated(bytes) => decode(&bytes).map(Some),
            Seen::OtherBody => Err(Refusal::RequestIdReused),
        }
    }

    /// Keeps the answer with the change that it tells of.
    pub(crate) async fn keep(&self, deps: &Deps, tx: &Tx, response: &impl Message) -> Result<(), Refusal> {
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

/// Runs a change in a transaction, and again from the start where another one
/// came between: it reads anew, so a stale etag is found then.
pub(crate) async fn change<T, W>(deps: &Deps, work: W) -> Result<T, Refusal>
where
    T: Send + 'static,
    W: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, Refusal>> + Clone + Send + 'static,
{
    let mut tries = 1;
    loop {
        let once = work.clone();
        match deps.store.transact(move |tx| once(tx)).await {
            Err(Refusal::Store(StoreError::Conflict | StoreError::Interrupted(_))) if tries < MOST_TRIES => tries += 1,
            ended => return ended,
        }
    }
}
