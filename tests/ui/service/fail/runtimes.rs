extern crate tokio as foreign;

use synndicate::traced_service;

#[traced_service(flavor = "current_thread", worker_threads = 2)]
async fn no_workers() {}

#[traced_service(worker_threads = 2)]
fn no_runtime() {}

#[traced_service(worker_threads = 2, worker_threads = 3)]
async fn twice() {}

#[traced_service(flavor = "current_thread")]
#[tokio::main(flavor = "multi_thread")]
async fn both() {}

#[traced_service]
#[tokio::main(start_paused = true)]
async fn not_taken_over() {}

#[traced_service(flavor = "current_thread")]
#[foreign::main(flavor = "current_thread")]
async fn other_runtime() {}

#[traced_service]
#[tokio::main]
fn not_async() {}

fn main() {
    no_workers();
    no_runtime();
    twice();
    both();
    not_taken_over();
    other_runtime();
    not_async();
}
