//! All mistakes of one attribute, collected so that they are reported at once and none is forgotten.
//!
//! Whoever finds a mistake says so and goes on with what is left. The collected errors are always emitted, because the only way
//! to have a [`Diagnostics`] is to be called with one.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::cell::RefCell;
use std::fmt::Display;

/// The mistakes found so far.
pub(crate) struct Diagnostics {
    errors: RefCell<Vec<syn::Error>>,
}

impl Diagnostics {
    /// Runs `expand` and puts the errors behind what it made.
    pub(crate) fn collect(expand: impl FnOnce(&Diagnostics) -> TokenStream) -> TokenStream {
        let diagnostics = Diagnostics { errors: RefCell::default() };
        let mut tokens = expand(&diagnostics);
        let errors = diagnostics.errors.into_inner();
        tokens.extend(errors.iter().map(syn::Error::to_compile_error));
        tokens
    }

    /// Reports a mistake at all of `tokens`.
    pub(crate) fn error(&self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Reports a mistake at one place.
    pub(crate) fn error_at(&self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Takes over what a parser found.
    pub(crate) fn push(&self, error: syn::Error) {
        self.errors.borrow_mut().push(error);
    }

    /// Takes over a parser's error, if it is one.
    pub(crate) fn ok<T>(&self, parsed: syn::Result<T>) -> Option<T> {
        parsed.map_err(|error| self.push(error)).ok()
    }

    /// Whether anything is wrong so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.borrow().is_empty()
    }
}

/// The candidate that somebody who wrote `word` most likely meant.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let most = 1 + word.chars().count() / 4;
    let distances =
        candidates.into_iter().map(|candidate| (strsim::osa_distance(word, candidate), candidate));
    let near = distances.filter(|&(distance, _)| distance <= most);
    near.min_by_key(|&(distance, _)| distance).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_word_is_found_within_a_typo_or_two() {
        let options = ["skip", "skip_all", "capture", "capture_all", "name"];
        assert_eq!(nearest("skipp", options), Some("skip"));
        assert_eq!(nearest("captures", options), Some("capture"));
        assert_eq!(nearest("nmae", options), Some("name"));
        assert_eq!(nearest("user_id", options), None);
    }

    #[test]
    fn errors_stand_behind_the_item() {
        let tokens = Diagnostics::collect(|diagnostics| {
            diagnostics.error_at(Span::call_site(), "first");
            diagnostics.error_at(Span::call_site(), "second");
            assert!(!diagnostics.is_empty());
            quote::quote!(
                fn item() {}
            )
        });
        let text = tokens.to_string();
        let [item, first, second] =
            ["fn item", "\"first\"", "\"second\""].map(|part| text.find(part));
        assert!(item < first && first < second && item.is_some(), "{text}");
    }
}
