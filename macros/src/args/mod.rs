//! The arguments of `#[traced(…)]`, as they were written.
//!
//! Each option goes into a slot of its own, with the word that set it. What the options mean together, and for which function,
//! is the model's business.

mod around;
mod field;
mod level;
mod names;
mod options;
mod slot;
mod told;

pub(crate) use around::Around;
pub(crate) use field::{Field, Format, Key};
pub(crate) use level::Level;
pub(crate) use slot::Slot;
pub(crate) use told::Told;

use crate::diagnostics::{Diagnostics, nearest};
use names::Names;
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Expr, LitStr, Token, parenthesized, token};

/// Every option, as far as it was given.
#[derive(Clone, Default)]
pub(crate) struct Args {
    pub(crate) name: Slot<Expr>,
    pub(crate) target: Slot<Expr>,
    pub(crate) level: Slot<Level>,
    pub(crate) skip: Slot<Vec<Ident>>,
    pub(crate) skip_all: Slot<()>,
    pub(crate) capture: Slot<Vec<Ident>>,
    pub(crate) capture_all: Slot<()>,
    pub(crate) fields: Slot<Vec<Field>>,
    pub(crate) err: Slot<Told>,
    pub(crate) ret: Slot<Told>,
    pub(crate) krate: Slot<syn::Path>,
    /// The block around the function, where another macro has to look at the function first.
    pub(crate) around: Option<Around>,
}

impl Args {
    /// Parses what stands between the parentheses. What cannot be understood is reported and left out.
    pub(crate) fn parse(tokens: TokenStream, diagnostics: &Diagnostics) -> Args {
        let mut args = Args::default();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if diagnostics.ok(args.option(input, diagnostics)).is_none() {
                    skip_option(input);
                }
                diagnostics.ok(separator(input));
            }
            Ok(())
        };
        diagnostics.ok(parser.parse2(tokens));
        args
    }

    /// Takes what holds for a whole block where the function says nothing of its own; lists are joined.
    pub(crate) fn inherit(&mut self, block: &Args) {
        self.target.inherit(&block.target);
        self.level.inherit(&block.level);
        self.skip.inherit_list(&block.skip);
        self.skip_all.inherit(&block.skip_all);
        self.capture.inherit_list(&block.capture);
        self.capture_all.inherit(&block.capture_all);
        self.fields.inherit_list(&block.fields);
        self.err.inherit(&block.err);
        self.ret.inherit(&block.ret);
        self.krate.inherit(&block.krate);
    }

    /// One option.
    fn option(&mut self, input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<()> {
        if input.peek(LitStr) {
            let name: LitStr = input.parse()?;
            let word = Ident::new("name", name.span());
            let name = Expr::Lit(syn::ExprLit { attrs: Vec::new(), lit: syn::Lit::Str(name) });
            self.name.set(diagnostics, word, name);
            return Ok(());
        }
        let word = input.call(Ident::parse_any)?;
        match word.to_string().as_str() {
            "name" => self.name.set(diagnostics, word.clone(), value(&word, input)?),
            "target" => self.target.set(diagnostics, word.clone(), value(&word, input)?),
            "level" => self.level.set(diagnostics, word.clone(), value(&word, input)?),
            "skip" => self.skip.set(diagnostics, word.clone(), list::<Names>(&word, input)?.0),
            "skip_all" => self.skip_all.set(diagnostics, word.clone(), flag(&word, input)?),
            "capture" => self.capture.set(diagnostics, word.clone(), list::<Names>(&word, input)?.0),
            "capture_all" => self.capture_all.set(diagnostics, word.clone(), flag(&word, input)?),
            "fields" => self.fields.set(diagnostics, word.clone(), list::<field::Fields>(&word, input)?.0),
            "err" => self.err.set(diagnostics, word, Told::parse(input)?),
            "ret" => self.ret.set(diagnostics, word, Told::parse(input)?),
            "crate" => self.krate.set(diagnostics, word.clone(), value::<CratePath>(&word, input)?.0),
            Around::OPTION => self.around = Some(list(&word, input)?),
            _ => return Err(unknown(&word, input)),
        }
        Ok(())
    }
}

