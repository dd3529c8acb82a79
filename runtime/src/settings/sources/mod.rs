//! The places where settings come from, one file each, and their order.
//!
//! A source turns what it finds into entries and hands them to [`Loaded`]; it knows neither types
//! nor defaults.

mod container;
mod detected;
mod environment;
mod file;
mod machine;
mod near_miss;
mod service_links;
mod standard;
mod translation;
mod variables;

use super::Loaded;
use super::entries::{Collector, Entry};
use super::keys::{self, Initial};
use super::origin::Origin;
use super::presets;
use super::proxies::Proxies;
use super::raw::Raw;
use super::terminal::Terminal;
pub(super) use environment::Environment;
pub(crate) use file::NAME as FILE_NAME;
#[cfg(any(test, feature = "testing"))]
pub(super) use file::read_text;
pub(super) use machine::Machine;
use std::ffi::OsString;
use std::fmt;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// Everything that settings are made of. The process is asked in [`Sources::from_process`] only.
#[derive(Clone, Default)]
pub(crate) struct Sources {
    /// What `#[traced_service]` says.
    pub(crate) attribute: Option<ServiceAttribute>,
    /// The program's file name, which stands for a service that nobody has named.
    pub(crate) executable: Option<String>,
    /// Where the search for `Synndicate.toml` begins; it goes upwards.
    pub(crate) directory: PathBuf,
    /// Whether standard error is a terminal.
    pub(crate) terminal: bool,
    /// The variables of the environment.
    pub(crate) environment: Vec<(OsString, OsString)>,
    /// What may be asked where the process runs; `None` where nothing may.
    pub(crate) machine: Option<Machine>,
    /// What the program sets itself: keys, or members as in `tracing_headers.x-team`, and values as
    /// a variable would have them.
    pub(crate) builder: Vec<(String, String)>,
}

/// What `#[traced_service]` knows at compile time.
#[derive(Clone, Copy)]
pub struct ServiceAttribute {
    /// The file in which the attribute stands.
    pub file: &'static str,
    /// The line on which it stands.
    pub line: u32,
    /// The user's package, which names the service where nothing else does.
    pub package: &'static str,
    /// The version of that package.
    pub version: &'static str,
    /// The arguments: a key, and the content of a text literal or the spelling of any other.
    pub arguments: &'static [(&'static str, &'static str)],
}

impl Sources {
    /// The environment and the working directory of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the process")]
    pub(crate) fn from_process() -> Sources {
        Sources {
            executable: std::env::current_exe().ok().and_then(|path| file_name(&path)),
            // A working directory that is gone has no settings file.
            directory: std::env::current_dir().unwrap_or_default(),
            terminal: std::io::stderr().is_terminal(),
            environment: std::env::vars_os().collect(),
            machine: Some(Machine::of_this_process()),
            ..Sources::default()
        }
    }

    /// What `SYN_COMMAND` says: the words of a command that is to run in place of the program's body.
    pub(crate) fn command(&self) -> Option<Vec<String>> {
        let (_, command) = self.environment.iter().find(|(name, _)| name == variables::COMMAND)?;
        let words: Vec<_> =
            command.to_string_lossy().split_whitespace().map(str::to_owned).collect();
        (!words.is_empty()).then_some(words)
    }

    /// What `RUST_LOG` says.
    #[cfg(feature = "log")]
    pub(crate) fn rust_log(&self) -> Option<String> {
        let (_, levels) = self.environment.iter().find(|(name, _)| name == "RUST_LOG")?;
        let levels = levels.to_string_lossy().trim().to_owned();
        (!levels.is_empty()).then_some(levels)
    }

    /// What is known of standard error.
    #[cfg(feature = "log")]
    pub(crate) fn standard_error(&self) -> Terminal {
        Terminal::read(self.terminal, &Environment::new(&self.environment))
    }

    /// What counts where nobody says anything.
    pub(super) fn read_defaults(&self, to: &mut Loaded) {
        built_in(to);
        unnamed(self.executable.as_deref(), to);
    }

    /// Asks every source, from the lowest to the highest.
    pub(super) fn read(&self, to: &mut Loaded) {
        let environment = Environment::new(&self.environment);
        self.read_defaults(to);
        if let Some(attribute) = &self.attribute {
            package(attribute, to);
            arguments(attribute, to);
        }
        file::read(&self.directory, &environment, to);
        standard::read(&environment, to);
        variables::read(&environment, to);
        words(&Origin::Builder, self.builder.iter().map(|(key, value)| (&**key, &**value)), to);
        presets::fill(to);
        standard::implied(&environment, to);
        if let Some(machine) = &self.machine {
            detected::fill(machine, &environment, to);
        }
        to.settings.proxies = Proxies::read(&environment, &mut to.report);
        to.settings.terminal = Terminal::read(self.terminal, &environment);
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Any of the values may be a secret.
        f.debug_struct("Sources")
            .field("attribute", &self.attribute)
            .field("directory", &self.directory)
            .field("builder", &self.builder.iter().map(|(key, _)| key).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ServiceAttribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAttribute")
            .field("file", &self.file)
            .field("line", &self.line)
            .field("arguments", &self.arguments.iter().map(|(key, _)| key).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

fn built_in(to: &mut Loaded) {
    let entry = |key: &'static keys::Key| match key.initial {
        Initial::Default(toml) => {
            let raw = Raw::toml(toml).ok()?;
            Some(Entry { key, member: None, raw, origin: Origin::Default })
        }
        _ => None,
    };
    to.take(keys::all().filter_map(entry).collect());
}

/// A service that nobody has named.
///
/// Source: <https://opentelemetry.io/docs/specs/semconv/resource/service/>.
fn unnamed(executable: Option<&str>, to: &mut Loaded) {
    let name = executable.map(|executable| format!("unknown_service:{executable}"));
    words(&Origin::Default, name.as_deref().map(|name| ("service_name", name)).into_iter(), to);
}

/// The name of a program's file, as a name of a service.
fn file_name(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_string_lossy();
    Some(name.strip_suffix(std::env::consts::EXE_SUFFIX).unwrap_or(&name).to_owned())
}

fn package(attribute: &ServiceAttribute, to: &mut Loaded) {
    let values = [("service_name", attribute.package), ("service_version", attribute.version)];
    words(&Origin::Package, values.into_iter().filter(|(_, value)| !value.is_empty()), to);
}

fn arguments(attribute: &ServiceAttribute, to: &mut Loaded) {
    let origin = Origin::Attribute { file: attribute.file, line: attribute.line };
    words(&origin, attribute.arguments.iter().copied(), to);
}

fn words<'a>(origin: &Origin, values: impl Iterator<Item = (&'a str, &'a str)>, to: &mut Loaded) {
    let mut collector = Collector::new(origin.clone(), &mut to.report);
    values.for_each(|(key, value)| collector.name(key, Raw::word(value), origin));
    let entries = collector.entries;
    to.take(entries);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_gives_its_environment_and_working_directory() {
        let sources = Sources::from_process();
        assert!(sources.directory.is_absolute());
        // Cargo sets it for every test.
        assert!(sources.environment.iter().any(|(name, _)| name == "CARGO_MANIFEST_DIR"));
        assert!(sources.attribute.is_none() && sources.builder.is_empty());
        assert!(sources.executable.unwrap().starts_with("synndicate-"));
    }
}
