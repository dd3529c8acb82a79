//! The status of a span: what its user says, and what becomes of it at the end.

use super::{Content, STATUS};
use crate::batch::protobuf::{Fields, Value, put_bytes, put_varint, tag};

/// Status codes of OTLP.
const UNSET: u64 = 0;
const OK: u64 = 1;
const ERROR: u64 = 2;

/// How a span ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// Without a status.
    Fine,
    /// With an error, whose status the worker adds.
    Failed,
    /// With a status that stands in its bytes.
    Told { failed: bool },
}

impl Content {
    /// Sets the status by the name of its code: `OK`, `ERROR`, or anything else for unset.
    pub(crate) fn set_status_code(&mut self, code: &str) {
        let code = match code {
            code if code.eq_ignore_ascii_case("ok") => OK,
            code if code.eq_ignore_ascii_case("error") => ERROR,
            _ => UNSET,
        };
        let (_, description) = self.status();
        let description = description.to_vec();
        self.set_status(code, &description);
    }

    /// Sets what the status says in words.
    pub(crate) fn set_status_description(&mut self, description: &str) {
        let (code, _) = self.status();
        self.set_status(code, description.as_bytes());
    }

    /// Says that the span has succeeded, whatever was said before.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn succeed(&mut self) {
        self.set_status(OK, &[]);
    }

    /// Says that the span has failed, and how.
    #[cfg(feature = "opentelemetry")]
    pub(crate) fn fail_with(&mut self, description: &str) {
        self.set_status(ERROR, description.as_bytes());
    }

    pub(super) fn absorb_status(&mut self, status: &[u8]) {
        let (code, description) = read_status(status);
        let (known_code, known_description) = self.status();
        let code = if code == UNSET { known_code } else { code };
        let description = if description.is_empty() { known_description } else { description };
        let description = description.to_vec();
        self.set_status(code, &description);
    }

    fn set_status(&mut self, code: u64, description: &[u8]) {
        self.remove(STATUS);
        let mut status = Vec::with_capacity(description.len() + 8);
        if !description.is_empty() {
            put_bytes(&mut status, 2, description);
        }
        status.push(tag(3, 0));
        put_varint(&mut status, code);
        self.bytes.field(STATUS, &status);
        self.marks |= Content::STATUS;
    }

    /// The status so far: code and description.
    fn status(&self) -> (u64, &[u8]) {
        let found = self.find(STATUS, |_| true).and_then(|range| self.bytes().get(range));
        let field = found.and_then(|bytes| Fields(bytes).next());
        field.map_or((UNSET, &[]), |field| read_status(field.value.as_bytes()))
    }

    /// The user's own status stays. Only an error has words, so where there is no code they, or a failure, make it one.
    #[cold]
    pub(super) fn finish_status(&mut self) -> Outcome {
        let (code, description) = self.status();
        if code == UNSET && (self.marks & Content::FAILED != 0 || !description.is_empty()) {
            let description = description.to_vec();
            self.set_status(ERROR, &description);
            return Outcome::Told { failed: true };
        }
        Outcome::Told { failed: code == ERROR }
    }
}

fn read_status(status: &[u8]) -> (u64, &[u8]) {
    let (mut code, mut description) = (UNSET, &[][..]);
    for field in Fields(status) {
        match (field.number, field.value) {
            (2, Value::Bytes(bytes)) => description = bytes,
            (3, Value::Varint(value)) => code = value,
            _ => {}
        }
    }
    (code, description)
}
