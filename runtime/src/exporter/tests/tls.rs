//! TLS: whom we trust, who we are, and what is said where the two sides do not agree.

use super::grpc_receiver::GrpcReceiver;
use super::http_receiver::HttpReceiver;
use super::proxy::{behind, tunnel};
use super::secrets::{log_of, with_token};
use super::{Then, assert_error, export, export_error, grpc_at, http_at, raw_server};
use crate::exporter::{ErrorKind, Exporter};
use crate::plan::Remote;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring};
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};

/// An authority, and the folder in which it keeps what it issues.
struct Authority {
    folder: TempDir,
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// A certificate and its key, both PEM.
struct Issued {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "test authority");
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Authority { folder: tempfile::tempdir().unwrap(), pem, issuer: Issuer::new(params, key) }
    }

    fn issue(&self, name: &str) -> Issued {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new([name.to_owned()])
            .unwrap()
            .signed_by(&key, &self.issuer)
            .unwrap();
        Issued { certificate: certificate.pem(), key: key.serialize_pem() }
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let file = self.folder.path().join(name);
        std::fs::write(&file, content).unwrap();
        file
    }

    /// `remote` with this authority trusted.
    fn trusted_by(&self, mut remote: Remote) -> Remote {
        remote.tls.ca_file = Some(self.file("ca.pem", &self.pem));
        remote
    }

    /// `remote` with a certificate of this authority for ourselves.
    fn known_to(&self, mut remote: Remote) -> Remote {
        let Issued { certificate, key } = self.issue("client");
        remote.tls.client =
            Some((self.file("client.pem", &certificate), self.file("client.key", &key)));
        remote
    }
}

/// A gRPC server with a certificate for `name`, at a port of `localhost`.
async fn grpc_server(
    authority: &Authority,
    name: &str,
    clients: Option<&Authority>,
) -> (GrpcReceiver, String) {
    let Issued { certificate, key } = authority.issue(name);
    let mut tls = ServerTlsConfig::new().identity(Identity::from_pem(certificate, key));
    if let Some(clients) = clients {
        tls = tls.client_ca_root(Certificate::from_pem(&clients.pem));
    }
    let receiver = GrpcReceiver::accepting();
    let place = receiver.listen_with(Server::builder().tls_config(tls).unwrap(), "127.0.0.1").await;
    (receiver, format!("https://localhost:{}", place.rsplit_once(':').unwrap().1))
}

/// An HTTP server with a certificate for `name`, which speaks `protocols`.
async fn http_server(
    authority: &Authority,
    name: &str,
    protocols: &[&[u8]],
) -> (HttpReceiver, String) {
    let Issued { certificate, key } = authority.issue(name);
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let mut config = config.with_single_cert(vec![certificate], key).unwrap();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let receiver = HttpReceiver::accepting();
    let server = receiver.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(server.clone().serve(stream, 1));
            }
        }
    });
    (receiver, place)
}

#[tokio::test]
async fn a_server_of_a_trusted_authority_is_spoken_to() {
    let authority = Authority::new();
    let (receiver, place) = grpc_server(&authority, "localhost", None).await;
    export(&authority.trusted_by(grpc_at(&place))).await.unwrap();
    assert_eq!(receiver.seen().len(), 1);
    let (receiver, place) = http_server(&authority, "localhost", &[b"h2", b"http/1.1"]).await;
    export(&authority.trusted_by(http_at(&place))).await.unwrap();
    assert_eq!(receiver.seen()[0].line, "POST /v1/traces");
    let (_, place) = http_server(&authority, "localhost", &[]).await;
    export(&authority.trusted_by(http_at(&place))).await.unwrap();
}

#[tokio::test]
async fn a_server_of_an_unknown_authority_is_not_trusted() {
    let authority = Authority::new();
    let hint = "name the authority that signed the server's certificate in `tracing_tls.ca_file`";
    let (receiver, place) = grpc_server(&authority, "localhost", None).await;
    let message =
        format!("cannot reach `{place}`: TLS failed: invalid peer certificate: UnknownIssuer");
    assert_error(&export_error(&grpc_at(&place)).await, ErrorKind::Unreachable, &message, hint);
    assert!(receiver.seen().is_empty());
    let (_, place) = http_server(&authority, "localhost", &[]).await;
    let message = format!(
        "cannot reach `{place}/v1/traces`: TLS failed: invalid peer certificate: UnknownIssuer"
    );
    assert_error(&export_error(&http_at(&place)).await, ErrorKind::Unreachable, &message, hint);
}

