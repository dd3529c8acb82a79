//! Jaeger's own protocol on the wire, and which of two protocols is spoken at one place.

use super::grpc_receiver::GrpcReceiver;
use super::jaeger_receiver::{JaegerReceiver, listen};
use super::{assert_error, batch, destination, export, export_error, remote, span_names};
use crate::batch::Chunk;
use crate::exporter::{Accepted, ErrorKind, Exporter};
use crate::plan::{Compression, Remote, Wire};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;
use tonic::Status;

fn jaeger_at(place: &str) -> Remote {
    remote([destination(Wire::JaegerGrpc, &format!("http://{place}"))])
}

/// A place that is tried in these wires.
fn in_turn(place: &str, wires: [Wire; 2]) -> Remote {
    remote(wires.map(|wire| destination(wire, &format!("http://{place}"))))
}

const OWN_FIRST: [Wire; 2] = [Wire::JaegerGrpc, Wire::OtlpGrpc];
const OTLP_FIRST: [Wire; 2] = [Wire::OtlpGrpc, Wire::JaegerGrpc];

fn otlp_requests(receiver: &GrpcReceiver) -> Vec<usize> {
    receiver.seen().iter().map(|seen| span_names(&seen.request).len()).collect()
}

#[tokio::test]
async fn spans_arrive_with_their_process_packed_or_not() {
    for compression in [Compression::None, Compression::Gzip] {
        let receiver = JaegerReceiver::accepting();
        let mut remote = jaeger_at(&receiver.listen().await);
        remote.compression = compression;
        remote.headers.0.insert("x-team", "search".parse().unwrap());
        assert_eq!(export(&remote).await.unwrap(), Accepted::default());
        let seen = receiver.seen().remove(0);
        let names: Vec<_> = seen.batch.spans.iter().map(|span| &*span.operation_name).collect();
        assert_eq!(names, ["one", "two", "three"]);
        assert_eq!(seen.batch.process.unwrap().service_name, "test");
        assert_eq!(seen.metadata.get("x-team").unwrap(), "search");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_rejected_and_the_rest_arrives() {
    let receiver = JaegerReceiver::accepting();
    let mut batch = batch(&[&["one"]]);
    batch.push(Chunk::new(vec![Chunk::SPAN, 2, 0xff, 0xff].into(), 1));
    let mut exporter = Exporter::remote(&jaeger_at(&receiver.listen().await)).unwrap();
    let accepted = exporter.export(&batch).await.unwrap();
    assert_eq!((accepted.rejected, receiver.requests()), (1, vec![1]));
    let message = accepted.message.unwrap();
    assert!(message.starts_with("they could not be read: "), "{message}");
}

#[tokio::test]
async fn a_server_that_knows_one_wire_is_spoken_to_in_it_whichever_is_tried_first() {
    for wires in [OWN_FIRST, OTLP_FIRST] {
        let own = JaegerReceiver::accepting();
        let mut exporter = Exporter::remote(&in_turn(&own.listen().await, wires)).unwrap();
        exporter.export(&batch(&[&["one", "two"]])).await.unwrap();
        assert_eq!(own.requests(), [0, 2]);

        let otlp = GrpcReceiver::accepting();
        let place = otlp.listen("127.0.0.1").await;
        let mut exporter = Exporter::remote(&in_turn(&place, wires)).unwrap();
        assert_eq!(exporter.place(), format!("`http://{place}`"), "it is one place");
        exporter.export(&batch(&[&["one", "two"]])).await.unwrap();
        assert_eq!(otlp_requests(&otlp), [0, 2]);
    }
}

/// A server that takes one wire at a time.
struct Changeable {
    takes_otlp: Arc<AtomicBool>,
    otlp: GrpcReceiver,
    own: JaegerReceiver,
    place: String,
}

impl Changeable {
    async fn listen() -> Changeable {
        let takes_otlp = Arc::new(AtomicBool::new(false));
        let taken = |if_otlp: bool| {
            let takes_otlp = takes_otlp.clone();
            move || {
                let is_taken = takes_otlp.load(Ordering::Relaxed) == if_otlp;
                is_taken.then_some(()).ok_or_else(|| Status::unimplemented("unknown service"))
            }
        };
        let otlp = taken(true);
        let otlp =
            GrpcReceiver::new(move |_| otlp().map(|()| ExportTraceServiceResponse::default()));
        let own = JaegerReceiver::new(taken(false));
        let place = listen(otlp.router().add_service(own.service())).await;
        Changeable { takes_otlp, otlp, own, place }
    }

    fn change(&self) {
        self.takes_otlp.fetch_xor(true, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_server_that_is_replaced_by_one_of_the_other_wire_is_found_out_anew() {
    for wires in [OWN_FIRST, OTLP_FIRST] {
        let server = Changeable::listen().await;
        let mut exporter = Exporter::remote(&in_turn(&server.place, wires)).unwrap();
        exporter.export(&batch(&[&["a"]])).await.unwrap();
        for _ in 0..2 {
            server.change();
            let error = exporter.export(&batch(&[&["b", "c"]])).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::WireNotSpoken);
            exporter.export(&batch(&[&["b", "c"]])).await.unwrap();
        }
        assert_eq!(server.own.requests().last(), Some(&2), "the last server takes its own wire");
        assert!(otlp_requests(&server.otlp).contains(&2));
    }
}

#[tokio::test]
async fn where_neither_wire_is_taken_the_usual_ports_are_named() {
    let unknown = Status::unimplemented("unknown service");
    let otlp = GrpcReceiver::refusing(unknown.clone());
    let own = JaegerReceiver::new(move || Err(unknown.clone()));
    let place = listen(otlp.router().add_service(own.service())).await;
    let error = export_error(&in_turn(&place, OWN_FIRST)).await;
    let answer = format!("`http://{place}` answered UNIMPLEMENTED: unknown service");
    let hint =
        "Jaeger usually takes its own protocol on port 14250, and OTLP over gRPC on port 4317";
    assert_error(&error, ErrorKind::WireNotSpoken, &answer, hint);
}

#[tokio::test]
async fn a_place_that_does_not_answer_is_not_waited_for_in_each_wire() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = connections.clone();
    tokio::spawn(async move {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            open.push(stream);
        }
    });
    let mut silent = in_turn(&place, OWN_FIRST);
    silent.timeout = Duration::from_millis(50);
    assert_eq!(export_error(&silent).await.kind, ErrorKind::TimedOut);
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_place_where_nobody_listens_is_named_once() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = export_error(&in_turn(&place, OWN_FIRST)).await;
    let message = format!("cannot reach `http://{place}`: connection refused");
    let hint = "is the backend running, and does it listen there?";
    assert_error(&error, ErrorKind::Unreachable, &message, hint);
}

/// A way to `place` that says when a connection through it has ended.
async fn watched(place: String) -> (String, UnboundedReceiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let way = listener.local_addr().unwrap().to_string();
    let (ended, endings) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (place, ended) = (place.clone(), ended.clone());
            tokio::spawn(async move {
                let mut server = TcpStream::connect(place).await.unwrap();
                // However it ends, it has.
                let _ = copy_bidirectional(&mut stream, &mut server).await;
                ended.send(())
            });
        }
    });
    (way, endings)
}

#[tokio::test]
async fn the_wire_that_was_not_chosen_keeps_no_connection() {
    let own = JaegerReceiver::accepting();
    let (way, mut endings) = watched(own.listen().await).await;
    let mut exporter = Exporter::remote(&in_turn(&way, OTLP_FIRST)).unwrap();
    exporter.export(&batch(&[&["one"]])).await.unwrap();
    timeout(Duration::from_secs(30), endings.recv()).await.expect("the first connection is open");
    exporter.export(&batch(&[&["two"]])).await.unwrap();
    assert!(endings.try_recv().is_err(), "the second one is kept");
}
