//! A function to trace, checked: what its span is called, what is recorded of its arguments, its result and its error.
//!
//! First the rules are checked, all of them, each error at the word that caused it. Then the model is built, which borrows the
//! syntax it came from; where a rule is broken nobody expands it.

mod argument;
pub(crate) mod attribute;
mod check;
mod outcome;
mod owner;
mod placement;
mod record;
mod secret;
mod site;
mod wish;

pub(crate) use argument::{Argument, Binding, Parameter, sets_lints};
pub(crate) use check::{check, check_block};
pub(crate) use outcome::{Failure, Outcome, Success};
pub(crate) use owner::Owner;
pub(crate) use placement::Placement;
pub(crate) use record::{Record, Recorded, Value};
pub(crate) use site::{Name, Site};

use crate::args::Args;
use crate::item::{Body, Function};
use crate::output::{is_never, is_opaque};
use crate::paths::Paths;
use crate::shape::Shape;
use proc_macro2::Group;
use syn::{Expr, Type};

/// Everything that the expansion of one function needs.
pub(crate) struct Model<'a> {
    pub(crate) function: &'a Function,
    pub(crate) body: &'a Group,
    pub(crate) paths: Paths,
    pub(crate) shape: Shape<'a>,
    /// What the function's work gives: what it returns, or what its future resolves to.
    pub(crate) output: Option<&'a Type>,
    /// What of that is recorded.
    pub(crate) outcome: Outcome<'a>,
    pub(crate) origin: Option<Origin<'a>>,
    /// What caused the span besides its parent.
    pub(crate) causes: Option<&'a Expr>,
    pub(crate) binds: Binds,
    pub(crate) placement: Placement,
    pub(crate) arguments: Vec<Argument<'a>>,
    pub(crate) records: Vec<Record<'a>>,
    pub(crate) site: Site<'a>,
    /// `async fn` has to stay one, because somebody who comes later looks for it.
    pub(crate) keeps_async: bool,
}

impl<'a> Model<'a> {
    /// The model of `function`. `None` where it has no body.
    pub(crate) fn new(
        function: &'a Function,
        args: &'a Args,
        owner: &'a Owner,
    ) -> Option<Model<'a>> {
        let Body::Block(body) = &function.body else { return None };
        let shape = Shape::of(&function.signature);
        let output = shape.output(&function.signature);
        let binds = Binds::of(&shape, output, args);
        let arguments = argument::arguments(&function.signature, |name| match binds {
            Binds::Once => Some(Parameter::Left),
            Binds::Again if args.take(name) => Some(Parameter::Left),
            Binds::Again => args.look_at(name).then_some(Parameter::Own),
        });
        let placement = Placement::of(function, body, binds, &arguments);
        let records = record::records(&function.signature, &arguments, args);
        let site = Site::new(function, args, owner, &records);
        Some(Model {
            function,
            body,
            paths: Paths::new(args.krate.get().cloned()),
            origin: Origin::of(args),
            causes: args.follows_from.get(),
            outcome: Outcome::new(function, &shape, placement, args, &records),
            shape,
            output,
            binds,
            placement,
            arguments,
            records,
            site,
            keeps_async: owner.keeps_async || attribute::need_async(&function.attributes),
        })
    }
}

/// Where the span belongs, if not to the one that is current.
pub(crate) enum Origin<'a> {
    Root,
    Parent(&'a Expr),
}

impl<'a> Origin<'a> {
    fn of(args: &'a Args) -> Option<Origin<'a>> {
        let parent = args.parent.get().map(Origin::Parent);
        parent.or_else(|| args.root.is_set().then_some(Origin::Root))
    }
}

/// Where the arguments are bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Binds {
    /// In the signature, as they were.
    Once,
    /// Again where the body runs.
    Again,
}

impl Binds {
    /// The body of a function that returns `impl Trait` or nothing ever stays at the function's end, and what its last expression
    /// borrows must outlive that; so its arguments stay as they are.
    fn of(shape: &Shape<'_>, output: Option<&Type>, args: &Args) -> Binds {
        match shape {
            Shape::Returned(_) => Binds::Once,
            Shape::Sync if is_never(output) || is_opaque(output) && !args.ret.is_set() => {
                Binds::Once
            }
            Shape::Sync | Shape::Async => Binds::Again,
        }
    }
}
