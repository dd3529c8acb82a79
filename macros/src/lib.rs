//! The attributes of `synndicate`. Use them through that crate, where they are explained.

#![forbid(unsafe_code)]

mod args;
mod diagnostics;
mod expand;
mod item;
mod model;
mod output;
mod paths;
mod service;
mod shape;
mod tokens;
mod types;

use proc_macro::TokenStream;

/// The code of `synndicate::traced`.
#[proc_macro_attribute]
pub fn traced(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::traced(&args.into(), &item.into()).into()
}

/// The code of `synndicate::traced_service`.
#[proc_macro_attribute]
pub fn traced_service(args: TokenStream, item: TokenStream) -> TokenStream {
    service::traced_service(args.into(), item.into()).into()
}
