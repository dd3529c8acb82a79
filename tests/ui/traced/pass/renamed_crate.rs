//! A crate that re-exports us under another name.
#![deny(warnings)]

pub mod prelude {
    pub use synndicate as observability;
}

use prelude::observability::traced;

#[traced(crate = "prelude::observability", capture_all)]
fn by_text(n: u8) -> Result<u8, String> {
    Ok(n)
}

#[traced(crate = crate::prelude::observability)]
async fn by_path(n: u8) -> u8 {
    n
}

struct Type;

#[traced(crate = crate::prelude::observability)]
#[async_trait::async_trait]
impl Run for Type {
    async fn run(&self) -> u8 {
        0
    }
}

#[async_trait::async_trait]
trait Run {
    async fn run(&self) -> u8;
}

fn main() {
    let _ = by_text(1);
    drop(by_path(1));
    drop(Type.run());
}
