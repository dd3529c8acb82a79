//! A backend whose certificate nobody trusts.

use rcgen::{CertifiedKey, generate_simple_self_signed};
use std::io;
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, crypto::ring};

/// It shakes hands as far as its clients do.
pub(crate) struct Untrusted(TcpListener);

impl Untrusted {
    pub(crate) fn listen() -> Untrusted {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let accepting = listener.try_clone().unwrap();
        let config = config();
        thread::spawn(move || {
            for stream in accepting.incoming().map_while(Result::ok) {
                // A client that does not trust it is no mistake of its own.
                let _ = shake_hands(stream, config.clone());
            }
        });
        Untrusted(listener)
    }

    pub(crate) fn endpoint(&self) -> String {
        format!("https://localhost:{}", self.0.local_addr().unwrap().port())
    }
}

fn shake_hands(mut stream: TcpStream, config: Arc<ServerConfig>) -> io::Result<()> {
    let mut connection = ServerConnection::new(config).map_err(io::Error::other)?;
    connection.complete_io(&mut stream).map(drop)
}

fn config() -> Arc<ServerConfig> {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = signing_key.serialize_der().try_into().unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    let mut config = config.with_single_cert(vec![cert.into()], key).unwrap();
    config.alpn_protocols = ["h2", "http/1.1"].map(Into::into).to_vec();
    Arc::new(config)
}
