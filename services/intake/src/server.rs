//! The two listeners with everything around the services: health, reflection,
//! gRPC-web, CORS, compression, limits and the drain.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue, Method, header};
use rapport_proto::{
    FILE_DESCRIPTOR_SET,
    intake::intake_service_server::IntakeServiceServer,
    staff::{
        account_service_server::AccountServiceServer, audit_service_server::AuditServiceServer,
        operations_service_server::OperationsServiceServer, protocol_service_server::ProtocolServiceServer,
        roster_service_server::RosterServiceServer, triage_service_server::TriageServiceServer,
    },
};
use rapport_store::protocols;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tonic::{
    codec::CompressionEncoding,
    service::{LayerExt, Routes},
    transport::{Server, server::TcpIncoming},
};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::{
    Config, Deps,
    account_api::AccountApi,
    audit_api::AuditApi,
    client_api::ClientApi,
    guard::{GuardLayer, REQUEST_ID},
    operations_api::OperationsApi,
    protocol_api::ProtocolApi,
    protocols::Protocols,
    roster_api::RosterApi,
    staff_api::StaffApi,
};

/// How often a quiet connection is asked whether it is still there, and how long it may take to say so.
const KEEPALIVE: (Duration, Duration) = (Duration::from_secs(60), Duration::from_secs(20));

/// Why the service could not start, or ended.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// An origin of the settings.
    #[error("cors_origins: {0:?} is no origin like https://www.example.com")]
    Origin(String),
    /// The practice's protocol could not be kept.
    #[error("cannot keep the practice's protocol")]
    Store(#[source] rapport_store::StoreError),
    /// The API cannot describe itself.
    #[error("cannot offer reflection")]
    Reflection(#[source] tonic_reflection::server::Error),
    /// A listener failed.
    #[error("a listener failed")]
    Serve(#[source] tonic::transport::Error),
}

/// The service with both addresses taken.
pub struct Intake {
    config: Config,
    deps: Deps,
    client: TcpListener,
    staff: TcpListener,
    cors: Option<CorsLayer>,
}

impl Intake {
    pub(crate) async fn bind(config: Config, deps: Deps) -> Result<Self, StartError> {
        let cors = cors(&config.cors_origins)?;
        let client = listen(config.listen).await?;
        let staff = listen(config.staff_listen).await?;
        // Every intake pins this digest: workers must find the bundle before the first one comes.
        protocols::pin(&deps.store, &deps.practice.protocol).await.map_err(StartError::Store)?;
        Ok(Self { config, deps, client, staff, cors })
    }

    /// Where clients call, with the port that was taken.
    #[must_use]
    pub fn client_address(&self) -> SocketAddr {
        self.client.local_addr().unwrap_or(self.config.listen)
    }

    /// Where staff's console calls, with the port that was taken.
    #[must_use]
    pub fn staff_address(&self) -> SocketAddr {
        self.staff.local_addr().unwrap_or(self.config.staff_listen)
    }

    /// Serves until `stop`; then takes no more calls, ends every stream and
    /// waits for the calls under way, but no longer than the drain may take.
    ///
    /// # Errors
    /// Where a listener fails.
    pub async fn run(self, stop: CancellationToken) -> Result<(), StartError> {
        tracing::info!(client = %self.client_address(), staff = %self.staff_address(), "listening");
        let Self { config, deps, client, staff, cors } = self;
        let protocols = Arc::new(Protocols::new(&deps.practice.protocol));
        let client_api = IntakeServiceServer::new(ClientApi::new(deps.clone(), Arc::clone(&protocols), stop.clone()))
            .max_decoding_message_size(config.most_bytes)
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip);
        let protocol_api = ProtocolServiceServer::new(ProtocolApi::new(deps.clone(), Arc::clone(&protocols)))
            .max_decoding_message_size(config.most_bytes)
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip);
        let operations_api = OperationsServiceServer::new(OperationsApi::new(deps.clone(), config.mailbox.clone()))
            .max_decoding_message_size(config.most_bytes)
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip);
        let account_api = AccountServiceServer::new(AccountApi::new(deps.clone()))
            .max_decoding_message_size(config.most_bytes)
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip);
        let audit_api = AuditServiceServer::new(AuditApi::new(deps.clone()))
            .max_decoding_message_size(config.most_bytes)
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip);
        let staff_api = TriageServiceServer::new(StaffApi::new(deps.clone(), protocols, stop.clone()))
            .max_decoding_message_size(config.most_bytes)
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip);
        let roster_api = RosterServiceServer::new(RosterApi::new(deps.clone()))
            .max_decoding_message_size(config.most_bytes)
            .accept_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Gzip);
        let health = |routes: Routes, service: &'static str| around(routes, service, config.reflection, &stop);
        let client_routes = Routes::new(GuardLayer::new(&config, deps.clone()).named_layer(client_api));
        let client_routes = health(client_routes, "rapport.intake.v1.IntakeService").await?;
        let guard = GuardLayer::new(&config, deps);
        let staff_routes = Routes::new(guard.named_layer(staff_api))
            .add_service(guard.named_layer(protocol_api))
            .add_service(guard.named_layer(operations_api))
            .add_service(guard.named_layer(account_api))
            .add_service(guard.named_layer(audit_api))
            .add_service(guard.named_layer(roster_api));
        let staff_routes = health(staff_routes, "rapport.staff.v1.TriageService").await?;
        let drained = async {
            tokio::try_join!(
                serve(client, client_routes, cors, stop.clone()),
                serve(staff, staff_routes, None, stop.clone())
            )
        };
        let too_long = async {
            stop.cancelled().await;
            tokio::time::sleep(config.drain).await;
        };
        tokio::select! {
            ended = drained => ended.map(|_| ()),
            () = too_long => {
                tracing::warn!(drain.seconds = config.drain.as_secs(), "calls were still under way when the drain ended");
                Ok(())
            }
        }
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })
}

