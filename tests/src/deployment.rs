//! The files of `config/tracing`, as the tests read them.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::{fmt, fs};

/// A service of a compose file.
#[derive(Debug)]
pub struct Service {
    pub file: String,
    pub name: String,
    pub spec: Value,
}

/// What stands in the files, and what stands in its place in a test.
pub type Replacement<'a> = (&'a str, &'a str);

/// A text with these replacements.
#[must_use]
pub fn replaced(text: &str, replacements: &[Replacement]) -> String {
    replacements.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// The folder of the files.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/tracing")
}

/// The names of the files in it that end like this.
#[must_use]
pub fn files(ending: &str) -> Vec<String> {
    let entries = fs::read_dir(folder()).expect("config/tracing is a folder");
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let mut names: Vec<_> = names.filter_map(|name| name.into_string().ok()).collect();
    names.retain(|name| name.ends_with(ending));
    names.sort();
    names
}

/// Whether a file is YAML, by its name.
#[must_use]
pub fn is_yaml(file: &str) -> bool {
    let ending = Path::new(file).extension();
    ending.is_some_and(|ending| ending == "yaml" || ending == "yml")
}

/// The content of a file.
#[must_use]
pub fn text(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap_or_else(|error| panic!("`{file}`: {error}"))
}

/// The documents of a YAML file, with their merge keys applied.
#[must_use]
pub fn documents(file: &str) -> Vec<Value> {
    yaml(file, &text(file))
}

/// The documents of a YAML text; `what` names it where it is wrong.
#[must_use]
pub fn yaml(what: &str, text: &str) -> Vec<Value> {
    let document = |deserializer| {
        let value: yaml_serde::Value = serde::Deserialize::deserialize(deserializer)?;
        yaml_serde::from_value(merged(value)?)
    };
    let documents = yaml_serde::Deserializer::from_str(text).map(document);
    let documents: Result<Vec<_>, _> = documents.collect();
    let mut documents = documents.unwrap_or_else(|error| panic!("`{what}`: {error}"));
    // What is before the first `---` is nothing but a comment.
    documents.retain(|document| !Value::is_null(document));
    documents
}

/// One call takes the keys of what is merged as they are, which may be another merge.
fn merged(mut value: yaml_serde::Value) -> Result<yaml_serde::Value, yaml_serde::Error> {
    loop {
        let before = value.clone();
        value.apply_merge()?;
        if value == before {
            return Ok(value);
        }
    }
}

/// The only document of a YAML file.
#[must_use]
pub fn document(file: &str) -> Value {
    let mut documents = documents(file);
    assert_eq!(documents.len(), 1, "`{file}`");
    documents.remove(0)
}

/// The services of all compose files.
#[must_use]
pub fn services() -> Vec<Service> {
    let of_a_file = |file: String| {
        let compose = document(&file);
        let services = compose["services"].as_object().cloned().unwrap_or_default();
        services.into_iter().map(move |(name, spec)| Service { file: file.clone(), name, spec })
    };
    files("docker-compose.yml")
        .into_iter()
        .chain(files("docker-compose.prod.yml"))
        .flat_map(of_a_file)
        .collect()
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of `{}`", self.name, self.file)
    }
}

impl Service {
    /// Whether its image has this name, in whatever version.
    #[must_use]
    pub fn has_image(&self, name: &str) -> bool {
        let image = self.spec["image"].as_str().and_then(|image| image.rsplit_once(':'));
        image.is_some_and(|(image, _)| image == name)
    }

    /// The texts of a list, such as those of `command`.
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<&str> {
        self.spec[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Its variables.
    #[must_use]
    pub fn variables(&self) -> Vec<(&str, &str)> {
        let variables = self.spec["environment"].as_object().into_iter().flatten();
        variables.filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect()
    }

    /// The files of the folder that it is given, and where it sees them.
    #[must_use]
    pub fn mounted_files(&self) -> Vec<(&str, &str)> {
        let mounts = self.list("volumes").into_iter();
        mounts.filter_map(|mount| mount.strip_prefix("./")?.split_once(':')).collect()
    }

    /// The files that a collector is started with, in this order; none, if it is no collector.
    #[must_use]
    pub fn collector_files(&self) -> Vec<&str> {
        let mounted = self.mounted_files();
        let source = |inside: &str| {
            let found =
                mounted.iter().find(|(_, target)| target.strip_suffix(":ro") == Some(inside));
            found.unwrap_or_else(|| panic!("nothing is mounted at `{inside}` in {self}")).0
        };
        let command = self.list("command").into_iter();
        let paths = command.filter_map(|word| word.strip_prefix("--config="));
        paths.filter(|path| path.starts_with('/')).map(source).collect()
    }
}

/// A service of a compose file.
#[must_use]
pub fn service(file: &str, name: &str) -> Service {
    let mut found = services().into_iter().filter(|it| it.file == file && it.name == name);
    found.next().unwrap_or_else(|| panic!("no `{name}` in `{file}`"))
}

/// The collectors of all compose files, one for each set of files that some are started with together.
#[must_use]
pub fn collectors() -> Vec<Service> {
    let mut collectors = services();
    collectors.retain(|service| !service.collector_files().is_empty());
    collectors.sort_by(|one, other| one.collector_files().cmp(&other.collector_files()));
    collectors.dedup_by(|one, other| one.collector_files() == other.collector_files());
    collectors
}
