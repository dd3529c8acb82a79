//! How much is kept, and what goes first.

use super::*;
use std::fs;

/// A batch of one span of about `bytes`.
fn wide(name: char, bytes: usize) -> Batch {
    batch(&[&name.to_string().repeat(bytes)])
}

fn first_letters(store: &mut Store) -> String {
    rest(store).iter().map(|name| name.chars().next().unwrap()).collect()
}

fn on_disk(disk: &Disk) -> u64 {
    disk.files(".spool").iter().map(|path| fs::metadata(path).unwrap().len()).sum()
}

#[test]
fn a_full_spool_drops_its_oldest_segments_and_counts_them() {
    let disk = Disk { max_bytes: 40_000, ..Disk::new() };
    let (mut store, _, tally) = disk.store();
    for name in 'a'..='z' {
        tally.give(1);
        store.put(&wide(name, 4000)).unwrap();
        assert!(on_disk(&disk) <= disk.max_bytes);
    }
    let lost = tally.lost(Loss::Full);
    assert!((15..25).contains(&lost), "{lost} of 26 batches are lost");
    assert_eq!(tally.waiting(), 26 - lost);
    let kept: String = ('a'..='z').skip(usize::try_from(lost).unwrap()).collect();
    assert_eq!(first_letters(&mut store), kept, "the newest are kept, in their order");
    assert!(disk.files(".spool").is_empty());
}

#[test]
fn the_batch_that_is_out_is_not_dropped_under_its_reader() {
    let disk = Disk { max_bytes: 40_000, ..Disk::new() };
    let (mut store, _, tally) = disk.store();
    store.put(&wide('a', 4000)).unwrap();
    let out = store.next().unwrap();
    ('b'..='z').for_each(|name| store.put(&wide(name, 4000)).unwrap());
    store.done(&out.token);
    assert_eq!(tally.replayed(), 1);
    let kept = first_letters(&mut store);
    assert!(kept.ends_with("xyz"), "{kept}");
    assert_eq!(tally.replayed() + tally.lost(Loss::Full), 26);
}

#[test]
fn a_batch_larger_than_the_spool_is_refused() {
    let disk = Disk { max_bytes: 10_000, ..Disk::new() };
    let (mut store, _, _) = disk.store();
    assert!(matches!(store.put(&wide('a', 20_000)), Err(Refusal::TooLarge)));
    let said = disk.said();
    assert!(said.len() == 1 && said[0].contains("`tracing_spool_max_bytes`"), "{said:?}");
    store.put(&wide('b', 2000)).unwrap();
    assert_eq!(first_letters(&mut store), "b");
    assert!(disk.said()[0].contains("again"));
}

#[test]
fn a_limit_that_was_lowered_counts_from_the_next_batch_on() {
    let disk = Disk { max_bytes: 1 << 20, ..Disk::new() };
    let mut store = disk.store().0;
    ('a'..='j').for_each(|name| store.put(&wide(name, 100_000)).unwrap());
    drop(store);
    let disk = Disk { max_bytes: 400_000, ..disk };
    let (mut store, recovered, tally) = disk.store();
    assert_eq!(recovered.spans, 10);
    store.put(&wide('k', 100_000)).unwrap();
    assert!(on_disk(&disk) <= disk.max_bytes);
    assert!(first_letters(&mut store).ends_with('k'));
    assert_eq!(tally.replayed() + tally.lost(Loss::Full), 11);
}

#[test]
fn batches_of_another_resource_come_back_under_theirs() {
    let disk = Disk::new();
    let mut store = disk.store().0;
    store.put(&batch_of("one", &["a"])).unwrap();
    store.put(&batch_of("two", &["b"])).unwrap();
    store.put(&batch_of("two", &["c"])).unwrap();
    assert_eq!(disk.files(".spool").len(), 2);
    drop(store);
    let (mut store, ..) = disk.store();
    store.put(&batch_of("three", &["d"])).unwrap();
    let mut seen = Vec::new();
    while let Some(next) = store.next() {
        let message: opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest =
            prost::Message::decode(&next.batch.request().concat()[..]).unwrap();
        let spans = &message.resource_spans[0];
        let service = spans.resource.as_ref().unwrap().attributes[0].value.clone().unwrap();
        seen.push((service, spans.scope_spans[0].spans[0].name.clone()));
        store.done(&next.token);
    }
    let text = |text: &str| opentelemetry_proto::tonic::common::v1::AnyValue {
        value: Some(opentelemetry_proto::tonic::common::v1::any_value::Value::StringValue(
            text.into(),
        )),
    };
    let expected = [("one", "a"), ("two", "b"), ("two", "c"), ("three", "d")];
    assert_eq!(seen, expected.map(|(service, name)| (text(service), name.to_owned())));
}

#[test]
fn what_is_not_done_comes_again_and_a_late_token_does_nothing() {
    let disk = Disk::new();
    let (mut store, _, tally) = disk.store();
    store.put(&batch(&["a"])).unwrap();
    store.put(&batch(&["b"])).unwrap();
    let first = store.next().unwrap();
    let again = store.next().unwrap();
    assert_eq!(names(&again.batch), ["a"]);
    store.done(&first.token);
    store.done(&again.token);
    assert_eq!(tally.replayed(), 1);
    assert_eq!(rest(&mut store), ["b"]);
    store.done(&first.token);
    assert_eq!((tally.replayed(), tally.waiting()), (2, 0));
}

#[cfg(unix)]
#[test]
fn files_are_for_the_programs_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let disk = Disk::new();
    disk.store().0.put(&batch(&["a"])).unwrap();
    let mode = fs::metadata(&disk.files(".spool")[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
