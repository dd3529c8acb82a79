//! The parser of the arguments: what cannot be understood is reported and left out, and the rest goes on.

use super::field::fields;
use super::names::names;
use super::{Args, Around, Named, Slot, Told, options};
use crate::diagnostics::{Diagnostics, nearest};
use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseBuffer, ParseStream, Parser as _};
use syn::{Expr, LitStr, Token, parenthesized, token};

impl Args {
    /// Parses what stands between the parentheses.
    pub(crate) fn parse(tokens: TokenStream, diagnostics: &Diagnostics) -> Args {
        let mut args = Args::default();
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if diagnostics.ok(args.option(input, diagnostics)).is_none() {
                    rest_of_option(input);
                }
                diagnostics.ok(separator(input));
            }
            Ok(())
        };
        diagnostics.ok(parser.parse2(tokens));
        args
    }

    /// One option.
    fn option(&mut self, input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<()> {
        if input.peek(LitStr) {
            self.bare_name(input.parse()?, diagnostics);
            return Ok(());
        }
        let word = input.call(Ident::parse_any);
        let word = word.map_err(|_| input.error("expected an option, such as `skip(token)`"))?;
        let option = Written { word: &word, input, diagnostics };
        match word.to_string().as_str() {
            "name" => option.value(&mut self.name),
            "target" => option.value(&mut self.target),
            "level" => option.value(&mut self.level),
            "kind" => option.value(&mut self.kind),
            "parent" => option.value(&mut self.parent),
            "root" => option.flag(&mut self.root),
            "follows_from" => option.value(&mut self.follows_from),
            "skip" => option.list(&mut self.skip, names),
            "skip_all" => option.flag(&mut self.skip_all),
            "skip_methods" => option.list(&mut self.skip_methods, names),
            "capture" => option.list(&mut self.capture, names),
            "capture_all" => option.flag(&mut self.capture_all),
            "redact" => option.list(&mut self.redact, names),
            "hash" => option.list(&mut self.hash, names),
            "fields" => option.list(&mut self.fields, fields),
            "ret" => option.set(&mut self.ret, Told::of_result(input)),
            "err" => option.set(&mut self.err, Told::of_error(input)),
            "on_none" => option.flag(&mut self.on_none),
            "agent" => option.named(&mut self.agent),
            "tool" => option.named(&mut self.tool),
            "crate" => option.set(&mut self.krate, crate_path(&option)),
            Around::OPTION => {
                let around = in_parentheses(input, Around::parse);
                let message = "`__block` is what a traced block writes; it is no option";
                self.around = Some(around.map_err(|_| syn::Error::new(word.span(), message))?);
                Ok(())
            }
            _ => Err(unknown(&word, input)),
        }
    }

    /// A text alone is the name, as in `#[instrument("name")]`.
    fn bare_name(&mut self, name: LitStr, diagnostics: &Diagnostics) {
        let word = Ident::new("name", name.span());
        let name = Expr::Lit(syn::ExprLit { attrs: Vec::new(), lit: syn::Lit::Str(name) });
        self.name.set(diagnostics, word, name);
    }
}

/// An option whose word has been read.
struct Written<'a, 'b> {
    word: &'a Ident,
    input: ParseStream<'b>,
    diagnostics: &'a Diagnostics,
}

impl Written<'_, '_> {
    fn set<T>(&self, slot: &mut Slot<T>, value: syn::Result<T>) -> syn::Result<()> {
        slot.set(self.diagnostics, self.word.clone(), value?);
        Ok(())
    }

    /// `word = value`
    fn value<T: Parse>(&self, slot: &mut Slot<T>) -> syn::Result<()> {
        self.set(slot, self.after_equals().and_then(ParseBuffer::parse))
    }

    /// What stands behind `=`.
    fn after_equals(&self) -> syn::Result<ParseStream<'_>> {
        if !self.input.peek(Token![=]) {
            return Err(self.misused("needs a value"));
        }
        self.input.parse::<Token![=]>()?;
        Ok(self.input)
    }

    /// `word(…)`
    fn list<T>(
        &self,
        slot: &mut Slot<T>,
        parse: fn(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<()> {
        if !self.input.peek(token::Paren) {
            return Err(self.misused("needs a list"));
        }
        self.set(slot, in_parentheses(self.input, parse))
    }

    /// `word` or `word = name`
    fn named(&self, slot: &mut Slot<Named>) -> syn::Result<()> {
        if self.input.peek(token::Paren) {
            return Err(self.misused("takes no list"));
        }
        self.set(slot, self.input.parse())
    }

    /// `word`
    fn flag(&self, slot: &mut Slot<()>) -> syn::Result<()> {
        let ends = self.input.is_empty() || self.input.peek(Token![,]);
        self.set(slot, if ends { Ok(()) } else { Err(self.misused("takes no value")) })
    }

    fn misused(&self, mistake: &str) -> syn::Error {
        let name = self.word.to_string();
        let example = options::example(&name);
        syn::Error::new(self.word.span(), format!("`{name}` {mistake}; it is written `{example}`"))
    }
}

/// The path in `crate = "path"` or `crate = path`.
fn crate_path(option: &Written<'_, '_>) -> syn::Result<syn::Path> {
    let input = option.after_equals()?;
    if input.peek(LitStr) {
        return input.parse::<LitStr>()?.parse_with(syn::Path::parse_mod_style);
    }
    let expected = |_| input.error("expected the path of the crate, such as `\"synndicate\"`");
    input.fork().call(syn::Path::parse_mod_style).map_err(expected)?;
    input.call(syn::Path::parse_mod_style)
}

/// What `parse` makes of all that is in parentheses. Where it fails the rest is let go, so that nothing else is said about it.
pub(super) fn in_parentheses<T>(
    input: ParseStream<'_>,
    parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
) -> syn::Result<T> {
    let content;
    parenthesized!(content in input);
    let parsed = parse(&content);
    if parsed.is_err() {
        let _: syn::Result<TokenStream> = content.parse();
    }
    parsed
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
            format!("expected `capture({name})` for an argument, or one of {}", all.join(", "))
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
        rest_of_option(input);
        let _ = input.parse::<Token![,]>();
        return Err(error);
    }
    Ok(())
}

/// Takes everything up to the next comma.
fn rest_of_option(input: ParseStream<'_>) -> TokenStream {
    let next = || {
        (!input.is_empty() && !input.peek(Token![,])).then(|| input.parse::<TokenTree>().ok())?
    };
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
    fn a_level_that_is_nearly_one_names_it() {
        let found = messages(quote!(level = "inof"));
        assert!(found[0].ends_with(r#"did you mean `\"info\"`?"#), "{found:?}");
    }

    #[test]
    fn options_after_a_mistake_still_count() {
        let found = messages(quote!(level = , skip_all = 3 name, level = "loud"));
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
