//! A function to trace, checked: what its span is called, what is recorded of its arguments, its result and its error.
//!
//! The model borrows the syntax it came from, so that every error points at the word that caused it. It is built even where
//! something is wrong, so that all mistakes are found; then it is not expanded.

mod argument;
mod attribute;
mod check;
mod outcome;
mod owner;
mod record;
mod site;

pub(crate) use argument::{Argument, Binding, sets_lints};
pub(crate) use check::check_names;
pub(crate) use outcome::{Failure, Outcome, Success};
pub(crate) use owner::Owner;
pub(crate) use record::{Record, Recorded};
pub(crate) use site::Site;

use crate::args::Args;
use crate::diagnostics::Diagnostics;
use crate::item::{Body, Function};
use crate::output::declared;
use crate::paths::Paths;
use crate::shape::Shape;
use proc_macro2::Group;
use syn::Type;

/// Everything that the expansion of one function needs.
pub(crate) struct Model<'a> {
    pub(crate) function: &'a Function,
    pub(crate) body: &'a Group,
    pub(crate) paths: Paths,
    pub(crate) shape: Shape<'a>,
    /// What the function's work gives: what it returns, or what its future resolves to.
    pub(crate) output: Option<&'a Type>,
    /// What of that is recorded.
    pub(crate) outcome: Outcome,
    pub(crate) arguments: Vec<Argument<'a>>,
    pub(crate) records: Vec<Record<'a>>,
    pub(crate) site: Site<'a>,
    /// `async fn` has to stay one, because somebody who comes later looks for it.
    pub(crate) keeps_async: bool,
}

impl<'a> Model<'a> {
    /// The model of `function`. `None` where it has nothing to trace, which is reported.
    pub(crate) fn new(
        function: &'a Function,
        args: &'a Args,
        owner: &'a Owner,
        diagnostics: &Diagnostics,
    ) -> Option<Model<'a>> {
        check::check(function, args, diagnostics);
        let Body::Block(body) = &function.body else { return None };
        let shape = Shape::of(&function.signature);
        let output = match shape {
            Shape::Sync | Shape::Async => declared(&function.signature.output),
            Shape::Future { output, .. } => output,
        };
        let arguments = argument::arguments(&function.signature);
        let records = record::records(&function.signature, &arguments, args);
        let site = Site::new(function, args, owner, &records);
        Some(Model {
            function,
            body,
            paths: Paths::new(args.krate.get().cloned()),
            outcome: Outcome::new(function, &shape, output, args, &records),
            shape,
            output,
            arguments,
            records,
            site,
            keeps_async: owner.keeps_async || attribute::need_async(&function.attributes),
        })
    }
}
