//! TLS by rustls: whom we trust, who we are, and what a handshake that fails means.

use super::Protocol;
use super::failure::{Failure, TlsFault, io_text};
use super::watched::Io;
use crate::exporter::error::SetupError;
use crate::plan;
use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{Error as PemError, PemObject};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{
    AlertDescription, CertificateError, ClientConfig, Error as TlsError, RootCertStore,
};

/// How TLS is spoken with one server.
pub(super) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// Reads the certificates that `settings` names.
    pub(super) fn new(
        settings: &plan::Tls,
        host: &str,
        protocol: Protocol,
    ) -> Result<Tls, SetupError> {
        let name = settings.server_name.as_deref().unwrap_or(host);
        let name = ServerName::try_from(name.to_owned()).map_err(|_| {
            SetupError(format!(
                "`{name}` is neither a host name nor an address that a certificate can hold"
            ))
        })?;
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| SetupError(format!("TLS cannot be set up: {error}")))?
            .with_root_certificates(roots(settings.ca_file.as_deref())?);
        let mut config = match &settings.client {
            None => config.with_no_client_auth(),
            Some((certificate, key)) => config
                .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
                .map_err(|error| unusable(certificate, "with its key", &error))?,
        };
        config.alpn_protocols = vec![protocol.alpn().to_vec()];
        Ok(Tls { connector: TlsConnector::from(Arc::new(config)), name })
    }

    /// Speaks TLS over `io`.
    pub(super) async fn wrap(&self, io: Io) -> Result<Io, Failure> {
        match self.connector.connect(self.name.clone(), io).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(fault(&error).unwrap_or_else(|| broken_handshake(&error))),
        }
    }
}

/// What an error of the stream says about TLS. In TLS 1.3 a server looks at our certificate only after the handshake.
pub(super) fn fault(error: &io::Error) -> Option<Failure> {
    let error: &TlsError = error.get_ref()?.downcast_ref()?;
    Some(Failure::Tls { fault: classify(error), cause: error.to_string() })
}

fn broken_handshake(error: &io::Error) -> Failure {
    Failure::Tls { fault: TlsFault::Handshake, cause: io_text(error) }
}

fn classify(error: &TlsError) -> TlsFault {
    use AlertDescription as Alert;
    match error {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => TlsFault::UnknownAuthority,
        TlsError::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => TlsFault::WrongName,
        TlsError::InvalidCertificate(_) => TlsFault::BadCertificate,
        TlsError::InvalidMessage(_) => TlsFault::NotTls,
        TlsError::AlertReceived(Alert::NoApplicationProtocol) => TlsFault::NoCommonProtocol,
        TlsError::AlertReceived(
            Alert::CertificateRequired
            | Alert::NoCertificate
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError,
        ) => TlsFault::ClientCertificate,
        _ => TlsFault::Handshake,
    }
}

impl Protocol {
    fn alpn(self) -> &'static [u8] {
        match self {
            Protocol::Http1 => b"http/1.1",
            Protocol::Http2 => b"h2",
        }
    }
}

/// The authorities of the operating system and those of `ca_file`. A machine may have none of its own; then `ca_file` is enough,
/// and without it the first connection says what is missing.
fn roots(ca_file: Option<&Path>) -> Result<RootCertStore, SetupError> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = ca_file {
        for certificate in certificates(file)? {
            roots.add(certificate).map_err(|error| unusable(file, "as an authority", &error))?;
        }
    }
    Ok(roots)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, SetupError> {
    let certificates =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            Err(unreadable(file, "certificate", &PemError::NoItemsFound))
        }
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(unreadable(file, "certificate", &error)),
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, SetupError> {
    PrivateKeyDer::from_pem_file(file).map_err(|error| unreadable(file, "private key", &error))
}

/// Says nothing about what the file holds instead: it may be a secret.
fn unreadable(file: &Path, wanted: &str, error: &PemError) -> SetupError {
    let file = file.display();
    SetupError(match error {
        PemError::Io(error) => format!(
            "the file `{file}`, which should hold a {wanted}, cannot be read: {}",
            io_text(error)
        ),
        _ => format!(
            "the file `{file}` holds no {wanted} in PEM form, which begins with `-----BEGIN`"
        ),
    })
}

fn unusable(file: &Path, role: &str, error: &dyn fmt::Display) -> SetupError {
    SetupError(format!("the certificate in `{}` cannot be used {role}: {error}", file.display()))
}