/// Health, and where wanted reflection, beside the service and outside its limits.
async fn around(
    routes: Routes,
    service: &'static str,
    reflection: bool,
    stop: &CancellationToken,
) -> Result<Routes, StartError> {
    let (reporter, health) = tonic_health::server::health_reporter();
    reporter.set_service_status(service, tonic_health::ServingStatus::Serving).await;
    let stop = stop.clone();
    tokio::spawn(async move {
        stop.cancelled().await;
        for name in ["", service] {
            reporter.set_service_status(name, tonic_health::ServingStatus::NotServing).await;
        }
    });
    let routes = routes.add_service(health);
    if !reflection {
        return Ok(routes);
    }
    let described = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    // v1alpha is what grpcio's and older tools ask.
    Ok(routes
        .add_service(described().build_v1().map_err(StartError::Reflection)?)
        .add_service(described().build_v1alpha().map_err(StartError::Reflection)?))
}

async fn serve(
    listener: TcpListener,
    routes: Routes,
    cors: Option<CorsLayer>,
    stop: CancellationToken,
) -> Result<(), StartError> {
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true)).with_keepalive(Some(KEEPALIVE.0));
    Server::builder()
        .accept_http1(true)
        .http2_keepalive_interval(Some(KEEPALIVE.0))
        .http2_keepalive_timeout(Some(KEEPALIVE.1))
        .layer(tower::util::option_layer(cors))
        .layer(tonic_web::GrpcWebLayer::new())
        .add_routes(routes)
        .serve_with_incoming_shutdown(incoming, stop.cancelled_owned())
        .await
        .map_err(StartError::Serve)
}

/// What a browser's page of another origin may send and read; `None` where no origin may.
fn cors(origins: &[String]) -> Result<Option<CorsLayer>, StartError> {
    if origins.is_empty() {
        return Ok(None);
    }
    let allowed = if origins.iter().any(|origin| origin == "*") {
        AllowOrigin::any()
    } else {
        let read = |origin: &String| {
            Some(origin)
                .filter(|origin| origin.starts_with("https://") || origin.starts_with("http://"))
                .and_then(|origin| HeaderValue::from_str(origin.trim_end_matches('/')).ok())
                .ok_or_else(|| StartError::Origin(origin.clone()))
        };
        AllowOrigin::list(origins.iter().map(read).collect::<Result<Vec<_>, _>>()?)
    };
    let sent = ["grpc-timeout", "x-grpc-web", "x-user-agent", "grpc-accept-encoding", "grpc-encoding"];
    let read = ["grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding", REQUEST_ID];
    Ok(Some(
        CorsLayer::new()
            .allow_origin(allowed)
            .allow_methods([Method::POST, Method::OPTIONS])
            .allow_headers(
                [header::CONTENT_TYPE, header::AUTHORIZATION]
                    .into_iter()
                    .chain(sent.map(HeaderName::from_static))
                    .collect::<Vec<_>>(),
            )
            .expose_headers(read.map(HeaderName::from_static))
            .max_age(Duration::from_secs(3600)),
    ))
}
