use synndicate::traced_service;

#[traced_service(flavor = "threads", worker_threads = 0, service_name = "a", service_name = "b", crate = 5)]
async fn main() {
    missing();
}
