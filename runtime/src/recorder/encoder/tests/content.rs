//! What a span holds: one key once, what stands in it once only, and what is counted.

use super::{CONTEXT, LIMITS, decode, fragment, pairs, shown, whole};
use crate::recorder::encoder::{Content, Limits, Outcome, Precedence};

fn absorbed(mut content: Content, other: &Content, precedence: Precedence) -> Content {
    content.absorb(other, precedence, LIMITS);
    content
}

#[test]
fn of_two_values_of_a_key_the_one_with_precedence_stays() {
    let (a, b) = (
        || whole(|a| [("k", 1), ("own", 2)].iter().for_each(|(key, n)| a.record_as(key, n))),
        ["new", "k"],
    );
    let other = fragment(|attributes| b.iter().for_each(|key| attributes.record_as(key, "other")));
    for (precedence, expected) in [
        (Precedence::New, pairs([("own", "2"), ("new", "other"), ("k", "other")])),
        (Precedence::Old, pairs([("k", "1"), ("own", "2"), ("new", "other")])),
    ] {
        let content = absorbed(a(), &other, precedence);
        assert_eq!(shown(&decode(&content).attributes), expected);
        assert!(content.is_amended());
    }
}

#[test]
fn a_fragment_may_hold_a_key_several_times_and_the_last_one_counts() {
    let other = fragment(|attributes| (1..=3).for_each(|n| attributes.record_as("n", &n)));
    let content = absorbed(whole(|_| {}), &other, Precedence::New);
    assert_eq!(shown(&decode(&content).attributes), pairs([("n", "3")]));
    let content = absorbed(whole(|_| {}), &other, Precedence::Old);
    assert_eq!(
        shown(&decode(&content).attributes),
        pairs([("n", "1")]),
        "ours give way to each other as to the user's"
    );
}

#[test]
fn keys_are_the_same_by_all_their_bytes() {
    let other = fragment(|attributes| {
        ["a", "aa", "A", "a.", "é"].iter().for_each(|key| attributes.record_as(key, &1));
    });
    let content =
        absorbed(whole(|attributes| attributes.record_as("aaa", &0)), &other, Precedence::New);
    assert_eq!(decode(&content).attributes.len(), 6);
}

#[test]
fn a_mark_of_ours_stands_above_every_limit_and_below_the_users_word() {
    let mut content = Content::default();
    content.attributes(Limits { attributes: 1, ..LIMITS }).record_as("mine", "mine");
    content.mark("ours", &true);
    content.mark("mine", &true);
    assert_eq!(shown(&decode(&content).attributes), pairs([("mine", "mine"), ("ours", "true")]));
    assert_eq!(content.dropped(), [0; 3]);
}

#[test]
fn a_key_of_the_call_site_is_noticed_when_it_is_written() {
    let overrides = |key: &str| {
        let other = fragment(|attributes| attributes.record_as(key, &1));
        absorbed(whole(|_| {}), &other, Precedence::New).overrides_constants()
    };
    for key in
        ["code.function.name", "code.file.path", "code.line.number", "agent_type", "agent_trait"]
    {
        assert!(overrides(key), "{key}");
    }
    assert!(!overrides("code") && !overrides("agent"));
}

#[test]
fn name_kind_and_status_stand_once_wherever_they_were_written() {
    for mut content in [whole(|_| {}), fragment(|_| {})] {
        for (name, kind, code) in
            [("first", "server", "error"), ("second", "CLIENT", "ok"), ("third", "unknown", "ok")]
        {
            content.set_name(name);
            content.set_kind(kind);
            content.set_status_description(name);
            content.set_status_code(code);
        }
        let content = absorbed(whole(|_| {}), &content, Precedence::New);
        let span = decode(&content);
        let status = span.status.unwrap();
        assert_eq!((&span.name[..], span.kind), ("third", 3));
        assert_eq!((status.code, &status.message[..]), (1, "third"));
        assert!(content.is_named());
    }
}

#[test]
fn a_fragment_that_is_written_over_and_over_does_not_grow() {
    let mut content = fragment(|_| {});
    let mut write = || {
        content.set_name("name");
        content.set_kind("server");
        content.set_status_code("ok");
        content.bytes().len()
    };
    let first = write();
    assert!((0..100).all(|_| write() == first));
}

#[test]
fn parts_of_a_status_come_together() {
    let (mut words, mut code) = (fragment(|_| {}), fragment(|_| {}));
    words.set_status_description("words");
    code.set_status_code("error");
    for (first, second) in [(&words, &code), (&code, &words)] {
        let content =
            absorbed(absorbed(whole(|_| {}), first, Precedence::New), second, Precedence::New);
        let status = decode(&content).status.unwrap();
        assert_eq!((status.code, &status.message[..]), (2, "words"));
    }
}

#[test]
fn the_outcome_is_what_the_user_said_and_else_whether_it_failed() {
    let outcome = |code: Option<&str>, words: Option<&str>, failed: bool| {
        let mut content = whole(|_| {});
        code.into_iter().for_each(|code| content.set_status_code(code));
        words.into_iter().for_each(|words| content.set_status_description(words));
        if failed {
            content.fail();
        }
        let outcome = content.finish();
        (outcome, decode(&content).status.map(|status| (status.code, status.message)))
    };
    let told = |failed| Outcome::Told { failed };
    let status = |code, words: &str| Some((code, words.to_owned()));
    assert_eq!(outcome(None, None, false), (Outcome::Fine, None));
    assert_eq!(outcome(None, None, true), (Outcome::Failed, None), "the reader adds the status");
    assert_eq!(outcome(Some("ok"), None, true), (told(false), status(1, "")));
    assert_eq!(outcome(Some("error"), Some("words"), false), (told(true), status(2, "words")));
    assert_eq!(outcome(Some("unset"), Some("words"), true), (told(true), status(2, "words")));
    assert_eq!(outcome(None, Some("words"), false), (told(true), status(2, "words")));
}

