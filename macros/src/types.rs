//! Looking into types and paths.

use quote::ToTokens as _;
use syn::ext::IdentExt as _;
use syn::{GenericArgument, Path, PathArguments, PathSegment, Type};

/// The type inside parentheses and the groups that macros make.
pub(crate) fn plain(declared: &Type) -> &Type {
    match declared {
        Type::Group(group) => plain(&group.elem),
        Type::Paren(paren) => plain(&paren.elem),
        other => other,
    }
}

/// The last segment of a type that is a path.
pub(crate) fn last_segment(declared: &Type) -> Option<&PathSegment> {
    match plain(declared) {
        Type::Path(path) => path.path.segments.last(),
        _ => None,
    }
}

/// The first type among a segment's generic arguments.
pub(crate) fn first_type(segment: &PathSegment) -> Option<&Type> {
    generic_arguments(segment).find_map(|argument| match argument {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
    })
}

/// The type in `Segment<name = Type>`.
pub(crate) fn associated_type<'a>(segment: &'a PathSegment, name: &str) -> Option<&'a Type> {
    generic_arguments(segment).find_map(|argument| match argument {
        GenericArgument::AssocType(associated) if associated.ident == name => Some(&associated.ty),
        _ => None,
    })
}

fn generic_arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten()
}

/// A path's name as people say it: its last word, without generics.
pub(crate) fn spoken_name(path: &Path) -> Option<String> {
    path.segments.last().map(|last| last.ident.unraw().to_string())
}

/// A type as people write it.
pub(crate) fn spoken(declared: &Type) -> String {
    let tokens = declared.to_token_stream().to_string();
    let close = [
        (" <", "<"),
        ("< ", "<"),
        (" >", ">"),
        (" ,", ","),
        (" ::", "::"),
        (":: ", "::"),
        ("& ", "&"),
    ];
    close.iter().fold(tokens, |text, (loose, close)| text.replace(loose, close))
}
