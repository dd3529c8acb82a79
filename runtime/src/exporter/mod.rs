//! Sending batches: one file per wire protocol, and the console.
//!
//! An exporter is lent a batch and says what became of it. It uses `batch` and `plan`. It never decides when, where or whether
//! something is sent again: that is the pipeline's job, for which [`ErrorKind`] tells all that counts.

#[cfg(feature = "_remote")]
mod client;
#[cfg(feature = "console")]
mod console;
#[cfg(feature = "_decoded")]
#[cfg_attr(
    not(feature = "console"),
    allow(dead_code, reason = "each exporter asks for some of it")
)]
mod decoded;
mod error;
#[cfg(feature = "jaeger")]
mod jaeger;
#[cfg(feature = "_remote")]
mod otlp;
#[cfg(feature = "http-json")]
mod otlp_json;
#[cfg(feature = "_remote")]
mod peer;
#[cfg(feature = "_remote")]
mod question;
#[cfg(not(feature = "_remote"))]
#[path = "question_off.rs"]
mod question;
#[cfg(feature = "_remote")]
mod remote;
#[cfg(not(feature = "_remote"))]
#[path = "remote_off.rs"]
mod remote;
#[cfg(all(test, feature = "testing"))]
pub(crate) mod scripted;
#[cfg(feature = "sdk")]
mod sdk;
#[cfg(feature = "_remote")]
mod secret;
#[cfg(test)]
pub(crate) mod tests;
#[cfg(feature = "_remote")]
mod transport;
#[cfg(feature = "_remote")]
mod wire;
#[cfg(feature = "zipkin")]
mod zipkin;

pub(crate) use error::{ErrorKind, ExportError, SetupError};
pub(crate) use question::Question;
#[cfg(feature = "sdk")]
pub(crate) use sdk::SdkExporter;
#[cfg(all(test, feature = "_remote"))]
pub(crate) use transport::zone;

use crate::batch::Batch;
use crate::plan::{Console, Remote};
#[cfg(feature = "console")]
use console::ConsoleExporter;
use remote::RemoteExporter;

/// Takes batches to one backend.
pub(crate) enum Exporter {
    #[cfg(feature = "console")]
    Console(ConsoleExporter),
    Remote(RemoteExporter),
    #[cfg(feature = "sdk")]
    Sdk(SdkExporter),
    /// Takes every batch and drops it, so that benchmarks measure all but the wire.
    #[cfg(feature = "testing")]
    Discard,
    #[cfg(all(test, feature = "testing"))]
    Scripted(scripted::ScriptedExporter),
}

/// A batch was taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Accepted {
    /// So many of its spans were not.
    pub(crate) rejected: u64,
    /// Why, or what else the server wants its users to know. Without secrets.
    pub(crate) message: Option<String>,
}

impl Exporter {
    /// The exporter for a server. Reads certificates, opens no connection.
    ///
    /// # Errors
    ///
    /// When a file of the settings cannot be used, or when a feature that the endpoint needs is off.
    pub(crate) fn remote(remote: &Remote) -> Result<Exporter, SetupError> {
        RemoteExporter::new(remote).map(Exporter::Remote)
    }

    /// The exporter for the program's own standard error.
    ///
    /// # Errors
    ///
    /// When the feature `console` is off.
    #[cfg(feature = "console")]
    #[expect(clippy::unnecessary_wraps, reason = "without the feature it fails")]
    pub(crate) fn console(console: &Console) -> Result<Exporter, SetupError> {
        Ok(Exporter::Console(ConsoleExporter::on_stderr(console)))
    }

    /// The console was left out when the crate was built.
    #[cfg(not(feature = "console"))]
    pub(crate) fn console(_: &Console) -> Result<Exporter, SetupError> {
        Err(SetupError::feature_is_off("console", "the backend `console`"))
    }

    /// Where spans go, for people.
    pub(crate) fn place(&self) -> String {
        match self {
            #[cfg(feature = "console")]
            Exporter::Console(_) => "the console".into(),
            Exporter::Remote(remote) => remote.place(),
            #[cfg(feature = "sdk")]
            Exporter::Sdk(_) => "an exporter of the program".into(),
            #[cfg(feature = "testing")]
            Exporter::Discard => "nowhere".into(),
            #[cfg(all(test, feature = "testing"))]
            Exporter::Scripted(script) => script.place.into(),
        }
    }

    /// Which of its server's destinations takes spans; `None` where that is not known, or where there is no server.
    pub(crate) fn chosen(&self) -> Option<usize> {
        match self {
            Exporter::Remote(remote) => remote.chosen(),
            #[cfg(feature = "console")]
            Exporter::Console(_) => None,
            #[cfg(feature = "sdk")]
            Exporter::Sdk(_) => None,
            #[cfg(feature = "testing")]
            Exporter::Discard => None,
            #[cfg(all(test, feature = "testing"))]
            Exporter::Scripted(_) => None,
        }
    }

    /// Sends `batch`, which stays the caller's whatever happens; dropping the future gives the attempt up. An empty batch asks
    /// whether the backend would take spans.
    ///
    /// # Errors
    ///
    /// When the backend did not take the batch; the kind says whether it may take it later.
    pub(crate) async fn export(&mut self, batch: &Batch) -> Result<Accepted, ExportError> {
        match self {
            #[cfg(feature = "console")]
            Exporter::Console(console) => written(console.export(batch)),
            Exporter::Remote(remote) => remote.export(batch).await,
            #[cfg(feature = "sdk")]
            Exporter::Sdk(sdk) => sdk.export(batch).await,
            #[cfg(feature = "testing")]
            Exporter::Discard => Ok(Accepted::default()),
            #[cfg(all(test, feature = "testing"))]
            Exporter::Scripted(script) => script.export(batch).await,
        }
    }

    /// Sends or shows what the exporter took but holds back, such as traces whose root has not ended. It is the last call.
    ///
    /// # Errors
    ///
    /// When that fails.
    #[cfg_attr(
        not(any(feature = "console", feature = "sdk")),
        expect(clippy::unnecessary_wraps, reason = "only those two can fail")
    )]
    pub(crate) fn flush(&mut self) -> Result<Accepted, ExportError> {
        match self {
            #[cfg(feature = "console")]
            Exporter::Console(console) => written(console.flush()),
            Exporter::Remote(_) => Ok(Accepted::default()),
            #[cfg(feature = "sdk")]
            Exporter::Sdk(sdk) => sdk.end(),
            #[cfg(feature = "testing")]
            Exporter::Discard => Ok(Accepted::default()),
            #[cfg(all(test, feature = "testing"))]
            Exporter::Scripted(_) => Ok(Accepted::default()),
        }
    }
}

/// What the console could not write is lost; trying again would show other spans twice.
#[cfg(feature = "console")]
fn written(result: std::io::Result<()>) -> Result<Accepted, ExportError> {
    match result {
        Ok(()) => Ok(Accepted::default()),
        Err(error) => Err(ExportError::new(ErrorKind::Refused, error.to_string())),
    }
}