#[tokio::test]
async fn a_server_with_another_name_is_trusted_only_under_that_name() {
    let authority = Authority::new();
    let (_, place) = grpc_server(&authority, "collector.example", None).await;
    let mut remote = authority.trusted_by(grpc_at(&place));
    let message = format!(
        "cannot reach `{place}`: TLS failed: invalid peer certificate: certificate not valid for name \"localhost\"; \
         certificate is only valid for DnsName(\"collector.example\")"
    );
    let hint = "set `tracing_tls.server_name` to a name that the certificate holds";
    assert_error(&export_error(&remote).await, ErrorKind::Unreachable, &message, hint);
    remote.tls.server_name = Some("collector.example".into());
    export(&remote).await.unwrap();
}

/// The place of a server on this machine, for the proxy that leads there.
fn behind_the_proxy(place: &str) -> String {
    place.replace("https://localhost", "127.0.0.1")
}

#[tokio::test]
async fn a_server_behind_a_proxy_is_trusted_under_its_own_name() {
    let authority = Authority::new();
    let (receiver, place) = grpc_server(&authority, "collector.example", None).await;
    let (proxy, asked) = tunnel(behind_the_proxy(&place)).await;
    let remote = authority.trusted_by(grpc_at("https://collector.example:4317"));
    export(&behind(&format!("http://{proxy}"), remote)).await.unwrap();
    assert_eq!(receiver.seen().len(), 1);
    assert!(asked.lock().unwrap().starts_with("CONNECT collector.example:4317 HTTP/1.1\r\n"));

    let (receiver, place) = http_server(&authority, "collector.example", &[b"http/1.1"]).await;
    let (proxy, asked) = tunnel(behind_the_proxy(&place)).await;
    let remote = authority.trusted_by(http_at("https://collector.example"));
    export(&behind(&format!("http://{proxy}"), remote)).await.unwrap();
    let seen = &receiver.seen()[0];
    assert_eq!((&*seen.line, seen.header("host")), ("POST /v1/traces", Some("collector.example")));
    assert_eq!(seen.header("proxy-authorization"), None);
    assert!(asked.lock().unwrap().starts_with("CONNECT collector.example:443 HTTP/1.1\r\n"));
}

#[test]
fn no_library_logs_the_value_of_a_header_that_is_encrypted() {
    let receivers =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let authority = Authority::new();
    let (grpc, http) = receivers.block_on(async {
        let (_, grpc) = grpc_server(&authority, "localhost", None).await;
        (grpc, http_server(&authority, "localhost", &[b"http/1.1"]).await.1)
    });
    for remote in [grpc_at(&grpc), http_at(&http)] {
        let log = log_of(&with_token(authority.trusted_by(remote)));
        assert!(log.contains("TRACE"), "the libraries log something: {log}");
        assert!(!log.contains("s3cret"), "{log}");
    }
}

#[tokio::test]
async fn an_address_can_stand_in_a_certificate() {
    let authority = Authority::new();
    let (_, place) = grpc_server(&authority, "127.0.0.1", None).await;
    export(&authority.trusted_by(grpc_at(&place.replace("localhost", "127.0.0.1")))).await.unwrap();
}

#[tokio::test]
async fn a_server_that_wants_to_know_who_we_are_is_told() {
    let authority = Authority::new();
    let clients = Authority::new();
    let (receiver, place) = grpc_server(&authority, "localhost", Some(&clients)).await;
    let remote = authority.trusted_by(grpc_at(&place));
    let message =
        format!("cannot reach `{place}`: TLS failed: received fatal alert: CertificateRequired");
    let hint = "name a certificate that the server trusts in `tracing_tls.cert_file`, and its key in `tracing_tls.key_file`";
    assert_error(&export_error(&remote).await, ErrorKind::Unreachable, &message, hint);
    export(&clients.known_to(remote.clone())).await.unwrap();
    assert_eq!(receiver.seen().len(), 1);
    let error = export_error(&Authority::new().known_to(remote)).await;
    assert_eq!(
        (error.kind, error.hint.as_deref()),
        (ErrorKind::Unreachable, Some(hint)),
        "{error}"
    );
}

