use synndicate::traced_service;

#[traced_service(layers = "fmt")]
fn a_text() {}

#[traced_service(layers = tracing_subscriber::fmt())]
fn a_subscriber() {}

#[traced_service(layers)]
fn without_value() {}

#[traced_service(layers = tracing_subscriber::fmt::layer(), layers = tracing_subscriber::fmt::layer())]
fn twice() {}

fn main() {
    a_text();
    a_subscriber();
    without_value();
    twice();
}
