//! The clock: monotonic nanoseconds, and the course of the wall clock, which leads from them to nanoseconds since 1970.
//!
//! A span keeps the wall clock's time of its start and measures its length by the monotonic clock, so that neither a step of
//! the wall clock nor its slewing can change how long the span took or make it end before it began. The course belongs to the
//! process, not to a thread: a child on another thread must not start before its parent.

use super::slot::lock;
use std::sync::atomic::{
    AtomicBool, AtomicI64, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The course of the process.
static COURSE: SharedCourse = SharedCourse::new();
static STEPPED_BACK: AtomicBool = AtomicBool::new(false);
static FOLLOWING: Mutex<()> = Mutex::new(());
static SOURCE: OnceLock<Source> = OnceLock::new();

/// Two clocks that were read within so many nanoseconds were read at one moment.
const MOMENT: u64 = 20_000;

/// Starts the clock: it may have to be compared with the operating system's for some milliseconds, for which a traced thread has
/// no time.
pub(crate) fn start_clock() {
    monotonic();
}

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
    COURSE.get().unix(monotonic)
}

/// The time that is told to people.
pub(crate) fn wall_clock() -> SystemTime {
    UNIX_EPOCH + Duration::from_nanos(unix(monotonic()))
}

/// What this clock has shown when the wall clock showed `time`. The last second is told by its distance from now, because this
/// clock may be following the other one still; any other time is somebody's own, and stands as it is.
#[cfg(feature = "opentelemetry")]
pub(crate) fn unix_of(time: SystemTime) -> u64 {
    let time = nanos(time);
    let (now, wall) = (unix(monotonic()), wall());
    match wall.checked_sub(time) {
        Some(age) if age < 1_000_000_000 => now.saturating_sub(age),
        _ => time,
    }
}

/// Whether the wall clock was ever set back by so much that a child may seem to start before its parent.
#[inline]
pub(crate) fn has_stepped_back() -> bool {
    STEPPED_BACK.load(Relaxed)
}

/// Follows the wall clock; called by the worker about once a second.
pub(crate) fn follow_wall_clock() {
    // Of two at once, the one that comes late would take back what the other has done.
    let _alone = lock(&FOLLOWING);
    #[cfg(test)]
    FOLLOWED.set(FOLLOWED.get() + 1);
    let Some((monotonic, wall)) = both_at_one_moment() else { return };
    let (course, correction) = COURSE.get().corrected(monotonic, wall);
    if correction == Correction::StepBack {
        // Before the course: who takes that sees this.
        STEPPED_BACK.store(true, Relaxed);
    }
    COURSE.set(course);
}

/// What both clocks show; `None` where the thread was held up between them again and again.
fn both_at_one_moment() -> Option<(u64, u64)> {
    (0..8).find_map(|_| {
        let (before, wall) = (monotonic(), wall());
        let between = monotonic().saturating_sub(before);
        (between < MOMENT).then_some((before + between / 2, wall))
    })
}

/// How the wall clock follows from the monotonic one.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Course {
    /// Wall clock minus monotonic clock, in nanoseconds. The lowest bit is [`SLOW`](Course::SLOW), so that it changes with it.
    offset: i64,
    /// The monotonic time since which the clock runs slower, if it does.
    slow_since: u64,
}

/// What was done about a wall clock that shows something else.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Correction {
    /// Nothing, or it was taken over at once, which is forward.
    Forward,
    /// The clock runs slower until the wall clock has caught up.
    Slower,
    StepBack,
}

impl Course {
    /// The clock runs slower by one part in 2048.
    const SLOW: i64 = 1;
    /// A wall clock that is behind by this many nanoseconds was set, and would not catch up within half an hour.
    const STEP: i64 = 1_000_000_000;

    /// A course on which the clock shows `unix` now.
    fn at(monotonic: u64, unix: u64) -> Course {
        // Rounded up, so that it is never set back by the bit.
        let offset = (unix.wrapping_sub(monotonic) as i64 + Course::SLOW) & !Course::SLOW;
        Course { offset, slow_since: 0 }
    }

