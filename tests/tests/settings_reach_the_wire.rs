//! Where a setting comes from makes no difference to what is sent: endpoints with and without paths, headers, IPv6 and Unix
//! sockets, from the file, from variables and from the builder, over every wire.

use anyhow::{Result, ensure};
use std::path::Path;
use synndicate::Builder;
use synndicate_tests::program::{Program, variable};
use synndicate_tests::receiver::{Export, Receiver, Wire};

const SERVICE: &str = env!("CARGO_BIN_EXE_driven_service");
const TRACES: &str = "/v1/traces";
const GRPC: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// What is asked for over `wire` where the endpoint has no path.
fn path(wire: Wire) -> &'static str {
    match wire {
        Wire::Grpc => GRPC,
        Wire::Http | Wire::Json => TRACES,
        Wire::Zipkin => "/api/v2/spans",
        Wire::Jaeger => "/jaeger.api_v2.CollectorService/PostSpans",
    }
}

type Variables = Vec<(String, String)>;

fn variables<const COUNT: usize>(pairs: [(&str, &str); COUNT]) -> Variables {
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// Runs a service with these variables and this file; the one request in which its spans arrive.
fn export(receiver: &Receiver, variables: Variables, file: Option<&str>) -> Result<Export> {
    let mut service = Program::start_with(SERVICE, variables, file)?;
    service.ask("spans 3")?;
    let account = service.shutdown()?;
    ensure!(account.exported == 3, "{account:?}\n{}", service.log().join("\n"));
    let mut noted = receiver.noted();
    noted.exports.pop().ok_or_else(|| anyhow::anyhow!("nothing has arrived"))
}

/// The same endpoint in the file, in a variable of ours and in a standard one.
fn each_source(wire: Wire, endpoint: &str) -> [(Variables, String); 3] {
    let (backend, protocol) = (wire.backend(), wire.name());
    let file = format!(
        "[observability]\ntracing_backend = {backend:?}\ntracing_protocol = {protocol:?}\ntracing_endpoint = {endpoint:?}\n"
    );
    let ours = [
        ("tracing_backend", backend),
        ("tracing_protocol", protocol),
        ("tracing_endpoint", endpoint),
    ];
    let ours = ours.map(|(key, value)| (variable(key), value.to_owned()));
    let standard_protocol = if protocol == "http" { "http/protobuf" } else { protocol };
    let standard = [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", standard_protocol),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
    ];
    let mut standard = variables(standard);
    // An endpoint of OTLP stands for the backend `otlp`.
    if backend != "otlp" {
        standard.push(("OTEL_TRACES_EXPORTER".to_owned(), backend.to_owned()));
    }
    [(Vec::new(), file), (ours.to_vec(), String::new()), (standard, String::new())]
}

#[test]
fn an_http_endpoint_gets_its_path_exactly_once_whatever_the_source() -> Result<()> {
    for wire in [Wire::Http, Wire::Json, Wire::Zipkin] {
        let end = path(wire);
        let receiver = Receiver::over(wire).listen()?;
        for (given, prefix) in [
            (String::new(), ""),
            ("/".into(), ""),
            (end.into(), ""),
            ("/prefix".into(), "/prefix"),
            ("/prefix/".into(), "/prefix"),
            (format!("/prefix{end}"), "/prefix"),
        ] {
            for (variables, file) in each_source(wire, &format!("{}{given}", receiver.endpoint())) {
                let export = export(&receiver, variables.clone(), Some(&file))?;
                let asked_for = format!("{prefix}{end}");
                assert_eq!(export.path, asked_for, "`{given}` in {variables:?} {file}");
            }
        }
    }
    Ok(())
}

#[test]
fn an_endpoint_of_the_builder_gets_its_path_by_the_same_rules() -> Result<()> {
    let receiver = Receiver::over(Wire::Http).listen()?;
    for (given, asked_for) in [("/prefix/", "/prefix/v1/traces"), ("/v1/traces", TRACES)] {
        let settings = receiver.settings();
        let builder =
            settings.iter().fold(Builder::new(), |builder, (key, value)| builder.set(*key, value));
        let builder = builder.set("tracing_endpoint", format!("{}{given}", receiver.endpoint()));
        let tracing = builder.set("shutdown_timeout", "60").start()?;
        drop(tracing::info_span!("by the builder"));
        assert_eq!(tracing.shutdown().exported, 1);
        let noted = receiver.noted();
        assert_eq!(noted.exports.last().map(|export| export.path.as_str()), Some(asked_for));
    }
    Ok(())
}

#[test]
fn a_grpc_endpoint_has_no_path_but_its_methods() -> Result<()> {
    let receiver = Receiver::over(Wire::Grpc).listen()?;
    for given in ["", "/"] {
        for (variables, file) in each_source(Wire::Grpc, &format!("{}{given}", receiver.endpoint()))
        {
            assert_eq!(export(&receiver, variables, Some(&file))?.path, GRPC);
        }
    }
    Ok(())
}

#[test]
fn a_path_is_a_mistake_for_grpc_and_only_left_out_where_a_standard_variable_has_it() -> Result<()> {
    let receiver = Receiver::over(Wire::Grpc).listen()?;
    let [file, ours, standard] =
        each_source(Wire::Grpc, &format!("{}/v1/traces", receiver.endpoint()));
    for (variables, file) in [file, ours] {
        let (end, log) = Program::start_with(SERVICE, variables, Some(&file))?.end()?;
        let log = log.join("\n");
        assert_eq!(end.code(), Some(78), "{log}");
        assert!(
            log.contains("`/v1/traces`") && log.contains("`tracing_protocol = \"http\"`"),
            "{log}"
        );
    }
    assert_eq!(export(&receiver, standard.0, None)?.path, GRPC);
    Ok(())
}

#[test]
fn headers_of_the_standard_variable_are_decoded_and_cut_at_the_first_equals_sign_only() -> Result<()>
{
    for wire in Wire::EVERY {
        let receiver = Receiver::over(wire).listen()?;
        let ours = receiver.settings().map(|(key, value)| (variable(key), value));
        let headers = "authorization=Basic%20dXNlcjpwdw==,x-team=a b,x-auth=vendor key=abc123==";
        let variables = [&ours[..], &variables([("OTEL_EXPORTER_OTLP_HEADERS", headers)])].concat();
        let export = export(&receiver, variables, None)?;
        assert_eq!(export.header("authorization"), Some("Basic dXNlcjpwdw=="));
        assert_eq!(export.header("x-team"), Some("a b"));
        assert_eq!(export.header("x-auth"), Some("vendor key=abc123=="));
    }
    Ok(())
}

#[test]
fn a_malformed_header_is_a_mistake_that_never_shows_its_value() -> Result<()> {
    for headers in ["x-auth=ok,s3cr3t", "=s3cr3t", "x-auth=s3cr3t%0Ainjected: yes"] {
        let (end, log) = Program::start_with(
            SERVICE,
            variables([("OTEL_EXPORTER_OTLP_HEADERS", headers)]),
            None,
        )?
        .end()?;
        let log = log.join("\n");
        assert_eq!(end.code(), Some(78), "{log}");
        assert!(log.contains("OTEL_EXPORTER_OTLP_HEADERS") && !log.contains("s3cr3t"), "{log}");
    }
    Ok(())
}

#[test]
fn ipv6_addresses_and_unix_sockets_are_endpoints_like_others() -> Result<()> {
    let directory = tempfile::tempdir()?;
    for wire in Wire::EVERY {
        let ipv6 = Receiver::over(wire).listen_on_ipv6()?;
        assert!(ipv6.endpoint().starts_with("http://[::1]:"));
        for (variables, file) in each_source(wire, &ipv6.endpoint()) {
            assert_eq!(export(&ipv6, variables, Some(&file))?.path, path(wire));
        }
        let unix =
            Receiver::over(wire).listen_on_unix(&directory.path().join(format!("{wire:?}")))?;
        for (variables, file) in each_source(wire, &unix.endpoint()) {
            let export = export(&unix, variables, Some(&file))?;
            assert_eq!(export.path, path(wire));
            assert!(
                matches!(wire, Wire::Grpc | Wire::Jaeger)
                    || export.header("host") == Some("localhost"),
                "{:?}",
                export.headers
            );
        }
    }
    Ok(())
}

#[test]
fn a_relative_unix_socket_lies_beside_the_file_that_names_it() -> Result<()> {
    for wire in Wire::ALL {
        let file = format!(
            "[observability]\ntracing_backend = \"otlp\"\ntracing_protocol = {:?}\ntracing_endpoint = \"unix:otel.sock\"\n",
            wire.name()
        );
        let mut service = Program::start_with(SERVICE, Vec::new(), Some(&file))?;
        service.ask("spans 3")?;
        let socket: &Path = &service.directory().join("otel.sock");
        let receiver = Receiver::over(wire).listen_on_unix(socket)?;
        let account = service.shutdown()?;
        assert_eq!((account.exported, receiver.noted().taken), (3, 3), "{:#?}", service.log());
    }
    Ok(())
}

/// A service that sends to `endpoint` over HTTP, with these variables besides.
fn service_at(endpoint: &str, others: &[(&str, &str)]) -> Result<Program> {
    let [_, (mut all, _), _] = each_source(Wire::Http, endpoint);
    all.extend(others.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())));
    Ok(Program::start_with(SERVICE, all, None)?)
}

