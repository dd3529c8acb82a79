//! A list of names of arguments or methods.

use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Token, punctuated::Punctuated};

/// The names in `skip(a, b)`.
pub(super) fn names(input: ParseStream<'_>) -> syn::Result<Vec<Ident>> {
    let names = Punctuated::<Ident, Token![,]>::parse_terminated_with(input, name)?;
    let names: Vec<_> = names.into_iter().collect();
    let is_repeated = |at: usize, name| names.iter().take(at).any(|earlier| earlier == name);
    match names.iter().enumerate().find(|&(at, name)| is_repeated(at, name)) {
        Some((_, name)) => Err(syn::Error::new(name.span(), format!("`{name}` is named twice"))),
        None => Ok(names),
    }
}

fn name(input: ParseStream<'_>) -> syn::Result<Ident> {
    input.call(Ident::parse_any).map_err(|_| input.error("expected a name"))
}
