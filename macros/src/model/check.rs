//! The rules that an attribute must keep, one function each.

use super::argument;
use crate::args::Args;
use crate::diagnostics::{Diagnostics, nearest};
use crate::item::{Body, Function};
use crate::output::declared;
use crate::shape::{Shape, plain};
use proc_macro2::Ident;
use syn::ext::IdentExt as _;
use syn::{Signature, Type};

/// Checks everything that concerns one function.
pub(super) fn check(function: &Function, args: &Args, diagnostics: &Diagnostics) {
    check_is_traceable(function, diagnostics);
    check_names_exist(&function.signature, args, diagnostics);
    check_names_agree(args, diagnostics);
    check_has_result(&function.signature, args, diagnostics);
    check_keys(args, diagnostics);
}

/// ```ignore
/// #[traced] const fn f() {}
/// #[traced] fn f();
/// ```
fn check_is_traceable(function: &Function, diagnostics: &Diagnostics) {
    if let Some(constness) = &function.signature.constness {
        diagnostics.error(constness, "a `const fn` cannot be traced: it may run while the program is compiled");
    }
    if let Body::None(semicolon) = &function.body {
        let advice = "put `#[traced]` on the implementations, or on the trait to trace its default methods";
        diagnostics.error(semicolon, format!("there is nothing to trace here: {advice}"));
    }
}

/// ```ignore
/// #[traced(skip(tokn))] fn f(token: &str) {}
/// ```
fn check_names_exist(signature: &Signature, args: &Args, diagnostics: &Diagnostics) {
    check_names(args, &[signature], diagnostics);
}

/// Checks that every name in `skip` and `capture` is an argument of one of `signatures`.
pub(crate) fn check_names(args: &Args, signatures: &[&Signature], diagnostics: &Diagnostics) {
    let known: Vec<String> = signatures.iter().flat_map(|signature| argument_names(signature)).collect();
    for name in [&args.skip, &args.capture].into_iter().filter_map(|slot| slot.get()).flatten() {
        let text = name.unraw().to_string();
        if known.contains(&text) {
            continue;
        }
        let advice = match nearest(&text, known.iter().map(String::as_str)) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        diagnostics.error(name, format!("there is no argument `{text}`{advice}"));
    }
}

fn argument_names(signature: &Signature) -> Vec<String> {
    let names = argument::arguments(signature).into_iter().flat_map(|argument| argument.bindings());
    let receiver = signature.receiver().map(|_| "self".to_owned());
    names.map(|name| name.unraw().to_string()).chain(receiver).collect()
}

/// ```ignore
/// #[traced(skip(a), skip_all, capture(a))] fn f(a: u8) {}
/// ```
fn check_names_agree(args: &Args, diagnostics: &Diagnostics) {
    if let (Some(_), Some(word)) = (args.skip.word(), args.skip_all.word()) {
        diagnostics.error(word, "`skip_all` leaves nothing to `skip`; keep one of them");
    }
    if let (Some(_), Some(word)) = (args.skip_all.word(), args.capture_all.word()) {
        diagnostics.error(word, "`capture_all` and `skip_all` contradict each other; keep one of them");
    }
    let names = |list: Option<&Vec<Ident>>| list.into_iter().flatten().cloned().collect::<Vec<_>>();
    let skipped = names(args.skip.get());
    for name in names(args.capture.get()).iter().filter(|name| skipped.contains(name)) {
        diagnostics.error(name, format!("`{name}` cannot be both skipped and captured"));
    }
}

/// ```ignore
/// #[traced(err)] fn f() {}
/// ```
fn check_has_result(signature: &Signature, args: &Args, diagnostics: &Diagnostics) {
    let nothing = match declared(&signature.output).map(plain) {
        None => true,
        Some(Type::Tuple(tuple)) => tuple.elems.is_empty(),
        Some(Type::Never(_)) => true,
        Some(_) => false,
    };
    if !nothing || matches!(Shape::of(signature), Shape::Future { .. }) {
        return;
    }
    if let Some(word) = args.err.word() {
        diagnostics.error(word, "`err` needs a function that returns a `Result`, and this one returns nothing");
    }
    if let Some(word) = args.ret.word() {
        diagnostics.error(word, "`ret` needs a function that returns something");
    }
}

/// ```ignore
/// #[traced(fields("" = 1))] fn f() {}
/// ```
fn check_keys(args: &Args, diagnostics: &Diagnostics) {
    for field in args.fields.get().into_iter().flatten() {
        if field.key.text() == Some("") {
            diagnostics.error(&field.key, "the key of an attribute cannot be empty");
        }
    }
}
