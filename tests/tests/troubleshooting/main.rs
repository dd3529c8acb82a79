//! The page on troubleshooting shows what programs print: each of its blocks is run and compared.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod page;
mod symptoms;
