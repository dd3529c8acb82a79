//! The objects for Kubernetes: what refers to what, by labels, names and keys, and how the pods are locked down.

use serde_json::Value;
use std::path::Path;
use synndicate_tests::deployment::{documents, is_yaml, text};

const FILE: &str = "k8s-tracing.yaml";

fn objects(kind: &str) -> Vec<Value> {
    documents(FILE).into_iter().filter(|object| object["kind"] == kind).collect()
}

/// Deployments and stateful sets.
fn workloads() -> Vec<Value> {
    [objects("Deployment"), objects("StatefulSet")].concat()
}

fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_else(|| panic!("no name: {object:#}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn pod(workload: &Value) -> &Value {
    &workload["spec"]["template"]["spec"]
}

fn containers() -> Vec<Value> {
    workloads().iter().flat_map(|workload| list(&pod(workload)["containers"]).to_vec()).collect()
}

fn has_port(container: &Value, port: &Value) -> bool {
    list(&container["ports"]).iter().any(|declared| declared["name"] == *port)
}

/// Whether labels are all that a selector asks for.
fn fits(selector: &Value, labels: &Value) -> bool {
    let asked = selector.as_object().filter(|asked| !asked.is_empty());
    asked.is_some_and(|asked| asked.iter().all(|(key, value)| labels.get(key) == Some(value)))
}

/// The workload whose pods a selector is for.
fn selected(selector: &Value) -> Value {
    let labels = |workload: &Value| workload["spec"]["template"]["metadata"]["labels"].clone();
    let mut found = workloads();
    found.retain(|workload| fits(selector, &labels(workload)));
    assert_eq!(found.len(), 1, "{selector}");
    found.remove(0)
}

#[test]
fn all_kinds_are_there() {
    let count = |kind| objects(kind).len();
    assert_eq!((count("ConfigMap"), count("Service"), workloads().len()), (3, 4, 3));
    assert_eq!((count("PodDisruptionBudget"), count("HorizontalPodAutoscaler")), (2, 1));
    assert_eq!(documents(FILE).len(), 13);
}

#[test]
fn selectors_find_the_pods_that_they_are_meant_for() {
    for workload in workloads() {
        let found = selected(&workload["spec"]["selector"]["matchLabels"]);
        assert_eq!(name(&found), name(&workload));
        for constraint in list(&pod(&workload)["topologySpreadConstraints"]) {
            let found = selected(&constraint["labelSelector"]["matchLabels"]);
            assert_eq!(name(&found), name(&workload));
        }
    }
    for budget in objects("PodDisruptionBudget") {
        let found = selected(&budget["spec"]["selector"]["matchLabels"]);
        assert_eq!(name(&found), name(&budget));
    }
    for scaler in objects("HorizontalPodAutoscaler") {
        let target = &scaler["spec"]["scaleTargetRef"];
        let mut scaled = workloads();
        scaled.retain(|it| it["kind"] == target["kind"] && name(it) == target["name"]);
        assert_eq!(scaled.len(), 1);
        assert!(scaled[0]["spec"].get("replicas").is_none(), "two would say how many there are");
    }
}

#[test]
fn services_lead_to_ports_that_their_pods_have() {
    for service in objects("Service") {
        let workload = selected(&service["spec"]["selector"]);
        for port in list(&service["spec"]["ports"]) {
            let mut containers = list(&pod(&workload)["containers"]).iter();
            assert!(
                containers.any(|it| has_port(it, &port["targetPort"])),
                "{port} of {service:#}"
            );
        }
    }
}

#[test]
fn addresses_name_services_and_their_ports() {
    let settings = objects("ConfigMap").into_iter().map(|map| map["data"].clone());
    let spans = settings.filter_map(|it| it.get("SYN_OBSERVABILITY__TRACING_ENDPOINT").cloned());
    let variables = containers().into_iter().flat_map(|it| list(&it["env"]).to_vec());
    let stores = variables.filter(|it| it["name"] == "JAEGER_OTLP_ENDPOINT");
    let addresses: Vec<_> = spans.chain(stores.map(|it| it["value"].clone())).collect();
    assert_eq!(addresses.len(), 2);
    for address in addresses {
        let address = address.as_str().unwrap_or_default().trim_start_matches("http://");
        let (host, port) = address.split_once(':').unwrap_or_else(|| panic!("`{address}`"));
        let mut services = objects("Service").into_iter().filter(|service| name(service) == host);
        let service = services.next().unwrap_or_else(|| panic!("nobody is `{address}`"));
        let mut ports = list(&service["spec"]["ports"]).iter();
        assert!(ports.any(|it| it["port"].as_u64() == port.parse().ok()), "`{address}`");
    }
}

#[test]
fn every_container_is_probed_on_a_port_that_it_has() {
    for container in containers() {
        for probe in ["readinessProbe", "livenessProbe"] {
            assert!(container.get(probe).is_some(), "no {probe}: {container:#}");
        }
        for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
            let Some(probe) = container.get(probe) else { continue };
            assert!(has_port(&container, &probe["httpGet"]["port"]), "{probe} of {container:#}");
        }
    }
}

