//! The spool with its thread, and several beside one another.

use super::*;

async fn put(spool: &Spool, batch: Batch) {
    spool.room().await.unwrap().put(batch, || ());
}

async fn all(spool: &Spool) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(spooled) = spool.next().await {
        all.extend(names(&spooled.batch));
        spool.done(spooled.token).await;
    }
    all
}

#[tokio::test]
async fn what_was_put_is_found_by_the_next_one() {
    let disk = Disk::new();
    let (spool, recovered) = Spool::open(&disk.plan(), disk.say()).unwrap();
    assert_eq!(recovered.await, Ok(Recovered::default()));
    put(&spool, batch(&["a", "b"])).await;
    put(&spool, batch(&["c"])).await;
    assert_eq!(spool.waiting(), 3);
    spool.close().await;
    assert!(spool.room().await.is_none() && spool.next().await.is_none());
    let (spool, recovered) = Spool::open(&disk.plan(), disk.say()).unwrap();
    let expected = Recovered { spans: 3, segments: 1, ..Recovered::default() };
    assert_eq!(recovered.await, Ok(expected));
    assert_eq!(all(&spool).await, ["a", "b", "c"]);
    assert_eq!((spool.waiting(), spool.tally().replayed()), (0, 3));
}

#[tokio::test]
async fn what_is_on_its_way_when_the_spool_is_closed_is_kept() {
    let disk = Disk::new();
    let (spool, _) = Spool::open(&disk.plan(), disk.say()).unwrap();
    let room = spool.room().await.unwrap();
    let close = async { spool.close().await };
    let put = async {
        tokio::task::yield_now().await;
        room.put(batch(&["a"]), || ());
    };
    tokio::join!(close, put);
    assert_eq!(disk.store().1.spans, 1);
}

#[tokio::test]
async fn a_batch_that_the_disk_does_not_take_is_counted() {
    let disk = Disk { max_bytes: 1000, ..Disk::new() };
    let (spool, _) = Spool::open(&disk.plan(), disk.say()).unwrap();
    put(&spool, batch(&["a"])).await;
    put(&spool, batch(&[&"x".repeat(2000), "b"])).await;
    assert_eq!((all(&spool).await, spool.waiting()), (vec!["a".to_owned()], 0));
    assert_eq!(spool.tally().lost(Loss::Unwritable), 2);
}

#[tokio::test]
async fn two_in_the_same_folder_both_work_and_the_survivor_takes_over_later() {
    let disk = Disk::new();
    let (first, _) = Spool::open(&disk.plan(), disk.say()).unwrap();
    let (second, _) = Spool::open(&disk.plan(), disk.say()).unwrap();
    put(&first, batch(&["a"])).await;
    put(&second, batch(&["b"])).await;
    let (third, found) = Spool::open(&disk.plan(), disk.say()).unwrap();
    assert_eq!(found.await.unwrap().spans, 0, "what lives is left alone");
    put(&third, batch(&["c"])).await;
    assert_eq!(all(&first).await, ["a"]);
    put(&first, batch(&["d"])).await;
    for spool in [first, second, third] {
        spool.close().await;
    }
    let (next, found) = Spool::open(&disk.plan(), disk.say()).unwrap();
    assert_eq!(found.await.unwrap().spans, 3);
    assert_eq!(all(&next).await, ["d", "b", "c"]);
}

#[test]
fn what_was_written_or_deleted_is_dirty_until_it_is_synced() {
    let disk = Disk::new();
    let (mut store, ..) = disk.store();
    assert!(!store.is_dirty());
    store.put(&batch(&["a"])).unwrap();
    assert!(store.is_dirty());
    store.sync();
    assert!(!store.is_dirty());
    let next = store.next().unwrap();
    store.done(&next.token);
    assert!(store.is_dirty(), "a file was deleted");
}

#[test]
fn fifty_thousand_spans_are_read_one_batch_at_a_time() {
    let disk = Disk::new();
    let mut store = disk.store().0;
    let long = "x".repeat(250);
    let names = vec![&long[..]; 100];
    (0..500).for_each(|_| store.put(&batch(&names)).unwrap());
    drop(store);
    let (mut store, recovered, _) = disk.store();
    assert_eq!((recovered.spans, recovered.segments), (50_000, 4));
    let mut spans = 0;
    while let Some(next) = store.next() {
        assert_eq!(next.batch.spans(), 100);
        spans += next.batch.spans();
        store.done(&next.token);
    }
    assert_eq!(spans, 50_000);
}
