//! What shape a function has: whether its work is done when it returns, or later, by what it returns.

use syn::{GenericArgument, Path, PathArguments, PathSegment, ReturnType, Signature, Type, TypeParamBound};

/// The shape of a function.
pub(crate) enum Shape<'a> {
    /// Its work is done when it returns.
    Sync,
    /// `async fn`
    Async,
    /// It returns a future, which does the work.
    Future {
        wrapper: Wrapper,
        /// What the future resolves to, where the signature says it.
        output: Option<&'a Type>,
    },
}

/// What a future is wrapped in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Wrapper {
    /// `impl Future`
    None,
    /// `Pin<Box<dyn Future>>`
    Pin,
    /// `Box<dyn Future + Unpin>`
    Box,
}

impl<'a> Shape<'a> {
    /// The shape that a signature shows.
    pub(crate) fn of(signature: &'a Signature) -> Shape<'a> {
        if signature.asyncness.is_some() {
            return Shape::Async;
        }
        let ReturnType::Type(_, declared) = &signature.output else { return Shape::Sync };
        let found = returned_future(declared);
        found.map_or(Shape::Sync, |(wrapper, output)| Shape::Future { wrapper, output })
    }
}

fn returned_future(declared: &Type) -> Option<(Wrapper, Option<&Type>)> {
    match plain(declared) {
        Type::ImplTrait(opaque) => Some((Wrapper::None, future_bound(&opaque.bounds)?)),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            match last.ident.to_string().as_str() {
                "Pin" => Some((Wrapper::Pin, boxed_future(named(plain(first_type(last)?), "Box")?)?)),
                "Box" => Some((Wrapper::Box, boxed_future(last)?)),
                "BoxFuture" | "LocalBoxFuture" => Some((Wrapper::Pin, first_type(last))),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The output of `Box<dyn Future>`.
fn boxed_future(segment: &PathSegment) -> Option<Option<&Type>> {
    match plain(first_type(segment)?) {
        Type::TraitObject(object) => future_bound(&object.bounds),
        _ => None,
    }
}

/// The output of the `Future` among some bounds.
fn future_bound<'a>(bounds: impl IntoIterator<Item = &'a TypeParamBound>) -> Option<Option<&'a Type>> {
    bounds.into_iter().find_map(|bound| match bound {
        TypeParamBound::Trait(bound) => {
            let last = bound.path.segments.last().filter(|last| last.ident == "Future")?;
            Some(associated_type(last, "Output"))
        }
        _ => None,
    })
}

fn associated_type<'a>(segment: &'a PathSegment, name: &str) -> Option<&'a Type> {
    generic_arguments(segment).find_map(|argument| match argument {
        GenericArgument::AssocType(associated) if associated.ident == name => Some(&associated.ty),
        _ => None,
    })
}

/// The last segment of a type's path, if it has this name.
fn named<'a>(declared: &'a Type, name: &str) -> Option<&'a PathSegment> {
    last_segment(declared).filter(|last| last.ident == name)
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

fn generic_arguments(segment: &PathSegment) -> impl Iterator<Item = &GenericArgument> {
    let arguments = match &segment.arguments {
        PathArguments::AngleBracketed(arguments) => Some(&arguments.args),
        _ => None,
    };
    arguments.into_iter().flatten()
}

/// The type inside parentheses and the groups that macros make.
pub(crate) fn plain(declared: &Type) -> &Type {
    match declared {
        Type::Group(group) => plain(&group.elem),
        Type::Paren(paren) => plain(&paren.elem),
        other => other,
    }
}

/// A type's name as people say it: its last word, without generics.
pub(crate) fn spoken_name(path: &Path) -> Option<String> {
    path.segments.last().map(|last| syn::ext::IdentExt::unraw(&last.ident).to_string())
}
