//! The receiver that users get for their tests: each fault does what it says.

use super::{Result, Turn};
use opentelemetry::global;
use opentelemetry::trace::Tracer as _;
use std::time::Duration;
use synndicate::testing::{Fault, Receiver, Span};
use synndicate::{Builder, DropReason, Ledger, Tracing, traced};

const PATIENCE: Duration = Duration::from_secs(60);

#[traced]
fn work(n: u64) -> u64 {
    n
}

/// Three spans, on their way to the receiver.
fn begin(receiver: &Receiver) -> Result<Tracing> {
    let place = receiver.settings();
    let place = place.iter().map(|(key, value)| (*key, &value[..]));
    let patient =
        [("shutdown_timeout", "60"), ("tracing_timeout", "500"), ("tracing_compression", "gzip")];
    let settings = patient.into_iter().chain(place);
    let builder = settings.fold(Builder::new(), |builder, (key, value)| builder.set(key, value));
    let tracing = builder.start()?;
    (0..3).map(work).for_each(drop);
    Ok(tracing)
}

/// Three spans, and what became of them.
fn send(receiver: &Receiver) -> Result<Ledger> {
    Ok(begin(receiver)?.shutdown())
}

#[test]
fn spans_of_the_api_of_opentelemetry_say_their_scope_in_attributes() -> Result<()> {
    let _turn = Turn::take();
    let receiver = Receiver::start()?;
    let tracing = begin(&receiver)?;
    global::tracer("library").in_span("query", |_| ());
    tracing.shutdown();
    let spans = receiver.spans();
    let name_of = |span: &Span| span.attribute("otel.scope.name").cloned();
    assert_eq!(name_of(spans.one("query")), Some("library".into()));
    assert!(
        spans.named("work").count() == 3 && spans.named("work").all(|it| name_of(it).is_none())
    );
    Ok(())
}

#[test]
fn faults_that_pass_cost_no_span() -> Result<()> {
    let _turn = Turn::take();
    for fault in [Fault::Close, Fault::Status(503), Fault::RetryAfter(1), Fault::Silence] {
        let receiver = Receiver::start()?;
        // The first request asks whether spans would be taken.
        receiver.fail_once(fault.clone());
        receiver.fail_once(fault.clone());
        let tracing = begin(&receiver)?;
        assert!(synndicate::flush(), "{fault:?}");
        let ledger = tracing.shutdown();
        assert_eq!((ledger.exported, ledger.dropped()), (3, 0), "{fault:?}: {ledger}");
        receiver.wait_for(3, PATIENCE)?.assert_tree("work n=0\nwork n=1\nwork n=2");
        assert!(receiver.requests() >= 3, "{fault:?}");
    }
    Ok(())
}

#[test]
fn faults_that_stay_are_counted() -> Result<()> {
    let _turn = Turn::take();
    for (fault, reason, dropped) in [
        (Fault::Status(401), DropReason::Refused, 3),
        (Fault::Status(400), DropReason::Invalid, 3),
        (Fault::Status(413), DropReason::TooLarge, 3),
        (Fault::Rejects(2, "too old".into()), DropReason::Rejected, 2),
    ] {
        let receiver = Receiver::start()?;
        receiver.fail(fault.clone());
        let ledger = send(&receiver)?;
        assert_eq!(ledger.dropped_for(reason), dropped, "{fault:?}: {ledger}");
        assert_eq!(ledger.exported as usize, receiver.spans().len(), "{fault:?}: {ledger}");
        receiver.recover();
        assert_eq!(send(&receiver)?.exported, 3);
    }
    let receiver = Receiver::start()?;
    receiver.fail(Fault::Garbage);
    assert_eq!(send(&receiver)?.exported, 3, "what follows a good status does not count");
    Ok(())
}

#[test]
fn it_can_go_away_and_come_back() -> Result<()> {
    let _turn = Turn::take();
    let receiver = Receiver::start()?;
    receiver.go_away();
    let ledger = send(&receiver)?;
    assert_eq!(ledger.dropped_for(DropReason::ShutDown), 3, "{ledger}");
    assert!(receiver.wait_for(1, Duration::ZERO).is_err());
    receiver.come_back()?;
    assert_eq!(send(&receiver)?.exported, 3);
    Ok(())
}
