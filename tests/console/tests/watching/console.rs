//! A console without a screen: what it would list.

use console_api::field::{Name, Value};
use console_api::instrument::instrument_client::InstrumentClient;
use console_api::instrument::{InstrumentRequest, Update};
use console_api::tasks::{Stats, Task as Spawned};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::sleep;
use tonic::Streaming;
use tonic::transport::Endpoint;

const PAUSE: Duration = Duration::from_millis(20);

/// A task that has a name, as a console shows it.
#[derive(Debug, PartialEq)]
pub(crate) struct Task {
    pub(crate) polls: u64,
    pub(crate) wakes: u64,
    pub(crate) wakers_cloned: u64,
    pub(crate) wakers_dropped: u64,
    has_ended: bool,
}

/// All tasks with names, as soon as `expected` ones have ended.
pub(crate) async fn watch(address: SocketAddr, expected: &[&str]) -> BTreeMap<String, Task> {
    let (mut names, mut tasks) = (HashMap::new(), BTreeMap::<String, Task>::new());
    let mut updates = updates(address).await;
    while !expected.iter().all(|name| tasks.get(*name).is_some_and(|task| task.has_ended)) {
        let update = updates.message().await.unwrap().expect("a program that goes on");
        let update = update.task_update.unwrap_or_default();
        assert_eq!(update.dropped_events, 0);
        names.extend(update.new_tasks.iter().filter_map(|task| Some((task.id?.id, name(task)?))));
        for (id, stats) in update.stats_update {
            if let Some(name) = names.get(&id) {
                tasks.insert(name.clone(), Task::from(stats));
            }
        }
    }
    tasks
}

/// The program may not listen yet.
async fn updates(address: SocketAddr) -> Streaming<Update> {
    let endpoint = Endpoint::from_shared(format!("http://{address}")).unwrap();
    let mut client = loop {
        match endpoint.connect().await {
            Ok(channel) => break InstrumentClient::new(channel),
            Err(_) => sleep(PAUSE).await,
        }
    };
    client.watch_updates(InstrumentRequest {}).await.unwrap().into_inner()
}

fn name(task: &Spawned) -> Option<String> {
    let is_name = |name: &Name| matches!(name, Name::StrName(name) if name == "task.name");
    let field = task.fields.iter().find(|field| field.name.as_ref().is_some_and(is_name))?;
    match field.value.as_ref()? {
        Value::DebugVal(name) | Value::StrVal(name) if !name.is_empty() => Some(name.clone()),
        _ => None,
    }
}

impl From<Stats> for Task {
    fn from(stats: Stats) -> Task {
        Task {
            polls: stats.poll_stats.unwrap_or_default().polls,
            wakes: stats.wakes,
            wakers_cloned: stats.waker_clones,
            wakers_dropped: stats.waker_drops,
            has_ended: stats.dropped_at.is_some(),
        }
    }
}
