//! When a connection is used again, and when it is given up.

use super::http_receiver::{HttpReceiver, reply};
use super::{batch, http_at};
use crate::exporter::{Accepted, ErrorKind, Exporter};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn send(exporter: &mut Exporter) -> Result<Accepted, crate::exporter::ExportError> {
    exporter.export(&batch(&[&["span"]])).await
}

fn connections(receiver: &HttpReceiver) -> Vec<usize> {
    receiver.seen().iter().map(|seen| seen.connection).collect()
}

#[tokio::test]
async fn one_connection_serves_many_requests_also_after_a_refusal() {
    let count = AtomicUsize::new(0);
    let receiver = HttpReceiver::new(move |_| {
        reply(if count.fetch_add(1, Ordering::Relaxed) == 1 { 503 } else { 200 }, b"")
    });
    let mut exporter =
        Exporter::remote(&http_at(&format!("http://{}", receiver.listen("127.0.0.1").await)))
            .unwrap();
    send(&mut exporter).await.unwrap();
    send(&mut exporter).await.unwrap_err();
    send(&mut exporter).await.unwrap();
    assert_eq!(connections(&receiver), [1, 1, 1]);
}

#[tokio::test]
async fn an_old_connection_is_replaced() {
    let receiver = HttpReceiver::accepting();
    let mut exporter =
        Exporter::remote(&http_at(&format!("http://{}", receiver.listen("127.0.0.1").await)))
            .unwrap();
    send(&mut exporter).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(301)).await;
    tokio::time::resume();
    send(&mut exporter).await.unwrap();
    assert_eq!(connections(&receiver), [1, 2]);
}

/// A server that answers one request per connection, without saying that it will hang up then.
async fn hangs_up_after_each_answer() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        }
    });
    place
}

#[tokio::test]
async fn a_connection_that_was_closed_while_it_was_idle_is_replaced() {
    let mut exporter =
        Exporter::remote(&http_at(&format!("http://{}", hangs_up_after_each_answer().await)))
            .unwrap();
    for _ in 0..50 {
        match send(&mut exporter).await {
            Ok(_) => {}
            // The server hung up just while the request was on its way.
            Err(error) => assert_eq!(error.kind, ErrorKind::Retryable { wait: None }, "{error}"),
        }
    }
}

#[tokio::test]
async fn a_connection_on_which_nobody_answered_in_time_is_given_up() {
    let receiver = HttpReceiver::accepting();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut remote = http_at(&format!("http://{}", listener.local_addr().unwrap()));
    remote.timeout = Duration::from_millis(50);
    let mut exporter = Exporter::remote(&remote).unwrap();
    assert_eq!(send(&mut exporter).await.unwrap_err().kind, ErrorKind::TimedOut);

    let (mut given_up, _) = listener.accept().await.unwrap();
    given_up.read_to_end(&mut Vec::new()).await.unwrap();
    tokio::spawn(async move { receiver.serve(listener.accept().await.unwrap().0, 2).await });
    remote.timeout = Duration::from_secs(30);
    send(&mut Exporter::remote(&remote).unwrap()).await.unwrap();
}

#[tokio::test]
async fn a_request_that_is_dropped_takes_its_connection_along() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut exporter =
        Exporter::remote(&http_at(&format!("http://{}", listener.local_addr().unwrap()))).unwrap();
    let first = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
        stream
    };
    let mut stream = tokio::select! {
        stream = first => stream,
        result = send(&mut exporter) => panic!("nobody answered, but {result:?}"),
    };
    stream.read_to_end(&mut Vec::new()).await.unwrap();

    let receiver = HttpReceiver::accepting();
    let server = receiver.clone();
    tokio::spawn(async move { server.serve(listener.accept().await.unwrap().0, 2).await });
    send(&mut exporter).await.unwrap();
    assert_eq!(connections(&receiver), [2]);
}

#[tokio::test]
async fn a_good_status_counts_even_if_its_body_never_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut remote = http_at(&format!("http://{}", listener.local_addr().unwrap()));
    remote.timeout = Duration::from_millis(200);
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab").await.unwrap();
        stream.read_to_end(&mut Vec::new()).await
    });
    assert_eq!(send(&mut Exporter::remote(&remote).unwrap()).await.unwrap(), Accepted::default());
}
