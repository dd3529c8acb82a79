//! `#[traced]` on functions that return streams: the span goes on until the stream does not.

use futures::stream::{self, BoxStream};
use futures::{FutureExt as _, Stream, StreamExt as _};
use std::pin::Pin;
use synndicate::testing::{Recording, Spans, Status, capture};
use synndicate::traced;

#[traced]
async fn step(i: u32) -> u32 {
    i
}

#[traced]
fn tokens(n: u32) -> impl Stream<Item = u32> {
    stream::iter(0..n).then(step)
}

#[traced]
fn boxed<'a>(text: &'a str) -> Pin<Box<dyn Stream<Item = char> + Send + 'a>> {
    if text.is_empty() {
        return Box::pin(stream::empty());
    }
    Box::pin(stream::iter(text.chars()))
}

#[traced]
fn named(n: u32) -> BoxStream<'static, Result<u32, String>> {
    stream::iter([Ok(n), Err("broken".to_owned()), Ok(n)]).boxed()
}

fn steps_below<'a>(spans: &'a Spans, parent: &'a str) -> usize {
    let parent = spans.one(parent);
    spans.named("step").filter(|step| step.is_child_of(parent)).count()
}

#[test]
fn span_lasts_until_the_stream_ends() {
    #[traced]
    async fn caller() -> usize {
        tokens(3).count().await
    }
    let spans = capture(|| assert_eq!(caller().now_or_never(), Some(3)));
    let tokens = spans.one("tokens");
    assert!(tokens.is_child_of(spans.one("caller")));
    assert_eq!(steps_below(&spans, "tokens"), 3);
    assert_eq!(tokens.attribute("n"), Some(&3.into()));
    assert_eq!(tokens.attribute("synndicate.items"), Some(&3.into()));
    assert_eq!(tokens.attribute("synndicate.cancelled"), None);
}

#[test]
fn boxed_streams_are_traced_as_well() {
    let spans = capture(|| {
        assert_eq!(boxed("abc").count().now_or_never(), Some(3));
        assert_eq!(named(1).count().now_or_never(), Some(3));
    });
    assert_eq!(spans.one("boxed").attribute("text_length"), Some(&3.into()));
    assert_eq!(spans.one("boxed").attribute("synndicate.items"), Some(&3.into()));
    assert!(matches!(spans.one("named").status, Status::Error(_)));
    assert_eq!(spans.one("named").events[0].attribute("exception.message"), Some(&"broken".into()));
}

#[test]
fn stream_that_is_never_polled_has_no_span() {
    assert!(capture(|| drop(tokens(3))).is_empty());
}

#[test]
fn stream_moves_between_threads_and_ends_where_it_is_dropped() {
    #[traced]
    fn elsewhere() {}
    #[traced]
    fn b06(recording: &Recording) {
        let mut stream = Box::pin(tokens(10));
        assert_eq!(stream.next().now_or_never(), Some(Some(0)));
        assert_eq!(stream.next().now_or_never(), Some(Some(1)));
        let on_other_thread = || {
            assert_eq!(stream.next().now_or_never(), Some(Some(2)));
            drop(stream);
            elsewhere();
        };
        std::thread::scope(|scope| scope.spawn(|| recording.run(on_other_thread)).join())
            .expect("no panic");
        elsewhere();
    }
    let recording = Recording::new();
    recording.run(|| b06(&recording));
    let spans = recording.spans();
    let tokens = spans.one("tokens");
    assert!(tokens.is_child_of(spans.one("b06")));
    assert_eq!(steps_below(&spans, "tokens"), 3);
    assert_eq!(tokens.attribute("synndicate.items"), Some(&3.into()));
    assert_eq!(tokens.attribute("synndicate.cancelled"), Some(&true.into()));
    // What one thread did is not mixed up with what the other did.
    let roots = spans.named("elsewhere").filter(|span| span.is_root()).count();
    let children =
        spans.named("elsewhere").filter(|span| span.is_child_of(spans.one("b06"))).count();
    assert_eq!((roots, children), (1, 1), "{spans}");
}
