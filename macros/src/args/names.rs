//! A list of arguments' names.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{Token, punctuated::Punctuated};

/// The names in `skip(a, b)`.
pub(super) struct Names(pub(super) Vec<Ident>);

impl Parse for Names {
    fn parse(input: ParseStream<'_>) -> syn::Result<Names> {
        let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(input, Ident::parse_any)?;
        let names: Vec<_> = names.into_iter().collect();
        let twice = names.iter().enumerate().find(|(at, name)| names.iter().take(*at).any(|earlier| earlier == *name));
        match twice {
            Some((_, name)) => Err(syn::Error::new(name.span(), format!("`{name}` is named twice"))),
            None => Ok(Names(names)),
        }
    }
}
