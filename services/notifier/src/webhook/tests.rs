//! Against a receiver of our own on this machine, over HTTP and HTTPS.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use rapport_domain::practice::Provider;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;
use uuid::Uuid;

use super::*;

/// What a receiver does with a request.
#[derive(Clone, Copy)]
pub(crate) enum Does {
    /// Answers with this status.
    Answer(u16),
    /// Sends the caller elsewhere.
    Redirect,
    /// Takes it and says nothing.
    Hang,
    /// Hangs up.
    HangUp,
}

/// A receiver that does what it is told, in order, the last thing for ever; and keeps what it got.
pub(crate) struct Receiver {
    pub(crate) url: String,
    pub(crate) got: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    pub(crate) async fn start(script: &[Does]) -> Self {
        Self::serve(script, None).await
    }

    async fn serve(script: &[Does], tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let scheme = if tls.is_some() { "https://localhost" } else { "http://127.0.0.1" };
        let got = Arc::new(Mutex::new(Vec::new()));
        let (kept, script) = (Arc::clone(&got), Mutex::new(script.iter().copied().collect::<VecDeque<_>>()));
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let does = {
                    let mut script = script.lock().unwrap();
                    if script.len() > 1 { script.pop_front().unwrap() } else { script[0] }
                };
                let (kept, tls) = (Arc::clone(&kept), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) => {
                            let Ok(stream) = tls.accept(socket).await else { return };
                            answer(stream, does, &kept).await;
                        }
                        None => answer(socket, does, &kept).await,
                    }
                });
            }
        });
        Self { url: format!("{scheme}:{}/alerts?of=rapport", address.port()), got }
    }
}

async fn answer(mut stream: impl AsyncRead + AsyncWrite + Unpin, does: Does, kept: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    let mut chunk = [0; 4096];
    // The body is JSON of one line: it is whole with its last brace.
    while !request.ends_with(b"}") {
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&chunk[..read]),
        }
    }
    kept.lock().unwrap().push(String::from_utf8(request).unwrap());
    let answer = match does {
        Does::Answer(status) => format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n"),
        Does::Redirect => "HTTP/1.1 307 x\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".to_owned(),
        Does::Hang => return std::future::pending().await,
        Does::HangUp => return,
    };
    stream.write_all(answer.as_bytes()).await.unwrap();
    stream.flush().await.unwrap();
}

pub(crate) fn settings() -> WebhookSettings {
    let (secret, routing_key) = ("a secret of some length".to_owned(), "sample-key".to_owned());
    WebhookSettings { secret, routing_key, ca: String::new() }
}

fn letter() -> LetterId {
    LetterId::new(Uuid::from_u128(5))
}

fn case() -> CaseId {
    CaseId::new(Uuid::from_u128(1))
}

async fn post(webhooks: &Webhooks, url: &str, provider: Provider) -> Result<(), Refused> {
    let now = "2027-01-16T07:07:00Z".parse().unwrap();
    webhooks.post(&Webhook { provider, url: url.to_owned() }, letter(), case(), now).await
}

#[tokio::test]
async fn a_receiver_gets_the_case_and_nothing_else_signed() {
    let receiver = Receiver::start(&[Does::Answer(202)]).await;
    let webhooks = Webhooks::new(settings()).unwrap();
    for provider in [Provider::Slack, Provider::Teams, Provider::PagerDuty, Provider::Plain] {
        post(&webhooks, &receiver.url, provider).await.unwrap();
    }
    let got = receiver.got.lock().unwrap().clone();
    for request in &got {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let lower = head.to_lowercase();
        assert!(head.starts_with("POST /alerts?of=rapport HTTP/1.1\r\n"), "{head}");
        assert!(lower.contains("content-type: application/json\r\n"));
        assert!(lower.contains(&format!("idempotency-key: {}\r\n", letter().uuid())));
        let signed = signature("a secret of some length", "2027-01-16T07:07:00Z".parse().unwrap(), body);
        assert!(lower.contains(&format!("x-rapport-signature: {signed}")), "{lower}");
        assert!(body.contains(&case().to_string()));
        assert!(serde_json::from_str::<Value>(body).unwrap().is_object());
    }
    let bodies: Vec<_> = got.iter().map(|request| request.split_once("\r\n\r\n").unwrap().1).collect();
    assert_eq!(
        bodies[3],
        "{\"case\":\"cases/00000000-0000-0000-0000-000000000001\",\"id\":\"00000000-0000-0000-0000-000000000005\",\
         \"text\":\"A case needs a person. Please open the queue and answer it: \
         cases/00000000-0000-0000-0000-000000000001\"}"
    );
    assert!(bodies[2].contains("\"routing_key\":\"sample-key\"") && bodies[2].contains("\"event_action\":\"trigger\""));
}

