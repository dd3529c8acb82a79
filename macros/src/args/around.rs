//! What a function has to know of the block around it when the attribute on the block hands its work down, because another
//! macro has to look at the functions first.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token, parenthesized};

/// A block, as far as its functions need it.
#[derive(Clone)]
pub(crate) struct Around {
    /// The name of its type or trait.
    pub(crate) name: Option<String>,
    /// The name of the trait that it implements.
    pub(crate) of_trait: Option<String>,
    /// The arguments of the block's own attribute.
    pub(crate) args: TokenStream,
}

impl Around {
    /// The option that carries it; nobody writes it by hand.
    pub(super) const OPTION: &'static str = "__block";

    /// The option, for the attribute on a function.
    pub(crate) fn option(&self) -> TokenStream {
        let option = format_ident!("{}", Around::OPTION);
        let [name, of_trait] =
            [&self.name, &self.of_trait].map(|name| name.clone().unwrap_or_default());
        let args = &self.args;
        quote!(#option(#name, #of_trait, (#args)))
    }
}

impl Parse for Around {
    fn parse(input: ParseStream<'_>) -> syn::Result<Around> {
        let name = input.parse::<LitStr>()?.value();
        input.parse::<Token![,]>()?;
        let of_trait = input.parse::<LitStr>()?.value();
        input.parse::<Token![,]>()?;
        let args;
        parenthesized!(args in input);
        let given = |name: String| (!name.is_empty()).then_some(name);
        Ok(Around { name: given(name), of_trait: given(of_trait), args: args.parse()? })
    }
}
