// The attribute works in what another macro writes, and nothing that the user shadows confuses it.
#![no_implicit_prelude]

mod core {}
mod std {}

macro_rules! service {
    ($name:ident) => {
        #[::synndicate::traced_service(tracing_backend = "disabled")]
        async fn $name() -> ::std::option::Option<u8> {
            ::std::option::Option::Some(1)
        }
    };
}

service!(generated);

#[::synndicate::traced_service(tracing_backend = "disabled")]
fn main() {
    ::std::assert!(generated().is_some());
}
