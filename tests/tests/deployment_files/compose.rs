//! The compose files: what runs as whom, how its health is known, which ports are open, and that all that is named is there.

use serde_json::Value;
use std::collections::BTreeSet;
use synndicate_tests::deployment::{Service, document, folder, service, services, text};

/// Gives a new volume to the user who needs it, which only root can do.
fn is_volume_owner(service: &Service) -> bool {
    service.name == "jaeger-data-owner"
}

/// Does something once, for others that wait for its end.
fn is_one_shot(service: &Service) -> bool {
    services().iter().filter(|other| other.file == service.file).any(|other| {
        other.spec["depends_on"][&service.name]["condition"] == "service_completed_successfully"
    })
}

fn whole_or_keys(value: &Value) -> BTreeSet<&str> {
    match value {
        Value::Object(map) => map.keys().map(String::as_str).collect(),
        list => list.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
    }
}

#[test]
fn there_are_services() {
    assert_eq!(services().len(), 18);
}

#[test]
fn no_service_is_root_or_can_become_it() {
    for service in services() {
        let user = service.spec["user"].as_str().unwrap_or("root");
        let is_root = ["root", "0"].contains(&user.split(':').next().unwrap_or_default());
        assert_eq!(is_root, is_volume_owner(&service), "{service}");
        assert_eq!(service.list("cap_drop"), ["ALL"], "{service}");
        assert_eq!(service.list("security_opt"), ["no-new-privileges:true"], "{service}");
        assert!(service.spec.get("privileged").is_none(), "{service}");
    }
}

#[test]
fn the_only_service_that_is_root_can_do_one_thing_and_has_no_network() {
    let mut owners = 0;
    for owner in services().iter().filter(|service| is_volume_owner(service)) {
        assert_eq!(owner.list("cap_add"), ["CHOWN"]);
        assert_eq!(owner.spec["network_mode"], "none");
        assert_eq!(owner.spec["read_only"], true);
        assert_eq!(owner.list("command"), ["chown", "10001:10001", "/badger"]);
        owners += 1;
    }
    assert_eq!(owners, 2);
    let others = services();
    let mut others = others.iter().filter(|service| !is_volume_owner(service));
    assert!(others.all(|service| service.spec.get("cap_add").is_none()));
}

#[test]
fn every_service_has_a_health_check_that_its_image_can_run() {
    let programs = [
        ("jaegertracing/jaeger", "wget"),
        ("openzipkin/zipkin", "docker-healthcheck"),
        ("busybox", "wget"),
        ("apache/kafka", "bash"),
        ("synndicate", "bash"),
    ];
    for service in services().iter().filter(|service| !is_one_shot(service)) {
        let check = &service.spec["healthcheck"];
        if service.has_image("otel/opentelemetry-collector-contrib") {
            assert!(check.is_null(), "there is nothing in the image to ask with: {service}");
            assert_is_asked_from_outside(service);
            continue;
        }
        let program = programs.iter().find(|(image, _)| service.has_image(image));
        let (_, program) = program.unwrap_or_else(|| panic!("an unknown image: {service}"));
        assert_eq!(check["test"][0], "CMD", "{service}");
        assert_eq!(check["test"][1], *program, "{service}");
    }
}

fn assert_is_asked_from_outside(service: &Service) {
    let url = format!("http://{}:13133/", service.name);
    let asked = services()
        .iter()
        .filter(|other| other.file == service.file)
        .any(|other| whole_or_keys(&other.spec["healthcheck"]["test"]).contains(url.as_str()));
    assert!(asked, "nobody asks {url} in {}", service.file);
}

#[test]
fn the_memory_of_every_service_is_limited_and_go_knows_the_limit() {
    for service in services() {
        let limit = service.spec["deploy"]["resources"]["limits"]["memory"].as_str();
        let mebibytes: Option<u64> = limit.and_then(|limit| limit.strip_suffix('M')?.parse().ok());
        let mebibytes = mebibytes.unwrap_or_else(|| panic!("no limit: {service}"));
        let go = !service.collector_files().is_empty();
        let told = service.spec["environment"]["GOMEMLIMIT"].as_str().map(str::to_owned);
        assert_eq!(told, go.then(|| format!("{}MiB", mebibytes * 4 / 5)), "{service}");
    }
}

#[test]
fn ports_are_the_usual_ones_and_open_on_this_machine_only() {
    let expected = [
        ("jaeger-docker-compose.yml", vec![16686, 4317, 4318, 14250, 8888]),
        ("zipkin-docker-compose.yml", vec![9411]),
        ("docker-compose.yml", vec![4317, 4318, 8888, 16686, 14250, 9411]),
        ("docker-compose.prod.yml", vec![8080, 16686]),
        ("scale-docker-compose.yml", vec![4317, 4318, 8888, 16686]),
    ];
    for (file, ports) in expected {
        let services = services();
        let of_the_file = services.iter().filter(|service| service.file == file);
        let open: BTreeSet<_> = of_the_file.flat_map(|service| service.list("ports")).collect();
        let ports: Vec<_> = ports.iter().map(|port| format!("127.0.0.1:{port}:{port}")).collect();
        assert_eq!(open, ports.iter().map(String::as_str).collect(), "{file}");
    }
}

#[test]
fn every_file_volume_network_and_service_that_is_named_is_there() {
    for service in services() {
        let compose = document(&service.file);
        for (source, target) in service.mounted_files() {
            assert!(folder().join(source).is_file(), "no `{source}`: {service}");
            assert!(target.ends_with(":ro"), "`{source}` can be written: {service}");
        }
        let volumes =
            service.list("volumes").into_iter().filter(|volume| !volume.starts_with("./"));
        for volume in volumes.filter_map(|volume| volume.split(':').next()) {
            assert!(compose["volumes"].get(volume).is_some(), "no `{volume}`: {service}");
        }
        for network in whole_or_keys(&service.spec["networks"]) {
            assert!(compose["networks"].get(network).is_some(), "no `{network}`: {service}");
        }
        for other in whole_or_keys(&service.spec["depends_on"]) {
            assert!(compose["services"].get(other).is_some(), "no `{other}`: {service}");
        }
    }
}

#[test]
fn spans_wait_on_a_volume_that_stays_and_belongs_to_the_service() {
    let service = service("docker-compose.prod.yml", "synndicate");
    let spool = service.spec["environment"]["SYN_OBSERVABILITY__TRACING_SPOOL_DIR"].as_str();
    let (folder, _) = spool.and_then(|spool| spool.rsplit_once('/')).unwrap();
    let volume = format!("synndicate-spans:{folder}");
    assert_eq!(service.list("volumes"), [volume.as_str()]);
    let owner = format!("install --directory --owner=65532 --group=65532 --mode=700 {folder}\n");
    assert!(text("Dockerfile").contains(&owner));
}

#[test]
fn addresses_name_services_of_the_same_file() {
    let names = ["JAEGER_OTLP_ENDPOINT", "ZIPKIN_ENDPOINT", "KAFKA_BROKER"];
    let mut addresses = 0;
    for service in services() {
        let endpoint = "SYN_OBSERVABILITY__TRACING_ENDPOINT";
        for name in names.into_iter().chain([endpoint]) {
            let Some(address) = service.spec["environment"][name].as_str() else { continue };
            let host = address.trim_start_matches("http://").split(':').next().unwrap_or_default();
            let services = &document(&service.file)["services"];
            assert!(services.get(host).is_some(), "nobody is `{address}`: {service}");
            addresses += 1;
        }
    }
    assert_eq!(addresses, 8);
}
