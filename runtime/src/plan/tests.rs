//! What shows only when values meet.

use super::*;
use crate::settings::{Sources, load};

fn planned(keys: &[(&str, &str)]) -> Result<(Plan, String), String> {
    from(keys, &[])
}

fn from(keys: &[(&str, &str)], variables: &[(&str, &str)]) -> Result<(Plan, String), String> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    let variable = |(name, value): &(&str, &str)| (name.into(), value.into());
    let sources = Sources {
        builder: keys.iter().map(owned).collect(),
        environment: variables.iter().map(variable).collect(),
        ..Sources::default()
    };
    match Plan::new(&load(&sources)) {
        Ok((plan, warnings)) => Ok((plan, warnings.iter().map(ToString::to_string).collect())),
        Err(errors) => Err(errors.to_string()),
    }
}

fn remote(plan: Plan) -> Remote {
    match plan.backends.into_iter().next() {
        Some(Backend::Remote(remote)) => remote,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_defaults_make_a_plan_without_a_warning() {
    let (plan, warnings) = planned(&[]).unwrap();
    assert_eq!(warnings, "");
    assert_eq!(
        plan.batch,
        BatchLimits { spans: 512, bytes: 7 << 19, timeout: Duration::from_secs(5) }
    );
    assert_eq!(plan.queue, QueueLimits { spans: 2048, bytes: 64 << 20 });
    assert_eq!(
        plan.limits,
        SpanLimits { attributes: 128, events: 128, links: 128, value_bytes: 65_536 }
    );
    assert_eq!(plan.health_check_interval, Some(Duration::from_secs(30)));
    assert!(
        plan.shutdown_grace + plan.shutdown_timeout < Duration::from_secs(10),
        "Docker kills after 10 s"
    );
    let remote = remote(plan);
    assert_eq!((remote.name, remote.timeout), ("jaeger", Duration::from_secs(10)));
    assert_eq!((remote.compression, remote.tls), (Compression::None, Tls::default()));
}

#[test]
fn the_resource_says_who_we_are_and_ends_with_the_service() {
    let keys = [
        ("service_name", "shop"),
        ("service_namespace", "eu"),
        ("resource_attributes", "team=search"),
    ];
    let (plan, _) = planned(&keys).unwrap();
    let names: Vec<_> = plan.resource.iter().map(|(key, _)| key.as_str()).collect();
    let expected = [
        "telemetry.sdk.name",
        "telemetry.sdk.language",
        "telemetry.sdk.version",
        "team",
        "service.name",
        "service.namespace",
    ];
    assert_eq!(names, expected);
}

#[test]
fn disabled_plans_nothing_whatever_else_is_set() {
    for key in [("enable_tracing", "false"), ("tracing_backend", "disabled")] {
        let keys =
            [key, ("tracing_tls.ca_file", "ca.pem"), ("tracing_endpoint", "http://h/prefix")];
        assert!(planned(&keys).unwrap().0.backends.is_empty());
    }
}

#[test]
fn a_filter_that_wants_nothing_anywhere_is_doubted() {
    let warnings = |keys: &[(&str, &str)]| planned(keys).unwrap().1;
    let rule = |says: &'static str| ("span", says);
    for nothing in ["off", "my_crate=off", "my_crate=off,off"] {
        let filter = ("tracing_filter", nothing);
        let warning = warnings(&[filter]);
        let told = format!("`tracing_filter` is `{nothing}`: nothing is ever recorded");
        assert!(warning.starts_with(&told) && warning.contains("in the builder"), "{warning}");
        assert_eq!(warnings(&[filter, rule("[{ enabled = false }]")]), warning);
        assert_eq!(warnings(&[filter, rule("[{ function = 'plan', enabled = true }]")]), "");
        assert_eq!(warnings(&[filter, rule("[{ target = 'shop', level = 'info' }]")]), "");
        assert_eq!(warnings(&[filter, ("enable_tracing", "false")]), "");
    }
    assert_eq!(warnings(&[("tracing_filter", "off,my_crate=error")]), "");
}

#[test]
fn the_console_does_not_mind_what_is_set_for_servers() {
    let keys = [
        ("tracing_backend", "console"),
        ("tracing_console_format", "json"),
        ("tracing_tls.ca_file", "ca.pem"),
    ];
    let (plan, warnings) = planned(&keys).unwrap();
    let [Backend::Console(console)] = plan.backends[..] else { panic!("{:?}", plan.backends) };
    assert_eq!(console.format, ConsoleFormat::Json);
    assert_eq!(warnings, "");
}

#[test]
fn a_batch_fits_into_the_queue() {
    let (plan, warnings) = planned(&[("tracing_max_queue_size", "100")]).unwrap();
    assert_eq!(
        (plan.batch.spans, warnings.as_str()),
        (100, ""),
        "who lowers the queue means the batch too"
    );

    let both = [("tracing_max_queue_size", "100"), ("tracing_max_batch_size", "101")];
    let error = planned(&both).unwrap_err();
    assert!(
        error.contains("`tracing_max_batch_size` is `101`, but must be at most `100`"),
        "{error}"
    );
    assert!(error.contains("`tracing_max_queue_size` is `100` in the builder"), "{error}");

    for variable in [("OTEL_BSP_MAX_QUEUE_SIZE", "100"), ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "3000")]
    {
        let keys = if variable.1 == "100" { &[("tracing_max_batch_size", "512")][..] } else { &[] };
        let (plan, warning) = from(keys, &[variable]).unwrap();
        assert!(warning.contains("must be at most"), "{warning}");
        assert_eq!(plan.batch.spans, plan.queue.spans);
    }
}

#[test]
fn tls_needs_https_and_both_halves_of_a_client() {
    let https = ("tracing_endpoint", "https://h:4317");
    let all = [
        https,
        ("tracing_tls.ca_file", "ca.pem"),
        ("tracing_tls.cert_file", "c.pem"),
        ("tracing_tls.key_file", "c.key"),
        ("tracing_tls.server_name", "other"),
    ];
    let tls = remote(planned(&all).unwrap().0).tls;
    assert_eq!(tls.client, Some(("c.pem".into(), "c.key".into())));
    assert_eq!((tls.ca_file, tls.server_name.as_deref()), (Some("ca.pem".into()), Some("other")));

    let error = planned(&all[1..]).unwrap_err();
    assert!(
        error.contains("4 mistakes")
            && error.contains("`tracing_tls.ca_file` has no effect without `https`"),
        "{error}"
    );
    let error = planned(&[https, ("tracing_tls.key_file", "c.key")]).unwrap_err();
    assert!(
        error.contains("`tracing_tls.key_file` has no effect without `tracing_tls.cert_file`"),
        "{error}"
    );

    let (_, warning) = from(&[], &[("OTEL_EXPORTER_OTLP_CERTIFICATE", "ca.pem")]).unwrap();
    assert!(warning.contains("has no effect without `https`"), "{warning}");
}

#[test]
fn health_checks_can_be_switched_off() {
    assert_eq!(
        planned(&[("tracing_health_check", "false")]).unwrap().0.health_check_interval,
        None
    );
}

#[test]
fn a_spool_is_where_a_folder_for_it_is_named_and_holds_some_batches() {
    let spool = |keys: &[(&str, &str)]| planned(keys).map(|(plan, _)| plan.spool);
    assert_eq!(spool(&[("tracing_spool_max_bytes", "1GiB")]), Ok(None));
    let named = spool(&[("tracing_spool_dir", "/spool")]).unwrap().unwrap();
    assert_eq!(named, SpoolPlan { dir: "/spool".into(), max_bytes: 256 << 20 });
    let error = spool(&[
        ("tracing_spool_dir", "/spool"),
        ("tracing_spool_max_bytes", "16MiB"),
        ("tracing_max_request_bytes", "8MiB"),
    ])
    .unwrap_err();
    assert!(error.contains("must be at least `32 MiB`"), "{error}");
    assert!(error.contains("`tracing_max_request_bytes` is `8 MiB` in"), "{error}");
}
