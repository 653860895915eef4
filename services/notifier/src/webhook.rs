//! Alerts to programs of somebody else's: a signed POST that names the case and
//! nothing more.
//!
//! It goes through the same ledger as letters. A receiver may get it twice, where
//! its answer was lost or a notifier died: each try carries the same
//! `Idempotency-Key`. No redirect is followed, no answer's body is read.

use std::{fmt::Write as _, io, path::Path, sync::Arc, time::Duration};

use hmac::{Hmac, KeyInit, Mac};
use http::{Request, header};
use http_body_util::Full;
use hyper::{StatusCode, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use rapport_domain::{
    id::{CaseId, LetterId},
    practice::{Provider, Webhook},
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;
use url::{Host, Url};

use crate::transport::Refused;

/// How long a receiver may take to be reached, and to answer: an alert that hangs is tried again while its step has time.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(10);

/// What is said; in English, as the console's queue is.
const TEXT: &str = "A case needs a person. Please open the queue and answer it: ";

/// Settings, section `webhooks`. No `Debug`: it holds secrets.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Signs every message.
    pub secret: String,
    /// The key by which a PagerDuty-like receiver knows whom to page; empty where there is none.
    pub routing_key: String,
    /// A file with the authority that is trusted instead of the public ones; empty where those are.
    pub ca: String,
}

impl WebhookSettings {
    /// Holds the settings against the receivers that the practice names.
    ///
    /// # Errors
    /// What is missing, as a sentence with what to do.
    pub fn check<'w>(&self, mut hooks: impl Iterator<Item = &'w Webhook> + Clone) -> Result<(), &'static str> {
        if hooks.clone().next().is_some() && self.secret.len() < SHORTEST_SECRET {
            return Err(
                "practice.toml names a webhook: set RAPPORT__WEBHOOKS__SECRET (or SECRET_FILE) to at least 16 \
                        characters, which its receiver knows too",
            );
        }
        if hooks.any(|hook| hook.provider == Provider::PagerDuty) && self.routing_key.is_empty() {
            return Err("practice.toml names a webhook of the kind pagerduty: set RAPPORT__WEBHOOKS__ROUTING_KEY (or \
                        ROUTING_KEY_FILE) to its integration key");
        }
        Ok(())
    }
}

/// Shorter ones can be guessed from one signed message.
const SHORTEST_SECRET: usize = 16;

/// Sends alerts to receivers.
pub(crate) struct Webhooks {
    settings: WebhookSettings,
    tls: TlsConnector,
    answer_within: Duration,
}

impl Webhooks {
    /// Gets ready; a receiver is first called when there is an alert.
    pub(crate) fn new(settings: WebhookSettings) -> anyhow::Result<Self> {
        let roots = match settings.ca.as_str() {
            "" => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
            file => read_roots(Path::new(file))?,
        };
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { settings, tls: TlsConnector::from(Arc::new(config)), answer_within: ANSWER })
    }

    /// Tells a receiver of a case, and says why it did not take that.
    pub(crate) async fn post(
        &self,
        hook: &Webhook,
        letter: LetterId,
        case: CaseId,
        now: Timestamp,
    ) -> Result<(), Refused> {
        let url = Url::parse(&hook.url).map_err(|_| for_good("the webhook's address cannot be read"))?;
        let body = body(hook.provider, letter, case, &self.settings.routing_key).to_string();
        let signature = signature(&self.settings.secret, now, &body);
        let request =
            request(&url, letter, &signature, body).ok_or(for_good("the webhook's address cannot be used"))?;
        let status = tokio::time::timeout(self.answer_within, self.send(&url, request))
            .await
            .map_err(|_| Refused::for_now("the webhook did not answer in time"))?
            .map_err(|why| Refused::for_now(format!("the webhook cannot be reached: {why}")))?;
        judge(status)
    }

    async fn send(&self, url: &Url, request: Request<Full<Bytes>>) -> Result<StatusCode, Broken> {
        let host = match url.host() {
            Some(Host::Domain(name)) => name.to_owned(),
            Some(Host::Ipv4(ip)) => ip.to_string(),
            Some(Host::Ipv6(ip)) => ip.to_string(),
            None => return Err(io::ErrorKind::InvalidInput.into()),
        };
        let port = url.port_or_known_default().unwrap_or(443);
        let socket = tokio::time::timeout(CONNECT, TcpStream::connect((host.as_str(), port)))
            .await
            .map_err(|_| Broken(io::ErrorKind::TimedOut))??;
        socket.set_nodelay(true)?;
        if url.scheme() == "http" {
            return exchange(socket, request).await;
        }
        let name = ServerName::try_from(host).map_err(|_| Broken(io::ErrorKind::InvalidInput))?;
        exchange(self.tls.connect(name, socket).await?, request).await
    }
}

