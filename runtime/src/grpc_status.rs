//! The codes with which a call of gRPC ends, by name.
//!
//! Source: <https://github.com/grpc/grpc/blob/master/doc/statuscodes.md>.

/// What a code is called that is no known number.
pub(crate) const UNKNOWN: &str = "UNKNOWN";

/// The names in the order of their codes.
pub(crate) const NAMES: [&str; 17] = [
    "OK",
    "CANCELLED",
    UNKNOWN,
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
];