/// What RFC 4231 and any HMAC says: a receiver of somebody else's must come to the same.
#[test]
fn the_signature_is_the_hmac_of_time_and_body() {
    let now = Timestamp::from_second(1_700_000_000).unwrap();
    assert_eq!(
        signature("a secret of some length", now, "{}"),
        "t=1700000000,v1=9008b8e96ac884fb56cbbbb39d8c4b578c2c6de7951cbcce7f1f18311f3cd9f2"
    );
    assert_ne!(signature("a secret of some length", now, "{}"), signature("another secret of a length", now, "{}"));
}

/// Guard: `judge`; and hyper's connection, which follows nothing.
#[tokio::test]
async fn what_may_pass_is_tried_again_and_a_redirect_leads_nowhere() {
    let webhooks = Webhooks::new(settings()).unwrap();
    for (does, for_good) in [
        (Does::Answer(500), false),
        (Does::Answer(503), false),
        (Does::Answer(429), false),
        (Does::Answer(404), true),
        (Does::Answer(401), true),
        (Does::Redirect, true),
        (Does::HangUp, false),
    ] {
        let receiver = Receiver::start(&[does]).await;
        let refused = post(&webhooks, &receiver.url, Provider::Plain).await.unwrap_err();
        assert_eq!(refused.for_good, for_good, "{}", refused.why);
        assert_eq!(receiver.got.lock().unwrap().len(), 1, "{}", refused.why);
        assert!(!refused.why.contains("127.0.0.1"), "{}", refused.why);
    }
    let closed = post(&webhooks, "http://127.0.0.1:9/", Provider::Plain).await.unwrap_err();
    assert!(!closed.for_good);
}

/// Guard: the timeout around `send`.
#[tokio::test]
async fn a_receiver_that_hangs_is_let_go() {
    let webhooks = Webhooks { answer_within: Duration::from_millis(300), ..Webhooks::new(settings()).unwrap() };
    let receiver = Receiver::start(&[Does::Hang]).await;
    let posted = tokio::time::timeout(Duration::from_secs(8), post(&webhooks, &receiver.url, Provider::Plain)).await;
    let refused = posted.expect("nobody waits for it any longer").unwrap_err();
    assert!(!refused.for_good);
    assert!(refused.why.contains("in time"), "{}", refused.why);
}

/// Guard: the roots that a receiver's certificate is held against.
#[tokio::test]
async fn over_https_only_a_receiver_with_a_trusted_certificate_is_told() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let receiver = Receiver::serve(&[Does::Answer(200)], Some(TlsAcceptor::from(Arc::new(config)))).await;
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, own.cert.pem()).unwrap();
    let trusting = Webhooks::new(WebhookSettings { ca: ca.display().to_string(), ..settings() }).unwrap();
    post(&trusting, &receiver.url, Provider::Slack).await.unwrap();
    let usual = Webhooks::new(settings()).unwrap();
    assert!(!post(&usual, &receiver.url, Provider::Slack).await.unwrap_err().for_good);
    assert_eq!(receiver.got.lock().unwrap().len(), 1);
}

#[test]
fn a_webhook_without_its_secret_is_refused_at_start() {
    let hook = Webhook { provider: Provider::PagerDuty, url: "https://hooks.example.com".to_owned() };
    let hooks = || std::iter::once(&hook);
    assert!(settings().check(hooks()).is_ok());
    assert!(WebhookSettings { secret: "short".to_owned(), ..settings() }.check(hooks()).is_err());
    assert!(WebhookSettings { routing_key: String::new(), ..settings() }.check(hooks()).is_err());
    assert!(WebhookSettings { secret: String::new(), ..settings() }.check(std::iter::empty()).is_ok());
}
