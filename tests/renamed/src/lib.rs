//! A crate that renames the runtime in its `Cargo.toml`: there is no `::synndicate` here.

use tracing2::traced;

/// Records an argument by the rules, one by its value, and its result.
///
/// # Errors
///
/// Where `n` is 0.
#[traced(crate = "tracing2", capture(text))]
pub fn halve(n: u8, text: &str) -> Result<u8, String> {
    if n == 0 { Err(text.to_owned()) } else { Ok(n / 2) }
}

/// The same of an `async fn`.
#[traced(crate = tracing2)]
pub async fn later(n: u8) -> u8 {
    n
}

/// A tool.
#[derive(Debug)]
pub struct Tool;

#[traced(crate = "tracing2", tool)]
impl Tool {
    /// A method in a block.
    pub fn run(&self, n: u8) -> impl Future<Output = u8> + use<> {
        std::future::ready(n)
    }
}
