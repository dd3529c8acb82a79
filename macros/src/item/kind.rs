//! Which kind of item a stream of tokens starts with, by its keyword alone.

use proc_macro2::{Delimiter, TokenTree};

/// The kind of an item, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Function,
    Impl,
    Trait,
    Module,
    /// Anything else that ends with `;`.
    Ends,
    /// Anything else, which ends with `;` or with braces.
    EndsOrBraces,
}

/// Words that may stand in front of an item's keyword. `const` is one, and the keyword of an item as well.
const QUALIFIERS: [&str; 9] =
    ["pub", "default", "const", "async", "unsafe", "safe", "extern", "auto", "gen"];

impl Kind {
    pub(super) fn of(tokens: impl IntoIterator<Item = TokenTree>) -> Kind {
        let mut last = String::new();
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    match Kind::of_keyword(&word) {
                        Some(kind) => return kind,
                        None if !QUALIFIERS.contains(&word.as_str()) => return Kind::after(&last),
                        None => last = word,
                    }
                }
                // `extern { … }`
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    return Kind::EndsOrBraces;
                }
                // Attributes, `pub(crate)`, the name of an ABI.
                TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
        Kind::EndsOrBraces
    }

    fn of_keyword(word: &str) -> Option<Kind> {
        match word {
            "fn" => Some(Kind::Function),
            "impl" => Some(Kind::Impl),
            "trait" => Some(Kind::Trait),
            "mod" => Some(Kind::Module),
            "type" | "static" | "use" | "crate" => Some(Kind::Ends),
            "struct" | "enum" | "union" => Some(Kind::EndsOrBraces),
            _ => None,
        }
    }

    /// The kind of an item whose keyword was a qualifier: `const NAME: …`; otherwise it is the call of a macro.
    fn after(qualifier: &str) -> Kind {
        if qualifier == "const" { Kind::Ends } else { Kind::EndsOrBraces }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn kind_is_told_by_the_keyword() {
        let items = [
            (
                quote!(
                    #[a(fn)]
                    pub(crate) const unsafe extern "C" fn f() {}
                ),
                Kind::Function,
            ),
            (
                quote!(
                    async fn f(&self);
                ),
                Kind::Function,
            ),
            (quote!(default impl<T> Trait for T {}), Kind::Impl),
            (
                quote!(
                    pub unsafe auto trait T {}
                ),
                Kind::Trait,
            ),
            (
                quote!(
                    mod inner {
                        fn f() {}
                    }
                ),
                Kind::Module,
            ),
            (
                quote!(
                    const N: usize = { 1 };
                ),
                Kind::Ends,
            ),
            (
                quote!(
                    pub static S: fn() = f;
                ),
                Kind::Ends,
            ),
            (
                quote!(
                    type Item = u8;
                ),
                Kind::Ends,
            ),
            (
                quote!(
                    extern crate alloc;
                ),
                Kind::Ends,
            ),
            (
                quote!(
                    use a::{b, c};
                ),
                Kind::Ends,
            ),
            (
                quote!(
                    extern "C" {
                        fn f();
                    }
                ),
                Kind::EndsOrBraces,
            ),
            (
                quote!(
                    macro_rules! m {
                        () => {};
                    }
                ),
                Kind::EndsOrBraces,
            ),
            (quote!(m!(fn);), Kind::EndsOrBraces),
            (
                quote!(
                    struct S {
                        f: fn(),
                    }
                ),
                Kind::EndsOrBraces,
            ),
        ];
        for (item, kind) in items {
            assert_eq!(Kind::of(item.clone()), kind, "{item}");
        }
    }
}
