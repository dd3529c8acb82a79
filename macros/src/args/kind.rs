//! The kind of a span.

use crate::diagnostics::nearest;
use proc_macro2::Ident;
use syn::LitStr;
use syn::parse::{Parse, ParseStream};

/// The kinds of OpenTelemetry, in the order of their numbers in OTLP, from 1.
const KINDS: [&str; 5] = ["internal", "server", "client", "producer", "consumer"];

/// A kind, by its number in OTLP.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kind(pub(crate) u8);

impl Parse for Kind {
    fn parse(input: ParseStream<'_>) -> syn::Result<Kind> {
        let (name, span) = if input.peek(LitStr) {
            let name: LitStr = input.parse()?;
            (name.value(), name.span())
        } else {
            let name: Ident = input.parse().map_err(|_| input.error(expected()))?;
            (name.to_string(), name.span())
        };
        let known = KINDS.iter().zip(1..).find(|(kind, _)| kind.eq_ignore_ascii_case(&name));
        known.map(|(_, number)| Kind(number)).ok_or_else(|| {
            let advice = match nearest(&name.to_lowercase(), KINDS) {
                Some(near) => format!("did you mean `{near}`?"),
                None => expected(),
            };
            syn::Error::new(span, format!("unknown kind `{name}`; {advice}"))
        })
    }
}

fn expected() -> String {
    format!("expected one of `{}`", KINDS.join("`, `"))
}
