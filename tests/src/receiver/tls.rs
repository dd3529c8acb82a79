//! TLS: an authority of the test's own, and what it issues to receivers.

use super::Wire;
use rcgen::{BasicConstraints, CertificateParams, Error, IsCa, Issuer, KeyPair, date_time_ymd};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring};

/// Where the authority keeps its own certificate.
const FILE: &str = "ca.pem";

/// Issues certificates for receivers at `127.0.0.1`.
#[derive(Debug)]
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

/// What a receiver shows of itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Certificate {
    /// One that is good.
    Valid,
    /// One whose time is over.
    Expired,
}

impl Authority {
    /// Makes one, whose certificate is kept in a file.
    ///
    /// # Errors
    ///
    /// When it cannot be signed or kept.
    pub fn new() -> io::Result<Authority> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.self_signed(&key).map_err(io::Error::other)?;
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join(FILE), certificate.pem())?;
        Ok(Authority { issuer: Issuer::new(params, key), folder })
    }

    /// The file with its certificate, for `tracing_tls.ca_file`.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        Path::join(self.folder.path(), FILE)
    }

    /// Lets a receiver of `wire` show such a certificate.
    pub(super) fn acceptor(&self, certificate: Certificate, wire: Wire) -> io::Result<TlsAcceptor> {
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let config = config.with_safe_default_protocol_versions().map_err(io::Error::other)?;
        let (chain, key) = self.issue(certificate).map_err(io::Error::other)?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(io::Error::other)?;
        let config = config.with_no_client_auth();
        let mut config = config.with_single_cert(vec![chain], key).map_err(io::Error::other)?;
        config.alpn_protocols = vec![wire.protocol().to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn issue(&self, certificate: Certificate) -> Result<(CertificateDer<'static>, String), Error> {
        let mut params = CertificateParams::new(["127.0.0.1".to_owned()])?;
        if certificate == Certificate::Expired {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        }
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.issuer)?;
        Ok((certificate.der().clone(), key.serialize_pem()))
    }
}
