//! What stands below every handler: admission, deadline, authentication, the
//! policy, and a net under panics.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use http::{HeaderMap, HeaderValue, Request, Response};
use rapport_security::Principal;
use rapport_store::{AuditEntry, Session, audit};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};
use tracing::Instrument;
use uuid::Uuid;

use crate::{
    Config, Deps,
    authenticate::authenticate,
    deadline,
    policy::{self, Access, Rpc},
    refusal::Refusal,
    status,
};

/// The header by which a caller finds their call in our logs.
pub(crate) const REQUEST_ID: &str = "x-request-id";

/// Puts a [`Guard`] below a service.
#[derive(Clone)]
pub(crate) struct GuardLayer {
    deps: Deps,
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    longest: Duration,
    bounce_token: Option<[u8; 32]>,
}

impl GuardLayer {
    /// Its limits hold for everything that this layer is put below, over all connections.
    pub(crate) fn new(config: &Config, deps: Deps) -> Self {
        Self {
            deps,
            calls: Arc::new(Semaphore::new(config.most_calls)),
            streams: Arc::new(Semaphore::new(config.most_streams)),
            longest: config.longest_call,
            bounce_token: config.bounce_token,
        }
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard { inner, layer: self.clone() }
    }
}

/// See the module.
#[derive(Clone)]
pub(crate) struct Guard<S> {
    inner: S,
    layer: GuardLayer,
}

/// A stream's place; it is free again when the stream is dropped.
#[derive(Clone)]
pub(crate) struct StreamPlace(#[expect(dead_code, reason = "held, never read")] Arc<OwnedSemaphorePermit>);

impl<S> Service<Request<Body>> for Guard<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The clone that was polled ready is the one to call.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let Some(rpc) = policy::at_path(request.uri().path()) else {
            return Box::pin(async move { inner.call(request).await });
        };
        let guard = self.layer.clone();
        let request_id = guard.deps.ids.uuid();
        let span = tracing::info_span!("call", rpc = rpc.name, request.id = %request_id);
        Box::pin(
            async move {
                let answered = guard.pass(rpc, request, inner).await;
                let mut response = answered.unwrap_or_else(|refusal| Status::from(refusal).into_http());
                explain(&mut response);
                mark(&mut response, request_id);
                Ok(response)
            }
            .instrument(span),
        )
    }
}

impl GuardLayer {
    async fn pass<S>(
        &self,
        rpc: &'static Rpc,
        mut request: Request<Body>,
        mut inner: S,
    ) -> Result<Response<Body>, Refusal>
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Send,
        S::Future: Send,
    {
        let places = if rpc.streams { &self.streams } else { &self.calls };
        let place = Arc::clone(places).try_acquire_owned().map_err(|_| Refusal::Overloaded)?;
        let within = deadline::of(request.headers(), self.longest);
        let place = Arc::new(place);
        if rpc.streams {
            request.extensions_mut().insert(StreamPlace(Arc::clone(&place)));
        }
        let headers = request.headers().clone();
        let work = AssertUnwindSafe(async {
            let (principal, session) = self.admit(rpc, &headers).await?;
            request.extensions_mut().insert(principal);
            if let Some(session) = session {
                request.extensions_mut().insert(session);
            }
            inner.call(request).await.map_err(|never| match never {})
        })
        .catch_unwind();
        // A stream is bounded until it begins, never while it runs: its body is not awaited here.
        let caught = tokio::time::timeout(within, work).await.map_err(|_| Refusal::DeadlineExceeded)?;
        // The panic hook has said where; what it carried may hold anything.
        caught.unwrap_or(Err(Refusal::Internal("a handler panicked")))
    }

    async fn admit(&self, rpc: &'static Rpc, headers: &HeaderMap) -> Result<(Principal, Option<Session>), Refusal> {
        let (principal, session) = authenticate(&self.deps, self.bounce_token, rpc, headers).await?;
        if rpc.access.admits(&principal) {
            return Ok((principal, session));
        }
        if matches!(rpc.access, Access::Staff(_)) {
            let entry = AuditEntry {
                at: self.deps.clock.now(),
                principal: principal.to_string(),
                role: principal.role_name(),
                method: rpc.name,
                resources: Vec::new(),
                outcome: status::outcome(&Refusal::RoleForbidden),
            };
            audit::write(&self.deps.store, &entry).await?;
        }
        Err(Refusal::RoleForbidden)
    }
}

/// Gives an error that tonic itself made, of a message that it could not read, our own form.
fn explain(response: &mut Response<Body>) {
    let headers = response.headers();
    if headers.contains_key("grpc-status-details-bin") {
        return;
    }
    let code = headers.get("grpc-status").map(|value| Code::from_bytes(value.as_bytes()));
    if matches!(code, Some(Code::OutOfRange | Code::Internal | Code::InvalidArgument)) {
        *response = Status::from(Refusal::MessageInvalid).into_http();
    }
}

fn mark(response: &mut Response<Body>, request_id: Uuid) {
    if let Ok(value) = HeaderValue::from_str(&request_id.to_string()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
}
