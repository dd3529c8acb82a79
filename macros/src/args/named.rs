//! What may have a name: `agent`, `tool = "search"`.

use syn::parse::{Parse, ParseStream};
use syn::{LitStr, Token};

/// A name; `None` is that of the type or of the function.
#[derive(Clone, Debug)]
pub(crate) struct Named(pub(crate) Option<String>);

impl Parse for Named {
    fn parse(input: ParseStream<'_>) -> syn::Result<Named> {
        if !input.peek(Token![=]) {
            return Ok(Named(None));
        }
        input.parse::<Token![=]>()?;
        let name: LitStr = input.parse()?;
        Ok(Named(Some(name.value())))
    }
}
