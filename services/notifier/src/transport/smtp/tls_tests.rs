//! TLS to a mail server on this machine, with an authority of the test's own.

use std::{path::PathBuf, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use super::{tests::letter, url::Security, *};
use crate::transport::{MailTransport, MailUrl};

/// An authority, and the file that a setting names it by.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server's side, with a certificate for this name.
    fn acceptor(&self, name: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// What a server says about encryption.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    /// TLS from the first byte.
    Tls,
    /// Offers it, and means it.
    Starttls,
    /// Offers it, and sends words ahead that would be read as if they came encrypted.
    StarttlsWithWordsAhead,
    /// Does not offer it.
    Plain,
}

/// Serves one connection after the other; `heard` keeps what came, encrypted or not.
async fn serve(speaks: Speaks, acceptor: TlsAcceptor, heard: Arc<Mutex<Vec<(bool, String)>>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            if speaks == Speaks::Tls {
                if let Ok(mut stream) = acceptor.accept(socket).await {
                    let _ = talk(&mut stream, true, true, speaks, &heard).await;
                }
                continue;
            }
            if talk(&mut socket, true, false, speaks, &heard).await.is_ok_and(|upgrade| upgrade)
                && let Ok(mut stream) = acceptor.accept(socket).await
            {
                let _ = talk(&mut stream, false, true, speaks, &heard).await;
            }
        }
    });
    port
}

/// One dialogue; whether it ended because the client wants TLS now.
async fn talk<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    greets: bool,
    encrypted: bool,
    speaks: Speaks,
    heard: &Mutex<Vec<(bool, String)>>,
) -> std::io::Result<bool> {
    let mut stream = BufReader::new(stream);
    if greets {
        stream.write_all(b"220 here\r\n").await?;
        stream.flush().await?;
    }
    let mut in_message = false;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(false);
        }
        heard.lock().unwrap().push((encrypted, line.clone()));
        if in_message && line != ".\r\n" {
            continue;
        }
        let offers = !encrypted && speaks != Speaks::Plain;
        let answer = match line.split([' ', '\r']).next().unwrap_or_default() {
            "EHLO" if offers => "250-here\r\n250 STARTTLS\r\n",
            "EHLO" => "250 here\r\n",
            "STARTTLS" if speaks == Speaks::StarttlsWithWordsAhead => "220 go\r\n250 ahead\r\n",
            "STARTTLS" => "220 go\r\n",
            "DATA" => "354 go ahead\r\n",
            _ => "250 fine\r\n",
        };
        in_message = answer.starts_with("354");
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
        if line.starts_with("STARTTLS") {
            return Ok(true);
        }
    }
}

/// Sends a letter to a server that speaks like this, with a certificate for `name`, trusting this authority.
async fn send(
    speaks: Speaks,
    name: &str,
    by: &Authority,
    trusting: &Authority,
) -> (Result<(), String>, Vec<(bool, String)>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let port = serve(speaks, by.acceptor(name), Arc::clone(&heard)).await;
    // An `smtp://` URL of this machine is not encrypted, so it is put together here.
    let security = if speaks == Speaks::Tls { Security::Tls } else { Security::Starttls };
    let (host, authority) = ("localhost".to_owned(), Some(trusting.file()));
    let smtp =
        Smtp::new(SmtpUrl { host, port, security, credentials: None, authority }, "example.com", Patience::default());
    let smtp = smtp.unwrap();
    let ended = match smtp.begin(&letter()).await {
        Ok(ready) => ready.finish(b"Subject: x\r\n\r\nhello\r\n").await.map_err(|_| "not delivered".to_owned()),
        Err(refused) => {
            assert!(!refused.for_good, "an operator mends that, and no letter is lost meanwhile");
            Err(refused.why)
        }
    };
    let heard = heard.lock().unwrap().clone();
    (ended, heard)
}

fn told(heard: &[(bool, String)], encrypted: bool) -> Vec<&str> {
    heard.iter().filter(|(how, _)| *how == encrypted).filter_map(|(_, line)| line.split_whitespace().next()).collect()
}

#[tokio::test]
async fn over_tls_and_over_starttls_nothing_of_a_letter_leaves_unencrypted() {
    let ours = Authority::new();
    let (ended, heard) = send(Speaks::Tls, "localhost", &ours, &ours).await;
    assert_eq!((ended, told(&heard, false).len()), (Ok(()), 0));
    let (ended, heard) = send(Speaks::Starttls, "localhost", &ours, &ours).await;
    assert_eq!((ended, told(&heard, false)), (Ok(()), vec!["EHLO", "STARTTLS"]));
    assert!(told(&heard, true).starts_with(&["EHLO", "MAIL", "RCPT", "DATA"]));
}

/// Guard: the connector's own roots and name.
#[tokio::test]
async fn a_certificate_of_another_authority_or_for_another_name_is_refused() {
    let (ours, another) = (Authority::new(), Authority::new());
    for speaks in [Speaks::Tls, Speaks::Starttls] {
        for (name, by) in [("localhost", &another), ("mail.example.com", &ours)] {
            let (ended, heard) = send(speaks, name, by, &ours).await;
            assert!(ended.is_err(), "{name}");
            assert!(!heard.iter().any(|(_, line)| line.starts_with("MAIL")), "{name}");
        }
    }
}

#[tokio::test]
async fn a_server_that_offers_no_encryption_gets_no_letter() {
    let ours = Authority::new();
    let (ended, heard) = send(Speaks::Plain, "localhost", &ours, &ours).await;
    assert_eq!(ended, Err("the mail server does not offer STARTTLS".to_owned()));
    assert_eq!(told(&heard, false), ["EHLO"]);
}

/// Guard: `Smtp::look`, when the notifier starts.
#[tokio::test]
async fn a_notifier_does_not_start_with_a_server_elsewhere_that_offers_no_encryption() {
    let ours = Authority::new();
    let open = async |speaks, port: Option<u16>| {
        let heard = Arc::default();
        let served = serve(speaks, ours.acceptor("localhost"), heard).await;
        let (host, authority, port) = ("localhost".to_owned(), Some(ours.file()), port.unwrap_or(served));
        let url = SmtpUrl { host, port, security: Security::Starttls, credentials: None, authority };
        MailTransport::open(MailUrl::Smtp(url), "example.com", Patience::default()).await.map(drop)
    };
    let refused = open(Speaks::Plain, None).await.unwrap_err().to_string();
    assert!(
        refused.starts_with("the mail server does not offer STARTTLS: letters leave this machine encrypted"),
        "{refused}"
    );
    open(Speaks::Starttls, None).await.unwrap();
    // Nobody is there: it may be when a letter is due.
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    open(Speaks::Starttls, Some(nobody)).await.unwrap();
}

/// Guard: `Session::upgrade` looks for words that came before encryption (CVE-2011-0411 and its like).
#[tokio::test]
async fn words_that_were_sent_ahead_of_encryption_end_the_connection() {
    let ours = Authority::new();
    let (ended, heard) = send(Speaks::StarttlsWithWordsAhead, "localhost", &ours, &ours).await;
    assert!(ended.is_err());
    assert!(!heard.iter().any(|(_, line)| line.starts_with("MAIL")));
}
