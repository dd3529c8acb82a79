//! The attributes that stand below ours: which of them may look for an `async fn`.

use crate::paths::located_at;
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, Meta, Token};

/// Attributes of the language, and of tools, that are content with any function. What is not here is a macro of its own, like
/// `#[tokio::test]`, or means the `async fn` as such, like `#[must_use]`.
const CONTENT: [&str; 27] = [
    "doc",
    "allow",
    "expect",
    "warn",
    "deny",
    "forbid",
    "cfg",
    "inline",
    "cold",
    "deprecated",
    "track_caller",
    "target_feature",
    "no_mangle",
    "export_name",
    "link_section",
    "test",
    "bench",
    "ignore",
    "should_panic",
    "automatically_derived",
    "unsafe",
    "diagnostic",
    "rustfmt",
    "clippy",
    "coverage",
    "optimize",
    "instruction_set",
];

/// Whether any of `attributes` may need the function to stay an `async fn`.
pub(crate) fn need_async(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| needs_async(&attribute.meta))
}

/// Whether it is `#[async_trait]`, which makes another function of every `async fn` in its block.
pub(crate) fn is_async_trait(attribute: &Attribute) -> bool {
    has_last_word(attribute, "async_trait")
}

/// The attribute, with `allow` for `expect`: what a lint looks for may be hidden from it in a traced function, and then it is no
/// mistake that it was not found.
pub(crate) fn unexpecting(attribute: &Attribute) -> Attribute {
    let mut attribute = attribute.clone();
    if let (true, Meta::List(list)) = (attribute.path().is_ident("expect"), &mut attribute.meta) {
        list.path = Ident::new("allow", located_at(list.path.span())).into();
    }
    attribute
}

/// The attribute that makes a function naked.
pub(crate) fn naked(attributes: &[Attribute]) -> Option<&Attribute> {
    let is_naked = |attribute: &&Attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("unsafe") => list.tokens.to_string() == "naked",
        meta => meta.path().is_ident("naked"),
    };
    attributes.iter().find(is_naked)
}

/// Whether it is `#[traced]`.
pub(crate) fn is_own(attribute: &Attribute) -> bool {
    has_last_word(attribute, "traced")
}

fn has_last_word(attribute: &Attribute, word: &str) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == word)
}

/// Takes the arguments of a function's own `#[traced]` inside a traced block.
pub(crate) fn take_own(attributes: &mut Vec<Attribute>) -> Option<TokenStream> {
    let own = attributes.remove(attributes.iter().position(is_own)?);
    Some(own.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default())
}

/// Whether the function asks for the place it is called from.
pub(super) fn tracks_caller(attributes: &[Attribute]) -> bool {
    attributes.iter().any(tracks)
}

/// Whether it is `#[track_caller]`, perhaps under a condition.
pub(crate) fn tracks(attribute: &Attribute) -> bool {
    mentions(&attribute.meta, "track_caller")
}

/// A `#[traced]` under a condition.
pub(crate) fn conditional_own(attributes: &[Attribute]) -> Option<&Attribute> {
    attributes.iter().find(|attribute| {
        let mut inner = conditional(&attribute.meta).into_iter().flatten();
        inner.any(|meta| meta.path().segments.last().is_some_and(|last| last.ident == "traced"))
    })
}

fn mentions(meta: &Meta, name: &str) -> bool {
    meta.path().is_ident(name)
        || conditional(meta).into_iter().flatten().any(|inner| mentions(&inner, name))
}

fn needs_async(meta: &Meta) -> bool {
    if meta.path().is_ident("cfg_attr") {
        return conditional(meta).is_none_or(|attributes| attributes.iter().any(needs_async));
    }
    !meta
        .path()
        .segments
        .first()
        .is_some_and(|first| CONTENT.iter().any(|name| first.ident == name))
}

/// The attributes in `cfg_attr(predicate, attributes…)`.
fn conditional(meta: &Meta) -> Option<Vec<Meta>> {
    let list = meta.require_list().ok().filter(|list| list.path.is_ident("cfg_attr"))?;
    let tokens = list.tokens.clone();
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let attributes: TokenStream =
        tokens.into_iter().skip_while(|token| !is_comma(token)).skip(1).collect();
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    syn::parse::Parser::parse2(parser, attributes)
        .ok()
        .map(|attributes| attributes.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn macros_below_ours_keep_the_function_async() {
        let content: [Attribute; 5] = [
            parse_quote!(#[doc = "text"]),
            parse_quote!(#[inline(always)]),
            parse_quote!(#[unsafe(no_mangle)]),
            parse_quote!(#[cfg_attr(test, allow(dead_code), inline)]),
            parse_quote!(#[clippy::msrv = "1.88"]),
        ];
        assert!(!need_async(&content));
        let others: [Attribute; 4] = [
            parse_quote!(#[tokio::test(flavor = "current_thread")]),
            parse_quote!(#[must_use]),
            parse_quote!(#[cfg_attr(all(unix, test), inline, get("/"))]),
            parse_quote!(#[cfg_attr(test, $)]),
        ];
        for attribute in others {
            assert!(
                need_async(std::slice::from_ref(&attribute)),
                "{:?}",
                attribute.meta.path().segments.first().map(|first| &first.ident)
            );
        }
    }
}