#[test]
fn the_proxy_of_the_environment_is_asked_for_what_is_not_on_this_machine() -> Result<()> {
    let proxy = Receiver::over(Wire::Http).listen()?;
    let endpoint = "http://collector.example:4318";
    let mut service = service_at(endpoint, &[("HTTP_PROXY", &proxy.endpoint())])?;
    service.ask("spans 3")?;
    let account = service.shutdown()?;
    assert_eq!(account.exported, 3, "{account:?}\n{:#?}", service.log());
    let noted = proxy.noted();
    assert_eq!(noted.taken, 3);
    assert_eq!(noted.exports[0].path, TRACES);
    assert_eq!(noted.exports[0].header("host"), Some("collector.example:4318"));
    let shown = format!("`{endpoint}/v1/traces` through the proxy `{}`", proxy.endpoint());
    service.wait_for_log(&shown)?;
    Ok(())
}

#[test]
fn what_is_on_this_machine_is_reached_without_the_proxy_of_the_environment() -> Result<()> {
    let [receiver, proxy] =
        [Receiver::over(Wire::Http).listen()?, Receiver::over(Wire::Http).listen()?];
    let proxies = [("HTTP_PROXY", &*proxy.endpoint()), ("ALL_PROXY", &*proxy.endpoint())];
    let mut service = service_at(&receiver.endpoint(), &proxies)?;
    service.ask("spans 3")?;
    assert_eq!(service.shutdown()?.exported, 3);
    assert_eq!((receiver.noted().taken, proxy.noted().requests), (3, 0));
    Ok(())
}