#[test]
fn every_config_map_is_used_and_has_the_keys_that_are() {
    let maps = objects("ConfigMap");
    let map = |wanted: &Value| {
        let found = maps.iter().find(|map| name(map) == wanted);
        found.unwrap_or_else(|| panic!("no config map {wanted}"))
    };
    let mut used = Vec::new();
    for workload in workloads() {
        for volume in list(&pod(&workload)["volumes"]).iter().filter_map(|it| it.get("configMap")) {
            let map = map(&volume["name"]);
            for item in list(&volume["items"]) {
                let key = item["key"].as_str().unwrap_or_default();
                assert!(map["data"].get(key).is_some(), "no `{key}` in {}", name(map));
            }
            used.push(name(map));
        }
        for container in list(&pod(&workload)["containers"]) {
            let sources = list(&container["envFrom"]).iter();
            used.extend(sources.map(|it| name(map(&it["configMapRef"]["name"]))));
        }
    }
    used.sort_unstable();
    let mut there: Vec<_> = maps.iter().map(name).collect();
    there.sort_unstable();
    assert_eq!(used, there);
}

#[test]
fn what_is_mounted_is_a_volume_of_the_pod() {
    for workload in workloads() {
        let claims = list(&workload["spec"]["volumeClaimTemplates"]).iter().map(name);
        let volumes = list(&pod(&workload)["volumes"]).iter().filter_map(|it| it["name"].as_str());
        let there: Vec<_> = claims.chain(volumes).collect();
        for container in list(&pod(&workload)["containers"]) {
            for mount in list(&container["volumeMounts"]) {
                let volume = mount["name"].as_str().unwrap_or_default();
                assert!(there.contains(&volume), "no `{volume}`: {container:#}");
            }
        }
    }
}

#[test]
fn spans_wait_on_a_volume_that_holds_more_than_the_spool() {
    let settings = objects("ConfigMap").into_iter().map(|map| map["data"].clone());
    let mut settings = settings.filter(|it| it["SYN_OBSERVABILITY__TRACING_SPOOL_DIR"].is_string());
    let settings = settings.next().unwrap_or_else(|| panic!("no spool is set"));
    let spool = settings["SYN_OBSERVABILITY__TRACING_SPOOL_DIR"].as_str().unwrap_or_default();
    let mut workloads = workloads().into_iter().filter(|it| name(it) == "synndicate");
    let pod = pod(&workloads.next().unwrap_or_else(|| panic!("no service"))).clone();
    let mut mounts = list(&pod["containers"][0]["volumeMounts"]).iter();
    let mount = mounts.find(|mount| {
        let path = mount["mountPath"].as_str().unwrap_or_default();
        Path::new(spool).starts_with(path) && mount.get("readOnly").is_none()
    });
    let mount = mount.unwrap_or_else(|| panic!("`{spool}` is on no volume"));
    let mut volumes = list(&pod["volumes"]).iter();
    let volume = volumes.find(|volume| volume["name"] == mount["name"]);
    assert_eq!(settings["SYN_OBSERVABILITY__TRACING_SPOOL_MAX_BYTES"], "256 MiB");
    assert_eq!(volume.unwrap()["emptyDir"]["sizeLimit"], "512Mi");
    assert_eq!(pod["securityContext"]["fsGroup"], pod["securityContext"]["runAsGroup"]);
}

#[test]
fn collectors_have_the_files_that_compose_gives_them() {
    let mut compared = 0;
    for map in objects("ConfigMap") {
        let data = map["data"].as_object().cloned().unwrap_or_default();
        for (file, content) in data.iter().filter(|(key, _)| is_yaml(key)) {
            assert_eq!(content.as_str(), Some(text(file).as_str()), "{file} of {}", name(&map));
            compared += 1;
        }
    }
    assert_eq!(compared, 2);
}

#[test]
fn no_container_is_root_or_can_become_it() {
    for workload in workloads() {
        let security = &pod(&workload)["securityContext"];
        assert_eq!(security["runAsNonRoot"], true, "{workload:#}");
        assert!(security["runAsUser"].as_u64().is_some_and(|user| user > 0), "{workload:#}");
        assert_eq!(security["seccompProfile"]["type"], "RuntimeDefault", "{workload:#}");
        assert_eq!(pod(&workload)["automountServiceAccountToken"], false, "{workload:#}");
    }
    for container in containers() {
        let security = &container["securityContext"];
        assert_eq!(security["allowPrivilegeEscalation"], false, "{container:#}");
        assert_eq!(security["readOnlyRootFilesystem"], true, "{container:#}");
        assert_eq!(security["capabilities"]["drop"][0], "ALL", "{container:#}");
        assert!(security.get("privileged").is_none(), "{container:#}");
    }
}

#[test]
fn the_memory_of_every_container_is_limited_and_go_knows_the_limit() {
    for container in containers() {
        let limit = container["resources"]["limits"]["memory"].as_str().unwrap_or_default();
        let gibibytes: Option<u64> =
            limit.strip_suffix("Gi").and_then(|number| number.parse().ok());
        let told = list(&container["env"]).iter().find(|it| it["name"] == "GOMEMLIMIT");
        match (gibibytes, told) {
            (Some(limit), Some(told)) => {
                assert_eq!(told["value"], format!("{}MiB", limit * 1024 * 4 / 5));
            }
            _ => assert!(container["name"] == "synndicate" && limit == "256Mi", "{container:#}"),
        }
    }
}