    #[inline]
    fn unix(self, monotonic: u64) -> u64 {
        let unix = monotonic.wrapping_add_signed(self.offset & !Course::SLOW);
        if self.offset & Course::SLOW == 0 {
            unix
        } else {
            unix - monotonic.saturating_sub(self.slow_since) / 2048
        }
    }

    /// The course to take when the wall clock shows `wall`: forward at once; back by running slower, so that no time comes
    /// twice; a clock that was set back by much is followed at once.
    fn corrected(self, monotonic: u64, wall: u64) -> (Course, Correction) {
        let shown = self.unix(monotonic);
        let ahead = shown.wrapping_sub(wall) as i64;
        let is_slow = self.offset & Course::SLOW != 0;
        match ahead {
            ..=1 => (Course::at(monotonic, wall.max(shown)), Correction::Forward),
            Course::STEP.. => (Course::at(monotonic, wall), Correction::StepBack),
            _ if is_slow => (self, Correction::Slower),
            _ => {
                let offset = Course::at(monotonic, shown).offset | Course::SLOW;
                (Course { offset, slow_since: monotonic }, Correction::Slower)
            }
        }
    }
}

/// A course that all threads read and one corrects, now and then.
struct SharedCourse {
    offset: AtomicI64,
    /// Means something only while the clock runs slower, and changes only while it does not.
    slow_since: AtomicU64,
}

impl SharedCourse {
    const fn new() -> SharedCourse {
        SharedCourse { offset: AtomicI64::new(0), slow_since: AtomicU64::new(0) }
    }

    #[inline]
    fn get(&self) -> Course {
        let offset = self.offset.load(Acquire);
        if offset & Course::SLOW == 0 { Course { offset, slow_since: 0 } } else { self.get_slow() }
    }

    /// Whoever sees a later `slow_since` sees, too, that the offset with which it would not fit is over.
    #[cold]
    fn get_slow(&self) -> Course {
        loop {
            let offset = self.offset.load(Acquire);
            let slow_since = self.slow_since.load(Acquire);
            if self.offset.load(Relaxed) == offset {
                return Course { offset, slow_since };
            }
        }
    }

    fn set(&self, course: Course) {
        if course.offset & Course::SLOW != 0 {
            self.slow_since.store(course.slow_since, Release);
        }
        self.offset.store(course.offset, Release);
    }
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
        COURSE.set(Course::at(source.nanos(), wall()));
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
    if cfg!(miri) {
        // It is read by an instruction that the interpreter does not know.
        return false;
    }
    if !cfg!(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "x86"))) {
        return true;
    }
    let source = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    std::fs::read_to_string(source).is_ok_and(|name| name.trim() == "tsc")
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock of the recorder")]
fn wall() -> u64 {
    nanos(SystemTime::now())
}

fn nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).map_or(1, |since| since.as_nanos());
    u64::try_from(since).unwrap_or(u64::MAX)
}

