//! The `google.rpc.Status` in which a server explains an error, read field by field and never trusted.

use super::retry_after::bounded;
use crate::batch::protobuf::{Fields, Value, whole};
use std::time::Duration;

/// The text in a `google.rpc.Status`, which is how OTLP/HTTP explains an error.
pub(super) fn status_text(status: &[u8]) -> Option<&[u8]> {
    whole(status)?.into_iter().find_map(|(number, value)| (number == 2).then(|| value.as_bytes()))
}

/// A server asks for another try.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RetryInfo {
    /// When; `None` where the time that it names cannot be followed.
    pub(super) wait: Option<Duration>,
}

/// The `google.rpc.RetryInfo` among the details of a `google.rpc.Status`.
pub(super) fn retry_info(status: &[u8]) -> Option<RetryInfo> {
    let details =
        Fields(status).filter(|field| field.number == 3).map(|field| field.value.as_bytes());
    let info = details
        .filter(|any| is_retry_info(any))
        .map(|any| field(any, 2).map_or(&[][..], Value::as_bytes))
        .next()?;
    let delay = field(info, 1).map_or(&[][..], Value::as_bytes);
    let part = |number| match field(delay, number) {
        Some(Value::Varint(part)) => part.cast_signed(),
        _ => 0,
    };
    let (seconds, nanos) = (u64::try_from(part(1)), u32::try_from(part(2)));
    let delay = seconds.ok().zip(nanos.ok()).filter(|&(_, nanos)| nanos < 1_000_000_000);
    Some(RetryInfo {
        wait: delay.and_then(|(seconds, nanos)| bounded(Duration::new(seconds, nanos))),
    })
}

fn is_retry_info(any: &[u8]) -> bool {
    field(any, 1).is_some_and(|url| url.as_bytes().ends_with(b"/google.rpc.RetryInfo"))
}

fn field(message: &[u8], number: u64) -> Option<Value<'_>> {
    Fields(message).filter(|field| field.number == number).map(|field| field.value).last()
}

#[cfg(test)]
mod tests {
    use super::super::retry_after::MAX_WAIT;
    use super::*;
    use crate::batch::protobuf::put_bytes;

    /// A `google.rpc.Status` with one detail of this type and content.
    fn status(type_url: &str, detail: &[u8]) -> Vec<u8> {
        let (mut any, mut status) = (Vec::new(), vec![0x08, 8]);
        put_bytes(&mut any, 1, type_url.as_bytes());
        put_bytes(&mut any, 2, detail);
        put_bytes(&mut status, 2, b"slow down");
        put_bytes(&mut status, 3, &any);
        status
    }

    fn retry_in(delay: &[u8]) -> Vec<u8> {
        let mut detail = Vec::new();
        put_bytes(&mut detail, 1, delay);
        status("type.googleapis.com/google.rpc.RetryInfo", &detail)
    }

    #[test]
    fn retry_info_is_found_among_the_details() {
        let wait = |wait| Some(RetryInfo { wait: Some(wait) });
        assert_eq!(retry_info(&retry_in(&[0x08, 2])), wait(Duration::from_secs(2)));
        assert_eq!(retry_info(&retry_in(&[0x10, 5])), wait(Duration::from_nanos(5)));
        assert_eq!(retry_info(&status("type.googleapis.com/google.rpc.ErrorInfo", &[])), None);
        assert_eq!(retry_info(b""), None);
        assert_eq!(retry_info(b"no protobuf"), None);
    }

    #[test]
    fn a_wait_that_cannot_be_followed_means_the_usual_backoff() {
        let negative = [0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        let too_many_nanos = [0x10, 0x80, 0x94, 0xeb, 0xdc, 3];
        for delay in [&[][..], &[0x08, 0], &negative, &too_many_nanos] {
            assert_eq!(retry_info(&retry_in(delay)), Some(RetryInfo { wait: None }), "{delay:?}");
        }
        let endless = [0x08, 0xff, 0xff, 0xff, 0xff, 0x7f];
        assert_eq!(retry_info(&retry_in(&endless)), Some(RetryInfo { wait: Some(MAX_WAIT) }));
    }

    #[test]
    fn the_text_of_a_status_is_found() {
        assert_eq!(status_text(&status("any", &[])), Some(&b"slow down"[..]));
        assert_eq!(status_text(b"plain text"), None);
        assert_eq!(status_text(b""), None);
    }
}
