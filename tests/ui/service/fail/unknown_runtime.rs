use synndicate::traced_service;

#[traced_service]
#[unknown::main]
async fn main() {}
