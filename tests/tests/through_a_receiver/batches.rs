//! When a batch leaves, and how large it is: by number, by bytes, by time.

use super::{Result, Turn, run};
use synndicate::traced;
use synndicate_tests::receiver::{Export, Receiver, Wire};

#[traced(capture(text))]
fn work(text: &str) {
    let _ = text;
}

fn spans(count: usize, bytes: usize) {
    let text = "x".repeat(bytes);
    (0..count).for_each(|_| work(&text));
}

fn sizes(exports: &[Export]) -> Vec<usize> {
    exports.iter().map(|export| export.spans().count()).collect()
}

/// So long that no test waits for it.
const NEVER: (&str, &str) = ("tracing_batch_timeout", "10 min");

#[test]
fn full_batches_leave_at_once_and_the_rest_when_it_is_asked_for() -> Result<()> {
    let turn = Turn::take();
    for wire in Wire::EVERY {
        let receiver = Receiver::over(wire).listen()?;
        run(&turn, &receiver, &[NEVER, ("tracing_max_batch_size", "10")], || {
            spans(25, 0);
            let full = receiver.wait_until(|noted| noted.taken == 20)?;
            assert_eq!(sizes(&full.exports), [10, 10]);
            assert!(synndicate::flush());
            assert_eq!(sizes(&receiver.noted().exports), [10, 10, 5]);
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn a_batch_that_is_not_full_leaves_when_it_is_old_enough() -> Result<()> {
    let turn = Turn::take();
    for wire in Wire::EVERY {
        let receiver = Receiver::over(wire).listen()?;
        run(&turn, &receiver, &[("tracing_batch_timeout", "100")], || {
            spans(3, 0);
            receiver.wait_until(|noted| noted.taken == 3)?;
            spans(2, 0);
            receiver.wait_until(|noted| noted.taken == 5)?;
            Ok(())
        })?;
    }
    Ok(())
}

#[test]
fn what_waits_at_the_end_leaves_without_being_asked_for() -> Result<()> {
    let turn = Turn::take();
    for wire in Wire::EVERY {
        let receiver = Receiver::over(wire).listen()?;
        let ledger = run(&turn, &receiver, &[NEVER], || {
            spans(3, 0);
            Ok(())
        })?;
        assert_eq!((ledger.exported, receiver.noted().taken), (3, 3));
    }
    Ok(())
}

#[test]
fn fat_spans_make_requests_that_a_server_with_the_usual_limit_takes() -> Result<()> {
    let turn = Turn::take();
    for (wire, compression) in
        Wire::EVERY.into_iter().flat_map(|wire| [(wire, "none"), (wire, "gzip")])
    {
        let receiver = Receiver::over(wire).listen()?;
        let settings = [NEVER, ("tracing_compression", compression)];
        let ledger = run(&turn, &receiver, &settings, || {
            spans(512, 16 * 1024);
            Ok(())
        })?;
        let noted = receiver.noted();
        assert_eq!((ledger.exported, noted.taken), (512, 512), "{ledger}");
        // A Jaeger is asked first whether it takes OTLP.
        let questions = noted.probes + usize::from(wire == Wire::Jaeger);
        assert_eq!(noted.requests, questions + noted.exports.len(), "none was refused");
        assert!(
            (3..=8).contains(&noted.exports.len()),
            "8 MiB in pieces of 3.5: {:?}",
            sizes(&noted.exports)
        );
        let largest = noted.exports.iter().map(|export| export.bytes).max();
        assert!(largest.is_some_and(|bytes| bytes <= 3_670_016), "{largest:?}, {compression}");
    }
    Ok(())
}

#[test]
fn a_span_over_the_limit_of_a_request_goes_alone() -> Result<()> {
    let turn = Turn::take();
    for wire in Wire::EVERY {
        let receiver = Receiver::over(wire).listen()?;
        let limits =
            [("tracing_max_request_bytes", "65536"), ("tracing_attribute_value_limit", "200000")];
        let ledger = run(&turn, &receiver, &[&[NEVER][..], &limits].concat(), || {
            spans(3, 10_000);
            spans(1, 150_000);
            spans(3, 10_000);
            Ok(())
        })?;
        assert_eq!(ledger.exported, 7, "{ledger}");
        let fat = |export: &&Export| {
            export
                .spans()
                .any(|span| span.attributes.iter().any(|attribute| attribute.encoded() > 100_000))
        };
        let noted = receiver.noted();
        let alone: Vec<_> =
            noted.exports.iter().filter(fat).map(|export| export.spans().count()).collect();
        assert_eq!(alone, [1], "{:?}", sizes(&noted.exports));
    }
    Ok(())
}

trait Encoded {
    fn encoded(&self) -> usize;
}

impl<M: prost::Message> Encoded for M {
    fn encoded(&self) -> usize {
        self.encoded_len()
    }
}
