//! The runtime of an `async fn main`.

use crate::diagnostics::Diagnostics;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Lit, LitInt};

/// What `flavor` and `worker_threads` say; the same words as in `#[tokio::main]`.
#[derive(Default)]
pub(super) struct Flavor {
    name: Option<(Ident, String)>,
    workers: Option<(Ident, LitInt)>,
}

/// The flavors, as tokio names them.
const NAMES: [&str; 2] = ["multi_thread", "current_thread"];

impl Flavor {
    /// The options that choose a runtime.
    pub(super) const OPTIONS: [&str; 2] = ["flavor", "worker_threads"];

    /// Takes one option.
    pub(super) fn set(&mut self, word: Ident, value: &Lit, diagnostics: &Diagnostics) {
        match (word == "flavor", value) {
            (true, Lit::Str(text)) if NAMES.contains(&&*text.value()) => {
                self.name = Some((word, text.value()));
            }
            (true, _) => diagnostics.error(value, "`flavor` is `\"multi_thread\"` or `\"current_thread\"`"),
            (false, Lit::Int(count)) if count.base10_parse::<usize>().is_ok_and(|count| count > 0) => {
                self.workers = Some((word, count.clone()));
            }
            (false, _) => diagnostics.error(value, "`worker_threads` is a whole number above 0"),
        }
    }

    /// The word that chose a runtime, if there is one.
    pub(super) fn word(&self) -> Option<&Ident> {
        self.name.as_ref().map(|(word, _)| word).or(self.workers.as_ref().map(|(word, _)| word))
    }

    pub(super) fn check(&self, diagnostics: &Diagnostics) {
        if let (true, Some((word, _))) = (self.is_current_thread(), &self.workers) {
            let message = "a `current_thread` runtime has no worker threads: remove `worker_threads`";
            diagnostics.error_at(word.span(), message);
        }
    }

    fn is_current_thread(&self) -> bool {
        self.name.as_ref().is_some_and(|(_, name)| name == "current_thread")
    }

    pub(super) fn tokens(&self, private: &TokenStream) -> TokenStream {
        match &self.workers {
            _ if self.is_current_thread() => quote!(#private::Flavor::CurrentThread),
            Some((_, count)) => quote!(#private::Flavor::Workers(#count)),
            None => quote!(#private::Flavor::MultiThread),
        }
    }
}
