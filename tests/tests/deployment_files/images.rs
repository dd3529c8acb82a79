//! The images: pinned everywhere, and the one that is built here is what the others name.

use std::fs;
use synndicate_tests::deployment::{Service, documents, folder, services, text};

/// `name:1.2.3`, perhaps with a flavour such as `-slim`.
fn is_pinned(image: &str) -> bool {
    let Some((name, tag)) = image.rsplit_once(':') else { return false };
    let version = tag.split('-').next().unwrap_or_default();
    let numbers: Vec<_> = version.split('.').map(str::parse::<u32>).collect();
    !name.is_empty() && numbers.len() >= 2 && numbers.iter().all(Result::is_ok)
}

fn in_kubernetes() -> Vec<String> {
    let documents = documents("k8s-tracing.yaml");
    let containers = documents.iter().filter_map(|document| {
        document.pointer("/spec/template/spec/containers").and_then(|it| it.as_array())
    });
    containers.flatten().filter_map(|it| it["image"].as_str().map(str::to_owned)).collect()
}

fn in_compose_files() -> Vec<String> {
    let image = |service: &Service| service.spec["image"].as_str().unwrap_or_default().to_owned();
    services().iter().map(image).collect()
}

fn in_the_dockerfile() -> Vec<String> {
    let text = text("Dockerfile");
    let from = text.lines().filter_map(|line| line.strip_prefix("FROM "));
    from.filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
}

#[test]
fn every_image_is_pinned_to_a_version() {
    let all = [in_kubernetes(), in_compose_files(), in_the_dockerfile()];
    assert_eq!(all.each_ref().map(Vec::len), [3, 18, 2]);
    for image in all.iter().flatten() {
        assert!(is_pinned(image), "`{image}`");
    }
    assert!(!is_pinned("jaeger") && !is_pinned("jaeger:latest") && !is_pinned("jaeger:2"));
}

#[test]
fn kubernetes_runs_the_versions_that_compose_runs() {
    let composed = in_compose_files();
    for image in in_kubernetes() {
        assert!(composed.contains(&image), "`{image}`");
    }
}

#[test]
fn our_image_has_the_version_of_the_crates() {
    let ours = concat!("synndicate:", env!("CARGO_PKG_VERSION"));
    for image in [in_kubernetes(), in_compose_files()].iter().flatten() {
        assert!(!image.starts_with("synndicate") || image == ours, "`{image}`");
    }
    assert!(text("Dockerfile").contains(&format!("--tag {ours} ")));
}

#[test]
fn our_image_is_not_root_and_is_built_from_a_program_that_there_is() {
    let dockerfile = text("Dockerfile");
    let stage = dockerfile.rsplit("\nFROM ").next().unwrap_or_default();
    assert!(stage.contains("\nUSER 65532:65532\n"));
    let default = |name: &str| {
        let mut lines = dockerfile.lines();
        let found = lines.find_map(|line| line.strip_prefix(&format!("ARG {name}=")));
        found.unwrap_or_else(|| panic!("no `{name}`"))
    };
    let root = folder().join("../..");
    let manifest = fs::read_to_string(root.join("examples/Cargo.toml")).unwrap();
    assert!(manifest.contains(&format!("name = \"{}\"", default("PACKAGE"))));
    assert!(root.join(format!("examples/src/bin/{}.rs", default("BIN"))).is_file());
}