#[cfg(test)]
thread_local! {
    /// How often this thread has followed the wall clock.
    pub(crate) static FOLLOWED: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

#[cfg(all(test, feature = "testing", not(miri)))]
pub(crate) fn clock_has_started() -> bool {
    SOURCE.get().is_some()
}

/// Makes the recorder believe that the clock was set back once.
#[cfg(test)]
pub(super) fn pretend_that_it_has_stepped_back() {
    STEPPED_BACK.store(true, Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const HOUR: u64 = 3600 * SECOND;
    /// Some day.
    const DAY: u64 = 1_700_000_000 * SECOND;

    /// A clock that has run for an hour.
    fn course() -> Course {
        Course::at(HOUR, DAY)
    }

    #[test]
    fn a_forward_step_of_the_wall_clock_is_taken_at_once() {
        let (corrected, correction) = course().corrected(HOUR, DAY + HOUR);
        assert_eq!((corrected.unix(HOUR), correction), (DAY + HOUR, Correction::Forward));
    }

    #[test]
    fn a_small_backward_step_slows_the_clock_and_no_time_comes_twice() {
        let (mut course, mut last, mut seconds) = (course(), DAY - 1, 0);
        // The wall clock is 10 ms behind; each second is looked at closely around the moment of the correction.
        while course.unix(HOUR + seconds * SECOND) > DAY - SECOND / 100 + seconds * SECOND + 1 {
            let monotonic = HOUR + seconds * SECOND;
            course = course.corrected(monotonic, DAY - SECOND / 100 + seconds * SECOND).0;
            for later in [0, 10, 1000, SECOND / 2, SECOND - 1] {
                let unix = course.unix(monotonic + later);
                assert!(unix >= last, "{unix} after {last}");
                last = unix;
            }
            seconds += 1;
            assert!(seconds < 30, "one part in 2048 makes 10 ms in 21 seconds");
        }
        assert!(seconds > 19, "not at once: {seconds}");
    }

    #[test]
    fn a_slowed_clock_runs_on_as_before_when_the_wall_clock_has_caught_up() {
        let slow = course().corrected(HOUR, DAY - SECOND / 100).0;
        let (then, wall) = (HOUR + 100 * SECOND, DAY + 99 * SECOND + SECOND * 99 / 100);
        let caught_up = slow.corrected(then, wall).0;
        assert_eq!(caught_up.unix(then), wall);
        assert_eq!(caught_up.unix(then + HOUR) - caught_up.unix(then), HOUR);
    }

    #[test]
    fn a_clock_that_was_set_back_by_an_hour_is_followed_within_one_correction() {
        let (corrected, correction) = course().corrected(HOUR, DAY - HOUR);
        assert_eq!((corrected.unix(HOUR), correction), (DAY - HOUR, Correction::StepBack));
        // A clock that was being slowed down follows too.
        let slow = course().corrected(HOUR, DAY - SECOND / 2).0;
        assert_eq!(slow.corrected(HOUR + SECOND, DAY - HOUR).0.unix(HOUR + SECOND), DAY - HOUR);
    }

    #[test]
    fn a_machine_that_slept_for_an_hour_shows_the_wall_clock_again() {
        let corrected = course().corrected(HOUR + 1, DAY + 3 * HOUR).0;
        assert_eq!(corrected.unix(HOUR + 1).abs_diff(DAY + 3 * HOUR) | 1, 1);
    }

    #[test]
    fn a_wall_clock_that_agrees_changes_nothing() {
        let course = course();
        assert_eq!(
            course.corrected(HOUR + SECOND, DAY + SECOND).0.unix(HOUR + 2 * SECOND),
            DAY + 2 * SECOND
        );
        assert_eq!(course.corrected(HOUR, DAY - 1).1, Correction::Forward, "within its resolution");
    }

    /// Each offset is the double of its time, and its lowest bit says that the clock runs slower.
    #[test]
    fn a_reader_never_sees_the_parts_of_two_courses() {
        const COURSES: u64 = if cfg!(miri) { 100 } else { 300_000 };
        let shared = SharedCourse::new();
        let course =
            |time: u64, slow: i64| Course { offset: (2 * time) as i64 | slow, slow_since: time };
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                loop {
                    let Course { offset, slow_since } = shared.get();
                    if offset & Course::SLOW != 0 {
                        assert_eq!(slow_since, offset as u64 / 2);
                    }
                    if offset as u64 == 2 * COURSES {
                        return;
                    }
                }
            });
            for time in (1..COURSES).step_by(2) {
                shared.set(course(time, Course::SLOW));
                shared.set(course(time + 1, 0));
            }
            reader.join().unwrap();
        });
    }

    #[test]
    fn the_clock_runs_and_agrees_with_the_wall() {
        let (first, second) = (monotonic(), monotonic());
        assert!(second >= first);
        let apart = wall().abs_diff(unix(monotonic()));
        assert!(apart < 60 * SECOND, "{apart} ns between the clocks");
    }
}
