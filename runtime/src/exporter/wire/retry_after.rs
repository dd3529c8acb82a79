//! How long a server asks to be left alone.

use ::http::HeaderMap;
use ::http::header::{DATE, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// No server is left alone for longer: by then it may have been replaced, and the queue is full long before.
pub(super) const MAX_WAIT: Duration = Duration::from_secs(300);

/// The wait that `Retry-After` asks for, in seconds or as a date; `None`, for the usual backoff, where it asks for nothing that
/// could be followed. A date is compared with the server's clock, which may differ from ours.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#field.retry-after>.
pub(super) fn from_headers(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than a number can hold are as many as it can.
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        let now = headers.get(DATE).and_then(|date| parse_date(date.to_str().ok()?));
        parse_date(value)?.duration_since(now.unwrap_or_else(our_clock)).ok()?
    };
    bounded(wait)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a date that comes without the server's time can be compared with ours only"
)]
fn our_clock() -> SystemTime {
    SystemTime::now()
}

/// `wait` as it is followed: not over [`MAX_WAIT`], and none at all means the usual backoff.
pub(super) fn bounded(wait: Duration) -> Option<Duration> {
    (!wait.is_zero()).then_some(wait.min(MAX_WAIT))
}

fn parse_date(value: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(retry_after: &str, date: Option<&str>, expected: Option<Duration>) {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, retry_after.parse().unwrap());
        if let Some(date) = date {
            headers.insert(DATE, date.parse().unwrap());
        }
        assert_eq!(from_headers(&headers), expected, "{retry_after}");
    }

    #[test]
    fn seconds_are_waited_up_to_the_longest_wait() {
        check("2", None, Some(Duration::from_secs(2)));
        check(" 2 ", None, Some(Duration::from_secs(2)));
        check("300", None, Some(MAX_WAIT));
        check("99999999999", None, Some(MAX_WAIT));
        check(&"9".repeat(40), None, Some(MAX_WAIT));
    }

    #[test]
    fn a_date_is_compared_with_the_servers_clock() {
        let now = Some("Wed, 21 Oct 2015 07:28:00 GMT");
        check("Wed, 21 Oct 2015 07:28:02 GMT", now, Some(Duration::from_secs(2)));
        check("Wednesday, 21-Oct-15 07:28:02 GMT", now, Some(Duration::from_secs(2)));
        check("Wed Oct 21 07:28:02 2015", now, Some(Duration::from_secs(2)));
        check("Wed, 21 Oct 2099 07:28:02 GMT", now, Some(MAX_WAIT));
        check("Wed, 21 Oct 2015 07:28:00 GMT", now, None);
        check("Wed, 21 Oct 2015 07:27:58 GMT", now, None);
    }

    #[test]
    fn without_the_servers_clock_ours_counts() {
        check("Wed, 21 Oct 2015 07:28:02 GMT", None, None);
        check("Wed, 21 Oct 2015 07:28:02 GMT", Some("yesterday"), None);
        check("Thu, 31 Dec 2099 23:59:59 GMT", None, Some(MAX_WAIT));
    }

    #[test]
    fn what_cannot_be_followed_means_the_usual_backoff() {
        for value in ["", "0", "-1", "+2", "soon", "2.5", "2 s", "Wed, 99 Oct 2015 07:28:02 GMT"] {
            check(value, None, None);
        }
        assert_eq!(from_headers(&HeaderMap::new()), None);
    }
}
