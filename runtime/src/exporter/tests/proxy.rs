//! Through the proxies of the environment. The servers behind them have names that only the proxy knows.

use super::grpc_receiver::GrpcReceiver;
use super::http_receiver::{HttpReceiver, reply};
use super::{Then, assert_error, export, export_error, grpc_at, http_at, raw_server};
use crate::exporter::{ErrorKind, Exporter};
use crate::plan::{Proxies, Remote};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const HINT: &str = "`NO_PROXY` lists the hosts that are reached without a proxy";

pub(super) fn behind(proxy: &str, remote: Remote) -> Remote {
    Remote { proxies: Proxies { all: Some(proxy.into()), ..Proxies::default() }, ..remote }
}

#[expect(clippy::disallowed_methods, reason = "a proxy connects without one")]
async fn connect(to: &str) -> TcpStream {
    TcpStream::connect(to).await.unwrap()
}

/// A proxy that makes tunnels, all to the same place, and notes what it was asked.
pub(super) async fn tunnel(to: String) -> (String, Arc<Mutex<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let asked = Arc::<Mutex<String>>::default();
    let log = asked.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = BufReader::new(stream);
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                stream.read_line(&mut head).await.unwrap();
            }
            log.lock().unwrap().push_str(&head);
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
            let mut server = connect(&to).await;
            tokio::spawn(async move { copy_bidirectional(&mut stream, &mut server).await });
        }
    });
    (place, asked)
}

#[tokio::test]
async fn grpc_goes_through_a_tunnel() {
    let receiver = GrpcReceiver::accepting();
    let (proxy, asked) = tunnel(receiver.listen("127.0.0.1").await).await;
    let remote =
        behind(&format!("http://user:pa%20ss@{proxy}"), grpc_at("http://collector.example:4317"));
    export(&remote).await.unwrap();
    assert_eq!(receiver.seen().len(), 1);
    let asked = asked.lock().unwrap().clone();
    assert!(asked.starts_with("CONNECT collector.example:4317 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.contains("Proxy-Authorization: Basic dXNlcjpwYSBzcw==\r\n"), "{asked}");
    let place = Exporter::remote(&remote).unwrap().place();
    assert_eq!(
        place,
        format!("`http://collector.example:4317` through the proxy `http://{proxy}`")
    );
}

#[tokio::test]
async fn plain_http_asks_the_proxy_for_each_request() {
    let proxy = HttpReceiver::accepting();
    let place = proxy.listen("127.0.0.1").await;
    let remote =
        behind(&format!("http://user:pass@{place}"), http_at("http://collector.example:4318"));
    export(&remote).await.unwrap();
    let seen = &proxy.seen()[0];
    assert_eq!(seen.line, "POST http://collector.example:4318/v1/traces");
    assert_eq!(seen.header("host"), Some("collector.example:4318"));
    assert_eq!(seen.header("proxy-authorization"), Some("Basic dXNlcjpwYXNz"));
    assert_eq!(seen.span_names(), ["one", "two", "three"]);
}

#[tokio::test]
async fn this_machine_is_reached_directly() {
    let (http, grpc) = (HttpReceiver::accepting(), GrpcReceiver::accepting());
    let proxy = "http://127.0.0.1:9";
    export(&behind(proxy, http_at(&format!("http://{}", http.listen("127.0.0.1").await))))
        .await
        .unwrap();
    export(&behind(proxy, grpc_at(&format!("http://{}", grpc.listen("127.0.0.1").await))))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    let place =
        raw_server(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", Then::HangUp).await;
    let proxy = format!("http://user:s3cret@{place}");
    let error = export_error(&behind(&proxy, grpc_at("http://collector.example:4317"))).await;
    let message = format!(
        "cannot reach `http://collector.example:4317` through the proxy `http://{place}`: \
         tunnel error: proxy authorization required"
    );
    assert_error(&error, ErrorKind::Unreachable, &message, HINT);

    let receiver = HttpReceiver::new(|_| reply(407, b"who is user:s3cret?"));
    let place = receiver.listen("127.0.0.1").await;
    let proxy = format!("http://user:s3cret@{place}");
    let error = export_error(&behind(&proxy, http_at("http://collector.example:4318"))).await;
    let message = format!(
        "`http://collector.example:4318/v1/traces` through the proxy `http://{place}` answered \
         407 Proxy Authentication Required: who is <redacted>?"
    );
    let hint = "the proxy wants a user and a password, as in `http://user:password@proxy:3128`";
    assert_error(&error, ErrorKind::Refused, &message, hint);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for remote in
        [grpc_at("http://collector.example:4317"), grpc_at("https://collector.example:4317")]
    {
        let error = export_error(&behind(&proxy, remote)).await;
        let expected = format!("through the proxy `{proxy}`: connection refused");
        assert!(error.message.ends_with(&expected), "{error}");
        assert_eq!((error.kind, error.hint.as_deref()), (ErrorKind::Unreachable, Some(HINT)));
    }
}

#[tokio::test]
async fn a_kind_of_proxy_that_is_not_supported_is_said() {
    let error = export_error(&behind(
        "https://proxy.example:3128",
        grpc_at("http://collector.example:4317"),
    ))
    .await;
    let message = "cannot reach `http://collector.example:4317` through the proxy `https://proxy.example:3128`: \
                   only `http`, `socks5` and `socks5h` proxies are supported";
    assert_error(&error, ErrorKind::Unreachable, message, HINT);
}

#[tokio::test]
async fn a_socks_proxy_is_asked_for_the_name() {
    use tokio::io::AsyncReadExt;
    let receiver = GrpcReceiver::accepting();
    let to = receiver.listen("127.0.0.1").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("socks5://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 3];
        stream.read_exact(&mut hello).await.unwrap();
        stream.write_all(&[5, 0]).await.unwrap();
        let mut request = [0; 5 + "collector.example".len() + 2];
        stream.read_exact(&mut request).await.unwrap();
        stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 1]).await.unwrap();
        let mut server = connect(&to).await;
        tokio::spawn(async move { copy_bidirectional(&mut stream, &mut server).await });
        request.to_vec()
    });
    export(&behind(&proxy, grpc_at("http://collector.example:4317"))).await.unwrap();
    let mut expected = vec![5, 1, 0, 3, 17];
    expected.extend_from_slice(b"collector.example");
    expected.extend_from_slice(&4317_u16.to_be_bytes());
    assert_eq!(asked.await.unwrap(), expected);
}
