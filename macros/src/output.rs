//! What a function declares to return: how that is written again where the body's value is kept, and whether there may be
//! anything to record in it.

use crate::types::{last_segment, plain};
use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::visit_mut::{VisitMut, visit_type_mut};
use syn::{ReturnType, Type, TypeInfer};

/// What may be recorded of a result, as far as its tokens tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Content {
    /// There is no value.
    Nothing,
    /// A value for which there is no rule, and which is no `Result`.
    Other,
    /// A value for which there is a rule, and which is no `Result`.
    Value,
    /// Whatever it is: the type decides.
    Anything,
}

/// Names of types that are recorded by their value or their length, and are no `Result`. Where a user's own type has such a
/// name, the type still decides: then nothing is recorded, and a failure under that name is not seen.
const VALUES: [&str; 27] = [
    "u8",
    "u16",
    "u32",
    "u64",
    "u128",
    "usize",
    "i8",
    "i16",
    "i32",
    "i64",
    "i128",
    "isize",
    "f32",
    "f64",
    "bool",
    "str",
    "String",
    "Vec",
    "VecDeque",
    "HashMap",
    "HashSet",
    "BTreeMap",
    "BTreeSet",
    "BinaryHeap",
    "LinkedList",
    "PathBuf",
    "OsString",
];

impl Content {
    /// What a function that returns `declared` may have to record.
    pub(crate) fn of(declared: Option<&Type>) -> Content {
        let Some(declared) = declared else { return Content::Nothing };
        match plain(declared) {
            Type::Never(_) => Content::Nothing,
            Type::Tuple(tuple) if tuple.elems.is_empty() => Content::Nothing,
            Type::Tuple(_) | Type::Ptr(_) | Type::FnPtr(_) | Type::ImplTrait(_) => Content::Other,
            Type::Reference(reference) => Content::of(Some(&reference.elem)),
            Type::Slice(_) | Type::Array(_) => Content::Value,
            other => match last_segment(other) {
                Some(last) if VALUES.iter().any(|name| last.ident == name) => Content::Value,
                _ => Content::Anything,
            },
        }
    }
}

/// The type behind `->`.
pub(crate) fn declared(output: &ReturnType) -> Option<&Type> {
    match output {
        ReturnType::Default => None,
        ReturnType::Type(_, declared) => Some(declared),
    }
}

/// The declared type, for a place that is not a signature: there `impl Trait` cannot be written, and `!` not as it is.
pub(crate) fn written_again(declared: Option<&Type>, private: &TokenStream) -> TokenStream {
    let Some(declared) = declared else {
        return quote_spanned!(proc_macro2::Span::mixed_site()=> ());
    };
    if let Type::Never(never) = plain(declared) {
        return quote_spanned!(proc_macro2::Span::mixed_site()=> <fn() -> #never as #private::Returned>::Type);
    }
    let mut declared = declared.clone();
    InferOpaque.visit_type_mut(&mut declared);
    declared.into_token_stream()
}

/// `impl Trait`: only at the end of a function is its type inferred as it is declared.
pub(crate) fn is_opaque(declared: Option<&Type>) -> bool {
    matches!(declared.map(plain), Some(Type::ImplTrait(_)))
}

/// `!`: there is no value to keep.
pub(crate) fn is_never(declared: Option<&Type>) -> bool {
    matches!(declared.map(plain), Some(Type::Never(_)))
}

/// Leaves `impl Trait` to inference.
struct InferOpaque;

impl VisitMut for InferOpaque {
    fn visit_type_mut(&mut self, node: &mut Type) {
        if let Type::ImplTrait(opaque) = node {
            *node = Type::Infer(TypeInfer {
                attrs: Vec::new(),
                underscore_token: syn::Token![_](opaque.impl_token.span),
            });
        } else {
            visit_type_mut(self, node);
        }
    }
}
