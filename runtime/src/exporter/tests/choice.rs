//! A backend that may listen in several places.

use super::grpc_receiver::GrpcReceiver;
use super::http_receiver::HttpReceiver;
use super::{batch, destination, remote};
use crate::exporter::{Accepted, ErrorKind, Exporter};
use crate::plan::{Destination, Wire};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tokio::net::TcpListener;
use tonic::Status;

async fn closed_port() -> Destination {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    destination(Wire::OtlpGrpc, &format!("http://{}", listener.local_addr().unwrap()))
}

async fn grpc(receiver: &GrpcReceiver) -> Destination {
    destination(Wire::OtlpGrpc, &format!("http://{}", receiver.listen("127.0.0.1").await))
}

async fn http(receiver: &HttpReceiver) -> Destination {
    destination(Wire::OtlpHttp, &format!("http://{}/v1/traces", receiver.listen("127.0.0.1").await))
}

/// The number of spans in each request.
fn requests(receiver: &GrpcReceiver) -> Vec<usize> {
    receiver.seen().iter().map(|seen| super::span_names(&seen.request).len()).collect()
}

#[tokio::test]
async fn the_first_place_that_takes_an_empty_batch_is_kept() {
    let own_wire_only = GrpcReceiver::refusing(Status::unimplemented("unknown service"));
    let receiver = GrpcReceiver::accepting();
    let places = [closed_port().await, grpc(&own_wire_only).await, grpc(&receiver).await];
    let chosen = places[2].endpoint.clone();
    let mut exporter = Exporter::remote(&remote(places)).unwrap();
    for _ in 0..2 {
        assert_eq!(exporter.export(&batch(&[&["one", "two"]])).await.unwrap(), Accepted::default());
    }
    assert_eq!(requests(&own_wire_only), [0]);
    assert_eq!(requests(&receiver), [0, 2, 2]);
    assert_eq!(
        exporter.place(),
        format!("`{}`", crate::exporter::transport::endpoint::shown(&chosen))
    );
}

#[tokio::test]
async fn the_only_place_needs_no_probe() {
    let receiver = GrpcReceiver::accepting();
    let mut exporter = Exporter::remote(&remote([grpc(&receiver).await])).unwrap();
    exporter.export(&batch(&[&["one"]])).await.unwrap();
    assert_eq!(requests(&receiver), [1]);
}

#[tokio::test]
async fn a_probe_is_sent_once_to_each_place() {
    let receiver = GrpcReceiver::accepting();
    let mut exporter =
        Exporter::remote(&remote([closed_port().await, grpc(&receiver).await])).unwrap();
    exporter.export(&batch(&[])).await.unwrap();
    assert_eq!(requests(&receiver), [0]);
}

#[tokio::test]
async fn until_a_place_is_chosen_all_are_named() {
    let places = ["http://a:1", "http://b:2"].map(|uri| destination(Wire::OtlpGrpc, uri));
    assert_eq!(Exporter::remote(&remote(places)).unwrap().place(), "`http://a:1` or `http://b:2`");
}

#[tokio::test]
async fn a_place_that_no_longer_speaks_the_wire_is_forgotten() {
    let replaced = Arc::new(AtomicBool::new(false));
    let first = GrpcReceiver::new({
        let replaced = replaced.clone();
        move |_| {
            let is_replaced = replaced.load(Ordering::Relaxed);
            if is_replaced {
                Err(Status::unimplemented("replaced"))
            } else {
                Ok(ExportTraceServiceResponse::default())
            }
        }
    });
    let second = HttpReceiver::accepting();
    let mut exporter =
        Exporter::remote(&remote([grpc(&first).await, http(&second).await])).unwrap();
    exporter.export(&batch(&[&["one"]])).await.unwrap();
    replaced.store(true, Ordering::Relaxed);
    let error = exporter.export(&batch(&[&["two"]])).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::WireNotSpoken);
    exporter.export(&batch(&[&["two"]])).await.unwrap();
    assert_eq!(second.seen().last().unwrap().span_names(), ["two"]);
}

#[tokio::test]
async fn a_place_that_is_in_trouble_for_now_is_kept() {
    let receiver = GrpcReceiver::new({
        let count = AtomicUsize::new(0);
        move |_| match count.fetch_add(1, Ordering::Relaxed) {
            1 => Err(Status::unavailable("later")),
            _ => Ok(ExportTraceServiceResponse::default()),
        }
    });
    let mut exporter =
        Exporter::remote(&remote([grpc(&receiver).await, closed_port().await])).unwrap();
    assert_eq!(
        exporter.export(&batch(&[&["one"]])).await.unwrap_err().kind,
        ErrorKind::Retryable { wait: None }
    );
    exporter.export(&batch(&[&["one"]])).await.unwrap();
    assert_eq!(requests(&receiver), [0, 1, 1], "there is no second probe");
}

#[tokio::test]
async fn where_no_place_takes_spans_all_reasons_are_given() {
    let own_wire_only = GrpcReceiver::refusing(Status::unimplemented("unknown service"));
    let (first, second) = (grpc(&own_wire_only).await, closed_port().await);
    let shown = |place: &Destination| crate::exporter::transport::endpoint::shown(&place.endpoint);
    let expected = format!(
        "`{}` answered UNIMPLEMENTED: unknown service; cannot reach `{}`: connection refused",
        shown(&first),
        shown(&second)
    );
    let mut exporter = Exporter::remote(&remote([first, second])).unwrap();
    let error = exporter.export(&batch(&[&["one"]])).await.unwrap_err();
    assert_eq!(
        (error.kind, error.message),
        (ErrorKind::Unreachable, expected),
        "the second may still come up"
    );
}
