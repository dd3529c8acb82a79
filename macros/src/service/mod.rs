//! `#[traced_service]` on `main`: the body becomes a function of its own, which the runtime runs as a service.
//!
//! ```text
//! async fn main() -> R { body }      fn main() -> R {
//!                                        async fn body() -> R { body }
//!                                        run_async(ServiceAttribute { … }, Flavor::MultiThread, body)
//!                                    }
//! ```

mod args;
mod flavor;
mod main_fn;

use crate::diagnostics::Diagnostics;
use crate::paths::{Paths, hidden};
use args::{Args, Setting};
use main_fn::MainFn;
use proc_macro2::TokenStream;
use quote::quote;

/// Expands `#[traced_service(args)]` on `item`.
pub(crate) fn traced_service(args: TokenStream, item: TokenStream) -> TokenStream {
    Diagnostics::collect(|diagnostics| {
        let args = Args::parse(args, diagnostics);
        match diagnostics.ok(syn::parse2::<MainFn>(item.clone())) {
            Some(main) => expand(main, args, diagnostics),
            None => item,
        }
    })
}

/// The item is emitted as it was where something is wrong with it, so that there is no second wave of errors.
fn expand(mut main: MainFn, mut args: Args, diagnostics: &Diagnostics) -> TokenStream {
    let before = main.tokens();
    main.check(diagnostics);
    if let Some(tokio) = main.take_tokio_main() {
        args.take_over(&tokio, diagnostics);
    }
    args.check(&main, diagnostics);
    if !diagnostics.is_empty() {
        return before;
    }
    service(&main, &args)
}

fn service(main: &MainFn, args: &Args) -> TokenStream {
    let private = Paths::new(args.crate_path.clone()).private();
    let body_name = hidden("__synndicate_main");
    let (attributes, visibility, name, output) = (&main.attributes, &main.visibility, &main.name, &main.output);
    let (asyncness, runtime_attributes, body) = (&main.asyncness, &main.runtime_attributes, &main.body);
    let attribute = attribute(args, &private);
    let run = if main.is_async() {
        let flavor = args.flavor.tokens(&private);
        quote!(#private::run_async(#attribute, #flavor, #body_name))
    } else {
        quote!(#private::run(#attribute, #body_name))
    };
    quote! {
        #(#attributes)*
        #visibility fn #name() #output {
            #(#runtime_attributes)*
            #asyncness fn #body_name() #output #body
            #run
        }
    }
}

/// What the settings learn from the attribute: where it stands, whose package it is in, and its arguments.
fn attribute(args: &Args, private: &TokenStream) -> TokenStream {
    let arguments = args.settings.iter().map(|Setting { key, value }| quote!((#key, #value)));
    quote! {
        #private::ServiceAttribute {
            file: ::core::file!(),
            line: ::core::line!(),
            package: ::core::env!("CARGO_PKG_NAME"),
            version: ::core::env!("CARGO_PKG_VERSION"),
            arguments: &[#(#arguments),*],
        }
    }
}
