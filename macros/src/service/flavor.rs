//! The runtime of an `async fn main`.

use crate::args::Slot;
use crate::diagnostics::Diagnostics;
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use syn::{Lit, LitInt};

/// What `flavor` and `worker_threads` say; the same words as in `#[tokio::main]`.
#[derive(Default)]
pub(super) struct Flavor {
    name: Slot<String>,
    workers: Slot<LitInt>,
}

/// The flavors, as tokio names them.
const NAMES: [&str; 2] = ["multi_thread", "current_thread"];

impl Flavor {
    /// The options that choose a runtime.
    pub(super) const OPTIONS: [&str; 2] = ["flavor", "worker_threads"];

    /// Takes one option; `literal` is what its value says, if it is one.
    pub(super) fn set(
        &mut self,
        word: Ident,
        value: &TokenStream,
        literal: Option<&Lit>,
        diagnostics: &Diagnostics,
    ) {
        match (word == "flavor", literal) {
            (true, Some(Lit::Str(text))) if NAMES.contains(&&*text.value()) => {
                self.name.set(diagnostics, word, text.value());
            }
            (true, _) => {
                diagnostics.error(value, "`flavor` is `\"multi_thread\"` or `\"current_thread\"`");
            }
            (false, Some(Lit::Int(count)))
                if count.base10_parse::<usize>().is_ok_and(|count| count > 0) =>
            {
                self.workers.set(diagnostics, word, count.clone());
            }
            (false, _) => diagnostics.error(value, "`worker_threads` is a whole number above 0"),
        }
    }

    /// The word that chose a runtime, if there is one.
    pub(super) fn word(&self) -> Option<&Ident> {
        self.name.word().or(self.workers.word())
    }

    pub(super) fn check(&self, diagnostics: &Diagnostics) {
        if let (true, Some(word)) = (self.is_current_thread(), self.workers.word()) {
            let message =
                "a `current_thread` runtime has no worker threads: remove `worker_threads`";
            diagnostics.error_at(word.span(), message);
        }
    }

    fn is_current_thread(&self) -> bool {
        self.name.get().is_some_and(|name| name == "current_thread")
    }

    pub(super) fn tokens(&self, private: &TokenStream) -> TokenStream {
        match self.workers.get() {
            _ if self.is_current_thread() => quote!(#private::Flavor::CurrentThread),
            Some(count) => quote!(#private::Flavor::Workers(#count)),
            None => quote!(#private::Flavor::MultiThread),
        }
    }
}