#[tokio::test]
async fn a_server_without_tls_is_recognised() {
    let hint = "if the server takes plain text, write `http://` in `tracing_endpoint`";
    let place = raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n", Then::HangUp).await;
    let message = format!(
        "cannot reach `https://{place}`: TLS failed: received corrupt message of type InvalidContentType"
    );
    assert_error(
        &export_error(&grpc_at(&format!("https://{place}"))).await,
        ErrorKind::Unreachable,
        &message,
        hint,
    );
    let place = raw_server(b"", Then::HangUp).await;
    let message = format!("cannot reach `https://{place}`: TLS failed: tls handshake eof");
    assert_error(
        &export_error(&grpc_at(&format!("https://{place}"))).await,
        ErrorKind::Unreachable,
        &message,
        "",
    );
}

#[tokio::test]
async fn a_server_of_the_other_wire_is_recognised() {
    let authority = Authority::new();
    let (_, place) = http_server(&authority, "localhost", &[b"http/1.1"]).await;
    let message =
        format!("cannot reach `{place}`: TLS failed: received fatal alert: NoApplicationProtocol");
    let hint = "gRPC needs HTTP/2 and OTLP over HTTP needs HTTP/1: is it the other one's port?";
    assert_error(
        &export_error(&authority.trusted_by(grpc_at(&place))).await,
        ErrorKind::Unreachable,
        &message,
        hint,
    );
}

#[test]
fn files_that_cannot_be_used_are_named() {
    let authority = Authority::new();
    let folder = authority.folder.path().display();
    let cases: [(&str, Option<&str>, String); 3] = [
        (
            "missing.pem",
            None,
            format!(
                "the file `{folder}/missing.pem`, which should hold a certificate, cannot be read: no such file or directory"
            ),
        ),
        (
            "empty.pem",
            Some(""),
            format!(
                "the file `{folder}/empty.pem` holds no certificate in PEM form, which begins with `-----BEGIN`"
            ),
        ),
        (
            "cut.pem",
            Some("-----BEGIN CERTIFICATE-----\ns3cret"),
            format!(
                "the file `{folder}/cut.pem` holds no certificate in PEM form, which begins with `-----BEGIN`"
            ),
        ),
    ];
    for (name, content, expected) in cases {
        let mut remote = grpc_at("https://localhost:4317");
        remote.tls.ca_file = Some(match content {
            Some(content) => authority.file(name, content),
            None => authority.folder.path().join(name),
        });
        assert_eq!(Exporter::remote(&remote).err().unwrap().to_string(), expected);
    }
}

#[test]
fn a_key_of_somebody_else_is_refused() {
    let authority = Authority::new();
    let mut remote = authority.known_to(grpc_at("https://localhost:4317"));
    let (certificate, key) = remote.tls.client.clone().unwrap();
    std::fs::write(&key, authority.issue("other").key).unwrap();
    let error = Exporter::remote(&remote).err().unwrap().to_string();
    let expected =
        format!("the certificate in `{}` cannot be used with its key: ", certificate.display());
    assert!(error.starts_with(&expected), "{error}");
    remote.tls.client = Some((certificate.clone(), certificate));
    let error = Exporter::remote(&remote).err().unwrap().to_string();
    assert!(error.contains("holds no private key in PEM form"), "{error}");
}

#[test]
fn a_name_that_no_certificate_can_hold_is_refused() {
    let mut remote = grpc_at("https://localhost:4317");
    remote.tls.server_name = Some("not a name".into());
    let error = Exporter::remote(&remote).err().unwrap().to_string();
    assert_eq!(
        error,
        "`not a name` is neither a host name nor an address that a certificate can hold"
    );
}
