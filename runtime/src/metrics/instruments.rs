//! The metrics as instruments of OpenTelemetry.

use super::{Kind, METRICS, Metric, Reading};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{AsyncInstrument, Meter};

/// Registers how tracing itself is with a meter of yours: the metrics of [`prometheus`](super::prometheus()) as observable
/// instruments, which your metrics exporter reads whenever it collects. They are there as long as the meter's provider is.
///
/// The names are those of Prometheus in OpenTelemetry's spelling, such as `synndicate.spans.dropped` with the attribute `reason`.
/// Call it once for a provider.
///
/// ```
/// let meter = opentelemetry::global::meter("shop");
/// synndicate::register_metrics(&meter);
/// ```
pub fn register_metrics(meter: &Meter) {
    for metric in &METRICS {
        // The provider keeps the instrument, with what it calls.
        match metric.kind {
            Kind::Counter => drop(
                meter
                    .f64_observable_counter(metric.name)
                    .with_unit(metric.unit)
                    .with_description(metric.help)
                    .with_callback(|observer| observe(metric, observer))
                    .build(),
            ),
            Kind::Gauge => drop(
                meter
                    .f64_observable_gauge(metric.name)
                    .with_unit(metric.unit)
                    .with_description(metric.help)
                    .with_callback(|observer| observe(metric, observer))
                    .build(),
            ),
        }
    }
}

fn observe(metric: &Metric, observer: &dyn AsyncInstrument<f64>) {
    for sample in (metric.read)(&Reading::now()) {
        let attributes = sample.labels.into_iter().map(|(name, value)| KeyValue::new(name, value));
        observer.observe(sample.value, &attributes.collect::<Vec<_>>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use opentelemetry::metrics::MeterProvider as _;
    use opentelemetry_sdk::metrics::data::{
        AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics,
    };
    use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};

    fn collected() -> Vec<ResourceMetrics> {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        let provider = SdkMeterProvider::builder().with_reader(reader).build();
        register_metrics(&provider.meter("test"));
        provider.force_flush().unwrap();
        exporter.get_finished_metrics().unwrap()
    }

    /// The values of a metric with their attributes, and whether it is a counter.
    fn values(metric: &opentelemetry_sdk::metrics::data::Metric) -> (Vec<String>, bool) {
        let shown = |attributes: &mut dyn Iterator<Item = &KeyValue>| {
            attributes.map(|it| format!("{}={}", it.key, it.value)).collect::<Vec<_>>().join(",")
        };
        match metric.data() {
            AggregatedMetrics::F64(MetricData::Sum(sum)) => {
                let points = sum.data_points().map(|it| shown(&mut it.attributes()));
                (points.collect(), sum.is_monotonic())
            }
            AggregatedMetrics::F64(MetricData::Gauge(gauge)) => {
                (gauge.data_points().map(|it| shown(&mut it.attributes())).collect(), false)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_provider_collects_every_metric_that_has_a_value() {
        let collected = collected();
        let metrics: Vec<_> = collected
            .iter()
            .flat_map(ResourceMetrics::scope_metrics)
            .flat_map(ScopeMetrics::metrics)
            .collect();
        for metric in &METRICS {
            let expected: Vec<_> = (metric.read)(&Reading::now());
            let found = metrics.iter().find(|it| it.name() == metric.name);
            let Some(found) = found else {
                assert!(expected.is_empty(), "{}", metric.name);
                continue;
            };
            assert_eq!((found.unit(), found.description()), (metric.unit, metric.help));
            let (values, is_counter) = values(found);
            assert_eq!((values.len(), is_counter), (expected.len(), metric.kind == Kind::Counter));
        }
        let dropped = metrics.iter().find(|it| it.name() == "synndicate.spans.dropped").unwrap();
        assert!(values(dropped).0.contains(&"reason=queue_full".to_owned()));
    }
}
