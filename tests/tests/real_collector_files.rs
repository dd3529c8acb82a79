//! The files of `config/tracing` are what a collector accepts, and spans pass through it: the real Jaeger, which is an
//! OpenTelemetry Collector, is given those of every container as the container is started with them.
#![cfg(feature = "real-backends")]

use std::error::Error;
use synndicate_tests::collector::{Collector, complaint, configuration};
use synndicate_tests::deployment::{collectors, document};
use synndicate_tests::examples::run_example;
use synndicate_tests::jaeger::Jaeger;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

#[test]
fn a_collector_accepts_the_files_of_every_container() -> Result {
    let collectors = collectors();
    assert_eq!(collectors.len(), 6, "{collectors:?}");
    for files in collectors {
        assert_eq!(complaint(&configuration(&files)?)?, None, "{files:?}");
    }
    Ok(())
}

#[test]
fn a_collector_refuses_a_key_that_it_does_not_know() -> Result {
    let mut config = document("scale-gateway.yaml");
    config["exporters"]["kafka"]["partition_traces"] = true.into();
    let complaint = complaint(&[config])?.ok_or("it was accepted")?;
    assert!(complaint.contains("partition_traces"), "{complaint}");
    Ok(())
}

#[test]
fn a_trace_that_is_sent_to_the_collector_arrives_in_both_backends() -> Result {
    let (jaeger, in_place_of_zipkin) = (Jaeger::start()?, Jaeger::start()?);
    let collector = Collector::start(&jaeger, &in_place_of_zipkin)?;
    let ways = [("grpc", collector.otlp_grpc()), ("http", collector.otlp_http())];
    for (protocol, endpoint) in &ways {
        let variables = [
            ("SYN_OBSERVABILITY__SERVICE_NAME", *protocol),
            ("SYN_OBSERVABILITY__TRACING_BACKEND", "otlp"),
            ("SYN_OBSERVABILITY__TRACING_PROTOCOL", *protocol),
            ("SYN_OBSERVABILITY__TRACING_ENDPOINT", endpoint.as_str()),
        ];
        let output = run_example("agents", variables)?;
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        for backend in [&jaeger, &in_place_of_zipkin] {
            assert_eq!(backend.traces(protocol, 3)?.len(), 1, "{protocol}");
        }
    }
    Ok(())
}