/// Where it broke off. A kind and no more: a receiver's words may be anything.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Broken(io::ErrorKind);

impl From<io::ErrorKind> for Broken {
    fn from(kind: io::ErrorKind) -> Self {
        Self(kind)
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self(error.kind())
    }
}

impl From<hyper::Error> for Broken {
    fn from(error: hyper::Error) -> Self {
        Self(if error.is_parse() { io::ErrorKind::InvalidData } else { io::ErrorKind::ConnectionAborted })
    }
}

/// One request over a connection of its own.
async fn exchange<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, Broken>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let driven = tokio::spawn(connection);
    let answered = sender.send_request(request).await;
    driven.abort();
    Ok(answered?.status())
}

/// What an answer means. Whoever sends us elsewhere does not get the alert there: the address is the practice's to change.
fn judge(status: StatusCode) -> Result<(), Refused> {
    let why = format!("the webhook answered {}", status.as_u16());
    match status {
        status if status.is_success() => Ok(()),
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Err(Refused::for_now(why))
        }
        status if status.is_server_error() => Err(Refused::for_now(why)),
        _ => Err(Refused::for_good(why)),
    }
}

/// The message, as its receiver understands it. The case's name and nothing else.
fn body(provider: Provider, letter: LetterId, case: CaseId, routing_key: &str) -> Value {
    let text = format!("{TEXT}{case}");
    match provider {
        Provider::Slack => json!({ "text": text }),
        Provider::Teams => json!({
            "type": "message",
            "text": text,
            "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "type": "AdaptiveCard",
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "version": "1.4",
                    "body": [{ "type": "TextBlock", "text": text, "wrap": true }],
                },
            }],
        }),
        Provider::PagerDuty => json!({
            "routing_key": routing_key,
            "event_action": "trigger",
            "dedup_key": letter.uuid().to_string(),
            "payload": { "summary": text, "source": "rapport", "severity": "critical" },
        }),
        Provider::Plain => json!({ "text": text, "case": case.to_string(), "id": letter.uuid().to_string() }),
    }
}

/// `t=SECONDS,v1=HEX`: the HMAC-SHA256 of `SECONDS.BODY`. A receiver that minds the time cannot be told an old alert anew.
fn signature(secret: &str, now: Timestamp, body: &str) -> String {
    let time = now.as_second();
    // A key of any length will do.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{time}.{body}").as_bytes());
    let mut text = format!("t={time},v1=");
    for byte in mac.finalize().into_bytes() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn request(url: &Url, letter: LetterId, signature: &str, body: String) -> Option<Request<Full<Bytes>>> {
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let host = match url.port() {
        Some(port) => format!("{}:{port}", url.host_str()?),
        None => url.host_str()?.to_owned(),
    };
    Request::post(path)
        .header(header::HOST, host)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::USER_AGENT, "rapport")
        .header(header::CONNECTION, "close")
        .header("idempotency-key", letter.uuid().to_string())
        .header("x-rapport-signature", signature)
        .body(Full::new(Bytes::from(body)))
        .ok()
}

fn for_good(why: &str) -> Refused {
    Refused::for_good(why)
}

fn read_roots(file: &Path) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file)? {
        roots.add(certificate?)?;
    }
    anyhow::ensure!(!roots.is_empty(), "{} holds no certificate", file.display());
    Ok(roots)
}

#[cfg(test)]
pub(crate) mod tests;
