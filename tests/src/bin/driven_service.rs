//! A service that does what it is told: one command a line on standard input, one answer a line on standard output. Its settings
//! come from where a user's come from.

use serde_json::json;
use std::io::{self, BufRead, Write, stdin, stdout};
use std::thread;
use std::time::Duration;
use synndicate::{DropReason, Ledger, traced, traced_service};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio::time::interval;

/// What a thread's ring holds for sure, and what a span takes besides its text.
const RING: usize = 32 * 1024;
const SPAN: usize = 256;

#[traced_service]
fn main() -> io::Result<()> {
    let mut next = 0;
    for line in stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split(' ').collect();
        let answer = match words[..] {
            ["spans", count] => spans(&mut next, number(count)?, 0)?,
            ["spans", count, bytes] => spans(&mut next, number(count)?, number(bytes)? as usize)?,
            ["tasks", flavour, count] => tasks(&mut next, flavour, number(count)?)?,
            ["threads", threads, each] => threads_of_spans(number(threads)?, number(each)?)?,
            ["bad"] => bad(),
            ["greet", name] => greet(name),
            ["flush"] => synndicate::flush().to_string(),
            ["settle"] => settle(),
            ["ledger"] => account(&synndicate::ledger()),
            ["health"] => synndicate::health().to_json(),
            ["shutdown"] => account(&synndicate::shutdown()),
            ["memory"] => memory()?,
            ["end"] => break,
            _ => return Err(io::Error::other(format!("`{line}` is nothing to do"))),
        };
        answer_with(&answer)?;
    }
    Ok(())
}

fn number(word: &str) -> io::Result<u64> {
    word.parse().map_err(io::Error::other)
}

fn answer_with(answer: &str) -> io::Result<()> {
    let mut stdout = stdout().lock();
    writeln!(stdout, "{answer}")?;
    stdout.flush()
}

/// Makes so many spans, numbered on and on, each with a text of so many bytes.
///
/// No thread makes more than its ring holds: one that is faster than the worker loses spans, which are counted, and what such a
/// test asks is what the backend loses.
fn spans(next: &mut u64, count: u64, bytes: usize) -> io::Result<String> {
    let text = "x".repeat(bytes);
    let (first, end) = (*next, *next + count);
    let each = (RING / (bytes + SPAN)).max(1);
    thread::scope(|scope| {
        for begin in (first..end).step_by(each) {
            let numbers = begin..end.min(begin + each as u64);
            let made = scope.spawn(|| numbers.for_each(|number| work(number, &text))).join();
            made.map_err(|_| io::Error::other("a thread panicked"))?;
        }
        *next = end;
        Ok(end.to_string())
    })
}

/// Makes so many numbered spans in tasks of a runtime of one thread or of several, 20,000 a second.
fn tasks(next: &mut u64, flavour: &str, count: u64) -> io::Result<String> {
    let mut builder = match flavour {
        "current" => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let end = *next + count;
    builder.enable_time().build()?.block_on(async {
        let mut tick = interval(Duration::from_millis(1));
        let mut tasks = JoinSet::new();
        while *next < end {
            tick.tick().await;
            let numbers = *next..end.min(*next + 20);
            *next = numbers.end;
            tasks.spawn(async move { numbers.for_each(|number| work(number, "")) });
        }
        tasks.join_all().await;
    });
    Ok(end.to_string())
}

#[traced(capture(text))]
fn work(number: u64, text: &str) {
    let _ = (number, text);
}

#[traced(hash(name))]
fn greet(name: &str) -> String {
    format!("hello {name}")
}

#[traced]
fn bad() -> String {
    "made".to_owned()
}

/// Makes spans on several threads at once, and answers with a line before the last one each time that a thread has made a tenth.
fn threads_of_spans(threads: u64, each: u64) -> io::Result<String> {
    thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads).map(|_| scope.spawn(move || tenths_of_spans(each))).collect();
        let panicked = |_| io::Error::other("a thread panicked");
        workers.into_iter().try_for_each(|worker| worker.join().map_err(panicked)?)
    })?;
    Ok("made".to_owned())
}

fn tenths_of_spans(each: u64) -> io::Result<()> {
    for _ in 0..10 {
        (0..each / 10).for_each(|number| work(number, "busy"));
        answer_with("a tenth")?;
    }
    Ok(())
}

/// Waits until nothing waits any more, neither in memory nor on disk.
fn settle() -> String {
    while synndicate::ledger().waiting > 0 {
        synndicate::flush();
        thread::sleep(Duration::from_millis(5));
    }
    "settled".to_owned()
}

fn account(ledger: &Ledger) -> String {
    let dropped = DropReason::ALL
        .into_iter()
        .map(|reason| (format!("{reason:?}"), ledger.dropped_for(reason).into()));
    let dropped: serde_json::Map<_, _> = dropped.filter(|(_, spans)| *spans != 0).collect();
    json!({
        "created": ledger.created,
        "recovered": ledger.recovered,
        "exported": ledger.exported,
        "waiting": ledger.waiting,
        "spooled": ledger.spooled,
        "dropped": dropped,
    })
    .to_string()
}

/// The memory that is used and the most that ever was, in bytes; nothing where the operating system does not say.
fn memory() -> io::Result<String> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes = line.trim_start_matches(':').trim().trim_end_matches(" kB");
        Some(kibibytes.parse::<u64>().ok()? * 1024)
    };
    Ok(json!({ "now": bytes("VmRSS"), "most": bytes("VmHWM") }).to_string())
}
