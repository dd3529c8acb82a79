use synndicate::traced_service;

#[traced_service]
const fn constant() {}

#[traced_service]
unsafe fn not_safe() {}

#[traced_service]
extern "C" fn foreign() {}

#[traced_service]
fn generic<T>() {}

#[traced_service]
async fn arguments(port: u16, name: &str) {
    let _ = (port, name);
}

#[traced_service]
unsafe fn several<T>(_: T) {}

#[traced_service]
struct NotAFunction;

#[traced_service]
const NOT_A_FUNCTION: u8 = 1;

// The functions are still there, so that nothing else is said to be missing.
fn main() {
    constant();
    not_safe();
    foreign();
    generic();
    arguments();
    several();
    let _ = (NotAFunction, NOT_A_FUNCTION);
}
