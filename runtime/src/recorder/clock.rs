//! The clock: monotonic nanoseconds, and one atomic offset that leads from them to the wall clock.
//!
//! A span keeps the wall clock's time of its start and measures its length by the monotonic clock, so that neither a step of
//! the wall clock nor its slewing can change how long the span took or make it end before it began. The offset belongs to the
//! process, not to a thread: a child on another thread must not start before its parent.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Wall clock minus monotonic clock, in nanoseconds.
static OFFSET: AtomicI64 = AtomicI64::new(0);
static SOURCE: OnceLock<Source> = OnceLock::new();

/// Monotonic nanoseconds since about the start of the process.
#[inline]
pub(crate) fn monotonic() -> u64 {
    match SOURCE.get() {
        Some(source) => source.nanos(),
        None => start(),
    }
}

/// Nanoseconds since 1970 at the moment when the monotonic clock shows `monotonic`.
#[inline]
pub(crate) fn unix(monotonic: u64) -> u64 {
    monotonic.wrapping_add_signed(OFFSET.load(Relaxed))
}

/// Follows the wall clock; called by the worker about once a second with the time since the last call.
pub(crate) fn follow_wall_clock(since: Duration) {
    let wanted = wall().wrapping_sub(monotonic()) as i64;
    OFFSET.store(slew(OFFSET.load(Relaxed), wanted, since), Relaxed);
}

/// The next offset on the way from `now` to `wanted`. Forward steps are taken at once; backward ones at 500 parts in a
/// million of the time that has passed, so that the clock as a whole never goes backwards.
fn slew(now: i64, wanted: i64, since: Duration) -> i64 {
    let most = i64::try_from(since.as_nanos() / 2000).unwrap_or(i64::MAX);
    wanted.max(now.saturating_sub(most))
}

/// What the monotonic clock is read from.
enum Source {
    /// The processor's own counter, scaled to nanoseconds: half the price of asking the operating system.
    Counter { clock: quanta::Clock, start: u64 },
    /// The operating system's clock, where it has given the processor's counter up or there is none.
    System(Instant),
}

impl Source {
    #[inline]
    fn nanos(&self) -> u64 {
        match self {
            Source::Counter { clock, start } => clock.delta_as_nanos(*start, clock.raw()),
            Source::System(start) => start.elapsed().as_nanos() as u64,
        }
    }
}

#[cold]
fn start() -> u64 {
    let source = SOURCE.get_or_init(|| {
        let source = choose();
        OFFSET.store(wall().wrapping_sub(source.nanos()) as i64, Relaxed);
        source
    });
    source.nanos()
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock of the recorder")]
fn choose() -> Source {
    if counter_is_trusted() {
        let clock = quanta::Clock::new();
        Source::Counter { start: clock.raw(), clock }
    } else {
        Source::System(Instant::now())
    }
}

/// The kernel watches the x86 counter and gives it up where it is not steady; what the processor says of itself is not enough.
fn counter_is_trusted() -> bool {
    if !cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "x86"))) {
        return true;
    }
    let source = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    std::fs::read_to_string(source).is_ok_and(|name| name.trim() == "tsc")
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock of the recorder")]
fn wall() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_nanos() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: i64 = 1_000_000_000;

    #[test]
    fn a_forward_step_of_the_wall_clock_is_taken_at_once() {
        assert_eq!(slew(7, 3600 * SECOND, Duration::from_secs(1)), 3600 * SECOND);
    }

    #[test]
    fn a_backward_step_is_slewed_and_time_never_runs_backwards() {
        let (mut offset, mut last) = (0, 0);
        for second in 1..=10 {
            offset = slew(offset, -3600 * SECOND, Duration::from_secs(1));
            let now = second * SECOND + offset;
            assert!(now > last, "{now} after {last}");
            last = now;
        }
        assert_eq!(offset, -10 * SECOND / 2000, "500 parts in a million of ten seconds");
    }

    #[test]
    fn a_small_backward_step_is_taken_whole() {
        assert_eq!(slew(0, -100, Duration::from_secs(1)), -100);
    }

    #[test]
    fn the_clock_runs_and_agrees_with_the_wall() {
        let (first, second) = (monotonic(), monotonic());
        assert!(second >= first);
        let apart = wall().abs_diff(unix(monotonic()));
        assert!(apart < 60 * SECOND as u64, "{apart} ns between the clocks");
    }
}