#[test]
fn events_and_links_are_kept_up_to_the_limit_and_counted_beyond() {
    let limits = Limits { events: 2, links: 1, ..LIMITS };
    let fields = fragment(|_| {});
    let fill = |content: &mut Content, name: &[u8]| {
        for _ in 0..2 {
            content.event(name, 7, &fields, limits);
            content.link(&CONTEXT, limits);
        }
    };
    let (mut content, mut other) = (whole(|_| {}), fragment(|_| {}));
    content.event(b"first", 7, &fields, limits);
    fill(&mut other, b"other");
    content.absorb(&other, Precedence::New, limits);
    content.finish();
    let span = decode(&content);
    let names: Vec<_> = span.events.iter().map(|event| &event.name[..]).collect();
    assert_eq!((names, span.links.len()), (vec!["first", "other"], 1));
    assert_eq!((span.dropped_events_count, span.dropped_links_count), (1, 1));
    assert_eq!(span.links[0].trace_id, CONTEXT.trace_id.to_be_bytes());
}

#[test]
fn an_event_says_how_many_of_its_attributes_were_dropped() {
    let mut fields = Content::default();
    let mut attributes = fields.event_attributes(Limits { attributes: 1, ..LIMITS });
    ["a", "b", "c"].iter().for_each(|key| attributes.record_as(key, &1));
    let mut content = whole(|_| {});
    content.event(b"event", 7, &fields, LIMITS);
    content.finish();
    let span = decode(&content);
    assert_eq!((span.events[0].attributes.len(), span.events[0].dropped_attributes_count), (1, 2));
    assert_eq!((span.events[0].time_unix_nano, span.dropped_attributes_count), (7, 0));
}

#[test]
fn of_an_events_keys_the_last_of_each_stays() {
    let mut fields = Content::default();
    let mut attributes = fields.event_attributes(LIMITS);
    [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("a", 5)]
        .iter()
        .for_each(|(key, n)| attributes.record_as(key, n));
    fields.keep_last_of_each_key();
    let mut content = whole(|_| {});
    content.event(b"event", 7, &fields, LIMITS);
    assert_eq!(
        shown(&decode(&content).events[0].attributes),
        pairs([("b", "2"), ("c", "4"), ("a", "5")])
    );
}

#[test]
fn a_span_that_is_full_takes_smaller_values_only() {
    let limits = Limits { span_bytes: 200, ..LIMITS };
    let mut content = whole(|attributes| attributes.record_as("key", &*"x".repeat(210)));
    let set = |content: &mut Content, len: usize| {
        let value = fragment(|attributes| attributes.record_as("key", &*"y".repeat(len)));
        content.absorb(&value, Precedence::New, limits);
        shown(&decode(content).attributes)[0].1.len()
    };
    assert_eq!(set(&mut content, 300), 210, "it would grow");
    assert_eq!(content.dropped(), [1, 0, 0]);
    assert_eq!(set(&mut content, 20), 20);
    assert_eq!(set(&mut content, 300), 300, "there is room again");
}

#[test]
fn a_count_of_what_was_dropped_ends_at_its_largest() {
    let none = Limits { attributes: 0, ..LIMITS };
    let mut other = Content::default();
    other.attributes(none).record_as("key", &1);
    let mut content = whole(|_| {});
    for _ in 0..32 {
        let twice = absorbed(
            absorbed(Content::default(), &other, Precedence::New),
            &other,
            Precedence::New,
        );
        other = twice;
    }
    content.absorb(&other, Precedence::New, LIMITS);
    content.finish();
    assert_eq!(decode(&content).dropped_attributes_count, u32::MAX);
}

#[test]
fn content_is_ordinary_until_something_is_said_or_dropped() {
    assert!(fragment(|attributes| attributes.record_as("key", &1)).is_ordinary());
    let mut failed = Content::default();
    failed.fail();
    assert!(!failed.is_ordinary());
    let mut dropped = Content::default();
    dropped.attributes(Limits { attributes: 0, ..LIMITS }).record_as("key", &1);
    assert!(!dropped.is_ordinary());
    dropped.clear();
    assert!(dropped.is_ordinary());
    assert!(!absorbed(Content::default(), &Content::default(), Precedence::New).is_ordinary());
}

#[test]
fn a_span_that_takes_over_a_whole_one_has_its_kind_and_not_its_ids() {
    let mut other = whole(|attributes| attributes.record_as("key", &1));
    other.set_kind("consumer");
    let content = absorbed(whole(|_| {}), &other, Precedence::New);
    let span = decode(&content);
    assert_eq!((span.kind, span.attributes.len()), (5, 1));
}

#[test]
fn a_buffer_that_one_large_span_needed_is_let_go() {
    let mut content = whole(|attributes| attributes.record_as("key", &*"x".repeat(50_000)));
    content.recycle();
    content.begin(1);
    assert_eq!(decode(&content).attributes.len(), 0);
}
