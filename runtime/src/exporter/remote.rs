//! A server that may listen in several places: finds out which one takes spans, and keeps to it while it does.

use super::Accepted;
use super::client::Client;
use super::error::{ErrorKind, ExportError, SetupError};
use super::secret::Secrets;
use crate::batch::Batch;
use crate::plan::Remote;
use std::sync::Arc;

/// Sends batches to a server. The place and the wire protocol are found out by an empty export, and remembered until the
/// server does not speak it or cannot be reached: servers are replaced under a name.
pub(crate) struct RemoteExporter {
    /// In the order in which they are tried.
    clients: Vec<Client>,
    /// The client that was accepted; the only one needs not to be.
    chosen: Option<usize>,
}

impl RemoteExporter {
    /// Reads certificates, opens no connection.
    pub(crate) fn new(remote: &Remote) -> Result<RemoteExporter, SetupError> {
        let secrets = Arc::new(Secrets::of(remote));
        let clients = remote
            .destinations
            .iter()
            .map(|destination| Client::new(destination, remote, secrets.clone()));
        Ok(RemoteExporter { clients: clients.collect::<Result<_, _>>()?, chosen: None })
    }

    /// Where spans go, for people: the place that was accepted, or all that will be tried.
    pub(crate) fn place(&self) -> String {
        match self.chosen.and_then(|chosen| self.clients.get(chosen)) {
            Some(client) => client.place().to_owned(),
            None => self.places().join(" or "),
        }
    }

    /// Which destination was accepted.
    pub(crate) fn chosen(&self) -> Option<usize> {
        self.chosen
    }

    /// All that will be tried; one that is tried in several wires stands there once.
    fn places(&self) -> Vec<&str> {
        let mut places: Vec<_> = self.clients.iter().map(Client::place).collect();
        places.dedup();
        places
    }

    /// Sends `batch`, after finding out where to if that is not known.
    pub(crate) async fn export(&mut self, batch: &Batch) -> Result<Accepted, ExportError> {
        let chosen = match (self.chosen, &self.clients[..]) {
            (Some(chosen), _) => chosen,
            (None, [_]) => 0,
            (None, _) if batch.spans() == 0 => return self.choose(batch).await,
            (None, _) => {
                self.choose(&Batch::empty(batch.resource().clone())).await?;
                self.chosen.unwrap_or_default()
            }
        };
        let Some(client) = self.clients.get_mut(chosen) else {
            return Err(summary(Vec::new()));
        };
        let result = client.export(batch).await;
        self.chosen = match &result {
            Ok(_) => Some(chosen),
            Err(error)
                if matches!(error.kind, ErrorKind::WireNotSpoken | ErrorKind::Unreachable) =>
            {
                client.hang_up();
                None
            }
            Err(_) => self.chosen,
        };
        result
    }

    async fn choose(&mut self, probe: &Batch) -> Result<Accepted, ExportError> {
        let mut errors = Vec::new();
        let mut silent = None;
        for (at, client) in self.clients.iter_mut().enumerate() {
            if silent.as_deref() == Some(client.place()) {
                continue;
            }
            match client.export(probe).await {
                Ok(accepted) => {
                    self.chosen = Some(at);
                    return Ok(accepted);
                }
                Err(error) => {
                    client.hang_up();
                    silent = is_silent(error.kind).then(|| client.place().to_owned());
                    errors.push(error);
                }
            }
        }
        Err(summary(errors))
    }
}

/// Whether nobody answered, and so would not in another wire. To wait for that as well would only take time.
fn is_silent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unreachable | ErrorKind::TimedOut)
}

/// One error for all places: while one of them may still take spans later, the backend as a whole may.
fn summary(errors: Vec<ExportError>) -> ExportError {
    let mut messages: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    messages.dedup();
    let message = messages.join("; ");
    match errors.into_iter().min_by_key(|error| hopelessness(error.kind)) {
        Some(error) => ExportError { message, ..error },
        None => ExportError::new(ErrorKind::Unreachable, "no endpoint is named"),
    }
}

fn hopelessness(kind: ErrorKind) -> u8 {
    match kind {
        ErrorKind::Retryable { .. } => 0,
        ErrorKind::TimedOut => 1,
        ErrorKind::Unreachable => 2,
        ErrorKind::TooLarge | ErrorKind::Invalid | ErrorKind::Refused | ErrorKind::Panicked => 3,
        ErrorKind::WireNotSpoken => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(kind: ErrorKind, message: &str) -> ExportError {
        ExportError::new(kind, message)
    }

    #[test]
    fn the_backend_may_take_spans_later_while_one_of_its_places_may() {
        let errors = vec![error(ErrorKind::WireNotSpoken, "a"), error(ErrorKind::Unreachable, "b")];
        let summary = summary(errors);
        assert_eq!((summary.kind, summary.message.as_str()), (ErrorKind::Unreachable, "a; b"));
    }

    #[test]
    fn what_a_place_answers_in_both_wires_is_said_once() {
        let errors = ["a", "a", "b"].map(|text| error(ErrorKind::WireNotSpoken, text));
        assert_eq!(summary(errors.into()).message, "a; b");
    }

    #[test]
    fn a_refusal_says_more_than_a_wire_that_is_not_spoken() {
        let errors = vec![error(ErrorKind::WireNotSpoken, "a"), error(ErrorKind::Refused, "b")];
        assert_eq!(summary(errors).kind, ErrorKind::Refused);
    }
}
