//! TLS to a mail server.

use std::{io, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{session::Stream, url::SmtpUrl};

/// Encrypts connections to one server, and makes sure that it is this one.
pub(super) struct Connector {
    config: TlsConnector,
    name: ServerName<'static>,
}

impl Connector {
    /// Trusts the public authorities, or only the one that the URL names.
    pub(super) fn new(url: &SmtpUrl) -> anyhow::Result<Self> {
        let roots = match &url.authority {
            Some(file) => read_roots(file)?,
            None => webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
        };
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from(url.host.clone())?;
        Ok(Self { config: TlsConnector::from(Arc::new(config)), name })
    }

    pub(super) async fn wrap<S: Stream>(&self, stream: S) -> io::Result<TlsStream<S>> {
        self.config.connect(self.name.clone(), stream).await
    }
}

fn read_roots(file: &Path) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(file)? {
        roots.add(certificate?)?;
    }
    anyhow::ensure!(!roots.is_empty(), "{} holds no certificate", file.display());
    Ok(roots)
}