#[test]
fn what_the_environment_exempts_is_reached_without_its_proxy() -> Result<()> {
    let proxy = Receiver::over(Wire::Http).listen()?;
    let variables = [
        ("HTTP_PROXY", &*proxy.endpoint()),
        ("NO_PROXY", ".example"),
        (&*variable("shutdown_timeout"), "1"),
    ];
    let mut service = service_at("http://collector.example:4318", &variables)?;
    service.wait_for_log("go to `http://collector.example:4318/v1/traces`, which")?;
    service.ask("spans 3")?;
    let account = service.shutdown()?;
    assert_eq!((account.exported, proxy.noted().requests), (0, 0), "{account:?}");
    Ok(())
}

#[test]
fn a_proxy_that_cannot_be_used_is_told_without_its_password() -> Result<()> {
    let receiver = Receiver::over(Wire::Http).listen()?;
    let proxy = [("HTTP_PROXY", "htp://user:s3cr3t@proxy:3128")];
    let mut service = service_at(&receiver.endpoint(), &proxy)?;
    service.ask("spans 3")?;
    assert_eq!(service.shutdown()?.exported, 3);
    let log = service.end()?.1.join("\n");
    assert!(log.contains("warning: `HTTP_PROXY` is not used") && !log.contains("s3cr3t"), "{log}");
    Ok(())
}

#[test]
fn services_with_the_same_key_have_the_same_hash_for_the_same_value() -> Result<()> {
    const KEY: &str = "known to two services";
    let receiver = Receiver::over(Wire::Http).listen()?;
    let hash = |key: Option<&str>| -> Result<String> {
        let settings = [
            ("tracing_backend", "otlp"),
            ("tracing_protocol", "http"),
            ("tracing_endpoint", &receiver.endpoint()),
            ("tracing_redaction_key", key.unwrap_or_default()),
        ];
        let settings = settings.map(|(key, value)| (variable(key), value.to_owned()));
        let mut service = Program::start_with(SERVICE, settings.to_vec(), None)?;
        ensure!(service.ask("greet ann")? == "hello ann");
        service.shutdown()?;
        let log = service.log().join("\n");
        ensure!(!log.contains(KEY), "{log}");
        let noted = receiver.noted();
        let span = noted.spans().last().expect("a span");
        let shown = synndicate_tests::spans::attributes(&span.attributes);
        ensure!(!format!("{shown:?}").contains("ann"), "{shown:?}");
        let hash = shown.into_iter().find(|(key, _)| key == "name");
        Ok(hash.expect("a hash").1)
    };
    let known = hash(Some(KEY))?;
    assert_eq!(known, hash(Some(KEY))?);
    let others = [hash(Some("known to another service"))?, hash(None)?, hash(None)?];
    assert!(!others.contains(&known) && others[1] != others[2], "{known} {others:?}");
    Ok(())
}
