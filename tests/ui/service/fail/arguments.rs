use synndicate::traced_service;

const PORT: u16 = 4317;

#[traced_service(service_name)]
fn without_value() {}

#[traced_service(service_name = )]
fn empty_value() {}

#[traced_service(= "planner")]
fn without_key() {}

#[traced_service("planner")]
fn literal() {}

#[traced_service(tracing_endpoint = PORT)]
fn not_a_text() {}

#[traced_service(crate = "not a path")]
fn not_a_path() {}

fn main() {
    without_value();
    empty_value();
    without_key();
    literal();
    not_a_text();
    not_a_path();
}
