//! The tier for more than one machine can hold, of the files of `config/tracing` as its containers get them: a gateway, a real Kafka,
//! two samplers and a real Jaeger. Of ten thousand traces it keeps every one with an error and the set share of the others, and
//! each of them whole, whichever sampler has judged it.
#![cfg(feature = "real-backends")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io;
use std::time::Duration;
use synndicate::{Builder, propagation, traced};
use synndicate_tests::collector::Collector;
use synndicate_tests::deployment::{Service, document, service};
use synndicate_tests::jaeger::Jaeger;
use synndicate_tests::kafka::Kafka;
use synndicate_tests::wait_for;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

const TRACES: u64 = 10_000;
const SPANS: u64 = 5;
/// Of the topic, as its container makes it.
const PARTITIONS: u64 = 12;

/// How long it may take until all is judged and stored, the samplers' `decision_wait` included.
const PATIENCE: Duration = Duration::from_secs(120);

/// Each trace with an error has it far from the root, which has none.
#[traced(kind = server)]
fn order(number: u64) {
    reserve();
    charge(number);
    send();
}

#[traced]
fn reserve() {}

#[traced(kind = client)]
fn charge(number: u64) -> bool {
    debit(number).is_ok()
}

#[traced]
fn debit(number: u64) -> std::result::Result<(), &'static str> {
    if fails(number) { Err("no money") } else { Ok(()) }
}

#[traced]
fn send() {}

fn fails(number: u64) -> bool {
    number.is_multiple_of(10)
}

/// The ids are the same in each run, and so is what the samplers make of them.
fn trace_id(number: u64) -> String {
    format!("{:016x}{:016x}", scattered(number), scattered(!number))
}

/// The finalizer of `SplitMix64`, see <https://prng.di.unimi.it/splitmix64.c>.
fn scattered(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Sends all traces to this endpoint.
fn send_all(endpoint: &str) -> Result {
    let tracing = Builder::new()
        .set("service_name", "shop")
        .set("tracing_backend", "otlp")
        .set("tracing_protocol", "grpc")
        .set("tracing_endpoint", endpoint)
        .start()?;
    for number in 0..TRACES {
        let traceparent = format!("00-{}-00f067aa0ba902b7-01", trace_id(number));
        let headers = BTreeMap::from([("traceparent".to_owned(), traceparent)]);
        propagation::extract(&headers).run(|| order(number));
        if number % 200 == 0 {
            assert!(synndicate::flush(), "{:?}", synndicate::health());
        }
    }
    let ledger = tracing.shutdown();
    assert_eq!(ledger.exported, TRACES * SPANS, "{ledger:?}");
    Ok(())
}

fn container(name: &str) -> Service {
    service("scale-docker-compose.yml", name)
}

/// The samplers, while they read the same topic.
struct Samplers([Collector; 2]);

impl Samplers {
    fn start(broker: &str, store: &str) -> Result<Samplers> {
        let container = container("sampler");
        let replacements = [("kafka:9092", broker), ("jaeger:4317", store)];
        let start = || Collector::start(&container, &replacements);
        let samplers = Samplers([start()?, start()?]);
        // While partitions change hands, a trace may be judged in two halves.
        let count = |what| {
            samplers.counts(&format!("otelcol_kafka_receiver_partition_{what}_total"), "").ok()
        };
        let shared_out = || {
            // Each is started before it is closed, so that the difference is no less than nothing.
            let ([one_closed, other_closed], [one, other]) = (count("close")?, count("start")?);
            let (one, other) = (one - one_closed, other - other_closed);
            (one + other == PARTITIONS && one > 0 && other > 0).then_some(())
        };
        wait_for(PATIENCE, shared_out).ok_or("the partitions are not shared out")?;
        Ok(samplers)
    }

    /// Waits until all traces are judged and what is kept is in the store; how many each has kept.
    fn judge(&self, store: &Collector) -> Result<[u64; 2]> {
        let judged = |sampled: &str| {
            let name = "otelcol_processor_tail_sampling_global_count_traces_sampled_total";
            self.counts(name, &format!("sampled=\"{sampled}\""))
        };
        let done = || {
            let (kept, left) = (judged("true").ok()?, judged("false").ok()?);
            let stored = store.count("otelcol_exporter_sent_spans_total", "").ok()?;
            let all_judged = total(kept) + total(left) == TRACES;
            (all_judged && stored == total(kept) * SPANS).then_some(kept)
        };
        let counts = || format!("kept: {:?}, left: {:?}", judged("true"), judged("false"));
        Ok(wait_for(PATIENCE, done).ok_or_else(counts)?)
    }

    fn counts(&self, name: &str, label: &str) -> io::Result<[u64; 2]> {
        let Samplers([one, other]) = self;
        Ok([one.count(name, label)?, other.count(name, label)?])
    }
}

fn total(counts: [u64; 2]) -> u64 {
    counts.iter().sum()
}

/// How many of a hundred traces without error are to be kept.
fn share() -> u64 {
    let sampler = document("scale-sampler.yaml");
    let policies = sampler["processors"]["tail_sampling"]["policies"].as_array().cloned();
    let mut policies = policies.into_iter().flatten();
    let share = policies.find_map(|it| it.pointer("/probabilistic/sampling_percentage")?.as_u64());
    share.expect("a share is set")
}

/// The numbers of the traces that there are, each of which must be whole.
fn stored(jaeger: &Jaeger) -> Result<Vec<u64>> {
    let mut stored = Vec::new();
    for number in 0..TRACES {
        let spans = jaeger.trace(&trace_id(number))?;
        let names = spans.iter().filter_map(|span| span["operationName"].as_str());
        let names: BTreeSet<_> = names.collect();
        if !spans.is_empty() {
            assert_eq!(names, BTreeSet::from(["order", "reserve", "charge", "debit", "send"]));
            assert_eq!(spans.len() as u64, SPANS);
            stored.push(number);
        }
    }
    Ok(stored)
}

#[test]
fn every_error_and_the_share_of_the_others_come_through_kafka_whole() -> Result {
    let store = tempfile::tempdir()?;
    let store = store.path().to_str().ok_or("no text")?;
    let jaeger = Jaeger::start_in(&container("jaeger"), &[("/badger", store)])?;
    let kafka = Kafka::start()?;
    let broker = kafka.broker();
    let gateway = Collector::start(&container("gateway"), &[("kafka:9092", &broker)])?;
    let samplers = Samplers::start(&broker, &jaeger.otlp_grpc().replace("http://", ""))?;
    send_all(&gateway.otlp_grpc())?;

    let kept = samplers.judge(jaeger.collector())?;
    assert!(kept.iter().all(|kept| *kept > 0), "both judge: {kept:?}");
    let stored = stored(&jaeger)?;
    assert_eq!(stored.len() as u64, total(kept));
    let (errors, others): (Vec<u64>, Vec<u64>) = stored.iter().partition(|it| fails(**it));
    assert_eq!(errors, (0..TRACES).filter(|it| fails(*it)).collect::<Vec<_>>());
    assert_about(others.len() as u64, TRACES - errors.len() as u64, share());
    Ok(())
}

/// At most five standard deviations from what is expected of so many tosses, of which so many in a hundred hit.
fn assert_about(count: u64, tosses: u64, share: u64) {
    let expected = tosses * share / 100;
    let variance = expected * (100 - share) / 100;
    assert!(count.abs_diff(expected).pow(2) < 25 * variance, "{count} is not about {expected}");
}
