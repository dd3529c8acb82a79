//! `#[traced_service]` on `main`: the function goes into another one of the same name, which runs it as a service.
//!
//! ```text
//! async fn main() -> R { body }      fn main() -> R {
//!                                        async fn main() -> R { body }
//!                                        run_async(ServiceAttribute { … }, None, Flavor::MultiThread, main)
//!                                    }
//! ```
//!
//! It keeps its name because other attributes look at it: `#[traced]` names its span, some runtimes insist on `main`.

mod args;
mod flavor;
mod main_fn;
mod setting;

use crate::diagnostics::Diagnostics;
use crate::paths::Paths;
use args::Args;
use main_fn::MainFn;
use proc_macro2::TokenStream;
use quote::quote;
use setting::Setting;

/// Expands `#[traced_service(args)]` on `item`.
pub(crate) fn traced_service(args: TokenStream, item: TokenStream) -> TokenStream {
    Diagnostics::collect(|diagnostics| {
        let args = Args::parse(args, diagnostics);
        match diagnostics.ok(syn::parse2::<MainFn>(item.clone())) {
            Some(main) if main.is_main(diagnostics) => expand(main, args, diagnostics),
            _ => item,
        }
    })
}

/// Where something is wrong, the function still is what it would be, so that there is no second wave of errors.
fn expand(mut main: MainFn, mut args: Args, diagnostics: &Diagnostics) -> TokenStream {
    if let Some(tokio) = main.take_tokio_main() {
        args.take_over(&tokio, diagnostics);
    }
    args.check(&main, diagnostics);
    if main.check(diagnostics) { service(&main, &args) } else { faulty(&main) }
}

fn service(main: &MainFn, args: &Args) -> TokenStream {
    let private = Paths::new(args.crate_path.get().cloned()).private();
    let MainFn { outer, inner, visibility, .. } = main;
    let (name, output, function) = (&main.signature.ident, &main.signature.output, main.plain());
    let (attribute, layers) = (attribute(args, &private), layers(args, &private));
    let run = if main.is_async() {
        let flavor = args.flavor.tokens(&private);
        quote!(#private::run_async(#attribute, #layers, #flavor, #name))
    } else {
        quote!(#private::run(#attribute, #layers, #name))
    };
    quote! {
        #(#outer)*
        #visibility fn #name() #output {
            #(#inner)*
            #function
            #run
        }
    }
}

/// A function that can be called as the service could; the one that cannot be a service is in it for the editor.
fn faulty(main: &MainFn) -> TokenStream {
    let MainFn { outer, visibility, .. } = main;
    let (name, output, function) = (&main.signature.ident, &main.signature.output, main.plain());
    quote! {
        #(#outer)*
        #visibility fn #name() #output {
            #[allow(dead_code)]
            #function
            ::core::unimplemented!()
        }
    }
}

/// How the user's layers are made, once the settings are known to be right.
fn layers(args: &Args, private: &TokenStream) -> TokenStream {
    match args.layers.get() {
        Some(layers) => quote!(::core::option::Option::Some(|| #private::layers(#layers))),
        None => quote!(::core::option::Option::None),
    }
}

/// What the settings learn from the attribute: where it stands, whose package it is in, and its arguments.
fn attribute(args: &Args, private: &TokenStream) -> TokenStream {
    let arguments = args.settings.iter().map(|Setting { key, value }| quote!((#key, #value)));
    // There is no package where somebody calls the compiler without cargo.
    let [package, version] = ["CARGO_PKG_NAME", "CARGO_PKG_VERSION"].map(|variable| {
        quote!(match ::core::option_env!(#variable) {
            ::core::option::Option::Some(known) => known,
            ::core::option::Option::None => "",
        })
    });
    quote! {
        #private::ServiceAttribute {
            file: ::core::file!(),
            line: ::core::line!(),
            package: #package,
            version: #version,
            arguments: &[#(#arguments),*],
        }
    }
}
