//! The objects of `config/tracing/k8s-tracing.yaml` are what Kubernetes describes them to be, and have no property beyond that:
//! kubeconform asks its schemas.
//!
//! `tests/backends/kubernetes/build` makes both.
#![cfg(feature = "real-backends")]

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::{fs, str};
use synndicate_tests::deployment::text;

type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// What kubeconform says of objects, and whether it accepts all of them.
fn judge(objects: &str) -> Result<(bool, String)> {
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/cache");
    let kubeconform = cache.join("kubeconform-0.8.0");
    let hint = "run `tests/backends/kubernetes/build` first";
    assert!(kubeconform.is_file(), "there is no `{}`: {hint}", kubeconform.display());
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("objects.yaml");
    fs::write(&file, objects)?;
    let schemas = cache.join("kubernetes-1.34.1/{{.ResourceKind}}{{.KindSuffix}}.json");
    let output = Command::new(kubeconform)
        .args(["-strict", "-summary", "-schema-location"])
        .args([&schemas, &file])
        .output()?;
    Ok((output.status.success(), str::from_utf8(&output.stdout)?.to_owned()))
}

#[test]
fn kubernetes_accepts_every_object() -> Result {
    let (accepted, said) = judge(&text("k8s-tracing.yaml"))?;
    assert!(accepted && said.contains("Valid: 13, Invalid: 0, Errors: 0, Skipped: 0"), "{said}");
    Ok(())
}

#[test]
fn kubernetes_refuses_what_is_misspelt_missing_twice_or_of_another_type() -> Result {
    let good = text("k8s-tracing.yaml");
    for (right, wrong, complaint) in [
        ("readOnlyRootFilesystem: true", "readOnlyRootFileSystem: true", "readOnlyRootFileSystem"),
        ("kind: StatefulSet", "kind: StatefullSet", "could not find schema for StatefullSet"),
        ("containerPort: 4317", "hostPort: 4317", "missing property 'containerPort'"),
        ("replicas: 3", "replicas: three", "got string, want integer"),
        ("replicas: 3", "replicas: 3\n  replicas: 4", "already set in map"),
    ] {
        assert!(good.contains(right), "`{right}`");
        let (accepted, said) = judge(&good.replacen(right, wrong, 1))?;
        assert!(!accepted && said.contains(complaint), "`{wrong}`: {said}");
    }
    Ok(())
}