/// The path in `crate = "path"` or `crate = path`.
struct CratePath(syn::Path);

impl Parse for CratePath {
    fn parse(input: ParseStream<'_>) -> syn::Result<CratePath> {
        if input.peek(LitStr) {
            return input.parse::<LitStr>()?.parse_with(syn::Path::parse_mod_style).map(CratePath);
        }
        input.call(syn::Path::parse_mod_style).map(CratePath)
    }
}

/// What stands behind `=`.
fn value<T: Parse>(word: &Ident, input: ParseStream<'_>) -> syn::Result<T> {
    if !input.peek(Token![=]) {
        return Err(misused(word, "needs a value"));
    }
    input.parse::<Token![=]>()?;
    input.parse()
}

/// What stands in parentheses.
fn list<T: Parse>(word: &Ident, input: ParseStream<'_>) -> syn::Result<T> {
    if !input.peek(token::Paren) {
        return Err(misused(word, "needs a list"));
    }
    let content;
    parenthesized!(content in input);
    content.parse()
}

/// Nothing more.
fn flag(word: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() || input.peek(Token![,]) { Ok(()) } else { Err(misused(word, "takes no value")) }
}

fn misused(word: &Ident, mistake: &str) -> syn::Error {
    let name = word.to_string();
    syn::Error::new(word.span(), format!("`{name}` {mistake}; it is written `{}`", options::example(&name)))
}

/// An option that does not exist: the nearest one that does, or what the value may have been meant for.
fn unknown(word: &Ident, input: ParseStream<'_>) -> syn::Error {
    let name = word.to_string();
    let advice = match nearest(&name, options::names()) {
        Some(option) => format!("did you mean `{option}`?"),
        None if input.peek(Token![=]) => {
            let rest = rest_of_option(&input.fork());
            format!("did you mean `fields({name} {rest})`?")
        }
        None => {
            let all: Vec<_> = options::names().map(|option| format!("`{option}`")).collect();
            format!("expected one of {}", all.join(", "))
        }
    };
    syn::Error::new(word.span(), format!("unknown option `{name}`; {advice}"))
}

/// The comma behind an option.
fn separator(input: ParseStream<'_>) -> syn::Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    let found = input.parse::<Token![,]>().map(drop);
    if found.is_err() {
        let error = input.error("expected `,` between two options");
        skip_option(input);
        let _ = input.parse::<Token![,]>();
        return Err(error);
    }
    Ok(())
}

/// Goes on at the next comma.
fn skip_option(input: ParseStream<'_>) {
    rest_of_option(input);
}

fn rest_of_option(input: ParseStream<'_>) -> TokenStream {
    let next = || (!input.is_empty() && !input.peek(Token![,])).then(|| input.parse::<TokenTree>().ok())?;
    std::iter::from_fn(next).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    /// The messages that `tokens` give.
    fn messages(tokens: TokenStream) -> Vec<String> {
        let errors = Diagnostics::collect(|diagnostics| {
            Args::parse(tokens, diagnostics);
            TokenStream::new()
        });
        let literals = errors.into_iter().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream().to_string()),
            _ => None,
        });
        literals.map(|literal| literal.trim_matches('"').to_owned()).collect()
    }

    #[test]
    fn every_option_is_taken_in_any_order() {
        let tokens = quote!(
            crate = "a::b", ret(Display), err, fields(a.b = 1, "c:d" = %x, ?e, {KEY} = 2), capture_all, skip(token), level = 2,
            target = concat!("a", "b"), "name",
        );
        assert_eq!(messages(tokens), Vec::<String>::new());
    }

    #[test]
    fn three_mistakes_give_three_errors() {
        let found = messages(quote!(user_id = 7, captures(a), skipp(b)));
        let expected = [
            "unknown option `user_id`; did you mean `fields(user_id = 7)`?",
            "unknown option `captures`; did you mean `capture`?",
            "unknown option `skipp`; did you mean `skip`?",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn options_after_a_mistake_still_count() {
        let found = messages(quote!(level = , skip_all = 3 name, level = "loud"));
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
