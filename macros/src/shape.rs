//! What shape a function has: whether its work is done when it returns, or later, by what it returns.

use crate::output::declared;
use crate::types::{associated_type, first_type, last_segment, plain};
use syn::{PathSegment, ReturnType, Signature, Type, TypeParamBound};

/// The shape of a function.
pub(crate) enum Shape<'a> {
    /// Its work is done when it returns.
    Sync,
    /// `async fn`
    Async,
    /// It returns what does the work.
    Returned(Returned<'a>),
}

/// A future or a stream that a function returns.
pub(crate) struct Returned<'a> {
    pub(crate) work: Work,
    pub(crate) wrapper: Wrapper,
    /// What the future resolves to, or an item of the stream, where the signature says it.
    pub(crate) output: Option<&'a Type>,
}

/// What does the work later.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Work {
    Future,
    Stream,
}

/// What it is wrapped in.
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
        returned(declared).map_or(Shape::Sync, Shape::Returned)
    }

    /// What the work gives: what the function returns, what its future resolves to, or an item of its stream.
    pub(crate) fn output(&self, signature: &'a Signature) -> Option<&'a Type> {
        match self {
            Shape::Sync | Shape::Async => declared(&signature.output),
            Shape::Returned(returned) => returned.output,
        }
    }
}

fn returned(declared: &Type) -> Option<Returned<'_>> {
    if let Type::ImplTrait(opaque) = plain(declared) {
        return of_bounds(&opaque.bounds, Wrapper::None);
    }
    let last = last_segment(declared)?;
    // Without an argument it is a type of the user's own that only has the name.
    let pinned = |work| {
        let output = Some(first_type(last)?);
        Some(Returned { work, wrapper: Wrapper::Pin, output })
    };
    match last.ident.to_string().as_str() {
        "Pin" => of_box(last_segment(first_type(last)?)?, Wrapper::Pin),
        "Box" => of_box(last, Wrapper::Box),
        "BoxFuture" | "LocalBoxFuture" => pinned(Work::Future),
        "BoxStream" | "LocalBoxStream" => pinned(Work::Stream),
        _ => None,
    }
}

/// `Box<dyn Future>`
fn of_box(segment: &PathSegment, wrapper: Wrapper) -> Option<Returned<'_>> {
    match plain(first_type(segment).filter(|_| segment.ident == "Box")?) {
        Type::TraitObject(object) => of_bounds(&object.bounds, wrapper),
        _ => None,
    }
}

/// The future or the stream among some bounds. A `Stream` is known by its items as well: other traits have that name, too.
fn of_bounds<'a>(
    bounds: impl IntoIterator<Item = &'a TypeParamBound>,
    wrapper: Wrapper,
) -> Option<Returned<'a>> {
    bounds.into_iter().find_map(|bound| {
        let TypeParamBound::Trait(bound) = bound else { return None };
        let last = bound.path.segments.last()?;
        let (work, output) = match last.ident.to_string().as_str() {
            "Future" => (Work::Future, associated_type(last, "Output")),
            "Stream" => (Work::Stream, Some(associated_type(last, "Item")?)),
            _ => return None,
        };
        Some(Returned { work, wrapper, output })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::ToTokens as _;
    use syn::parse_quote;

    fn check(declared: &Type, expected: Option<(Work, Wrapper, Option<&str>)>) {
        let found = returned(declared).map(|returned| {
            let output = returned.output.map(|output| output.to_token_stream().to_string());
            (returned.work, returned.wrapper, output)
        });
        let expected =
            expected.map(|(work, wrapper, output)| (work, wrapper, output.map(ToOwned::to_owned)));
        assert_eq!(found, expected, "{}", declared.to_token_stream());
    }

    #[test]
    fn futures_and_streams_are_known_by_their_names() {
        use {Work::*, Wrapper::*};
        check(
            &parse_quote!(impl Future<Output = u8> + Send + 'a),
            Some((Future, None, Some("u8"))),
        );
        check(
            &parse_quote!(impl Send + futures::Stream<Item = u8>),
            Some((Stream, None, Some("u8"))),
        );
        check(&parse_quote!(impl Future), Some((Future, None, Option::None)));
        check(
            &parse_quote!(std::pin::Pin<Box<dyn Future<Output = u8> + Send>>),
            Some((Future, Pin, Some("u8"))),
        );
        check(&parse_quote!(Pin<Box<dyn Stream<Item = u8>>>), Some((Stream, Pin, Some("u8"))));
        check(&parse_quote!(Box<dyn Future<Output = u8> + Unpin>), Some((Future, Box, Some("u8"))));
        check(&parse_quote!(BoxFuture<'static, u8>), Some((Future, Pin, Some("u8"))));
        check(
            &parse_quote!((futures::stream::LocalBoxStream<'_, u8>)),
            Some((Stream, Pin, Some("u8"))),
        );
    }

    #[test]
    fn anything_else_is_done_when_it_is_returned() {
        check(&parse_quote!(Pin<Box<u8>>), None);
        check(&parse_quote!(Box<dyn Fn() -> u8>), None);
        check(&parse_quote!(impl Fn() -> u8), None);
        check(&parse_quote!(Option<Box<dyn Future<Output = u8>>>), None);
        check(&parse_quote!(Ready<u8>), None);
        check(&parse_quote!(Box<dyn Stream>), None);
        check(&parse_quote!(impl Stream + Send), None);
        check(&parse_quote!(BoxStream), None);
        check(&parse_quote!(BoxFuture<'static>), None);
    }
}
