//! Looking at a body without parsing it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// The inner attributes at the start of a body, and the body without them. Where there are none it is the user's own group: so a
/// mistake in it is reported once, although it is parsed twice.
pub(crate) fn split_inner_attributes(body: &Group) -> (TokenStream, Group) {
    let tokens: Vec<TokenTree> = body.stream().into_iter().collect();
    let is_inner = |at: usize| match tokens.get(at..at + 3) {
        Some([TokenTree::Punct(hash), TokenTree::Punct(bang), TokenTree::Group(_)]) => {
            hash.as_char() == '#' && bang.as_char() == '!'
        }
        _ => false,
    };
    let end = (0..).step_by(3).find(|&at| !is_inner(at)).unwrap_or_default();
    if end == 0 {
        return (TokenStream::new(), body.clone());
    }
    let (inner, rest) = tokens.split_at(end);
    let mut block = Group::new(Delimiter::Brace, rest.iter().cloned().collect());
    block.set_span(body.span());
    (inner.iter().cloned().collect(), block)
}

/// Whether code may leave early: by `return`, by `?`, or by a macro that nobody can look into.
pub(crate) fn may_leave(tokens: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is_call = |at: usize| matches!(tokens.get(at + 1), Some(TokenTree::Punct(punct)) if punct.as_char() == '!');
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Ident(word) => word == "return" || is_call(at),
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Group(group) => may_leave(&group.stream()),
        TokenTree::Literal(_) => false,
    })
}

/// A body that ends with an `async move` block, and what stands around the block's tokens.
pub(crate) struct Tail {
    /// What stands in front of the block, or of the `Box::pin` around it.
    pub(crate) before: Vec<TokenTree>,
    /// `Box::pin`, or nothing.
    pub(crate) call: Vec<TokenTree>,
    /// The block's braces.
    pub(crate) block: Group,
}

/// Takes a body apart that ends with `async move { … }` or `Box::pin(async move { … })`, as people and `#[async_trait]` write
/// them. `None` where it ends otherwise, or may be left before its end.
pub(crate) fn async_tail(body: &TokenStream) -> Option<Tail> {
    let mut tokens: Vec<TokenTree> = body.clone().into_iter().collect();
    let tail = match tokens.pop()? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
            take_words(&mut tokens, &["async", "move"])?;
            Tail { call: Vec::new(), before: tokens, block: group }
        }
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
            let call = take_path_to(&mut tokens, "pin")?;
            let inner = async_tail(&group.stream())
                .filter(|inner| inner.before.is_empty() && inner.call.is_empty())?;
            Tail { before: tokens, call, block: inner.block }
        }
        _ => return None,
    };
    let starts_statement = match tail.before.last() {
        None => true,
        Some(TokenTree::Punct(punct)) => punct.as_char() == ';',
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
        Some(_) => false,
    };
    let before: TokenStream = tail.before.iter().cloned().collect();
    (starts_statement && !may_leave(&before)).then_some(tail)
}

fn take_words(tokens: &mut Vec<TokenTree>, words: &[&str]) -> Option<()> {
    words.iter().rev().try_for_each(|word| is_word(&tokens.pop()?, word).then_some(()))
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if *ident == Ident::new(word, Span::call_site()))
}

/// Takes a path off the end, if its last segment is `last`.
fn take_path_to(tokens: &mut Vec<TokenTree>, last: &str) -> Option<Vec<TokenTree>> {
    if !tokens.last().is_some_and(|token| is_word(token, last)) {
        return None;
    }
    let is_part = |token: &TokenTree| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => punct.as_char() == ':',
        _ => false,
    };
    let start = tokens.iter().rposition(|token| !is_part(token)).map_or(0, |at| at + 1);
    Some(tokens.split_off(start))
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    fn tail(tokens: &TokenStream) -> Option<[String; 3]> {
        let Tail { before, call, block } = async_tail(tokens)?;
        let text = |tokens: Vec<TokenTree>| tokens.into_iter().collect::<TokenStream>().to_string();
        Some([text(before), text(call), block.stream().to_string()])
    }

    #[test]
    fn async_block_at_the_end_is_found() {
        let plain = tail(&quote!(async move { 1 }));
        assert_eq!(plain, Some([String::new(), String::new(), "1".into()]));
        let boxed = tail(&quote!(let n = 1; ::std::boxed::Box::pin(async move { n })));
        assert_eq!(
            boxed,
            Some(["let n = 1 ;".into(), ":: std :: boxed :: Box :: pin".into(), "n".into()])
        );
    }

    #[test]
    fn body_that_may_end_elsewhere_is_left_alone() {
        let others = [
            quote!(if x { return Box::pin(ready(1)); } Box::pin(async move { 2 })),
            quote!(bail!(x); Box::pin(async move { 2 })),
            quote!(let y = x?; async move { y }),
            quote!(wrap(Box::pin(async move { 2 }))),
            quote!(Box::pin(async { 2 })),
            quote!(Box::pin(inner(async move { 2 }))),
            quote!(1 + async move { 2 }),
            quote!(Box::pin(async move { 2 }).boxed()),
        ];
        for body in others {
            assert_eq!(tail(&body), None, "{body}");
        }
    }

    #[test]
    fn inner_attributes_stay_in_front() {
        let body: Group = syn::parse_quote!(
            {
                #![allow(dead_code)]
                #![deny(unused)]
                let x = 1;
            }
        );
        let (inner, rest) = split_inner_attributes(&body);
        assert_eq!(inner.to_string(), quote!(#![allow(dead_code)] #![deny(unused)]).to_string());
        assert_eq!(rest.stream().to_string(), "let x = 1 ;");
    }
}
