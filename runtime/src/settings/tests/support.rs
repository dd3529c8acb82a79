//! Sources for one test: a folder of its own, and nothing of the process.

use crate::plan::Plan;
use crate::settings::sources::Machine;
use crate::settings::{Loaded, Origin, ServiceAttribute, Settings, Sources, load};
use std::ffi::OsString;
use tempfile::TempDir;

pub(super) struct Case {
    folder: TempDir,
    pub(super) sources: Sources,
}

/// No source at all.
pub(super) fn nothing() -> Case {
    let folder = tempfile::tempdir().unwrap();
    let sources = Sources { directory: folder.path().into(), ..Sources::default() };
    Case { folder, sources }
}

/// A `Synndicate.toml` with this text.
pub(super) fn file(text: &str) -> Case {
    bytes(text.as_bytes())
}

/// A `Synndicate.toml` with these bytes.
pub(super) fn bytes(bytes: &[u8]) -> Case {
    let case = nothing();
    std::fs::write(case.folder.path().join("Synndicate.toml"), bytes).unwrap();
    case
}

/// A `Synndicate.toml` with these keys.
pub(super) fn keys(keys: &str) -> Case {
    file(&format!("[observability]\n{keys}\n"))
}

/// One variable.
pub(super) fn variable(name: &str, value: &str) -> Case {
    nothing().variable(name, value)
}

/// Values of `#[traced_service]`, in line 3 of `src/main.rs` of the package `shop` 1.2.3.
pub(super) fn attribute(arguments: &'static [(&'static str, &'static str)]) -> Case {
    nothing().attribute(arguments)
}

impl Case {
    pub(super) fn variable(mut self, name: &str, value: &str) -> Case {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    pub(super) fn os_variable(mut self, name: OsString, value: OsString) -> Case {
        self.sources.environment.push((name, value));
        self
    }

    pub(super) fn attribute(mut self, arguments: &'static [(&'static str, &'static str)]) -> Case {
        let (package, version) = ("shop", "1.2.3");
        let attribute =
            ServiceAttribute { file: "src/main.rs", line: 3, package, version, arguments };
        self.sources.attribute = Some(attribute);
        self
    }

    pub(super) fn builder(mut self, key: &str, value: &str) -> Case {
        self.sources.builder.push((key.into(), value.into()));
        self
    }

    /// A file beside `Synndicate.toml`, or in a folder there.
    pub(super) fn beside(self, name: &str, text: &str) -> Case {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    /// The machine that the process runs on, with these files; its path of one has no first slash.
    pub(super) fn machine(mut self, files: &[(&str, &str)]) -> Case {
        let case = files
            .iter()
            .fold(self, |case, (name, text)| case.beside(&format!("root/{name}"), text));
        self = case;
        let root = self.folder.path().join("root");
        let executable = Some("/home/ada/bin/planner".into());
        self.sources.machine = Some(Machine { root, pid: 4711, executable });
        self
    }

    pub(super) fn working_in(mut self, folder: &str) -> Case {
        self.sources.directory.push(folder);
        std::fs::create_dir_all(&self.sources.directory).unwrap();
        self
    }

    pub(super) fn load(&self) -> Loaded {
        load(&self.sources)
    }

    /// The plan and the texts of the warnings.
    #[track_caller]
    pub(super) fn plan(&self) -> (Plan, Vec<String>) {
        match Plan::new(&self.load()) {
            Ok((plan, warnings)) => (plan, warnings.iter().map(|it| self.shown(it)).collect()),
            Err(errors) => panic!("{errors}"),
        }
    }

    /// The settings, if nothing is wrong with them and there is no warning.
    #[track_caller]
    pub(super) fn settings(&self) -> Settings {
        let (_, warnings) = self.plan();
        assert!(warnings.is_empty(), "{warnings:#?}");
        self.load().settings
    }

    #[track_caller]
    pub(super) fn warnings(&self) -> Vec<String> {
        self.plan().1
    }

    /// The only warning.
    #[track_caller]
    pub(super) fn warning(&self) -> String {
        only(self.warnings())
    }

    /// The texts of the mistakes.
    #[track_caller]
    pub(super) fn errors(&self) -> Vec<String> {
        let errors = Plan::new(&self.load()).unwrap_err();
        errors.problems().iter().map(|problem| self.shown(problem)).collect()
    }

    /// The only mistake.
    #[track_caller]
    pub(super) fn error(&self) -> String {
        only(self.errors())
    }

    /// The value that counts and its origin.
    #[track_caller]
    pub(super) fn effective(&self, key: &str) -> (String, String) {
        let loaded = self.load();
        let effective = loaded.origins.get(key).unwrap();
        (effective.value.clone(), self.shown(&effective.origin))
    }

    pub(super) fn origin(&self, key: &str) -> Origin {
        self.load().origins.of(key)
    }

    /// A text without the folder of this test.
    fn shown(&self, text: &impl ToString) -> String {
        let folder = format!("{}{}", self.folder.path().display(), std::path::MAIN_SEPARATOR);
        text.to_string().replace(&folder, "")
    }
}

#[track_caller]
fn only(mut texts: Vec<String>) -> String {
    assert_eq!(texts.len(), 1, "{texts:#?}");
    texts.remove(0)
}

/// Asserts that the text holds all of these.
#[track_caller]
pub(super) fn assert_holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in:\n{text}");
    }
}
