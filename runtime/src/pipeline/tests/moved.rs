//! A backend whose name gets another address, over real connections.

use super::*;
use crate::exporter::tests::{destination, remote};
use crate::exporter::zone::{NEW, OLD, listen_at_both, point};
use crate::plan::Wire;
use crate::testing::{Fault, Receiver};

#[test]
fn spans_follow_a_name_also_where_its_old_place_stays_open_and_silent() {
    let (old, new, port) = listen_at_both();
    let [old, new] = [old, new].map(|listener| Receiver::on(listener).unwrap());
    point("moving.example", OLD);
    let place = format!("http://moving.example:{port}/v1/traces");
    let mut backend = remote([destination(Wire::OtlpHttp, &place)]);
    // Waited for once, when there is no answer any more.
    backend.timeout = Duration::from_secs(2);
    let exporter = Exporter::remote(&backend).unwrap();
    let (pipeline, probe, _, core) =
        Setup::default().pipeline(exporter, Vec::new(), Arc::new(|_: &str| {}));
    probe.recv_timeout(PATIENCE).unwrap().result.unwrap();
    core.accept(chunk("before", 0));
    assert!(pipeline.flush(PATIENCE), "{}", pipeline.ledger());

    old.fail(Fault::Silence);
    point("moving.example", NEW);
    core.accept(chunk("after", 0));
    assert!(pipeline.flush(PATIENCE), "{}", pipeline.ledger());
    let ledger = pipeline.shutdown(PATIENCE);
    assert_eq!((ledger.created, ledger.exported), (2, 2), "{ledger}");
    let names = |receiver: &Receiver| -> Vec<_> {
        receiver.spans().iter().map(|span| span.name.clone()).collect()
    };
    assert_eq!((names(&old), names(&new)), (vec!["before".into()], vec!["after".into()]));
}
