// What stands beside the attribute keeps its meaning, whatever the order.
#![deny(warnings, clippy::all, clippy::pedantic)]

use synndicate::{traced, traced_service};
use tokio::main;

/// Documented.
#[cfg(all())]
#[allow(clippy::unused_async)]
#[traced_service(tracing_backend = "disabled")]
#[cfg(not(any()))]
#[must_use]
pub fn documented() -> u8 {
    #![allow(clippy::let_and_return)]
    let number = 7;
    number
}

#[traced_service(tracing_backend = "disabled")]
#[main(flavor = "current_thread")]
async fn imported_runtime() -> u8 {
    inner().await
}

#[traced]
async fn inner() -> u8 {
    tokio::task::yield_now().await;
    8
}

mod nested {
    #[synndicate::traced_service(tracing_backend = "disabled")]
    pub(super) async fn service() -> Result<u8, std::num::ParseIntError> {
        "9".parse()
    }
}

#[traced_service(tracing_backend = "disabled")]
fn main() {
    assert_eq!((documented(), imported_runtime(), nested::service()), (7, 8, Ok(9)));
}
