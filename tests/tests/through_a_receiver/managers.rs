//! Tracing set up by objects: what each call does in whatever order they come.

use super::{Result, Turn};
use std::time::Duration;
use synndicate::{
    DistributedTracingManager, DistributedTracingManagerBuilder, Ledger, TracingBackend,
    TracingManager, TracingProtocol, get_tracing_manager, setup_otlp_tracing, traced,
};
use synndicate_tests::receiver::{Noted, Receiver, Wire};
use synndicate_tests::spans::{attributes, show};

#[traced]
fn by_macro() {
    drop(get_tracing_manager().start_span("by hand below"));
}

fn to(receiver: &Receiver) -> DistributedTracingManagerBuilder {
    let protocol = match receiver.wire() {
        Wire::Http => TracingProtocol::Http,
        _ => TracingProtocol::Grpc,
    };
    DistributedTracingManager::builder()
        .backend(TracingBackend::Otlp)
        .protocol(protocol)
        .endpoint(receiver.endpoint())
        .batch_timeout(Duration::from_secs(10))
        .max_batch_size(1024)
        .max_queue_size(4096)
        .health_check(true)
        .health_check_interval(Duration::from_secs(30))
        .set("shutdown_timeout", "60")
}

fn resource_of(noted: &Noted) -> Vec<(String, String)> {
    let resources = noted.exports.iter().flat_map(|export| &export.request.resource_spans);
    let resources = resources.filter_map(|spans| spans.resource.as_ref());
    resources.flat_map(|resource| attributes(&resource.attributes)).collect()
}

#[test]
fn spans_by_hand_nest_with_those_of_the_macro_in_both_directions() -> Result<()> {
    let _turn = Turn::take();
    let receiver = Receiver::over(Wire::Grpc).listen()?;
    let tracing =
        TracingManager::new("my-service", "1.0.0").with_distributed(to(&receiver).build());
    tracing.initialize()?;
    {
        let span = tracing.start_span("by hand");
        by_macro();
        let below = tracing.start_span("another");
        span.set_attribute("of", "the outer one");
        below.set_attribute("of", "the inner one");
        span.set_attribute("otel.kind", "client");
    }
    let ledger = tracing.shutdown()?;
    assert_eq!((ledger.created, ledger.exported), (4, 4), "{ledger}");

    let noted = receiver.noted();
    let spans = show(noted.spans());
    let parents = [
        ("by hand", None),
        ("by_macro", Some("by hand")),
        ("by hand below", Some("by_macro")),
        ("another", Some("by hand")),
    ];
    for (name, parent) in parents {
        assert_eq!(spans[name].parent.as_deref(), parent, "{name}");
    }
    for (name, value) in [("by hand", "\"the outer one\""), ("another", "\"the inner one\"")] {
        assert!(spans[name].attributes.contains(&("of".into(), value.into())), "{spans:?}");
    }
    assert_eq!(spans["by hand"].kind, "CLIENT");
    let place = spans["by hand"].attributes.iter().find(|(key, _)| key == "code.file.path");
    assert!(place.is_some_and(|(_, path)| path.ends_with("managers.rs\"")), "{place:?}");
    let resource = resource_of(&noted);
    for (key, value) in [("service.name", "\"my-service\""), ("service.version", "\"1.0.0\"")] {
        assert!(resource.contains(&(key.into(), value.into())), "{resource:?}");
    }
    Ok(())
}

#[test]
fn a_name_that_the_way_to_the_backend_was_given_wins() -> Result<()> {
    let _turn = Turn::take();
    let receiver = Receiver::over(Wire::Http).listen()?;
    let distributed = to(&receiver).service_name("given").service_version("2").build();
    let tracing = TracingManager::new("my-service", "1.0.0").with_distributed(distributed);
    tracing.initialize()?;
    drop(tracing.start_span("one"));
    tracing.shutdown()?;
    let resource = resource_of(&receiver.noted());
    for (key, value) in [("service.name", "\"given\""), ("service.version", "\"2\"")] {
        assert!(resource.contains(&(key.into(), value.into())), "{resource:?}");
    }
    Ok(())
}

#[test]
fn what_was_set_up_is_not_set_up_twice_and_not_shut_down_twice() -> Result<()> {
    let _turn = Turn::take();
    let receiver = Receiver::over(Wire::Grpc).listen()?;
    let manager = to(&receiver).build();
    manager.setup()?;
    manager.clone().setup()?;
    by_macro();
    let ledger = manager.shutdown()?;
    assert_eq!(manager.clone().shutdown()?, ledger);
    assert_eq!((ledger.exported, receiver.noted().taken, receiver.noted().probes), (2, 2, 1));
    manager.setup()?;
    by_macro();
    assert_eq!(manager.shutdown()?.exported, 2, "a manager may be set up again");
    assert_eq!(receiver.noted().taken, 4);
    Ok(())
}

#[test]
fn shutting_down_what_was_never_set_up_is_told() {
    let error = DistributedTracingManager::new().shutdown().unwrap_err().to_string();
    assert!(error.contains("never set up") && error.contains("call `setup()` first"), "{error}");
    let error = TracingManager::new("my-service", "1").shutdown().unwrap_err().to_string();
    assert!(error.contains("never set up"), "{error}");
}

#[test]
fn two_managers_work_one_after_the_other_and_not_at_once() -> Result<()> {
    let _turn = Turn::take();
    let receivers = [Receiver::over(Wire::Grpc).listen()?, Receiver::over(Wire::Http).listen()?];
    let [first, second] = receivers.each_ref().map(|receiver| to(receiver).build());
    first.setup()?;
    let error = second.setup().unwrap_err().to_string();
    assert!(error.contains("tracing runs already in this process"), "{error}");
    by_macro();
    assert!(second.shutdown().is_err(), "it was never set up, and the first one goes on");
    by_macro();
    assert_eq!(first.shutdown()?.exported, 4);
    second.setup()?;
    by_macro();
    assert_eq!(second.shutdown()?.exported, 2);
    assert_eq!(receivers.each_ref().map(|receiver| receiver.noted().taken), [4, 2]);
    Ok(())
}

#[test]
fn a_disabled_manager_installs_nothing() -> Result<()> {
    let _turn = Turn::take();
    let manager = DistributedTracingManager::builder().backend(TracingBackend::Disabled).build();
    manager.setup()?;
    by_macro();
    get_tracing_manager().start_span("nothing").set_attribute("key", "value");
    assert_eq!(manager.shutdown()?, Ledger::default());
    Ok(())
}

#[test]
fn mistakes_are_errors_of_the_set_up_and_leave_nothing_running() -> Result<()> {
    let _turn = Turn::take();
    let receiver = Receiver::over(Wire::Grpc).listen()?;
    let mistaken = to(&receiver).sample_rate(1.5).endpoint("not an url").build();
    let error = mistaken.setup().unwrap_err().to_string();
    for key in ["tracing_sample_rate", "tracing_endpoint"] {
        assert!(error.contains(key), "{error}");
    }
    assert!(mistaken.shutdown().is_err());
    let tracing = setup_otlp_tracing(receiver.endpoint())?;
    by_macro();
    assert_eq!(tracing.shutdown()?.exported, 2);
    Ok(())
}
