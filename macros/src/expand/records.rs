//! What is recorded when the span begins: the statements of a closure over `attributes`.

use crate::args::{Format, Key};
use crate::model::{Argument, Model, Parameter, Record, Recorded, Value};
use crate::paths::{hidden, located_at};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned as _;

/// The closure that records.
pub(super) fn closure(model: &Model<'_>) -> TokenStream {
    let (span, attributes) = (Span::mixed_site(), hidden("attributes"));
    let closure = statements(model, &attributes)
        .map(|statements| repeatable(model, &quote_spanned!(span=> |#attributes| { #statements })));
    closure.unwrap_or_else(|| quote_spanned!(span=> |_| {}))
}

/// A closure that may be called again. Expressions of the user's may use up what they name.
pub(super) fn repeatable(model: &Model<'_>, closure: &TokenStream) -> TokenStream {
    let (span, private) = (Span::mixed_site(), model.paths.private());
    if model.records.iter().any(|record| matches!(record.recorded, Recorded::Field { .. })) {
        quote_spanned!(span=> #private::record_once(#closure))
    } else {
        closure.clone()
    }
}

/// The variables and their keys, where that is all there is to record.
pub(super) fn plain(model: &Model<'_>) -> Option<Vec<TokenStream>> {
    let variable = |record: &Record<'_>| {
        record.is_plain().then(|| variable_and_keys(&record.recorded)).flatten()
    };
    model.records.iter().map(variable).collect()
}

/// The statements that record; `None` where there is nothing to record.
pub(super) fn statements(model: &Model<'_>, attributes: &Ident) -> Option<TokenStream> {
    let private = model.paths.private();
    let writer = Writer { private: &private, attributes, arguments: &model.arguments };
    let runs = model.records.chunk_by(|one, next| one.is_plain() && next.is_plain());
    let statements: Vec<_> = runs.filter_map(|run| writer.run(run)).collect();
    let needs_rules = model.records.iter().any(Record::needs_rules);
    let rules = needs_rules.then(|| quote_spanned!(Span::mixed_site()=> use #private::rules::*;));
    (!statements.is_empty()).then(|| quote!(#rules #(#statements)*))
}

impl Record<'_> {
    /// Whether it is a variable that is recorded by the default rules, in every build.
    fn is_plain(&self) -> bool {
        let is_variable =
            matches!(&self.recorded, Recorded::ByRule { value, .. } if value.pattern.is_none());
        is_variable && self.conditions.is_empty()
    }

    fn needs_rules(&self) -> bool {
        matches!(
            self.recorded,
            Recorded::Captured { .. } | Recorded::Hashed { .. } | Recorded::Receiver(_)
        )
    }
}

/// Writes the statements.
struct Writer<'a> {
    private: &'a TokenStream,
    attributes: &'a Ident,
    arguments: &'a [Argument<'a>],
}

impl Writer<'_> {
    /// What is plain as one call, anything else alone.
    fn run(&self, run: &[Record<'_>]) -> Option<TokenStream> {
        match run {
            [] => None,
            [record] if !record.is_plain() => self.statement(record),
            plain => {
                let plain: Vec<_> =
                    plain.iter().filter_map(|record| variable_and_keys(&record.recorded)).collect();
                Some(self.by_rule(&quote!(#(#plain),*)))
            }
        }
    }

    /// The default rules, which suit every type, so that no error can point here.
    fn by_rule(&self, variables: &TokenStream) -> TokenStream {
        let Writer { private, attributes, .. } = self;
        quote_spanned!(Span::mixed_site()=> #private::by_rule!(#attributes, #variables);)
    }

    fn statement(&self, record: &Record<'_>) -> Option<TokenStream> {
        let call = self.call(&record.recorded)?;
        let conditions = &record.conditions;
        let statement = match self.behind_pattern(&record.recorded) {
            Some((argument, name)) => {
                let pattern = with_own_groups(argument.by_reference().to_token_stream());
                quote_spanned!(Span::mixed_site()=> { #[allow(unused_variables)] let #pattern = &#name; #call })
            }
            None => call,
        };
        Some(quote!(#(#conditions)* #statement))
    }

    /// The argument whose pattern binds what is recorded, and its name.
    fn behind_pattern(&self, recorded: &Recorded<'_>) -> Option<(&Argument<'_>, &Ident)> {
        let (Recorded::ByRule { value, .. }
        | Recorded::Captured { value, .. }
        | Recorded::Hashed { value, .. }) = recorded
        else {
            return None;
        };
        let argument = self.arguments.get(value.pattern?)?;
        match &argument.parameter {
            Parameter::Hidden(name) => Some((argument, name)),
            Parameter::Left | Parameter::Own => None,
        }
    }

    /// The call that records, at the place of what it records, so that an error about a type points there.
    fn call(&self, recorded: &Recorded<'_>) -> Option<TokenStream> {
        let Writer { private, attributes, .. } = self;
        Some(match recorded {
            by_rule @ Recorded::ByRule { .. } => self.by_rule(&variable_and_keys(by_rule)?),
            Recorded::Captured { value: Value { name, .. }, key } => {
                let (span, key) = (located_at(name.span()), self.key(key));
                quote_spanned!(span=> (&&#private::Wanted(&#name)).way().record(#key, &#name, #attributes);)
            }
            Recorded::Redacted { key } => {
                let key = self.key(key);
                quote_spanned!(Span::mixed_site()=> #attributes.record(#key, #private::REDACTED);)
            }
            Recorded::Hashed { value: Value { name, .. }, key } => {
                let (span, key) = (located_at(name.span()), self.key(key));
                let seen = hidden("seen");
                quote_spanned!(span=> #attributes.hash(#key, |#seen| (&&#private::Wanted(&#name)).way().record(#key, &#name, #seen));)
            }
            Recorded::Receiver(receiver) => {
                let key = self.key("self");
                quote_spanned!(Span::mixed_site()=> (&&#private::Shown(&#receiver)).record(#key, #attributes);)
            }
            Recorded::Field { key, format, value } => self.field(key, *format, value),
            Recorded::Special { .. } | Recorded::Empty(_) => return None,
        })
    }

    fn field(&self, key: &Key, format: Format, value: &Expr) -> TokenStream {
        let (attributes, key) = (self.attributes, self.key(key));
        let span = located_at(value.span());
        match format {
            Format::Value => quote_spanned!(span=> #attributes.record(#key, &(#value));),
            Format::Display => quote_spanned!(span=> #attributes.display(#key, &&(#value));),
            Format::Debug => quote_spanned!(span=> #attributes.debug(#key, &&(#value));),
        }
    }

    /// A key that is made when the program is compiled.
    fn key(&self, name: impl ToTokens) -> TokenStream {
        let private = self.private;
        quote_spanned!(Span::mixed_site()=> const { &#private::Key::new(#name) })
    }
}

/// `a: "a" "a_length"`
fn variable_and_keys(recorded: &Recorded<'_>) -> Option<TokenStream> {
    let Recorded::ByRule { value: Value { name, .. }, key, length } = recorded else { return None };
    Some(quote_spanned!(Span::mixed_site()=> #name: #key #length))
}

/// Makes the delimiters of a pattern ours, so that no lint on how patterns should be written looks at it.
fn with_own_groups(pattern: TokenStream) -> TokenStream {
    let own = |token| match token {
        TokenTree::Group(group) => {
            let mut own = Group::new(group.delimiter(), with_own_groups(group.stream()));
            own.set_span(located_at(group.span()));
            own.into()
        }
        other => other,
    };
    pattern.into_iter().map(own).collect()
}
