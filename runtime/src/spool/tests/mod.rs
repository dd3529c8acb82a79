//! What the room as a whole does: on a good disk and on bad ones, alone and beside others.

mod damage;
mod full_disk;
mod killed;
mod limits;
mod properties;
mod running;

use super::error::Refusal;
use super::store::Store;
use super::*;
use crate::batch::{Chunk, Resource, protobuf};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use tempfile::TempDir;

/// One span of each name.
pub(super) fn chunk(names: &[&str]) -> Chunk {
    let mut bytes = Vec::new();
    for name in names {
        let mut span = Vec::new();
        protobuf::put_bytes(&mut span, 5, name.as_bytes());
        protobuf::put_bytes(&mut bytes, 2, &span);
    }
    Chunk::new(bytes.into(), names.len() as u64)
}

pub(super) fn batch_of(service: &str, names: &[&str]) -> Batch {
    let mut batch = Batch::empty(Arc::new(Resource::new([("service.name", service)])));
    batch.push(chunk(names));
    batch
}

/// A batch with a span of each name.
pub(super) fn batch(names: &[&str]) -> Batch {
    batch_of("test", names)
}

/// The names of its spans.
pub(super) fn names(batch: &Batch) -> Vec<String> {
    let body: Vec<u8> = batch.body().flatten().copied().collect();
    let name = |span: protobuf::Field<'_>| {
        let name = protobuf::Fields(span.value.as_bytes()).next().unwrap();
        String::from_utf8(name.value.as_bytes().to_vec()).unwrap()
    };
    protobuf::Fields(&body).map(name).collect()
}

/// A folder, and the spool in it that is opened and crashes as often as a test likes.
struct Disk {
    folder: TempDir,
    max_bytes: u64,
    said: Arc<Mutex<Vec<String>>>,
}

impl Disk {
    fn new() -> Disk {
        Disk { folder: tempfile::tempdir().unwrap(), max_bytes: 64 << 20, said: Arc::default() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn plan(&self) -> SpoolPlan {
        SpoolPlan { dir: self.path().to_owned(), max_bytes: self.max_bytes }
    }

    fn say(&self) -> Say {
        let said = self.said.clone();
        Arc::new(move |text| said.lock().unwrap().push(text.to_owned()))
    }

    fn said(&self) -> Vec<String> {
        std::mem::take(&mut self.said.lock().unwrap())
    }

    /// The spool without its thread.
    fn store(&self) -> (Store, Recovered, Arc<Tally>) {
        let tally = Arc::new(Tally::default());
        let mut store = Store::open(&self.plan(), tally.clone(), self.say()).unwrap();
        let recovered = store.recover();
        (store, recovered, tally)
    }

    /// The files whose names end so, in the order of their names.
    fn files(&self, end: &str) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.path()).unwrap();
        let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.to_str().unwrap().ends_with(end));
        files.sort();
        files
    }
}

/// All that is left, in its order.
fn rest(store: &mut Store) -> Vec<String> {
    let mut rest = Vec::new();
    while let Some(spooled) = store.next() {
        rest.extend(names(&spooled.batch));
        store.done(&spooled.token);
    }
    rest
}
