//! The intake service, as its caller sees it: connections that mend themselves, one
//! for clients' calls and one for staff's, a deadline for every call, and the
//! caller's own token.

use std::time::Duration;

use rapport_proto::{
    intake::intake_service_client::IntakeServiceClient,
    staff::{
        account_service_client::AccountServiceClient, audit_service_client::AuditServiceClient,
        operations_service_client::OperationsServiceClient, protocol_service_client::ProtocolServiceClient,
        roster_service_client::RosterServiceClient, triage_service_client::TriageServiceClient,
    },
};
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    transport::{Channel, ClientTlsConfig, Endpoint},
};

use crate::server::StartError;

/// How long a call may take: a page is never waited for longer.
const CALL: Duration = Duration::from_secs(10);
/// How long it may take to reach the service at all.
const CONNECT: Duration = Duration::from_secs(3);
/// How often a quiet connection is asked whether it is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);
/// The most bytes of an answer.
const MOST: usize = 8 * 1024 * 1024;

/// A client of the client API; a clone shares the connection.
#[derive(Clone)]
pub(crate) struct Api(Channel);

impl Api {
    /// Connects when it is first used, and again whenever the service was away.
    pub(crate) fn new(url: &str) -> Result<Self, StartError> {
        connect(url).map(Self)
    }

    /// What clients call.
    pub(crate) fn intake(&self) -> IntakeServiceClient<Channel> {
        IntakeServiceClient::new(self.0.clone()).max_decoding_message_size(MOST)
    }
}

/// A client of the staff API; a clone shares the connection.
#[derive(Clone)]
pub(crate) struct StaffApi(Channel);

impl StaffApi {
    /// As [`Api::new`].
    pub(crate) fn new(url: &str) -> Result<Self, StartError> {
        connect(url).map(Self)
    }

    /// Sign-in, sessions, accounts.
    pub(crate) fn accounts(&self) -> AccountServiceClient<Channel> {
        AccountServiceClient::new(self.0.clone()).max_decoding_message_size(MOST)
    }

    /// The queue and its cases.
    pub(crate) fn triage(&self) -> TriageServiceClient<Channel> {
        TriageServiceClient::new(self.0.clone()).max_decoding_message_size(MOST)
    }

    /// Therapists, hours, rooms.
    pub(crate) fn roster(&self) -> RosterServiceClient<Channel> {
        RosterServiceClient::new(self.0.clone()).max_decoding_message_size(MOST)
    }

    /// Questions and rules.
    pub(crate) fn protocol(&self) -> ProtocolServiceClient<Channel> {
        ProtocolServiceClient::new(self.0.clone()).max_decoding_message_size(MOST)
    }

    /// Letters and what keeps the installation going.
    pub(crate) fn operations(&self) -> OperationsServiceClient<Channel> {
        OperationsServiceClient::new(self.0.clone()).max_decoding_message_size(MOST)
    }

    /// The trail.
    pub(crate) fn audit(&self) -> AuditServiceClient<Channel> {
        AuditServiceClient::new(self.0.clone()).max_decoding_message_size(MOST)
    }
}

fn connect(url: &str) -> Result<Channel, StartError> {
    let wrong = || StartError::Url(url.to_owned());
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(wrong());
    }
    let mut endpoint = Endpoint::from_shared(url.to_owned())
        .map_err(|_| wrong())?
        .connect_timeout(CONNECT)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEPALIVE)
        .keep_alive_while_idle(true);
    if url.starts_with("https:") {
        endpoint = endpoint.tls_config(ClientTlsConfig::new().with_webpki_roots()).map_err(|_| wrong())?;
    }
    Ok(endpoint.connect_lazy())
}

/// A call by nobody in particular.
pub(crate) fn anonymous<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(CALL);
    request
}

/// A call with the token that opens what is asked for.
///
/// # Errors
/// Where the token, which came out of a cookie or an address, cannot be one.
pub(crate) fn bearer<T>(token: &str, message: T) -> Result<Request<T>, Status> {
    let mut request = anonymous(message);
    authorise(&mut request, token)?;
    Ok(request)
}

/// The same for a stream, which has no deadline.
pub(crate) fn bearer_stream<T>(token: &str, message: T) -> Result<Request<T>, Status> {
    let mut request = Request::new(message);
    authorise(&mut request, token)?;
    Ok(request)
}

fn authorise<T>(request: &mut Request<T>, token: &str) -> Result<(), Status> {
    let value: MetadataValue<Ascii> =
        format!("Bearer {token}").parse().map_err(|_| Status::unauthenticated("no token"))?;
    request.metadata_mut().insert("authorization", value);
    Ok(())
}
