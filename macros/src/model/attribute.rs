//! The attributes that stand below ours: which of them may look for an `async fn`.

use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// Attributes of the language, and of tools, that are content with any function. What is not here is a macro of its own, like
/// `#[tokio::test]`, or means an `async fn` by itself, like `#[must_use]` and an `#[expect]` of a lint about one.
const CONTENT: [&str; 26] = [
    "doc", "allow", "warn", "deny", "forbid", "cfg", "inline", "cold", "deprecated", "track_caller", "target_feature",
    "no_mangle", "export_name", "link_section", "test", "bench", "ignore", "should_panic", "automatically_derived",
    "unsafe", "diagnostic", "rustfmt", "clippy", "coverage", "optimize", "instruction_set",
];

/// Whether any of `attributes` may need the function to stay an `async fn`.
pub(super) fn need_async(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| needs_async(&attribute.meta))
}

/// Whether the function asks for the place it is called from.
pub(super) fn tracks_caller(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| mentions(&attribute.meta, "track_caller"))
}

fn mentions(meta: &Meta, name: &str) -> bool {
    meta.path().is_ident(name) || conditional(meta).into_iter().flatten().any(|inner| mentions(&inner, name))
}

fn needs_async(meta: &Meta) -> bool {
    if meta.path().is_ident("cfg_attr") {
        return conditional(meta).is_none_or(|attributes| attributes.iter().any(needs_async));
    }
    !meta.path().segments.first().is_some_and(|first| CONTENT.iter().any(|name| first.ident == name))
}

/// The attributes in `cfg_attr(predicate, attributes…)`.
fn conditional(meta: &Meta) -> Option<Vec<Meta>> {
    let list = meta.require_list().ok().filter(|list| list.path.is_ident("cfg_attr"))?;
    let tokens = list.tokens.clone();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    let attributes: TokenStream = tokens.into_iter().skip_while(|token| !is_comma(token)).skip(1).collect();
    let parser = Punctuated::<Meta, Token![,]>::parse_terminated;
    syn::parse::Parser::parse2(parser, attributes).ok().map(|attributes| attributes.into_iter().collect())
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
        let others: [Attribute; 5] = [
            parse_quote!(#[tokio::test(flavor = "current_thread")]),
            parse_quote!(#[must_use]),
            parse_quote!(#[expect(clippy::unused_async)]),
            parse_quote!(#[cfg_attr(all(unix, test), inline, get("/"))]),
            parse_quote!(#[cfg_attr(test, $)]),
        ];
        for attribute in others {
            assert!(need_async(std::slice::from_ref(&attribute)), "{:?}", attribute.meta.path().segments.first().map(|first| &first.ident));
        }
    }
}
