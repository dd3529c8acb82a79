//! The arguments of `#[traced(…)]`, as they were written.
//!
//! Each option goes into a slot of its own, with the word that set it. What the options mean together, and for which function,
//! is the model's business.

mod around;
mod field;
mod kind;
mod level;
mod named;
mod names;
mod options;
mod slot;
mod told;

pub(crate) use around::Around;
pub(crate) use field::{Field, Format, Key};
pub(crate) use kind::Kind;
pub(crate) use level::Level;
pub(crate) use named::Named;
pub(crate) use slot::Slot;
pub(crate) use told::Told;

use crate::diagnostics::{Diagnostics, nearest};
use field::fields;
use names::names;
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Expr, LitStr, Token, parenthesized, token};

/// Every option, as far as it was given.
#[derive(Clone, Default)]
pub(crate) struct Args {
    pub(crate) name: Slot<Expr>,
    pub(crate) target: Slot<Expr>,
    pub(crate) level: Slot<Level>,
    pub(crate) kind: Slot<Kind>,
    pub(crate) parent: Slot<Expr>,
    pub(crate) root: Slot<()>,
    pub(crate) follows_from: Slot<Expr>,
    pub(crate) skip: Slot<Vec<Ident>>,
    pub(crate) skip_all: Slot<()>,
    pub(crate) skip_methods: Slot<Vec<Ident>>,
    pub(crate) capture: Slot<Vec<Ident>>,
    pub(crate) capture_all: Slot<()>,
    pub(crate) redact: Slot<Vec<Ident>>,
    pub(crate) fields: Slot<Vec<Field>>,
    pub(crate) ret: Slot<Told>,
    pub(crate) err: Slot<Told>,
    pub(crate) on_none: Slot<()>,
    pub(crate) agent: Slot<Named>,
    pub(crate) tool: Slot<Named>,
    pub(crate) krate: Slot<syn::Path>,
    /// The agent and the tool that a whole block is.
    pub(crate) block: (Option<Named>, Option<Named>),
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
                    rest_of_option(input);
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
        self.kind.inherit(&block.kind);
        self.parent.inherit(&block.parent);
        self.root.inherit(&block.root);
        self.follows_from.inherit(&block.follows_from);
        self.skip.inherit_list(&block.skip);
        self.skip_all.inherit(&block.skip_all);
        self.capture.inherit_list(&block.capture);
        self.capture_all.inherit(&block.capture_all);
        self.redact.inherit_list(&block.redact);
        self.fields.inherit_list(&block.fields);
        self.ret.inherit(&block.ret);
        self.err.inherit(&block.err);
        self.krate.inherit(&block.krate);
        self.block = (block.agent.get().cloned(), block.tool.get().cloned());
    }

    /// Whether a field's expression may use the variable `name`, perhaps inside a format string.
    pub(crate) fn look_at(&self, name: &str) -> bool {
        let mut expressions = self.fields.get().into_iter().flatten().filter_map(Field::expression);
        expressions.any(|expression| has_word(&expression.to_string(), name))
    }

    /// Whether the expressions for the parent or the causes may use, and use up, the variable `name`.
    pub(crate) fn take(&self, name: &str) -> bool {
        let mut expressions = [&self.parent, &self.follows_from].into_iter().filter_map(Slot::get);
        expressions.any(|expression| has_word(&expression.to_token_stream().to_string(), name))
    }

    /// One option.
    fn option(&mut self, input: ParseStream<'_>, diagnostics: &Diagnostics) -> syn::Result<()> {
        if input.peek(LitStr) {
            return self.bare_name(input.parse()?, diagnostics);
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
            "fields" => option.list(&mut self.fields, fields),
            "ret" => option.set(&mut self.ret, Told::of_result(input)),
            "err" => option.set(&mut self.err, Told::of_error(input)),
            "on_none" => option.flag(&mut self.on_none),
            "agent" => option.set(&mut self.agent, input.parse()),
            "tool" => option.set(&mut self.tool, input.parse()),
            "crate" => option.set(&mut self.krate, crate_path(&option)),
            Around::OPTION => {
                self.around = Some(in_parentheses(input, Around::parse)?);
                Ok(())
            }
            _ => Err(unknown(&word, input)),
        }
    }

    /// A text alone is the name, as in `#[instrument("name")]`.
    fn bare_name(&mut self, name: LitStr, diagnostics: &Diagnostics) -> syn::Result<()> {
        let word = Ident::new("name", name.span());
        let name = Expr::Lit(syn::ExprLit { attrs: Vec::new(), lit: syn::Lit::Str(name) });
        self.name.set(diagnostics, word, name);
        Ok(())
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
        self.set(slot, self.after_equals().and_then(|input| input.parse()))
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
fn in_parentheses<T>(
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

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(|c| !is_part(c)).any(|part| part == word)
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
    fn options_after_a_mistake_still_count() {
        let found = messages(quote!(level = , skip_all = 3 name, level = "loud"));
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
